import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import {
  at,
  auditor,
  COPIES,
  checkRows,
  DAY,
  failingPorts,
  keyOf,
  MINUTE,
  OF_TOKIWA,
  openRoom,
  type Room,
  searchedAs,
  terms,
  yamada,
} from './room.ts';

const NAME = '山田太郎';
const KEY = 'tokiwa.2037-05.1';
const SEARCH = 'tokiwa.2037.search';
const OVER = at('2037-06-01T00:00:00Z');
const ITEM = 'request/1';
const OTHER = 'request/2';

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

/** Two persons whose data end in May 2037, one in June, and one of another tenant. */
const live = async (): Promise<void> => {
  await room.keep(ITEM, 'holder-1', { name: NAME }, { searched: searchedAs('1', NAME) });
  await room.keep(OTHER, 'holder-2', { name: NAME }, { searched: searchedAs('2', NAME) });
  await room.keep('request/3', 'holder-3', { name: NAME }, { end: at('2037-06-05T00:00:00Z') });
  await room.keep('request/4', 'holder-4', { name: NAME }, { tenant: 'minase' });
};

const iso = (ms: number): string => new Date(ms).toISOString();

const stateOf = async (name: string, one = room): Promise<string> => (await one.data.find(name)).state;

const destroyed = async (one = room) =>
  (await one.records('data-key')).map(({ details }) => [details.act, details.key] as const);

