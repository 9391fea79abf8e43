import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault, phrase } from '../../lib/fault.ts';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** The missing folders on the way to `path`, `path` included; the outermost comes first. */
const missing = async (path: string): Promise<readonly string[]> => {
  try {
    await stat(path);
    return [];
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    return [...(await missing(dirname(path))), path];
  }
};

const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o055;

/**
 * Makes the folder of the service's data for this user alone. A folder that is there keeps its permissions: only the
 * user may decide to change them. Resolves with a warning where others can look into it. Fault: `configuration-invalid`
 * where others may write into it, since they could replace the service's keys and files. Throws the system's error for
 * a folder that cannot be made.
 *
 * Folders are made one by one. Node's recursive mkdir never ends on a file system, such as /proc, that answers ENOENT
 * for a folder whose parent exists.
 */
export const openDataDir = async (path: string): Promise<string | undefined> => {
  const made = await missing(path);
  for (const folder of made) {
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      // Another process made it at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const found = await stat(path);
  if (!found.isDirectory())
    throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', syscall: 'mkdir', path });
  const { mode } = found;
  if ((mode & OTHERS_WRITE) !== 0) {
    throw new Fault(
      'configuration-invalid',
      phrase`Others on this machine can write into ${path}, and so put files in place of the service's; run chmod 700 ${path}, or choose another DATA_DIR.`,
      { path },
    );
  }
  return (mode & OTHERS_READ) === 0
    ? undefined
    : `Others on this machine can look into ${path}, which will hold personal data and sealed keys; chmod 700 ${path} keeps it to this user.`;
};
