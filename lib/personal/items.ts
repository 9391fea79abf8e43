import { Fault, wentThrough } from '../fault.ts';
import { membersIn, textIn } from '../members.ts';
import type { Item, Key, Value, Write } from '../store/store.ts';
import type { DataKeyId, Found, ItemName, PersonalData, Terms } from './contract.ts';
import type { ItemsDeps } from './deps.ts';
import { KEPT_OPEN_MS, type KeyRing } from './key-ring.ts';
import { monthOf, parseKeyId, tenantPart } from './months.ts';
import {
  asSealed,
  formerKeys,
  type GoneRow,
  type ItemRow,
  itemKey,
  listsOf,
  monthOfKey,
  tokenOf,
  yearsPk,
} from './rows.ts';
import { type SealedRow, seal, unseal } from './sealing.ts';
import { termsOf } from './search-text.ts';

/** What is sealed: the value, and under which texts a search finds it. */
type Inner = { readonly value: Value; readonly texts: readonly string[] };

/** Others who change the same item are few. */
const MAX_ATTEMPTS = 8;

/** A write takes less. What is put so shortly before the end of its month goes into the next one, and does not end unread. */
const WRITE_MS = KEPT_OPEN_MS;

export interface Opened {
  readonly row: SealedRow;
  readonly version: number;
  readonly inner: Inner;
}

/** Items, for the files of this room. */
export interface Items extends Pick<PersonalData, 'add' | 'change' | 'find' | 'read'> {
  /** The row as it is, and what it says or why it cannot be read. */
  inspect(name: ItemName): Promise<{
    readonly row?: Item<ItemRow>;
    readonly opened?: Opened;
    readonly closed?: Exclude<Found<never>, { state: 'kept' }>;
  }>;
  /** Puts an opened item under a later end, or under the newest key of its month. False where another change was first. */
  move(name: ItemName, opened: Opened, end?: number): Promise<boolean>;
  /** Deletes the rows of an item; with `left`, says why it is gone. False where another change was first. */
  remove(name: ItemName, left?: GoneRow): Promise<boolean>;
}

