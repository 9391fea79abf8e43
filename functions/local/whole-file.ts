import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../lib/store/store.ts';

/** The file is there whole, old or new, whatever happens; durable when this resolves. For this user only. */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
};
