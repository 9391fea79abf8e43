import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { DataKeys, PersonalData } from '../../lib/personal/personal.ts';
import type { Value } from '../../lib/store/store.ts';
import { type Failure, faultyTable } from '../store/faulty-table.ts';
import { putRow } from '../store/row-attacks.ts';
import { at, checkRows, MINUTE, openRoom, type Room, searchedAs, terms } from './room.ts';

const NAME = '山田太郎';
const ITEM = 'request/1';
const OTHER = 'request/2';
const KEY = 'tokiwa.2037-05.1';

let room: Room;
let data: Room['data'];
beforeEach(async () => {
  room = await openRoom();
  ({ data } = room);
});
afterEach(() => room[Symbol.asyncDispose]());

const rowOf = async (name: string): Promise<Value> =>
  (await room.personal.get({ pk: name, sk: 'item' }))?.value as Value;

describe('an item', () => {
  it('is what was put, under the key of its month', async () => {
    await data.add(ITEM, { name: NAME }, terms());
    expect(await data.read(ITEM)).toEqual({ name: NAME });
    expect(await data.find(ITEM)).toEqual({ state: 'kept', value: { name: NAME }, month: '2037-05' });
    expect(await room.keys()).toEqual([KEY]);
    expect(await checkRows(room)).toEqual([ITEM]);
  });

  it('is added once, changed, and removed with all its rows', async () => {
    await data.add(ITEM, { name: NAME }, terms({ searched: searchedAs('1', NAME) }));
    await expect(data.add(ITEM, {}, terms())).rejects.toMatchObject({
      code: 'condition-failed',
      facts: { item: ITEM },
    });
    const later = terms({ end: at('2047-01-05T00:00:00Z'), searched: searchedAs('1', '佐藤花子') });
    expect(await data.change(ITEM, () => ({ value: { name: '佐藤花子' }, terms: later }))).toEqual({
      name: '佐藤花子',
    });
    expect(await data.find(ITEM)).toMatchObject({ state: 'kept', month: '2047-01' });
    expect(await checkRows(room)).toEqual([ITEM]);
    const where = { tenant: 'tokiwa', office: 'hino' };
    expect(await data.search(where, { text: '佐藤', limit: 10 })).toEqual({ ids: ['1'] });
    expect(await data.search(where, { text: '山田', limit: 10 })).toEqual({ ids: [] });
    expect(await data.change(ITEM, () => undefined)).toEqual({ name: '佐藤花子' });
    await data.remove(ITEM);
    await data.remove(ITEM);
    expect(await data.find(ITEM)).toEqual({ state: 'absent' });
    expect((await room.rows()).map(({ pk }) => pk).sort()).toEqual([
      'data-keys/tokiwa',
      'data-keys/tokiwa',
      'search-years/tokiwa',
      'search-years/tokiwa',
    ]);
  });

  it('is readable in no row', async () => {
    await data.add(ITEM, { name: NAME }, terms({ searched: searchedAs('1', NAME, 'ヤマダタロウ') }));
    const rows = JSON.stringify(await room.rows());
    for (const text of [NAME, '山田', 'ヤマダ', Buffer.from(NAME).toString('base64')])
      expect(rows).not.toContain(text);
  });

  it('that would have ended is kept to the end of this month, or of the next one where this one is about to end', async () => {
    await data.add(ITEM, {}, terms({ end: at('2026-01-01T00:00:00Z') }));
    expect(await data.find(ITEM)).toMatchObject({ month: '2027-04' });
    room.world.now = at('2027-04-30T23:59:30Z');
    await data.add(OTHER, {}, terms({ end: room.world.now }));
    expect(await data.find(OTHER)).toMatchObject({ month: '2027-05' });
  });

  it('knows under which keys older copies of the table have it', async () => {
    for (const end of ['2028-06-01', '2030-06-01', '2030-06-20', '2037-06-01'])
      await data.change(ITEM, () => ({ value: {}, terms: terms({ end: at(`${end}T00:00:00Z`) }) }));
    expect(await rowOf(ITEM)).toMatchObject({
      key: 'tokiwa.2037-06.1',
      former: ['tokiwa.2028-06.1', 'tokiwa.2030-06.1'],
    });
    room.world.now = at('2029-01-01T00:00:00Z');
    await data.change(ITEM, () => ({ value: {}, terms: terms() }));
    expect(await rowOf(ITEM)).toMatchObject({ key: KEY, former: ['tokiwa.2030-06.1', 'tokiwa.2037-06.1'] });
  });
});

