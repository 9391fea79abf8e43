import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestedLines, readDigestedLines } from '../../../functions/local/backup/digested-lines.ts';
import { restoreDataKeys } from '../../../functions/local/backup/restore.ts';
import { openDataKeyFiles } from '../../../lib/keys/data-key-files.ts';
import { openPersonal, type PersonalData } from '../../../lib/personal/personal.ts';
import { codeOf, DAY } from '../../authority/house.ts';
import { openTestKeys } from '../../scrypt-once.ts';
import type { Service } from '../../service.ts';
import { openPlace, type Place, type Running } from './running.ts';

/** Copies of data keys, which are kept apart from the backups and end before them. */

let place: Place;
let copy: string;
beforeEach(async () => {
  place = await openPlace();
  copy = place.at('data-keys-of-today');
});
afterEach(() => place.close());

const ID = 'tokiwa.2026-12.1';
const LATER = 'tokiwa.2027-01.1';

const personalOf = ({ table, personal, dataKeys, core, now }: Service): PersonalData =>
  openPersonal({
    table,
    personal,
    dataKeys,
    recorder: core.ledger,
    clock: now,
    random: (n) => randomBytes(n),
  }).data;

const stateOf = async (service: Running, name: string): Promise<string> => {
  const found = await personalOf(service.house).find(name);
  return found.state === 'unreadable' ? found.code : found.state;
};

/** A service with the data of two persons, which end in two months; a backup of it, and a copy of its data keys. */
const backedUp = async () => {
  const service = await place.start('data');
  for (const [name, end] of [
    ['request/1', '2026-12-11T00:00:00Z'],
    ['request/2', '2027-01-11T00:00:00Z'],
  ] as const)
    await personalOf(service.house).change(name, () => ({
      value: { name: '田辺 花子' },
      terms: { tenant: 'tokiwa', end: Date.parse(end) },
    }));
  await service.house.core.sequencer.sequence();
  const made = await service.backup('backup', { dataKeys: copy });
  return { service, made };
};

/** Two months later the first of the keys is destroyed, by an act. */
const endMonth = async ({ house }: Running): Promise<void> => {
  place.ground.time.now = Date.parse('2027-01-02T00:00:00Z');
  await house.core.personalRetention.end(house.principal('operator-sakai'), '2026-12', 'tokiwa');
};

const restore = async (data: string, options: { dataKeys?: string; from?: string } = {}) => {
  const { from = 'backup', ...given } = options;
  return place.restore(from, data, { checkpoint: await place.checkpointOf('data'), ...given });
};

const restoreKeys = (data: string, dataKeys = copy) =>
  restoreDataKeys({ dataKeys, dataDir: place.at(data), clock: () => place.ground.time.now });

const keysOf = async (data: string): Promise<readonly string[]> =>
  (await readdir(join(place.at(data), 'data-keys'))).sort();

const linesOf = async (): Promise<readonly unknown[]> =>
  readDigestedLines(await readFile(copy, 'utf8')) ?? [];

/** Changes the copy, as somebody would who knows its form. */
const rewrite = async (change: (lines: readonly Record<string, unknown>[]) => readonly unknown[]) =>
  writeFile(copy, digestedLines(change((await linesOf()) as readonly Record<string, unknown>[])));

const refusedUnchanged = async (code: string, data: string, act: () => Promise<unknown>): Promise<void> => {
  const before = await place.contentOf(data);
  expect(await codeOf(act())).toBe(code);
  expect(await place.contentOf(data)).toEqual(before);
};

