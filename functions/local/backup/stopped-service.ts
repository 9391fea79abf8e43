import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, phrase } from '../../../lib/fault.ts';
import { RESTORING_FILE, TABLE_FILE } from './names.ts';
import { holdFile } from './table-file.ts';

/**
 * Restores something into the data folder of a service that is stopped; one at a time. `restore` calls `begin` when everything
 * is checked. If it fails after that, the mark of the restore stays, and the service does not start until it is done again.
 *
 * Faults: `backup-refused` where another restore runs; `store-locked` where the service runs.
 */
export const whileStopped = async <T>(
  dataDir: string,
  restore: (begin: () => void) => Promise<T>,
): Promise<T> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const mark = join(dataDir, RESTORING_FILE);
  let isMarked = await exists(mark);
  const turn = holdFile(mark);
  if (turn === undefined) {
    throw new Fault(
      'backup-refused',
      phrase`Another restore into ${dataDir} is running; wait until it has ended.`,
      { path: dataDir },
    );
  }
  try {
    await assertStopped(dataDir);
    const restored = await restore(() => {
      isMarked = true;
    });
    isMarked = false;
    return restored;
  } finally {
    turn.free();
    if (!isMarked) await rm(mark, { force: true });
  }
};

/** Fault: `store-locked`. */
const assertStopped = async (dataDir: string): Promise<void> => {
  const table = join(dataDir, TABLE_FILE);
  if (!(await exists(table))) return;
  const held = holdFile(table);
  if (held !== undefined) return held.free();
  throw serviceRuns(dataDir);
};

export const serviceRuns = (dataDir: string): Fault =>
  new Fault(
    'store-locked',
    'Another process has this data folder open; stop it first, or choose another folder.',
    { path: dataDir },
  );

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
