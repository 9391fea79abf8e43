import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { type DataKeys, type ItemName, openPersonal, type Terms } from '../../lib/personal/personal.ts';
import { asSealed, type ItemRow, listsOf } from '../../lib/personal/rows.ts';
import type { Principal } from '../../lib/principal.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import {
  everyItem,
  type Item,
  type Key,
  type Objects,
  type Table,
  type Value,
} from '../../lib/store/store.ts';
import { ledgerActs, memoryDataKeys } from '../acts.ts';
import { PEOPLE, TENANTS } from '../registration/people.ts';
import { type FailurePlan, failing } from '../store/faulty-table.ts';
import { temporaryFolder } from '../store/temporary.ts';

export const START = Date.parse('2027-04-10T09:00:00Z');
export const MINUTE = 60_000;
export const DAY = 86_400_000;
/** An asking lapses after the first time, and copies of keys end after the second. */
export const LAPSE = 7 * DAY;
export const COPIES = 30 * DAY;

/** Two operators of the service, one of them again under another id, an operator of one tenant, and an auditor. */
export const { yamada, kobayashi, auditor } = PEOPLE;
export const YAMADA_AGAIN: Principal = { ...yamada, id: 'centre-yamada-2' };
export const OF_TOKIWA: Principal = TENANTS.ofHino;

export const at = (text: string): number => Date.parse(text);
const END = at('2037-05-20T00:00:00Z');

/** An end in May 2037, and the texts that a search finds. */
export const terms = (more: Partial<Terms> = {}): Terms => ({ tenant: 'tokiwa', end: END, ...more });

export const searchedAs = (id: string, ...texts: readonly string[]) => ({ office: 'hino', id, texts });

const all = async <T>(values: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
};

/** A table that can tell every row which was put through it. */
const withRows = (table: Table): Table & { rows(): Promise<readonly Item[]> } => {
  const pks = new Set<string>();
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: async (writes) => {
      for (const write of writes) if ('put' in write) pks.add(write.put.pk);
      return table.write(writes);
    },
    close: () => table.close(),
    rows: async () => (await Promise.all([...pks].map((pk) => all(everyItem(table, { pk }))))).flat(),
  };
};

/** The room over tables in files, with keys and acts in memory. */
export const openRoom = async () => {
  const folder = await temporaryFolder();
  const [table, personalTable] = await Promise.all([
    openSqliteTable(join(folder.path, 'table.sqlite')),
    openSqliteTable(join(folder.path, 'personal.sqlite')),
  ]);
  const personal = withRows(personalTable);
  const dataKeys = memoryDataKeys();
  const world = { now: START };
  const clock = () => world.now;
  const acts = ledgerActs(clock);
  const random = (n: number): Uint8Array => randomBytes(n);
  const logged: { readonly message: string; readonly facts: unknown }[] = [];
  /** The items of each holder, with the time of their submission; what has to stay; and whose certificate counts. */
  const holders = new Map<string, { readonly item: ItemName; readonly submitted: number }[]>();
  const staying: ItemName[] = [];
  const counting = new Map<string, Fault>();
  /** Items of certificates that count. */
  const counted = new Set<ItemName>();

  /** A process over these stores, or over others in their place. */
  const start = (
    ports: {
      readonly personal?: Table;
      readonly table?: Table;
      readonly dataKeys?: DataKeys;
      readonly objects?: Objects;
    } = {},
  ) => {
    const objects = ports.objects ?? acts.objects;
    const ledger = openLedger({ table: ports.table ?? table, clock, random, ...acts, objects });
    const opened = openPersonal({ table, personal, dataKeys, ...ports, recorder: ledger, clock, random });
    const retention = opened.openRetention({
      objects,
      log: (_level, message, facts) => logged.push({ message, facts }),
      lapsesAt: (now) => now + LAPSE,
      copiesEnd: (now) => now + COPIES,
      itemsOf: async function* (_tenant, holder, until = Number.POSITIVE_INFINITY) {
        for (const { item, submitted } of holders.get(holder) ?? []) if (submitted <= until) yield item;
      },
      openItems: async function* () {
        yield* staying;
      },
      counts: async (_tenant, holder) => counting.get(holder),
      mayErase: async (name) => !counted.has(name),
    });
    /** A new item, settled at once. */
    const add = async (name: ItemName, value: Value, about: Terms): Promise<void> => {
      await opened.data.change(name, (there) => {
        if (there !== undefined)
          throw new Fault('condition-failed', 'There is an item of that name.', { item: name });
        return { value, terms: about };
      });
    };
    return { data: { ...opened.data, add }, retention, ledger };
  };

  return {
    world,
    table,
    personal,
    dataKeys,
    objects: acts.objects,
    logged,
    holders,
    staying,
    counting,
    counted,
    start,
    ...start(),
    rows: personal.rows,
    keys: () => all(dataKeys.list()),
    /** Puts an item of that holder, submitted now. */
    keep: async (item: ItemName, holder: string, value: Value, more?: Partial<Terms>) => {
      await start().data.add(item, value, terms(more));
      holders.set(holder, [...(holders.get(holder) ?? []), { item, submitted: world.now }]);
    },
    records: async (kind: 'data-key' | 'personal-data') => {
      const { records } = await start().ledger.query({ limit: 1_000 });
      const found = records.flatMap((record) => (record.kind === kind ? [record] : []));
      // Those of one moment by the names that they stand under.
      const placeOf = ({ time, details: { closes } }: (typeof found)[number]) =>
        time + JSON.stringify(closes);
      return found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([table.close(), personal.close()]);
      await folder[Symbol.asyncDispose]();
    },
  };
};

export type Room = Awaited<ReturnType<typeof openRoom>>;

/** Everything that a process writes, counted together: rows, objects, and keys that are destroyed. */
export const failingPorts = (room: Room, plan: FailurePlan) => {
  const fail = failing(plan);
  const over = (table: Table): Table => ({
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: (writes) => fail.next(() => table.write(writes)),
    close: () => table.close(),
  });
  const { objects, dataKeys } = room;
  return {
    get writes() {
      return fail.count;
    },
    ports: {
      table: over(room.table),
      personal: over(room.personal),
      objects: {
        ...objects,
        put: (...put: Parameters<Objects['put']>) => fail.next(() => objects.put(...put)),
      },
      dataKeys: { ...dataKeys, destroy: (id: string) => fail.next(() => dataKeys.destroy(id)) },
    },
  };
};

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Every row of the table: the items, and exactly the rows that list them. Resolves with the names of those that are kept. */
export const checkRows = async (room: Room): Promise<readonly ItemName[]> => {
  const rows = await room.rows();
  const items = rows.filter(({ sk }) => sk === 'item');
  const lists = items.flatMap(({ pk, value }) => listsOf(pk, value as ItemRow).map(nameOf));
  const others = rows.filter(
    ({ pk, sk }) => sk !== 'item' && pk !== 'ended' && !/^(search-years|data-keys)\//.test(pk),
  );
  expect(others.map(nameOf).sort()).toEqual(lists.sort());
  for (const { value, pk } of others)
    expect(
      items.map((item) => item.pk),
      pk,
    ).toContain(value.item);
  return items.flatMap(({ pk, value }) => (asSealed(value) ? [pk] : []));
};

/** The id of the key that an item is sealed under. */
export const keyOf = async (room: Room, name: ItemName): Promise<string | undefined> =>
  asSealed((await room.personal.get({ pk: name, sk: 'item' }))?.value)?.key;
