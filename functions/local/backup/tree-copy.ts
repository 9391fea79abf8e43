import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../../lib/store/store.ts';
import { type BackedUp, digestFile } from './manifest.ts';

/** Paths of the files below a folder, relative to it, in order. Names with `~` belong to writes that are under way. */
export async function* filesBelow(folder: string, inner = ''): AsyncGenerator<string> {
  const entries = await readdir(join(folder, inner), { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('~') || entry.name.endsWith('.tmp')) continue;
    const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else if (entry.isFile()) yield path;
  }
}

/** Makes what was written to the file durable. */
export const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies a file, durably and for this user only: a copy would have the permissions of its source, whatever the umask. */
export const copyForOwner = async (source: string, target: string): Promise<void> => {
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, 0o600);
  await syncFile(target);
};

interface Copied extends BackedUp {
  /** What changes when another file takes the place. */
  readonly stamp: string;
}

/**
 * Copies a folder of whole files that are never written in place. `update` copies what is new or other since, and removes what
 * is gone; it can be called again.
 */
export const openTreeCopy = (from: string, to: string, name: string) => {
  const copied = new Map<string, Copied>();

  const stampOf = async (path: string): Promise<string | undefined> => {
    try {
      const { ino, mtimeMs, ctimeMs, size } = await stat(path);
      return `${ino} ${mtimeMs} ${ctimeMs} ${size}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };

  const copyOne = async (path: string, stamp: string): Promise<boolean> => {
    const target = join(to, name, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    try {
      await copyForOwner(join(from, path), target);
    } catch (error) {
      // Removed since the folder was read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    copied.set(path, { path: `${name}/${path}`, ...(await digestFile(target)), stamp });
    return true;
  };

  return {
    update: async (): Promise<void> => {
      const there = new Set<string>();
      for await (const path of filesBelow(from)) {
        const stamp = await stampOf(join(from, path));
        if (stamp === undefined) continue;
        if (copied.get(path)?.stamp === stamp || (await copyOne(path, stamp))) there.add(path);
      }
      for (const path of copied.keys()) {
        if (there.has(path)) continue;
        copied.delete(path);
        await rm(join(to, name, path), { force: true });
      }
    },
    /** The files, when their folders are durable. */
    files: async (): Promise<readonly BackedUp[]> => {
      const folders = new Set([...copied.keys()].map((path) => dirname(join(to, name, path))));
      for (const folder of folders) await syncFolder(folder);
      return [...copied.values()].map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
    },
  };
};
