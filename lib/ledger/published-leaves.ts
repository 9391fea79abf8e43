import type { Bucket } from '../store/store.ts';
import { parseCheckpoint, parseNote, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf } from './entry.ts';
import { CHECKPOINT_OBJECT, readPath } from './tree.ts';

/**
 * Whether the published log has this very record, among its first `size` leaves where that is given. A row's own `leaf` only
 * says where to look. Faults as `TileReader` has them.
 */
export type HasLeaf = (record: LedgerRecord, size?: number) => Promise<boolean>;

/** Reads the checkpoint once, and each bundle of entries once. */
export const openPublishedLeaves = async (bucket: Pick<Bucket, 'get'>): Promise<HasLeaf> => {
  const note = (await bucket.get(CHECKPOINT_OBJECT))?.body;
  if (note === undefined) return async () => false;
  const tree = parseCheckpoint(parseNote(note).text);
  const reader = new TileReader(tree, readPath(bucket));
  const bundles = new Map<number, Promise<readonly Uint8Array[]>>();

  const entriesAround = (leaf: number): Promise<readonly Uint8Array[]> => {
    const index = Math.floor(leaf / TILE_WIDTH);
    const entries = bundles.get(index) ?? reader.entries(index);
    bundles.set(index, entries);
    return entries;
  };

  return async (record, size = tree.size) => {
    const { leaf } = record;
    if (leaf === undefined || !Number.isSafeInteger(leaf) || leaf < 0 || leaf >= size) return false;
    const entry = (await entriesAround(leaf))[leaf % TILE_WIDTH] ?? Buffer.alloc(0);
    return Buffer.compare(entry, entryOf(record)) === 0;
  };
};
