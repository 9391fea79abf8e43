import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';

/** The writes of the sealed key stores: whole files, durable, never over an existing one. */

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

const unavailable = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    'The key store’s folder cannot be read or written.',
    { code: codeOf(cause) },
    { cause },
  );

/** A key file with ML-DSA-87 takes about 12 KB. */
const MAX_FILE_BYTES = 64 * 1024;

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const createFolder = async (folder: string): Promise<void> => {
  try {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined) await sync(dirname(first));
  } catch (error) {
    throw unavailable(error);
  }
};

/** Undefined where there is no such file. Faults: `store-unavailable`, `key-store-damaged`. */
export const readWhole = async (path: string): Promise<string | undefined> => {
  try {
    const handle = await open(path, 'r');
    try {
      if ((await handle.stat()).size > MAX_FILE_BYTES) {
        throw new Fault('key-store-damaged', 'A file of the key store is larger than any that it writes.');
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof Fault ? error : unavailable(error);
  }
};

const TEMPORARY = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Writes and syncs the file under its temporary name. If that fails, no file is left. */
const writeTemporary = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // If the removal fails too, the caller still gets the first error.
    await unlink(path).catch(() => {});
    throw error;
  }
};

/** Another process that opens the folder may take a temporary file for one that a crash left, and remove it. */
const ATTEMPTS = 5;

/**
 * True when the file is new, whole and durable; false when there was one already, which stays. The bytes are synced
 * under a temporary name first. A hard link then gives them their final name. A rename would replace the file that
 * another process had just written, and with it a key. Fault: `store-unavailable`.
 */
export const createWhole = async (path: string, text: string): Promise<boolean> => {
  try {
    for (let attempt = 1; ; attempt++) {
      const temporary = `${path}.${randomUUID()}.tmp`;
      await writeTemporary(temporary, text);
      try {
        await link(temporary, path);
        await sync(dirname(path));
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      } finally {
        await unlink(temporary).catch((error: unknown) => {
          if (codeOf(error) !== 'ENOENT') throw error;
        });
      }
    }
  } catch (error) {
    throw unavailable(error);
  }
};

/** Removes files that a crash left between being written and being named. Fault: `store-unavailable`. */
export const removeTemporary = async (folder: string): Promise<void> => {
  try {
    for (const name of await readdir(folder)) {
      if (!TEMPORARY.test(name)) continue;
      await unlink(join(folder, name)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    }
  } catch (error) {
    throw unavailable(error);
  }
};

/** Names of the files in the folder, in no order. Fault: `store-unavailable`. */
export const listNames = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    throw unavailable(error);
  }
};

/**
 * Overwrites the file's bytes with random ones, then removes it. Both are durable when it resolves; where there is no such file
 * it does nothing. A crash in between leaves a file that does not open, and the next call removes it. A copy-on-write file
 * system, a snapshot or an SSD may keep the former blocks. Those stay sealed under the passphrase. Fault: `store-unavailable`.
 */
export const shred = async (path: string, random: Random): Promise<void> => {
  try {
    await overwriteAndUnlink(path, random).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    // Also where the file is gone: a call that was interrupted may have removed it, and not durably.
    await sync(dirname(path));
  } catch (error) {
    throw unavailable(error);
  }
};

const overwriteAndUnlink = async (path: string, random: Random): Promise<void> => {
  const handle = await open(path, 'r+');
  try {
    const size = Math.min((await handle.stat()).size, MAX_FILE_BYTES);
    await handle.write(random(size), 0, size, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await unlink(path);
};
