import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import {
  at,
  auditor,
  COPIES,
  checkRows,
  failingPorts,
  keyOf,
  kobayashi,
  MINUTE,
  openRoom,
  type Room,
  searchedAs,
  terms,
  yamada,
} from './room.ts';

const NAME = '山田太郎';
const HOLDER = 'holder-1';
const ITEM = 'request/1';
const OTHER = 'request/2';
const KEY = 'tokiwa.2037-05.1';
const NEXT = 'tokiwa.2037-05.2';
const SETTLED = 5 * MINUTE;

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const life = async (one: Room): Promise<void> => {
  await one.keep(ITEM, HOLDER, { name: NAME }, { searched: searchedAs('1', NAME) });
  await one.keep(OTHER, 'holder-2', { name: NAME }, { searched: searchedAs('2', NAME) });
};

const asked = { act: 'erasure', reference: 'court/2027-17', tenant: 'tokiwa' } as const;

const ordered = async (one = room) => {
  await one.retention.order(yamada, HOLDER, asked);
  return one.retention.order(kobayashi, HOLDER, asked);
};

const standing = (one = room) => one.start().retention.standing(auditor, HOLDER, 'tokiwa');
const acts = async (one = room) =>
  [...(await one.records('data-key')), ...(await one.records('personal-data'))].map(
    ({ details }) => details.act,
  );

describe('an erasure', () => {
  beforeEach(() => life(room));

  it('takes two operators; then the rows are gone and say by which order', async () => {
    await room.retention.order(yamada, HOLDER, asked);
    expect((await room.data.find(ITEM)).state).toBe('kept');
    const view = await room.retention.order(kobayashi, HOLDER, asked);
    expect(view).toMatchObject({ held: false, changed: { act: 'erasure', by: kobayashi.id } });
    expect(view.erasingSince).toBe(view.changed?.at);
    expect(view.copiesUntil).toBeUndefined();
    const record = view.changed?.record;
    expect(await room.data.find(ITEM)).toEqual({ state: 'ended', record });
    expect((await room.personal.get({ pk: ITEM, sk: 'item' }))?.value).toEqual({ erased: record });
    await expect(room.data.read(ITEM)).rejects.toMatchObject({ code: 'personal-data-ended' });
    expect(await checkRows(room)).toEqual([OTHER]);
    const where = { tenant: 'tokiwa', office: 'hino' };
    expect(await room.data.search(where, { text: '山田', limit: 10 })).toEqual({ ids: ['2'] });
  });

  it('closes the key: what remains goes under the next one, and after five minutes the key is destroyed', async () => {
    const { changed } = await ordered();
    expect((await room.records('data-key'))[0]).toMatchObject({
      actor: 'service',
      tenant: 'tokiwa',
      details: { act: 'closed', key: KEY, month: '2037-05', because: changed?.record },
    });
    await room.retention.enforce();
    expect(await keyOf(room, OTHER)).toBe(NEXT);
    // Another process may have put something under the closed key until a moment ago.
    expect(await room.keys()).toContain(KEY);
    room.world.now += SETTLED - 1;
    await room.retention.enforce();
    expect(await room.keys()).toContain(KEY);
    expect((await standing()).copiesUntil).toBeUndefined();
    room.world.now += 1;
    expect(await room.retention.enforce()).toEqual(['a closed key of 2037-05', 'an ordered erasure']);
    expect(await room.keys()).toEqual([NEXT, 'tokiwa.2037.search']);
    expect(await room.data.read(OTHER)).toEqual({ name: NAME });
    const done = await standing();
    expect(done).toMatchObject({ changed: { act: 'erased', by: 'service' } });
    expect(done.erasingSince).toBeUndefined();
    expect(done.copiesUntil).toBe(new Date(room.world.now + COPIES).toISOString());
    expect(await acts()).toEqual(['closed', 'destroyed', 'asked', 'erasure', 'erased']);
    expect(await room.retention.enforce()).toEqual([]);
  });

  it('moves what another process put under the closed key meanwhile', async () => {
    const another = room.start();
    await another.data.read(ITEM);
    await another.data.add('request/3', {}, terms());
    await ordered();
    await room.retention.enforce();
    // That process has not heard of the order.
    await another.data.add('request/4', { name: NAME }, terms());
    expect(await keyOf(room, 'request/4')).toBe(KEY);
    room.world.now += SETTLED;
    await room.retention.enforce();
    expect(await keyOf(room, 'request/4')).toBe(NEXT);
    expect(await another.data.read('request/4')).toEqual({ name: NAME });
  });

  it('moves what another request has staged under the closed key, and takes what of the holder is staged', async () => {
    for (const name of ['request/7', 'request/8']) {
      const { writes } = await room.data.stage(name, { name: NAME }, terms());
      await room.table.write(writes);
    }
    room.holders.get(HOLDER)?.push({ item: 'request/8', submitted: room.world.now });
    await ordered();
    expect(await room.data.find('request/8')).toMatchObject({ state: 'ended' });
    room.world.now += SETTLED;
    await room.retention.enforce();
    expect(await room.keys()).not.toContain(KEY);
    expect(await room.start().data.read('request/7')).toEqual({ name: NAME });
    expect(await keyOf(room, 'request/7')).toBe(NEXT);
    expect(await room.start().data.find('request/8')).toMatchObject({ state: 'ended' });
    expect(await room.data.recover()).toBe(0);
  });

  it('takes the keys too under which older copies of the table have the data', async () => {
    await room.data.change(ITEM, () => ({
      value: { name: NAME },
      terms: terms({ end: at('2047-01-05T00:00:00Z'), searched: searchedAs('1', NAME) }),
    }));
    await ordered();
    room.world.now += SETTLED;
    await room.retention.enforce();
    const keys = await room.keys();
    for (const gone of [KEY, 'tokiwa.2047-01.1']) expect(keys).not.toContain(gone);
    expect(await room.data.read(OTHER)).toEqual({ name: NAME });
  });

  it('is refused while a certificate counts or a request is open', async () => {
    room.counting.set(HOLDER, new Fault('wrong-state', 'A certificate of this holder still counts.'));
    await expect(room.retention.order(yamada, HOLDER, asked)).rejects.toMatchObject({ code: 'wrong-state' });
    room.counting.clear();
    await room.retention.order(yamada, HOLDER, asked);
    room.counting.set(HOLDER, new Fault('wrong-state', 'A request of this holder is open.'));
    await expect(room.retention.order(kobayashi, HOLDER, asked)).rejects.toMatchObject({
      code: 'wrong-state',
    });
    expect((await room.data.find(ITEM)).state).toBe('kept');
  });

  it('is one order: nothing else is asked for until it is complete, and then anything', async () => {
    const first = await ordered();
    expect(await room.retention.order(kobayashi, HOLDER, asked)).toEqual(first);
    const hold = { ...asked, act: 'hold' } as const;
    await expect(room.retention.order(yamada, HOLDER, hold)).rejects.toMatchObject({ code: 'wrong-state' });
    room.world.now += SETTLED;
    await room.retention.enforce();
    expect((await room.retention.order(yamada, HOLDER, hold)).awaiting?.act).toBe('hold');
  });

  it('spares what the holder submits after the order', async () => {
    await ordered();
    room.world.now += MINUTE;
    await room.keep('request/5', HOLDER, { name: NAME });
    room.world.now += SETTLED;
    await room.retention.enforce();
    expect(await room.data.read('request/5')).toEqual({ name: NAME });
    expect((await standing()).changed?.act).toBe('erased');
  });

  it('goes on although an item under the closed key cannot be read; the log names it', async () => {
    const row = await room.personal.get({ pk: OTHER, sk: 'item' });
    await room.personal.write([
      {
        put: { pk: OTHER, sk: 'item' },
        value: { ...row?.value, sealed: 'AAAA' },
        if: { version: row?.version ?? 0 },
      },
    ]);
    await ordered();
    room.world.now += SETTLED;
    await room.retention.enforce();
    expect(await room.keys()).not.toContain(KEY);
    expect(room.logged).toEqual([
      { message: 'Personal data cannot be read and are lost', facts: { item: OTHER } },
    ]);
  });

  it('in a month that is over leaves the rest to the end of the month', async () => {
    room.world.now = at('2037-05-31T23:59:00Z');
    await ordered();
    room.world.now = at('2037-06-01T00:00:00Z');
    await room.retention.enforce();
    expect(await room.keys()).toEqual(['tokiwa.2037.search']);
    expect(await room.data.find(OTHER)).toMatchObject({ state: 'ended', month: '2037-05' });
    expect((await standing()).changed?.act).toBe('erased');
  });

  it('destroys a key again that a copy brings back before its month is over', async () => {
    await ordered();
    room.world.now += SETTLED;
    await room.retention.enforce();
    await room.dataKeys.create(KEY);
    expect(await room.start().retention.enforce()).toEqual([]);
    expect(await room.keys()).not.toContain(KEY);
    expect((await acts()).filter((act) => act === 'destroyed')).toHaveLength(1);
  });
});

