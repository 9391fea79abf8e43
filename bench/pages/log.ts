import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entryOf } from '../../lib/ledger/entry.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { extend, LOG_PREFIX, type TreeEnd } from '../../lib/ledger/tree.ts';
import { TILE_WIDTH, tilePath } from '../../lib/tlog/tlog.ts';

/** Leaves that are added at once. */
const AT_ONCE = 64 * TILE_WIDTH;

/** The log of a folder, for leaves that nobody else adds meanwhile. Its files are those that the sequencer would have put. */
export const openLog = (folder: string, from: TreeEnd) => {
  let end = from;
  let entries: Uint8Array[] = [];

  const flush = (): void => {
    const { end: grown, tiles } = extend(end, entries);
    for (const { tile, bytes } of tiles) {
      // The object `a/b` of a bucket of files is the plain file `a/b`.
      const path = join(folder, 'objects', `${LOG_PREFIX}${tilePath(tile)}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    end = grown;
    entries = [];
  };

  return {
    /** The record with its leaf. */
    add: (record: LedgerRecord): LedgerRecord => {
      const leaf = end.size + entries.length;
      entries.push(entryOf(record));
      if ((leaf + 1) % AT_ONCE === 0) flush();
      return { ...record, leaf };
    },
    finish: (): { readonly size: number; readonly root: Uint8Array } => {
      if (entries.length > 0) flush();
      return end;
    },
  };
};