describe('a month', () => {
  beforeEach(live);

  it('does not end before it is over', async () => {
    room.world.now = OVER - 1;
    await expect(room.retention.end(yamada, '2037-05', 'tokiwa')).rejects.toMatchObject({
      code: 'wrong-state',
      facts: { month: '2037-05' },
    });
    expect(await room.retention.enforce()).toEqual([]);
    expect(await room.keys()).toContain(KEY);
    expect(await stateOf(ITEM)).toBe('kept');
    expect(await room.records('data-key')).toEqual([]);
  });

  it('ends by one act, whatever number of persons it concerns', async () => {
    room.world.now = OVER;
    const ended = await room.retention.end(yamada, '2037-05', 'tokiwa');
    const [record, ...more] = await room.records('data-key');
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      actor: yamada.id,
      tenant: 'tokiwa',
      details: { act: 'destroyed', key: KEY, month: '2037-05', person: yamada.person },
    });
    expect(ended).toEqual({
      tenant: 'tokiwa',
      month: '2037-05',
      destroyedAt: record?.time,
      record: record?.id,
      copiesUntil: iso(Date.parse(record?.time ?? '') + COPIES),
      first: true,
    });
    for (const name of [ITEM, OTHER])
      expect(await room.data.find(name)).toEqual({ state: 'ended', month: '2037-05', key: KEY });
    await expect(room.data.read(ITEM)).rejects.toMatchObject({
      code: 'personal-data-ended',
      facts: { item: ITEM },
    });
    // What ends later, and what is another tenant's, stays.
    expect(await stateOf('request/3')).toBe('kept');
    expect(await stateOf('request/4')).toBe('kept');
  });

  it('that ended before says when, and is not ended again', async () => {
    room.world.now = OVER;
    const first = await room.retention.end(yamada, '2037-05', 'tokiwa');
    room.world.now += DAY;
    expect(await room.retention.end(OF_TOKIWA, '2037-05')).toEqual({ ...first, first: false });
    expect(await destroyed()).toEqual([['destroyed', KEY]]);
  });

  it('is ended by the task of each tenant, and its rows are deleted', async () => {
    room.world.now = OVER;
    expect(await room.retention.enforce()).toEqual([
      'personal data of 2037-05',
      'personal data of 2037-05',
      'rows of 2037-05: 1',
      'rows of 2037-05: 2',
    ]);
    expect(await destroyed()).toEqual([
      ['destroyed', 'minase.2037-05.1'],
      ['destroyed', KEY],
    ]);
    expect(await checkRows(room)).toEqual(['request/3']);
    expect((await room.rows()).filter(({ pk }) => pk === 'ended')).toEqual([]);
    // An item that ended stays known as ended, by its key.
    expect(await room.data.find(ITEM)).toEqual({ state: 'ended', month: '2037-05', key: KEY });
    expect(await room.retention.enforce()).toEqual([]);
  });

  it('is named rightly, by an operator who serves its tenant', async () => {
    room.world.now = OVER;
    for (const month of ['2037-5', '2037-13', '2037', '2037-05-01', '', '２０３７-05'])
      await expect(room.retention.end(yamada, month, 'tokiwa')).rejects.toMatchObject({
        code: 'invalid-input',
        facts: { path: 'month' },
      });
    await expect(room.retention.end(yamada, '2036-01', 'tokiwa')).rejects.toMatchObject({
      code: 'invalid-input',
    });
    // An operator of the service names the tenant; without one it is what belongs to none.
    await expect(room.retention.end(yamada, '2037-05')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(room.retention.end(OF_TOKIWA, '2037-05', 'minase')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(room.retention.end(auditor, '2037-05', 'tokiwa')).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await room.keys()).toContain(KEY);
  });

  it('is listed as open, as over, and for a year as ended', async () => {
    const mine = async () =>
      (await room.retention.months(OF_TOKIWA)).map(({ tenant, month, state }) => [tenant, month, state]);
    expect(await mine()).toEqual([
      ['tokiwa', '2037-05', 'open'],
      ['tokiwa', '2037-06', 'open'],
    ]);
    room.world.now = OVER;
    expect((await mine())[0]).toEqual(['tokiwa', '2037-05', 'over']);
    expect((await room.retention.months(yamada)).map(({ tenant, month }) => [tenant, month])).toEqual([
      ['minase', '2037-05'],
      ['tokiwa', '2037-05'],
      ['tokiwa', '2037-06'],
    ]);
    const { first: _, ...ended } = await room.retention.end(yamada, '2037-05', 'tokiwa');
    expect((await room.retention.months(OF_TOKIWA))[0]).toEqual({
      ...ended,
      state: 'ended',
      endsAt: iso(OVER),
    });
    room.world.now += 400 * DAY;
    expect(await mine()).toEqual([['tokiwa', '2037-06', 'over']]);
  });

  it('ends what a crash left staged, and still says by which key', async () => {
    const { writes } = await room.data.stage('request/7', { name: NAME }, terms());
    await room.table.write(writes);
    room.world.now = OVER;
    await room.retention.enforce();
    const ended = { state: 'ended', month: '2037-05', key: KEY };
    expect(await room.data.find('request/7')).toEqual(ended);
    expect(await room.data.recover()).toBe(1);
    expect(await room.data.find('request/7')).toEqual(ended);
  });

  it('that is of no tenant ends too', async () => {
    await room.data.add('principal/1', { name: NAME }, { end: at('2037-05-02T00:00:00Z') });
    room.world.now = OVER;
    const { tenant, first } = await room.retention.end(yamada, '2037-05');
    expect([tenant, first]).toEqual([undefined, true]);
    expect((await room.records('data-key'))[0]).not.toHaveProperty('tenant');
    expect(await stateOf('principal/1')).toBe('ended');
  });
});