describe('a backup', () => {
  it('has the personal data and none of their keys; the copy has the keys, for its owner only, and its end', async () => {
    const { service, made } = await backedUp();
    await service.stop();
    const now = place.ground.time.now;
    expect(made.dataKeys?.endsAt).toBe(new Date(now + 30 * DAY).toISOString());
    const keys = await Promise.all(
      (await keysOf('data')).map((name) => readFile(join(place.at('data'), 'data-keys', name), 'utf8')),
    );
    expect(keys.length).toBe(made.dataKeys?.keys);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    const paths = Object.keys(await place.contentOf('backup'));
    expect(paths).toContain('personal.sqlite');
    for (const path of paths) {
      const text = (await readFile(join(place.at('backup'), path))).toString('latin1');
      for (const key of keys) {
        const { nonce, sealed } = JSON.parse(key);
        expect([text.includes(nonce), text.includes(sealed)], path).toEqual([false, false]);
      }
    }
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect(await linesOf()).toContainEqual({ id: ID, file: expect.stringContaining('"sealed"') });
  });

  it('copies no keys where nobody asks for it', async () => {
    const { service } = await backedUp();
    expect((await service.backup('another')).dataKeys).toBeUndefined();
    await service.stop();
    expect(Object.keys(await place.contentOf('another')).filter((path) => path.includes('data-key'))).toEqual(
      [],
    );
  });

  it('refuses a file that is there or lies in the backup, and leaves no copy where it fails', async () => {
    const { service } = await backedUp();
    const before = await readFile(copy);
    for (const dataKeys of [copy, place.at('another'), join(place.at('another'), 'keys'), place.at('data')]) {
      expect(await codeOf(service.backup('another', { dataKeys })), dataKeys).toBe('backup-refused');
      expect(await readdir(place.at('another'))).toEqual([]);
    }
    expect(await readFile(copy)).toEqual(before);
    const dataKeys = place.at('second-copy');
    const failing = service.backup('another', { dataKeys }, (step) => {
      // The manifest cannot be written, which is the last step.
      if (step === 'data keys') mkdirSync(join(place.at('another'), 'backup.ndjson'));
    });
    await expect(failing).rejects.toThrow('EEXIST');
    await expect(stat(dataKeys)).rejects.toThrow('ENOENT');
    await expect(service.backup('another', { dataKeys: place.at('no/such/folder') })).rejects.toThrow(
      'ENOENT',
    );
    expect(await readdir(place.at('another'))).toEqual([]);
    await service.stop();
  });

  it('has every item that a row of its table names, while both are written', async () => {
    const { service } = await backedUp();
    const { table, personal } = service.house;
    const filling = 'x'.repeat(100_000);
    for (let i = 0; i < 300; i++) {
      await table.write([{ put: { pk: 'filling', sk: `${i}` }, value: { filling }, if: 'absent' }]);
      await personal.write([{ put: { pk: 'filling', sk: `${i}` }, value: { filling }, if: 'absent' }]);
    }
    let isMade = false;
    const writing = async (): Promise<number> => {
      for (let i = 0; ; i++) {
        if (isMade) return i;
        // As the rooms do: the item first, and then the row that names it.
        await personal.write([{ put: { pk: 'item', sk: `${i}` }, value: {}, if: 'absent' }]);
        await table.write([{ put: { pk: 'row', sk: `${i}` }, value: {}, if: 'absent' }]);
      }
    };
    const work = writing();
    await service.backup('busy').finally(() => {
      isMade = true;
    });
    const written = await work;
    await service.stop();
    const count = (file: string, pk: string): number => {
      const db = new DatabaseSync(join(place.at('busy'), file), { readOnly: true });
      const { n } = db.prepare('SELECT count(*) AS n FROM item WHERE pk = ?').get(pk) as { n: number };
      db.close();
      return n;
    };
    const [rows, items] = [count('table.sqlite', 'row'), count('personal.sqlite', 'item')];
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(written);
    expect(items).toBeGreaterThanOrEqual(rows);
  });
});

