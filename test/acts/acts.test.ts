import { hash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ACT_KEY_KINDS } from '../../lib/act-kinds.ts';
import { type Acts, openActs } from '../../lib/acts/acts.ts';
import { Fault } from '../../lib/fault.ts';
import type { KeyStore } from '../../lib/keys/keys.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import type { Objects } from '../../lib/store/store.ts';
import { memoryKeys, memoryObjects } from '../acts.ts';
import { temporaryFolder } from '../store/temporary.ts';

const ORIGIN = 'log.example/log';
const MINUTE = 60_000;
const digest = hash('sha256', 'an act');
const other = hash('sha256', 'another act');

interface World {
  readonly objects: ReturnType<typeof memoryObjects>;
  readonly keys: KeyStore;
  now: number;
  /** A process with a memory of its own, whose clock is ahead by so much. */
  process(more?: { objects?: Objects; origin?: string; ahead?: number; keys?: KeyStore }): Acts;
}

const openWorld = (): World => {
  const objects = memoryObjects();
  const keys = memoryKeys();
  const world: World = {
    objects,
    keys,
    now: 0,
    process: ({ ahead = 0, ...more } = {}) =>
      openActs({ objects, keys, origin: ORIGIN, clock: () => world.now + ahead, ...more }),
  };
  return world;
};

const json = (objects: World['objects'], key: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(objects.bodies.get(key) ?? []).toString());