export const openItems = (deps: ItemsDeps & { readonly ring: KeyRing }): Items => {
  const { personal, ring, clock, random } = deps;
  /** The years whose rows this process has put. */
  const years = new Set<string>();

  const get = (name: ItemName) => personal.get<ItemRow>(itemKey(name));

  /** False where a condition failed. A write whose answer is lost has gone through where `isThere` says so. */
  const stored = async (writes: readonly Write[], isThere: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await wentThrough(personal.write(writes));
    } catch (error) {
      if (await isThere().catch(() => false)) return true;
      throw error;
    }
  };

  /** A search key is used only once the year is listed: what nobody could find would not be found. */
  const noteYear = async (tenant: string, year: string): Promise<void> => {
    const put: Key = { pk: yearsPk(tenant), sk: year };
    if (years.has(`${tenant} ${year}`)) return;
    if ((await personal.get(put)) === undefined)
      await stored([{ put, value: {}, if: 'absent' }], async () => (await personal.get(put)) !== undefined);
    years.add(`${tenant} ${year}`);
  };

  const sealedRow = async (
    name: ItemName,
    inner: Inner,
    tenant: string,
    end: number,
    searched: Pick<SealedRow, 'office' | 'id'>,
  ): Promise<SealedRow> => {
    // What would have ended already is kept to the end of this month: somebody still needs it.
    const month = monthOf(Math.max(end, clock() + WRITE_MS));
    const { id, key } = await ring.current(tenant, month);
    const sealed = seal(name, id, key, inner, random);
    const { office, id: found } = searched;
    if (office === undefined || found === undefined) return sealed;
    const year = month.slice(0, 4);
    const search = await ring.search(tenant, year);
    await noteYear(tenant, year);
    const tokens = termsOf(inner.texts).map((term) => tokenOf(search.key, office, term));
    return { ...sealed, office, id: found, tokens };
  };

  /** True where the rows are stored; false where another change of the item was first. */
  const store = async (
    name: ItemName,
    before: Item<ItemRow> | undefined,
    row: SealedRow,
  ): Promise<boolean> => {
    const item: Write = {
      put: itemKey(name),
      value: row,
      if: before ? { version: before.version } : 'absent',
    };
    const wanted = listsOf(name, row);
    const had = before ? listsOf(name, before.value) : [];
    const isIn = (lists: readonly Key[], one: Key) =>
      lists.some(({ pk, sk }) => pk === one.pk && sk === one.sk);
    const value = { item: name };
    const added = wanted.filter((key) => !isIn(had, key));
    const dropped = had.filter((key) => !isIn(wanted, key));
    const asKnown: readonly Write[] = [
      item,
      ...added.map((put): Write => ({ put, value, if: 'absent' })),
      ...dropped.map((key): Write => ({ delete: key, if: { version: 1 } })),
    ];
    // Nonces are of chance: a row that has this one is the row of this write.
    const isOurs = async (): Promise<boolean> => asSealed((await get(name))?.value)?.nonce === row.nonce;
    if (await stored(asKnown, isOurs)) return true;
    // The item is another one now; or somebody has put or deleted a row that lists it, and they are made as they should be.
    const now = await get(name);
    if (now?.version !== before?.version) return false;
    const there = async (keys: readonly Key[]) =>
      Promise.all(keys.map(async (key) => ({ key, found: await personal.get(key) })));
    const [lacking, over] = await Promise.all([there(added), there(dropped)]);
    return stored(
      [
        item,
        ...lacking.flatMap(({ key, found }): readonly Write[] =>
          found ? [] : [{ put: key, value, if: 'absent' }],
        ),
        ...over.flatMap(({ key, found }): readonly Write[] =>
          found ? [{ delete: key, if: { version: found.version } }] : [],
        ),
      ],
      isOurs,
    );
  };

  const put = async (
    name: ItemName,
    before: Item<ItemRow> | undefined,
    value: Value,
    { tenant, end, searched }: Terms,
  ): Promise<boolean> => {
    const inner: Inner = { value, texts: searched?.texts ?? [] };
    const where = searched ? { office: searched.office, id: searched.id } : {};
    const row = await sealedRow(name, inner, tenantPart(tenant), end, where);
    return store(name, before, { ...row, ...formerKeys(before?.value, row.key, clock()) });
  };

  const openRow = async (
    name: ItemName,
    item: Item<ItemRow>,
  ): Promise<Opened | Exclude<Found<never>, { state: 'kept' }>> => {
    const row = asSealed(item.value);
    if (row === undefined) {
      const { erased, ended } = membersIn(item.value);
      if (textIn(erased) !== undefined) return { state: 'ended', record: erased as string };
      const isEnded = parseKeyId(ended) !== undefined && (await ring.open(ended as string)) === 'ended';
      return isEnded ? endedBy(ended as string) : { state: 'unreadable', code: 'personal-data-damaged' };
    }
    const key = await ring.open(row.key);
    if (key === 'ended') return endedBy(row.key);
    if (key === 'missing' || key === 'damaged') return { state: 'unreadable', code: `data-key-${key}` };
    const inner = unseal(name, row, key) as Inner | undefined;
    if (inner === undefined) return { state: 'unreadable', code: 'personal-data-damaged' };
    return { row, version: item.version, inner };
  };

  const find: Items['find'] = async <V extends Value>(name: ItemName): Promise<Found<V>> => {
    const item = await get(name);
    if (item === undefined) return { state: 'absent' };
    const opened = await openRow(name, item);
    if ('state' in opened) return opened;
    return { state: 'kept', value: opened.inner.value as V, month: monthOfKey(opened.row.key) };
  };

  return {
    find,

    read: async <V extends Value>(name: ItemName): Promise<V> => {
      const found = await find<V>(name);
      if (found.state === 'kept') return found.value;
      throw notKept(name, found);
    },

    add: async (name, value, terms) => {
      if (await put(name, undefined, value, terms)) return;
      throw new Fault('condition-failed', 'There are personal data of that name already.', { item: name });
    },

    change: async <V extends Value>(
      name: ItemName,
      change: (value: V | undefined) => { readonly value: V; readonly terms: Terms } | undefined,
    ): Promise<V | undefined> => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const before = await get(name);
        const opened = before && (await openRow(name, before));
        // What cannot be read now may be read again once its key is back: nothing takes its place.
        if (opened && 'state' in opened && opened.state === 'unreadable') throw notKept(name, opened);
        const value = opened && !('state' in opened) ? (opened.inner.value as V) : undefined;
        const next = change(value);
        if (next === undefined) return value;
        if (await put(name, before, next.value, next.terms)) return next.value;
      }
      throw new Fault('store-unavailable', 'The personal data kept changing; try again.', { item: name });
    },

    inspect: async (name) => {
      const row = await get(name);
      if (row === undefined) return {};
      const opened = await openRow(name, row);
      return { row, ...('state' in opened ? { closed: opened } : { opened }) };
    },

    move: async (name, { row, version, inner }, end) => {
      const of = parseKeyId(row.key);
      if (of === undefined || !('month' in of)) return false;
      const before: Item<ItemRow> = { ...itemKey(name), version, value: row };
      const to = end ?? Date.parse(`${of.month}-01T00:00:00Z`);
      const moved = await sealedRow(name, inner, of.tenant, to, row);
      return store(name, before, { ...moved, ...formerKeys(row, moved.key, clock()) });
    },

    remove: async (name, left) => {
      const before = await get(name);
      if (before === undefined) return true;
      if (left !== undefined && textIn(membersIn(before.value).erased) !== undefined) return true;
      const lists = listsOf(name, before.value);
      const found = await Promise.all(lists.map((key) => personal.get(key)));
      const over = found.flatMap((one): readonly Write[] =>
        one ? [{ delete: { pk: one.pk, sk: one.sk }, if: { version: one.version } }] : [],
      );
      const condition = { version: before.version };
      const own: Write =
        left === undefined
          ? { delete: itemKey(name), if: condition }
          : { put: itemKey(name), value: left, if: condition };
      return wentThrough(personal.write([own, ...over]));
    },
  };
};

const endedBy = (key: DataKeyId) => ({ state: 'ended', month: monthOfKey(key), key }) as const;

/** The fault of an item that is not there to be read. It names the item and nothing of its content. */
const notKept = (item: ItemName, found: Exclude<Found<never>, { state: 'kept' }>): Fault => {
  if (found.state === 'ended')
    return new Fault('personal-data-ended', 'The retention of these personal data has ended.', { item });
  if (found.state === 'unreadable' && found.code === 'data-key-missing')
    return new Fault(
      'data-key-missing',
      'The data key of these personal data is missing; restore it from a copy of the keys.',
      { item },
    );
  if (found.state === 'unreadable' && found.code === 'data-key-damaged')
    return new Fault(
      'data-key-damaged',
      'The data key of these personal data is damaged; restore it from a copy of the keys.',
      { item },
    );
  return new Fault(
    'personal-data-damaged',
    'These personal data are missing or not as they were written; restore the table of personal data from a backup.',
    { item },
  );
};
