import type { Item, Table } from '../../store/store.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from '../contract.ts';
import { idFloor, isRecordId } from '../ids.ts';
import { matchingRecords, SCAN_FACTOR } from './matching.ts';
import { type Bounds, cursorInvalid, encodePosition } from './position.ts';

/** The fewest rows that are read in each of several partitions. */
const MIN_MERGED = 8;

/** A page begins no further stretch after so many partitions: nothing may have happened for years. */
const MAX_PARTITIONS = 64;

/** Partitions of pointers that are merged, back to a time in milliseconds. */
export interface Stretch {
  readonly pks: readonly string[];
  readonly from: number;
}

/** The smallest id of the time, in the form of a record's id. */
const floorOf = (ms: number): string => idFloor(ms).padEnd(32, '0');

/**
 * Merges the records of several partitions, newest first; stretches follow each other back in time. The position is the id of the
 * last record that was looked at. The next page takes the records below it in every partition, so records added above meanwhile
 * do not matter.
 * @param isMeant a pointer may be false.
 */
export const mergePartitions = async (
  table: Table,
  query: RecordQuery,
  { to, fingerprint, position }: Bounds,
  stretches: Iterable<Stretch>,
  isMeant: (record: LedgerRecord) => boolean = () => true,
): Promise<RecordPage> => {
  const { limit } = query;
  const records: LedgerRecord[] = [];
  let rows = limit * SCAN_FACTOR;
  let partitions = MAX_PARTITIONS;
  if (position && !(isRecordId(position.inner) && position.inner < idFloor(to))) throw cursorInvalid();
  let below = position?.inner ?? idFloor(to);
  const pageEnd = (): RecordPage => ({
    records,
    cursor: encodePosition({ pk: 'merged', inner: below, query: fingerprint, to }),
  });
  for (const { pks, from } of stretches) {
    const floor = floorOf(from);
    // An earlier page has read it.
    if (below <= floor) continue;
    if (partitions <= 0) return pageEnd();
    partitions -= pks.length;
    // The more partitions, the fewer rows of each: a row that is read but not returned is read again for the next page.
    const each = Math.min(limit, Math.max(MIN_MERGED, Math.ceil((2 * limit) / Math.max(1, pks.length))));
    for (;;) {
      const newest = await newestOf(table, pks, { from: floor, to: below }, each);
      const next = newest.slice(0, limit - records.length);
      const last = next.at(-1);
      if (!last) break;
      below = last.sk;
      rows -= next.length;
      records.push(...(await matchingRecords(table, next, true, query)).filter(isMeant));
      if (records.length === limit || rows <= 0) return pageEnd();
    }
    below = floor;
  }
  return { records };
};

/** The newest rows of several partitions, each id once. Reads `each` rows of every partition. */
const newestOf = async (
  table: Table,
  pks: readonly string[],
  period: { readonly from: string; readonly to: string },
  each: number,
): Promise<readonly Item[]> => {
  const pages = await Promise.all(
    pks.map((pk) => table.query({ pk, ...period, descending: true, limit: each })),
  );
  // If a partition has more rows than its page, older rows of other partitions are left out: unread rows may be newer.
  const horizon = pages.reduce((highest, { items, cursor }) => {
    const last = items.at(-1)?.sk ?? '';
    return cursor !== undefined && last > highest ? last : highest;
  }, '');
  const rows = new Map(
    pages.flatMap(({ items }) =>
      items.filter(({ sk }) => sk >= horizon && isRecordId(sk)).map((item) => [item.sk, item] as const),
    ),
  );
  return [...rows.values()].sort((a, b) => (a.sk < b.sk ? 1 : -1));
};