describe('a restore', () => {
  it('with the copy makes personal data readable; without it they are not, until the keys are put back', async () => {
    const { service, made } = await backedUp();
    await service.stop();
    const keys = made.dataKeys?.keys as number;
    expect(await restore('with', { dataKeys: copy })).toMatchObject({
      dataKeys: keys,
      added: keys,
      destroyed: 0,
    });
    expect((await stat(join(place.at('with'), 'data-keys', `${ID}.key`))).mode & 0o777).toBe(0o600);
    const restored = await place.start('with');
    expect(await personalOf(restored.house).read('request/1')).toEqual({ name: '田辺 花子' });
    await restored.stop();

    expect(await restore('without')).toMatchObject({ dataKeys: 0 });
    const blind = await place.start('without');
    expect([await stateOf(blind, 'request/1'), await stateOf(blind, 'request/2')]).toEqual([
      'data-key-missing',
      'data-key-missing',
    ]);
    await blind.stop();
    expect(await restoreKeys('without')).toEqual({ dataKeys: keys, added: keys, destroyed: 0 });
    expect(await restoreKeys('without')).toEqual({ dataKeys: keys, added: 0, destroyed: 0 });
    const seeing = await place.start('without');
    expect(await personalOf(seeing.house).read('request/2')).toEqual({ name: '田辺 花子' });
    await seeing.stop();
  });

  it('never puts back a key that an act has destroyed, be the act in the data folder or in the backup', async () => {
    const { service } = await backedUp();
    await endMonth(service);
    await service.house.core.sequencer.sequence();
    // A copy that a longer period allows to be used still.
    await rewrite(([head, ...keys]) => [{ ...head, endsAt: '2028-01-01T00:00:00Z' }, ...keys]);
    await service.backup('later');
    await service.stop();

    expect(await restore('data', { dataKeys: copy })).toMatchObject({ added: 0, destroyed: 1 });
    expect(await keysOf('data')).not.toContain(`${ID}.key`);
    expect(await restore('elsewhere', { from: 'later', dataKeys: copy })).toMatchObject({ destroyed: 1 });
    expect(await keysOf('elsewhere')).toContain(`${LATER}.key`);
    expect(await keysOf('elsewhere')).not.toContain(`${ID}.key`);
    for (const data of ['data', 'elsewhere']) {
      const restored = await place.start(data);
      expect([await stateOf(restored, 'request/1'), await stateOf(restored, 'request/2')], data).toEqual([
        'ended',
        'kept',
      ]);
      await restored.stop();
    }
    // A backup from before the act does not know of it. That goes for as long as the copy of the keys may be used.
    expect(await restore('older', { dataKeys: copy })).toMatchObject({ destroyed: 0 });
  });

  it('puts back a key that an act has closed, and none whose act cannot be read', async () => {
    const { service } = await backedUp();
    const put = (id: string, body: string) =>
      service.house.objects.put(`outcomes/data-key.${id}/1`, Buffer.from(body), { if: 'absent' });
    await put(ID, JSON.stringify({ details: { act: 'closed' } }));
    await put(LATER, 'not JSON');
    for (const id of [ID, LATER]) await service.house.dataKeys.destroy(id);
    await service.stop();
    expect(await restoreKeys('data')).toMatchObject({ added: 1, destroyed: 1 });
    expect(await keysOf('data')).toContain(`${ID}.key`);
    expect(await keysOf('data')).not.toContain(`${LATER}.key`);
  });

  it('refuses a copy that has ended, and says to delete it', async () => {
    const { service } = await backedUp();
    await service.stop();
    place.ground.time.now += 30 * DAY - 1;
    expect(await restoreKeys('data')).toMatchObject({ added: 0 });
    place.ground.time.now += 1;
    for (const act of [() => restore('data', { dataKeys: copy }), () => restoreKeys('data')]) {
      await expect(act()).rejects.toThrow(`Delete ${copy}`);
      await refusedUnchanged('backup-refused', 'data', act);
    }
  });

  it('refuses a copy that was cut or changed, of another format, or that is none', async () => {
    const { service } = await backedUp();
    await service.stop();
    const whole = await readFile(copy);
    const refused = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(copy, bytes);
      await refusedUnchanged('backup-damaged', 'data', () => restore('data', { dataKeys: copy }));
    };
    for (let place = 0; place < whole.length; place += 97) {
      const changed = Buffer.from(whole);
      changed[place] = (changed[place] as number) ^ 1;
      await writeFile(copy, changed);
      expect(await codeOf(restoreKeys('data')), `${place}`).toBe('backup-damaged');
    }
    await refused(whole.subarray(0, -80));
    await refused(Buffer.alloc(0));
    await writeFile(copy, whole);
    await rewrite(([head, ...keys]) => [head, ...keys, { id: '../../../x', file: '' }]);
    await refused(await readFile(copy));
    await rm(copy);
    await refusedUnchanged('backup-damaged', 'data', () => restoreKeys('data'));
    await writeFile(copy, whole);
    await rewrite(([head, ...keys]) => [{ ...head, format: 99 }, ...keys]);
    await refusedUnchanged('format-unsupported', 'data', () => restoreKeys('data'));
  });

  it('refuses a copy of another key store, and a key that is there with other bytes', async () => {
    const { service } = await backedUp();
    await service.stop();
    const file = join(place.at('data'), 'data-keys', `${ID}.key`);
    const key = await readFile(file);
    await appendFile(file, ' ');
    for (const act of [() => restore('data', { dataKeys: copy }), () => restoreKeys('data')]) {
      await expect(act()).rejects.toThrow(`Move ${file} away`);
      await refusedUnchanged('backup-refused', 'data', act);
    }
    await rm(file);
    expect(await restoreKeys('data')).toMatchObject({ added: 1 });
    expect(await readFile(file)).toEqual(key);
    await rewrite(([head, ...keys]) => [{ ...head, keyStore: `${head?.keyStore} ` }, ...keys]);
    await refusedUnchanged('backup-refused', 'data', () => restoreKeys('data'));
    await refusedUnchanged('backup-refused', 'empty', () => restore('empty', { dataKeys: copy }));
  });

  it('of keys alone refuses a running service, a folder without one, and a restore that was interrupted', async () => {
    const { service } = await backedUp();
    expect(await codeOf(restoreKeys('data'))).toBe('store-locked');
    await service.stop();
    await mkdir(place.at('nothing'));
    await refusedUnchanged('backup-refused', 'nothing', () => restoreKeys('nothing'));
    await writeFile(join(place.at('data'), 'restoring'), '');
    await refusedUnchanged('backup-refused', 'data', () => restoreKeys('data'));
  });

  it('leaves a file that opens under the passphrase alone', async () => {
    const { service } = await backedUp();
    const key = await service.house.dataKeys.open(ID);
    await service.stop();
    const [head, ...keys] = (await linesOf()) as [{ keyStore: string }, ...{ id: string; file: string }[]];
    await mkdir(join(place.at('alone'), 'data-keys'), { recursive: true });
    await mkdir(join(place.at('alone'), 'keys'));
    await writeFile(join(place.at('alone'), 'keys', 'store.json'), head.keyStore);
    for (const { id, file } of keys) await writeFile(join(place.at('alone'), 'data-keys', `${id}.key`), file);
    const opened = await openDataKeyFiles({
      folder: join(place.at('alone'), 'data-keys'),
      sealedBy: await openTestKeys(join(place.at('alone'), 'keys')),
      random: (n) => randomBytes(n),
    });
    expect(await opened.open(ID)).toEqual(key);
  });
});
