import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, so small that a test can fill it. */
export interface SmallDisk {
  readonly path: string;
  /** Fills the disk with another file until `left` bytes are free. */
  fill(left: number): void;
  free(): void;
  remove(): void;
}

export type DiskKind = 'tmpfs' | 'ext4';

const MOUNTS: Readonly<Record<DiskKind, (folder: string, path: string, megabytes: number) => void>> = {
  tmpfs: (_folder, path, megabytes) => {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path);
  },
  /** On a disk that allocates late, a sync may be what finds it full. */
  ext4: (folder, path, megabytes) => {
    const image = join(folder, 'image');
    writeFileSync(image, '');
    truncateSync(image, megabytes * 1024 * 1024);
    run('mkfs.ext4', '-q', '-m', '0', image);
    run('mount', '-o', 'loop', image, path);
  },
};

const run = (command: string, ...words: readonly string[]): void => {
  execFileSync(command, words, { stdio: 'pipe' });
};

/** Undefined if this user cannot mount on this machine. */
export const smallDisk = (kind: DiskKind, megabytes: number): SmallDisk | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-disk-'));
  const path = join(folder, 'disk');
  mkdirSync(path);
  try {
    MOUNTS[kind](folder, path, megabytes);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill: (left) => {
      rmSync(filler, { force: true });
      const { bavail, bsize } = statfsSync(path);
      const size = Math.max(0, bavail * bsize - left);
      try {
        writeFileSync(filler, Buffer.alloc(size, 1));
      } catch {
        // The file system needs a block for itself, so the disk cannot get any fuller.
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => {
      run('umount', path);
      rmSync(folder, { recursive: true });
    },
  };
};
