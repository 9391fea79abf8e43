import { randomUUID } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../fault.ts';

/** How the sealed key store writes: whole files, durable, never over one that is there. */

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

const unavailable = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    'The key store’s folder cannot be read or written.',
    { code: codeOf(cause) },
    { cause },
  );

/** A key file with ML-DSA-87 takes some 12 KB. */
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

/**
 * True when the file is there, whole and durable; false when one was there already, which stays. The bytes are
 * synced under a temporary name first. A hard link then gives them their own, because a rename would replace
 * what another process had just written, and with it a key. Fault: `store-unavailable`.
 */
export const createWhole = async (path: string, text: string): Promise<boolean> => {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      await link(temporary, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    } finally {
      await unlink(temporary);
    }
    await sync(dirname(path));
    return true;
  } catch (error) {
    throw unavailable(error);
  }
};
