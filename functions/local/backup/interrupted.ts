import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../lib/fault.ts';
import { RESTORING_FILE } from './names.ts';

/** Fault: `backup-refused` where a restore into the folder has begun and not ended. */
export const assertNotRestoring = async (dataDir: string): Promise<void> => {
  const path = join(dataDir, RESTORING_FILE);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new Fault(
    'backup-refused',
    'A restore into this data folder runs, or was interrupted; run akashi restore again with the same backup.',
    { path },
  );
};