const replace = (objects: World['objects'], key: string, value: unknown): void => {
  objects.bodies.set(key, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
};

const unanswered = (): Fault => new Fault('store-unavailable', 'No answer.');

/** Objects whose n-th put fails: it is lost, or it is done and its answer is lost. */
const failingAt = (objects: Objects, n: number, failure: 'lost' | 'appliedThenErrored'): Objects => {
  let puts = 0;
  return {
    get: (key) => objects.get(key),
    list: (prefix, options) => objects.list(prefix, options),
    put: async (key, body, options) => {
      if (++puts !== n) return objects.put(key, body, options);
      if (failure === 'appliedThenErrored') await objects.put(key, body, options);
      throw unanswered();
    },
  };
};

describe('the signature of an act', () => {
  it('is verified by every process, for each kind of key', async () => {
    const world = openWorld();
    const [one, two] = [world.process(), world.process()];
    for (const kind of ACT_KEY_KINDS) {
      const signature = await one.sign(kind, digest);
      expect(signature.key).toBe(`${kind}-1`);
      expect(await one.verify(kind, digest, signature)).toEqual({});
      expect(await two.verify(kind, digest, signature)).toEqual({});
    }
    expect((await two.keys()).map(({ kind }) => kind)).toEqual([...ACT_KEY_KINDS]);
  });

  it('counts for its own kind, digest and log alone', async () => {
    const world = openWorld();
    const [acts, reader] = [world.process(), world.process()];
    const signature = await acts.sign('submission', digest);
    await acts.sign('examination', digest);
    for (const one of [acts, reader]) {
      expect(await one.verify('submission', other, signature)).toBeUndefined();
      expect(await one.verify('examination', digest, signature)).toBeUndefined();
      expect(await one.verify('examination', digest, { ...signature, key: 'examination-1' })).toBeUndefined();
      expect(await one.verify('submission', digest, { ...signature, key: 'submission-2' })).toBeUndefined();
    }
    // The same key in the objects of another log: the signed bytes name the log.
    const elsewhere = openWorld();
    const key = json(world.objects, 'act-keys/submission-1');
    replace(elsewhere.objects, 'act-keys/submission-1', { ...key, origin: 'other.example/log' });
    expect(await elsewhere.process().verify('submission', digest, signature)).toBeUndefined();
    // A key of another service, which this one has not.
    const stranger = await openWorld().process().sign('submission', digest);
    expect(await reader.verify('submission', digest, stranger)).toBeUndefined();
  });

  it('is nothing where it has another form', async () => {
    const world = openWorld();
    const acts = world.process();
    const { key, value } = await acts.sign('hold', digest);
    const forms: readonly unknown[] = [
      undefined,
      null,
      7,
      key,
      [],
      {},
      { key },
      { key, value: 7 },
      { key, value: '' },
      { key, value: `${value} ` },
      { key, value: value.replace(/=+$/, '') },
      { key, value: Buffer.alloc(64).toString('base64') },
      { key, value: Buffer.from(value, 'base64').subarray(1).toString('base64') },
      { key: 'hold-01', value },
      { key: 'hold-0', value },
      { key: 'hold', value },
      { key: 'hold-1 ', value },
      { key: '../hold-1', value },
      { key: `hold-${'1'.repeat(30)}`, value },
    ];
    for (const form of forms) {
      expect(await acts.verify('hold', digest, form), JSON.stringify(form)).toBeUndefined();
    }
    expect(await acts.verify('hold', digest, { key, value })).toEqual({});
  });

  it('goes on to count where its key is closed, with the size at which it was', async () => {
    const world = openWorld();
    const acts = world.process();
    const signature = await acts.sign('release', digest);
    const later = world.process();
    expect(await later.verify('release', digest, signature)).toEqual({});
    await acts.makeKey('release', 2);
    await acts.closeKey('release', 1, 7);
    await acts.closeKey('release', 1, 9);
    expect(await acts.verify('release', digest, signature)).toEqual({ closedAt: 7 });
    // Another process knows it within a minute.
    expect(await later.verify('release', digest, signature)).toEqual({});
    world.now += MINUTE;
    expect(await later.verify('release', digest, signature)).toEqual({ closedAt: 7 });
    expect((await later.keys()).map(({ generation, closedAt }) => [generation, closedAt])).toEqual([
      [1, 7],
      [2, undefined],
    ]);
  });
});

describe('the keys of acts', () => {
  it('are one where two processes start at the same time, and where the first put is lost or not answered', async () => {
    const world = openWorld();
    const many = Array.from({ length: 5 }, () => world.process());
    const signatures = await Promise.all(many.map((acts) => acts.sign('submission', digest)));
    for (const acts of many) {
      for (const signature of signatures)
        expect(await acts.verify('submission', digest, signature)).toEqual({});
    }
    for (const failure of ['lost', 'appliedThenErrored'] as const) {
      const start = openWorld();
      const failing = start.process({ objects: failingAt(start.objects, 1, failure) });
      await expect(failing.sign('ceremony', digest)).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(start.objects.bodies.size).toBe(failure === 'lost' ? 0 : 1);
      const signature = await failing.sign('ceremony', digest);
      expect(signature.key).toBe('ceremony-1');
      expect(await start.process().verify('ceremony', digest, signature)).toEqual({});
      expect(await failing.keys()).toHaveLength(1);
    }
  });

  it('are one where two processes over one folder of sealed keys start at the same time', async () => {
    await using folder = await temporaryFolder();
    const world = openWorld();
    const sealed = (): Promise<KeyStore> =>
      openSealedKeys({ folder: folder.path, passphrase: 'words for a test', random: (n) => randomBytes(n) });
    const keys = await sealed();
    const many = [world.process({ keys }), world.process({ keys: await sealed() })];
    const signatures = await Promise.all(many.map((acts) => acts.sign('submission', digest)));
    for (const acts of many) {
      for (const signature of signatures)
        expect(await acts.verify('submission', digest, signature)).toEqual({});
    }
  });

  it('follow each other: each names the object of the one before', async () => {
    const world = openWorld();
    const acts = world.process();
    await expect(acts.makeKey('consent', 2)).rejects.toMatchObject({ code: 'unknown-key' });
    for (const generation of [1, 2, 3]) await acts.makeKey('consent', generation);
    await acts.makeKey('consent', 2);
    const bodies = [1, 2, 3].map((generation) => world.objects.bodies.get(`act-keys/consent-${generation}`));
    const keys = (await acts.keys()).filter(({ kind }) => kind === 'consent');
    expect(keys.map(({ predecessor }) => predecessor)).toEqual([
      undefined,
      hash('sha256', bodies[0] as Uint8Array),
      hash('sha256', bodies[1] as Uint8Array),
    ]);
    expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(3);
    expect(keys.every(({ origin }) => origin === ORIGIN)).toBe(true);
  });

  it('are taken up within a minute, by each process by its own clock', async () => {
    const world = openWorld();
    const processes = [
      world.process(),
      world.process({ ahead: 300_000 }),
      world.process({ ahead: -300_000 }),
    ];
    for (const acts of processes) expect((await acts.sign('report', digest)).key).toBe('report-1');
    await processes[0]?.makeKey('report', 2);
    for (const acts of processes) expect((await acts.sign('report', other)).key).toBe('report-1');
    world.now += MINUTE;
    for (const acts of processes) {
      const signature = await acts.sign('report', digest);
      expect(signature.key).toBe('report-2');
      for (const reader of processes) expect(await reader.verify('report', digest, signature)).toEqual({});
    }
    // A clock that was set back keeps nobody from looking.
    await processes[0]?.makeKey('report', 3);
    world.now -= 10 * MINUTE;
    for (const acts of processes) expect((await acts.sign('report', digest)).key).toBe('report-3');
  });

  it('are refused where an object is not what its name says', async () => {
    const forged: readonly (readonly [string, (key: Record<string, unknown>) => unknown])[] = [
      ['another kind', (key) => ({ ...key, kind: 'hold' })],
      ['another generation', (key) => ({ ...key, generation: 2 })],
      ['a kind that does not exist', (key) => ({ ...key, kind: 'provision' })],
      ['a member more', (key) => ({ ...key, closed: true })],
      ['no JSON', () => 'act'],
    ];
    for (const [name, change] of forged) {
      const world = openWorld();
      const signature = await world.process().sign('setting', digest);
      const path = 'act-keys/setting-1';
      replace(world.objects, path, change(json(world.objects, path)));
      const acts = world.process();
      const refused = { code: 'act-object-invalid', facts: { path } };
      await expect(acts.sign('setting', digest), name).rejects.toMatchObject(refused);
      await expect(acts.verify('setting', digest, signature), name).rejects.toMatchObject(refused);
      await expect(acts.keys(), name).rejects.toMatchObject(refused);
    }
    const world = openWorld();
    const signature = await world.process().sign('setting', digest);
    replace(world.objects, 'act-keys-closed/setting-1', { size: -1 });
    await expect(world.process().verify('setting', digest, signature)).rejects.toMatchObject({
      code: 'act-object-invalid',
      facts: { path: 'act-keys-closed/setting-1' },
    });
  });

  it('sign nothing with a private key that is not the one of the object', async () => {
    const world = openWorld();
    await world.process().sign('export', digest);
    const acts = world.process({ keys: memoryKeys() });
    await expect(acts.sign('export', digest)).rejects.toMatchObject({ code: 'unknown-key' });
    const keys = memoryKeys();
    await keys.create('act-export-1', 'ed25519');
    await expect(world.process({ keys }).sign('export', digest)).rejects.toMatchObject({
      code: 'key-store-damaged',
    });
  });

  it('wait for objects that do not answer, and go on when they do', async () => {
    const world = openWorld();
    const signature = await world.process().sign('retention', digest);
    let isDown = true;
    const get: Objects['get'] = async (key) => {
      if (isDown) throw unanswered();
      return world.objects.get(key);
    };
    const acts = world.process({ objects: { ...world.objects, get } });
    for (const call of [
      () => acts.sign('retention', digest),
      () => acts.verify('retention', digest, signature),
      () => acts.keys(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'store-unavailable' });
    }
    isDown = false;
    expect(await acts.verify('retention', digest, signature)).toEqual({});
    expect((await acts.sign('retention', other)).key).toBe('retention-1');
    // A signature that was verified before does not open the door of a key that cannot be looked up any more.
    world.now += MINUTE;
    isDown = true;
    await expect(acts.verify('retention', digest, signature)).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });
});
