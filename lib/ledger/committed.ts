import type { Bucket } from '../store/store.ts';
import { TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf, idOfEntry } from './entry.ts';
import { readPath, type TreeEnd } from './tree.ts';

/** The leaves of the tree that the log has committed to, read from its tiles. */
export interface Committed {
  /** The greatest id among the last leaves: only a record that is not newer may have its leaf already. */
  readonly newest: string;
  /** Whether the record has the leaf that its member `leaf` names. */
  has(record: LedgerRecord): Promise<boolean>;
  /** Whether these are the leaves from `first` on. */
  hasBatch(first: number, entries: readonly Uint8Array[]): Promise<boolean>;
}

/** @param newest the greatest id among the last leaves, as `newestIn` or `newestOf` found it. */
export const openCommitted = (bucket: Pick<Bucket, 'get'>, end: TreeEnd, newest: string): Committed => {
  const reader = readerOf(bucket, end);

  const entriesAt = async (first: number, count: number): Promise<readonly Uint8Array[]> => {
    const bundle = Math.floor(first / TILE_WIDTH);
    const last = Math.floor((first + count - 1) / TILE_WIDTH);
    const found: Uint8Array[] = [];
    for (let at = bundle; at <= last; at++) found.push(...(await reader.entries(at)));
    const from = first - bundle * TILE_WIDTH;
    return found.slice(from, from + count);
  };

  const hasBatch: Committed['hasBatch'] = async (first, entries) => {
    if (first + entries.length > end.size) return false;
    const leaves = await entriesAt(first, entries.length);
    return leaves.every((leaf, i) => Buffer.compare(leaf, entries[i] as Uint8Array) === 0);
  };

  return {
    newest,
    hasBatch,
    has: async (record) => record.leaf !== undefined && (await hasBatch(record.leaf, [entryOf(record)])),
  };
};

const readerOf = (bucket: Pick<Bucket, 'get'>, { size, root }: TreeEnd): TileReader =>
  new TileReader({ size, root }, readPath(bucket));

/** The greatest id in the last two bundles. */
export const newestIn = async (bucket: Pick<Bucket, 'get'>, end: TreeEnd): Promise<string> => {
  const reader = readerOf(bucket, end);
  const last = Math.floor((end.size - 1) / TILE_WIDTH);
  const bundles = [last - 1, last].filter((bundle) => bundle >= 0);
  const entries = await Promise.all(bundles.map((bundle) => reader.entries(bundle)));
  return newestOf(entries.flat(), '');
};

export const newestOf = (entries: readonly Uint8Array[], from: string): string =>
  entries.map(idOfEntry).reduce((newest, id) => (id > newest ? id : newest), from);