describe('an erasure that is interrupted', () => {
  it('loses each write, or its answer: the task finishes it, and nobody else loses anything', async () => {
    await using whole = await openRoom();
    await life(whole);
    await whole.retention.order(yamada, HOLDER, asked);
    const counted = failingPorts(whole, new Map());
    const process = whole.start(counted.ports).retention;
    await process.order(kobayashi, HOLDER, asked);
    // The order, the closed key (each an object and its rows), the item.
    expect(counted.writes).toBe(5);
    await process.enforce();
    // The other person's item is moved.
    expect(counted.writes).toBe(7);
    whole.world.now += SETTLED;
    await process.enforce();
    // The destroyed key (object, rows, key), and that the erasure is complete (object, rows).
    expect(counted.writes).toBe(13);

    for (let n = 1; n <= counted.writes; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        await using one = await openRoom();
        await life(one);
        await one.retention.order(yamada, HOLDER, asked);
        const { ports } = failingPorts(one, new Map([[n, failure]]));
        const failing = one.start(ports).retention;
        const insist = async (act: () => Promise<unknown>): Promise<void> => {
          await act().catch((error) => expect(error).toMatchObject({ code: 'store-unavailable' }));
        };
        await insist(() => failing.order(kobayashi, HOLDER, asked));
        // Where the order itself was lost, the operator gives it again.
        await one.start().retention.order(kobayashi, HOLDER, asked);
        await insist(() => failing.enforce());
        one.world.now += SETTLED;
        await insist(() => failing.enforce());
        await one.start().retention.enforce();
        one.world.now += SETTLED;
        await one.start().retention.enforce();
        const what = `${failure} at ${n}`;
        expect(await one.keys(), what).toEqual([NEXT, 'tokiwa.2037.search']);
        expect(await one.data.find(ITEM), what).toMatchObject({ state: 'ended' });
        expect(await one.start().data.read(OTHER), what).toEqual({ name: NAME });
        expect(await checkRows(one)).toEqual([OTHER]);
        expect(await acts(one), what).toEqual(['closed', 'destroyed', 'asked', 'erasure', 'erased']);
        expect((await standing(one)).copiesUntil).toBeDefined();
      }
    }
  });
});