describe('an item that cannot be read', () => {
  beforeEach(async () => {
    await data.add(ITEM, { name: NAME }, terms());
    await data.add(OTHER, { name: NAME }, terms({ tenant: 'minase' }));
  });

  /** A process that finds something else in place of the key. */
  const withKey = (open: () => Promise<Uint8Array | undefined>) => {
    const dataKeys: DataKeys = {
      ...room.dataKeys,
      open: (id) => (id === KEY ? open() : room.dataKeys.open(id)),
    };
    return room.start({ dataKeys }).data;
  };

  const isNamed = async (found: PersonalData, code: string): Promise<void> => {
    expect(await found.find(ITEM)).toEqual({ state: 'unreadable', code });
    const fault = await found.read(ITEM).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code, facts: { item: ITEM } });
    expect(JSON.stringify([fault, String(fault)])).not.toContain(NAME);
    // The rest goes on.
    expect(await found.read(OTHER)).toEqual({ name: NAME });
    // Nothing takes its place: the key may come back.
    const before = await rowOf(ITEM);
    await expect(found.change(ITEM, () => ({ value: {}, terms: terms() }))).rejects.toMatchObject({ code });
    expect(await rowOf(ITEM)).toEqual(before);
  };

  it('is named where its key is another one', () =>
    isNamed(
      withKey(async () => new Uint8Array(32)),
      'personal-data-damaged',
    ));

  it('is named where its key is missing, and read again when the key is back', async () => {
    const key = (await room.dataKeys.open(KEY)) as Uint8Array;
    let found: Uint8Array | undefined;
    const process = withKey(async () => found);
    await isNamed(process, 'data-key-missing');
    found = key;
    room.world.now += MINUTE;
    expect(await process.read(ITEM)).toEqual({ name: NAME });
  });

  it('is named where its key is damaged', () =>
    isNamed(
      withKey(async () => {
        throw new Fault('data-key-damaged', 'It is not as it was put.', { key: KEY });
      }),
      'data-key-damaged',
    ));

  it('fails where the keys cannot be reached', async () => {
    const process = withKey(async () => {
      throw new Fault('store-unavailable', 'The keys did not answer.');
    });
    await expect(process.find(ITEM)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('does not open under the name of another one, or of another key', async () => {
    const row = await rowOf(OTHER);
    await putRow(room.personal, { pk: ITEM, sk: 'item' }, row);
    await isNamed(data, 'personal-data-damaged');
    await putRow(room.personal, { pk: ITEM, sk: 'item' }, { ...row, key: KEY });
    await isNamed(data, 'personal-data-damaged');
    // An item of the same key, under a name that nobody has put.
    await putRow(room.personal, { pk: 'request/3', sk: 'item' }, row);
    expect(await data.find('request/3')).toMatchObject({ state: 'unreadable' });
  });

  it('is named whatever somebody put in its place', async () => {
    const row = await rowOf(ITEM);
    const forms: readonly Value[] = [
      {},
      { key: 'tokiwa.2037.search', nonce: row.nonce, sealed: row.sealed },
      { ...row, nonce: 7 },
      { ...row, nonce: '' },
      { ...row, sealed: '' },
      {
        ...row,
        sealed:
          `A${String(row.sealed).slice(1)}` === row.sealed
            ? `B${String(row.sealed).slice(1)}`
            : `A${String(row.sealed).slice(1)}`,
      },
      { ...row, sealed: [row.sealed ?? null] },
      { erased: 7 },
      { ended: 7 },
      // Nothing has destroyed that key.
      { ended: KEY },
      { ended: 'tokiwa.2026-01.1' },
    ];
    for (const form of forms) {
      await putRow(room.personal, { pk: ITEM, sk: 'item' }, form);
      await isNamed(room.start().data, 'personal-data-damaged');
    }
    await putRow(room.personal, { pk: ITEM, sk: 'item' }, { ...row, key: 'tokiwa.2099-01.1' });
    await isNamed(room.start().data, 'data-key-missing');
  });
});

describe('a table that fails', () => {
  /** Repeats after no answer. */
  const insist = async (act: () => Promise<unknown>): Promise<void> => {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await act();
        return;
      } catch (error) {
        if (!Fault.is(error, 'store-unavailable')) throw error;
      }
    }
    throw new Error('the store never answered');
  };

  const live = async (one: Room, plan: ReadonlyMap<number, Failure>): Promise<number> => {
    const table = faultyTable(one.personal, plan);
    const found = one.start({ personal: table }).data;
    const first = terms({ searched: searchedAs('1', NAME) });
    const later = terms({ end: at('2047-01-05T00:00:00Z'), searched: searchedAs('1', NAME, '花子') });
    await insist(() => found.add(ITEM, { name: NAME }, first));
    await insist(() => found.add(OTHER, { name: NAME }, terms()));
    await insist(() => found.change(ITEM, () => ({ value: { name: NAME, more: 1 }, terms: first })));
    await insist(() => found.change(ITEM, () => ({ value: { name: NAME, more: 2 }, terms: later })));
    await insist(() => found.remove(OTHER));
    return table.writes;
  };

  it('loses each write, or its answer: the same rows are there in the end', async () => {
    const writes = await live(room, new Map());
    expect(writes).toBe(9);
    const whole = (await room.rows()).map(({ pk, sk }) => `${pk} ${sk}`);
    // Tokens differ from one to the next, and a key that was not made leaves the row that was put for it.
    const isToken = (row: string) => row.startsWith('search/') || row.startsWith('data-keys/');
    for (let n = 1; n <= writes; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        await using one = await openRoom();
        await live(one, new Map([[n, failure]]));
        expect(await checkRows(one), `${failure} at ${n}`).toEqual([ITEM]);
        expect(await one.data.find(ITEM)).toEqual({
          state: 'kept',
          value: { name: NAME, more: 2 },
          month: '2047-01',
        });
        const rows = (await one.rows()).map(({ pk, sk }) => `${pk} ${sk}`);
        expect(rows.filter((row) => !isToken(row))).toEqual(whole.filter((row) => !isToken(row)));
        expect(rows.filter(isToken)).toHaveLength(whole.filter(isToken).length);
      }
    }
  });

  it('has lost or got rows of lists: the next change puts them right', async () => {
    await data.add(ITEM, {}, terms({ searched: searchedAs('1', NAME) }));
    const lists = (await room.rows()).filter(({ pk }) => pk.startsWith('search/') || pk.startsWith('month/'));
    for (const { pk, sk } of lists) {
      const found = await room.personal.get({ pk, sk });
      await room.personal.write([{ delete: { pk, sk }, if: { version: found?.version as number } }]);
    }
    const later = terms({ end: at('2047-01-05T00:00:00Z'), searched: searchedAs('1', NAME) });
    await putRow(room.personal, { pk: 'month/tokiwa/2047-01/1', sk: ITEM }, { item: ITEM });
    await data.change(ITEM, () => ({ value: {}, terms: later }));
    expect(await checkRows(room)).toEqual([ITEM]);
  });

  it('lets two changes at once both count', async () => {
    await data.add(ITEM, { n: 0 }, terms());
    const add = () =>
      data.change<{ n: number }>(ITEM, (value) => ({ value: { n: (value?.n ?? 0) + 1 }, terms: terms() }));
    await Promise.all([add(), add(), add()]);
    expect(await data.read(ITEM)).toEqual({ n: 3 });
    expect(await checkRows(room)).toEqual([ITEM]);
  });
});