describe('what has to stay', () => {
  beforeEach(live);

  it('is put under this month before the key is destroyed, and is still found by a search', async () => {
    room.staying.push(ITEM);
    room.world.now = OVER;
    await room.retention.enforce();
    expect(await room.data.find(ITEM)).toEqual({ state: 'kept', value: { name: NAME }, month: '2037-06' });
    expect(await stateOf(OTHER)).toBe('ended');
    expect(await checkRows(room)).toEqual([ITEM, 'request/3']);
    const where = { tenant: 'tokiwa', office: 'hino' };
    expect(await room.data.search(where, { text: '山田', limit: 10 })).toEqual({ ids: ['1'] });
    // It ends with this month, once nothing keeps it.
    room.staying.length = 0;
    room.world.now = at('2037-07-01T00:00:00Z');
    await room.retention.enforce();
    expect(await checkRows(room)).toEqual([]);
  });

  it('keeps the month from its end where its key cannot be opened: somebody may have a copy', async () => {
    room.staying.push(ITEM);
    room.world.now = OVER;
    for (const code of ['data-key-damaged', 'data-key-missing'] as const) {
      const dataKeys = {
        ...room.dataKeys,
        open: async (id: string) => {
          if (id !== KEY) return room.dataKeys.open(id);
          if (code === 'data-key-missing') return undefined;
          throw new Fault(code, 'It is not as it was put.');
        },
      };
      const { retention } = room.start({ dataKeys });
      await expect(retention.enforce()).rejects.toMatchObject({ code, facts: { item: ITEM, key: KEY } });
      // The other tenant's month has ended; the log names what is in the way.
      expect(await destroyed()).toEqual([['destroyed', 'minase.2037-05.1']]);
      expect(room.logged).toContainEqual({
        message: 'Personal data that have to stay cannot be read',
        facts: { item: ITEM },
      });
    }
    expect(await room.keys()).toContain(KEY);
    expect(JSON.stringify(room.logged)).not.toContain(NAME);
  });

  it('does not keep a month from its end where nothing has to stay, though the key is damaged or lost', async () => {
    await room.dataKeys.destroy(KEY);
    room.world.now = OVER;
    expect(await room.retention.enforce()).toEqual(['personal data of 2037-05', 'rows of 2037-05: 1']);
    expect(await room.data.find(ITEM)).toMatchObject({ code: 'data-key-missing' });
    expect(await room.retention.end(yamada, '2037-05', 'tokiwa')).toMatchObject({ first: true });
    expect(await room.data.find(ITEM)).toMatchObject({ state: 'ended' });
    await room.retention.enforce();
    expect(await checkRows(room)).toEqual(['request/3']);
  });

  it('is not ended although the item itself is damaged; the log names it', async () => {
    room.staying.push(ITEM, OTHER);
    const row = await room.personal.get({ pk: ITEM, sk: 'item' });
    await room.personal.write([
      {
        put: { pk: ITEM, sk: 'item' },
        value: { ...row?.value, sealed: 'AAAA' },
        if: { version: row?.version ?? 0 },
      },
    ]);
    room.world.now = OVER;
    await room.retention.enforce();
    expect(await stateOf(OTHER)).toBe('kept');
    expect(room.logged).toEqual([
      { message: 'Personal data that have to stay cannot be read', facts: { item: ITEM } },
    ]);
  });
});

describe('a key that is destroyed', () => {
  beforeEach(live);

  it('opens nothing when a copy of the keys brings it back, and is destroyed again', async () => {
    const copy = Uint8Array.from((await room.dataKeys.open(KEY)) as Uint8Array);
    const before = await room.rows();
    room.world.now = OVER;
    await room.retention.enforce();
    // Both are put back as they were.
    (await room.dataKeys.create(KEY)).set(copy);
    for (const { pk, sk, value } of before) {
      const row = await room.personal.get({ pk, sk });
      if (row === undefined) await room.personal.write([{ put: { pk, sk }, value, if: 'absent' }]);
    }
    expect(Buffer.compare((await room.dataKeys.open(KEY)) as Uint8Array, copy)).toBe(0);
    const { data, retention } = room.start();
    expect(await data.find(ITEM)).toEqual({ state: 'ended', month: '2037-05', key: KEY });
    expect((await retention.months(OF_TOKIWA))[0]).toMatchObject({ month: '2037-05', state: 'ended' });
    await retention.enforce();
    expect(await room.keys()).not.toContain(KEY);
    expect((await destroyed()).filter(([, key]) => key === KEY)).toHaveLength(1);
  });

  it('is not made again: nothing is put under it', async () => {
    room.world.now = OVER;
    await room.retention.enforce();
    room.world.now = at('2037-05-15T00:00:00Z');
    await room.start().data.add('request/5', {}, terms());
    expect(await keyOf(room, 'request/5')).toBe('tokiwa.2037-05.2');
  });

  it('may have been in use in another process: what that one puts later goes elsewhere', async () => {
    const another = room.start();
    await another.data.read(ITEM);
    room.world.now = OVER;
    await room.retention.end(yamada, '2037-05', 'tokiwa');
    await another.data.add('request/5', { name: NAME }, terms());
    expect(await another.data.find('request/5')).toMatchObject({ state: 'kept', month: '2037-06' });
    // It has read the key a moment ago, and still deletes the rows of the month.
    await another.retention.enforce();
    expect(await checkRows(room)).toEqual(['request/3', 'request/5']);
  });
});

