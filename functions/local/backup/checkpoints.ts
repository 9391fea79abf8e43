import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, phrase } from '../../../lib/fault.ts';
import { base64, openCheckpoint, TileReader, trustedLog } from '../../../lib/tlog/tlog.ts';
import { OBJECTS_FOLDER } from './names.ts';

/** A checkpoint of the log, and where it was found. */
export interface Seen {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: Uint8Array;
}

export const CHECKPOINT_FILE = join(OBJECTS_FOLDER, 'log', 'checkpoint');

/** The published checkpoint of a folder; undefined where it has none. */
export const publishedIn = async (folder: string, vkey: string): Promise<Seen | undefined> => {
  try {
    return openSeen(await readFile(join(folder, CHECKPOINT_FILE)), vkey);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Fault: `backup-refused` where the log of the backup did not sign it. */
export const openSeen = (note: Uint8Array, vkey: string): Seen => {
  try {
    const { size, root } = openCheckpoint(note, trustedLog([vkey])).checkpoint;
    return { size, root, note };
  } catch (cause) {
    throw new Fault(
      'backup-refused',
      'The checkpoint is not one of the log in the backup: another key signed it. Nothing was restored.',
      {},
      { cause },
    );
  }
};

/** Fault: `backup-refused` where the smaller one is no beginning of the larger one, whose tiles are in `folder`. */
export const assertFits = async (smaller: Seen, larger: Seen, folder: string): Promise<void> => {
  const reader = new TileReader(larger, (path) =>
    readFile(join(folder, OBJECTS_FOLDER, 'log', path)).catch(() => undefined),
  );
  const root = smaller.size === larger.size ? larger.root : await reader.rootAt(smaller.size);
  if (base64(root) === base64(smaller.root)) return;
  throw new Fault(
    'backup-refused',
    phrase`The logs differ: the tree of ${smaller.size} leaves is no beginning of the one with ${larger.size}. Nothing was restored.`,
    { size: smaller.size },
  );
};
