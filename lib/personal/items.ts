import { Fault, wentThrough } from '../fault.ts';
import { membersIn, textIn } from '../members.ts';
import type { Item, Key, Value, Write } from '../store/store.ts';
import type { DataKeyId, Found, ItemName, PersonalData, Terms } from './contract.ts';
import type { ItemsDeps } from './deps.ts';
import { KEPT_OPEN_MS, type KeyRing } from './key-ring.ts';
import { monthOf, parseKeyId, tenantPart } from './months.ts';
import {
  asSealed,
  type EndedRow,
  formerKeys,
  type GoneRow,
  type ItemRow,
  itemKey,
  listsOf,
  monthOfKey,
  tokensOf,
  yearsPk,
} from './rows.ts';
import { type SealedRow, seal, unseal } from './sealing.ts';
import { termsOf } from './search-text.ts';
import { openStoring } from './storing.ts';

/** The sealed part: the value, the texts by which a search finds it, and whose it is. */
type Inner = { readonly value: Value; readonly texts: readonly string[]; readonly holder?: string };

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
export interface Items extends Pick<PersonalData, 'change' | 'find' | 'read'> {
  /** Seals an item without where it is found. */
  seal(name: ItemName, value: Value, terms: Terms): Promise<SealedRow>;
  /**
   * Puts a sealed row under its name, unless there is an item; it is found from then on. Who has just sealed it says what is in it.
   * Fault: that of an unreadable row.
   */
  adopt(
    name: ItemName,
    row: SealedRow,
    sealed?: { readonly value: Value; readonly terms: Terms },
  ): Promise<void>;
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

export const openItems = (
  deps: ItemsDeps & {
    readonly ring: KeyRing;
    /** The row of an item that is staged. */
    readonly staged: (name: ItemName) => Promise<Item<SealedRow> | undefined>;
    /** Moves it to where it belongs. */
    readonly settle: (name: ItemName) => Promise<void>;
  },
): Items => {
  const { personal, ring, clock, random } = deps;
  /** The years whose rows this process has put. */
  const years = new Set<string>();

  const { get, stored, store } = openStoring(personal);

  /** For a change: an item that is still staged is settled first. */
  const settled = async (name: ItemName): Promise<Item<ItemRow> | undefined> => {
    const found = await get(name);
    if (found !== undefined) return found;
    await deps.settle(name);
    return get(name);
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
    return tokened(await sealed(name, inner, tenant, end), inner, searched);
  };

  const sealed = async (name: ItemName, inner: Inner, tenant: string, end: number): Promise<SealedRow> => {
    // Somebody still needs an item whose end has passed: it is kept to the end of this month.
    const month = monthOf(Math.max(end, clock() + WRITE_MS));
    const { id, key } = await ring.current(tenant, month);
    return seal(name, id, key, inner, random);
  };

  /** The row with the tokens by which a search finds it. */
  const tokened = async (
    row: SealedRow,
    inner: Inner,
    { office, id: found }: Pick<SealedRow, 'office' | 'id'>,
  ): Promise<SealedRow> => {
    const of = parseKeyId(row.key);
    if (office === undefined || found === undefined || of === undefined || !('month' in of)) return row;
    const { tenant, month } = of;
    const year = month.slice(0, 4);
    const search = await ring.search(tenant, year);
    await noteYear(tenant, year);
    const tokens = tokensOf(search.key, office, termsOf(inner.texts));
    return { ...row, office, id: found, tokens };
  };

  const innerOf = (value: Value, { searched, holder }: Terms): Inner => ({
    value,
    texts: searched?.texts ?? [],
    ...(holder !== undefined && { holder }),
  });

  const put = async (
    name: ItemName,
    before: Item<ItemRow> | undefined,
    value: Value,
    terms: Terms,
  ): Promise<boolean> => {
    const { tenant, end, searched = {} } = terms;
    const row = await sealedRow(name, innerOf(value, terms), tenantPart(tenant), end, searched);
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
    // A row that was settled between the two reads is where it belongs.
    const item = (await get(name)) ?? (await deps.staged(name)) ?? (await get(name));
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

    seal: async (name, value, terms) => {
      const { tenant, end, searched } = terms;
      const row = await sealed(name, innerOf(value, terms), tenantPart(tenant), end);
      return searched ? { ...row, office: searched.office, id: searched.id } : row;
    },

    adopt: async (name, row, known) => {
      const isOpen = known !== undefined && typeof (await ring.open(row.key)) !== 'string';
      const opened = isOpen
        ? { inner: innerOf(known.value, known.terms) }
        : await openRow(name, { ...itemKey(name), version: 0, value: row });
      if ('state' in opened && opened.state === 'ended') {
        const value: EndedRow = { ended: row.key };
        await wentThrough(personal.write([{ put: itemKey(name), value, if: 'absent' }]));
        return;
      }
      if ('state' in opened) throw notKept(name, opened);
      await store(name, undefined, await tokened(row, opened.inner, row));
    },

    change: async <V extends Value>(
      name: ItemName,
      change: (value: V | undefined) => { readonly value: V; readonly terms: Terms } | undefined,
    ): Promise<V | undefined> => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const before = await settled(name);
        const opened = before && (await openRow(name, before));
        // An item that cannot be read now may be read once its key is back: nothing takes its place.
        if (opened && 'state' in opened && opened.state === 'unreadable') throw notKept(name, opened);
        const value = opened && !('state' in opened) ? (opened.inner.value as V) : undefined;
        const next = change(value);
        if (next === undefined) return value;
        if (await put(name, before, next.value, next.terms)) return next.value;
      }
      throw new Fault('store-unavailable', 'The personal data kept changing; try again.', { item: name });
    },

    inspect: async (name) => {
      const row = await settled(name);
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
      const before = await settled(name);
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
  if (found.state === 'ended' && found.record !== undefined)
    return new Fault('personal-data-ended', 'These personal data were erased by an order.', { item });
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