describe('the key of searches', () => {
  it('ends with the last month of its year', async () => {
    await live();
    await room.keep(
      'request/5',
      'holder-5',
      {},
      { end: at('2037-12-31T00:00:00Z'), searched: searchedAs('5', NAME) },
    );
    room.world.now = at('2037-12-31T23:00:00Z');
    await room.retention.enforce();
    expect(await room.keys()).toEqual(['tokiwa.2037-12.1', SEARCH]);
    const where = { tenant: 'tokiwa', office: 'hino' };
    expect(await room.data.search(where, { text: '山田', limit: 10 })).toEqual({ ids: ['5'] });
    room.world.now = at('2038-01-01T00:00:00Z');
    expect(await room.retention.enforce()).toEqual([
      'personal data of 2037-12',
      'searches of 2037',
      'rows of 2037-12: 1',
    ]);
    expect(await room.keys()).toEqual([]);
    expect((await room.rows()).map(({ sk, value }) => [sk, Object.keys(value)])).toEqual(
      Array.from({ length: 5 }, () => ['item', ['ended']]),
    );
    expect((await destroyed()).at(-1)).toEqual(['destroyed', SEARCH]);
    expect(await room.data.search(where, { text: '山田', limit: 10 })).toEqual({ ids: [] });
  });

  it('is destroyed again where a copy of the keys brings it back', async () => {
    await live();
    room.world.now = at('2038-01-01T00:00:00Z');
    await room.retention.enforce();
    await room.dataKeys.create(SEARCH);
    expect(await room.start().retention.enforce()).toEqual([]);
    expect(await room.keys()).toEqual([]);
  });
});

describe('a task that fails', () => {
  const END = ['personal data of 2037-05', 'searches of 2037'];

  const life = async (one: Room): Promise<void> => {
    await one.keep(ITEM, 'holder-1', { name: NAME }, { searched: searchedAs('1', NAME) });
    await one.keep(OTHER, 'holder-2', { name: NAME }, { searched: searchedAs('2', NAME) });
    one.staying.push(OTHER);
    one.world.now = OVER;
  };

  it('loses each write, or its answer, or is killed after it: the next run finishes it, with one act', async () => {
    await using whole = await openRoom();
    await life(whole);
    const counted = failingPorts(whole, new Map());
    expect(await whole.start(counted.ports).retention.enforce()).toEqual([END[0], 'rows of 2037-05: 1']);
    // What stays is moved (1); the month is listed (2); object, rows and key of the act (3 to 5); the sweep (6 and 7).
    expect(counted.writes).toBe(9);
    for (let n = 1; n <= counted.writes; n++) {
      for (const failure of ['lost', 'appliedThenErrored'] as const) {
        await using one = await openRoom();
        await life(one);
        const { ports } = failingPorts(one, new Map([[n, failure]]));
        await one
          .start(ports)
          .retention.enforce()
          .catch((error) => {
            expect(error).toMatchObject({ code: 'store-unavailable' });
          });
        // Whatever became of the act: no item is half gone. What has to stay is there, and nothing is destroyed without an act.
        const acts = await destroyed(one);
        expect((await one.keys()).includes(KEY) || acts.length > 0, `${failure} at ${n}`).toBe(true);
        one.world.now += MINUTE;
        await one.start().retention.enforce();
        expect(await destroyed(one)).toEqual([['destroyed', KEY]]);
        expect(await one.keys()).not.toContain(KEY);
        expect(await checkRows(one)).toEqual([OTHER]);
        expect(await one.data.find(OTHER)).toMatchObject({ state: 'kept', month: '2037-06' });
        expect((await one.rows()).filter(({ pk }) => pk === 'ended')).toEqual([]);
      }
    }
  });

  it('has recorded the act and not destroyed the key: nobody reads, and the next run destroys it', async () => {
    await life(room);
    room.staying.length = 0;
    const { ports } = failingPorts(room, new Map([[4, 'lost']]));
    await expect(room.start(ports).retention.end(yamada, '2037-05', 'tokiwa')).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    expect(await room.keys()).toContain(KEY);
    expect(await room.start().data.find(ITEM)).toMatchObject({ state: 'ended' });
    await room.start().retention.enforce();
    expect(await room.keys()).not.toContain(KEY);
    expect(await destroyed()).toEqual([['destroyed', KEY]]);
  });
});
