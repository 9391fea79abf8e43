import { Fault, phrase } from '../fault.ts';
import { type Bucket, everyItem, type Table } from '../store/store.ts';
import { TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import { readBatch } from './batches.ts';
import { idOfEntry } from './entry.ts';
import { dayOf, timeOfId } from './ids.ts';
import type { LeafRange, RecoveryTerms } from './recoveries.ts';
import { STAGED_PKS, UNSEQUENCED_PKS } from './rows.ts';
import { readPath } from './tree.ts';

/** Leaves with their records, as the log has them beyond the tree of a table. */

export interface Leaf {
  readonly index: number;
  readonly entry: Uint8Array;
}

interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** So many ranges fit into the record of an act. */
export const MAX_LOST_RANGES = 1000;

/** Bundles that are read side by side. */
const AT_ONCE = 16;

const DAY_MS = 86_400_000;

/** The leaves of the tree from this index on. */
async function* leavesOf(bucket: Pick<Bucket, 'get'>, tree: Tree, from: number): AsyncGenerator<Leaf> {
  const reader = new TileReader(tree, readPath(bucket));
  const bundles = Math.ceil(tree.size / TILE_WIDTH);
  for (let first = Math.floor(from / TILE_WIDTH); first < bundles; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, bundles - first) }, (_, i) => first + i);
    const read = await Promise.all(some.map((bundle) => reader.entries(bundle)));
    for (const [i, entries] of read.entries()) {
      for (const [j, entry] of entries.entries()) {
        const index = (first + i) * TILE_WIDTH + j;
        if (index >= from) yield { index, entry };
      }
    }
  }
}

/** The same, and the leaves of the batches that follow the tree: they were decided on, and come next. */
async function* leavesAndBatches(
  bucket: Pick<Bucket, 'get'>,
  tree: Tree,
  from: number,
): AsyncGenerator<Leaf> {
  yield* leavesOf(bucket, tree, from);
  for (let first = tree.size; ; ) {
    const batch = await readBatch(bucket, first);
    if (batch === undefined) return;
    for (const [i, entry] of batch.entries()) yield { index: first + i, entry };
    first += batch.length;
  }
}

/** The record ids in the table, of those from `least` to `greatest`. */
const idsInTable = async (
  table: Pick<Table, 'query'>,
  least: string,
  greatest: string,
): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  const days: string[] = [];
  for (let at = timeOfId(least); dayOf(at) <= dayOf(timeOfId(greatest)); at += DAY_MS) days.push(dayOf(at));
  // Staged rows first: a record that is settled meanwhile is then seen twice, and never missed.
  for (const pk of [...STAGED_PKS, ...UNSEQUENCED_PKS, ...days.map((day) => `record/${day}`)]) {
    for await (const { sk } of everyItem(table, { pk, from: least, to: `${greatest}~` })) found.add(sk);
  }
  return found;
};

/**
 * What a table with `table` leaves lacks of the log. Faults: `record-invalid` where that falls into more ranges than a record
 * can name; those of `TileReader`.
 */
export const findLost = async (
  stores: { readonly table: Pick<Table, 'query'>; readonly bucket: Pick<Bucket, 'get'> },
  table: number,
  tree: Tree,
): Promise<RecoveryTerms> => {
  const { bucket } = stores;
  let [least, greatest] = ['', ''];
  for await (const { entry } of leavesAndBatches(bucket, tree, table)) {
    const id = idOfEntry(entry);
    if (least === '' || id < least) least = id;
    if (id > greatest) greatest = id;
  }
  const had = await idsInTable(stores.table, least, greatest);
  const lost: [number, number][] = [];
  let end = table;
  for await (const { index, entry } of leavesAndBatches(bucket, tree, table)) {
    end = index + 1;
    if (had.has(idOfEntry(entry))) continue;
    const last = lost.at(-1);
    if (last?.[1] === index) last[1] = end;
    else lost.push([index, end]);
    if (lost.length > MAX_LOST_RANGES) throw tooManyRanges();
  }
  const since = table === 0 ? undefined : await timeOfLeaf(bucket, tree, table - 1);
  return { table, published: tree.size, end, ...(since !== undefined && { since }), lost };
};

const tooManyRanges = (): Fault =>
  new Fault(
    'record-invalid',
    phrase`What the table lacks of the log falls into more than ${MAX_LOST_RANGES} ranges, which no record can name; take another copy of the table.`,
    { limit: MAX_LOST_RANGES },
  );

const timeOfLeaf = async (bucket: Pick<Bucket, 'get'>, tree: Tree, index: number): Promise<string> => {
  const reader = new TileReader(tree, readPath(bucket));
  const entries = await reader.entries(Math.floor(index / TILE_WIDTH));
  return new Date(timeOfId(idOfEntry(entries[index % TILE_WIDTH] as Uint8Array))).toISOString();
};

/** Whether each leaf that is lost now is one of the named ones. Some may have come back from the bucket since. */
export const isNamed = (lost: readonly LeafRange[], named: readonly LeafRange[]): boolean =>
  lost.every(([from, to]) => named.some(([first, next]) => first <= from && to <= next));

/**
 * Finds the leaves of records that are staged again after a recovery. The log had given them their leaves before the table
 * was put back, so they get no second ones.
 */
export const openLeavesBefore = (
  bucket: Pick<Bucket, 'get'>,
): ((
  tree: Tree,
  recoveries: readonly RecoveryTerms[],
  ids: readonly string[],
) => Promise<readonly Leaf[]>) => {
  /** The least and the greatest id of a stretch, by its first leaf and its end: most records are of no such time. */
  const windows = new Map<string, readonly [least: string, greatest: string]>();

  const stretch = async (
    tree: Tree,
    { table, end }: RecoveryTerms,
    visit: (leaf: Leaf, id: string) => void,
  ): Promise<void> => {
    for await (const leaf of leavesOf(bucket, tree, table)) {
      if (leaf.index >= end) return;
      visit(leaf, idOfEntry(leaf.entry));
    }
  };

  const windowOf = async (tree: Tree, recovery: RecoveryTerms): Promise<readonly [string, string]> => {
    const name = `${recovery.table} ${recovery.end}`;
    const known = windows.get(name);
    if (known) return known;
    let [least, greatest] = ['~', ''];
    await stretch(tree, recovery, (_, id) => {
      if (id < least) least = id;
      if (id > greatest) greatest = id;
    });
    // A tree that ends within the stretch knows a part of it.
    if (tree.size >= recovery.end) windows.set(name, [least, greatest]);
    return [least, greatest];
  };

  return async (tree, recoveries, ids) => {
    const found: Leaf[] = [];
    for (const recovery of recoveries) {
      const [least, greatest] = await windowOf(tree, recovery);
      const wanted = new Set(ids.filter((id) => id >= least && id <= greatest));
      if (wanted.size === 0) continue;
      await stretch(tree, recovery, (leaf, id) => {
        if (wanted.has(id)) found.push(leaf);
      });
    }
    return [...new Map(found.map((leaf) => [leaf.index, leaf])).values()].sort((a, b) => a.index - b.index);
  };
};
