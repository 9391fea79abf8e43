import { statfs } from 'node:fs/promises';
import type { Log } from '../../lib/ports.ts';
import { errorFacts } from '../http/problems.ts';

/**
 * `low`: below the floor. `lowest`: below half of it. Revocations and holds need space to be recorded and to be listed, so
 * what anybody can cause gives way before the disk is full.
 */
export type DiskLevel = 'enough' | 'low' | 'lowest';

export interface DiskFloor {
  readonly level: DiskLevel;
  /** Looks at the disk now. */
  look(): Promise<void>;
  stop(): void;
}

/** Thousands of answers of some kilobytes in a second: a look this often sees the floor in time. */
const EVERY_MS = 1000;

/** The level rises again with so much more space, so that it does not change with every answer. */
const MARGIN = 1.125;

const MESSAGES: Readonly<Record<DiskLevel, string>> = {
  enough: 'The disk has enough space again: public questions are answered',
  low: 'The disk is nearly full: OCSP says tryLater to callers without credentials; make room',
  lowest:
    'The disk is nearly full: no OCSP answer and no CRL is handed out, and revocations go on; make room',
};

/**
 * Watches the space that this user has left on the disks of these folders. Each change of the level is logged once.
 * `floor` is in bytes; 0 watches nothing.
 */
export const watchDisk = (options: {
  readonly folders: readonly string[];
  readonly floor: number;
  readonly log: Log;
  /** Free bytes of the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}): DiskFloor => {
  const { folders, floor, log, freeBytes = freeBytesOf } = options;
  let level: DiskLevel = 'enough';
  let isUnknown = false;

  const look = async (): Promise<void> => {
    let free: number;
    try {
      free = Math.min(...(await Promise.all(folders.map(freeBytes))));
      isUnknown = false;
    } catch (error) {
      // Then the level stays as it is. A disk that cannot be read shows at the next write as well.
      if (!isUnknown) log('error', 'The space left on the disk cannot be read', errorFacts(error));
      isUnknown = true;
      return;
    }
    const next = levelOf(free, floor, level);
    if (next === level) return;
    level = next;
    log(next === 'enough' ? 'info' : 'error', MESSAGES[next], { freeBytes: free, floorBytes: floor });
  };

  let isLooking = false;
  const timer = setInterval(() => {
    // A disk that does not answer gets no second question.
    if (isLooking) return;
    isLooking = true;
    look().finally(() => {
      isLooking = false;
    });
  }, EVERY_MS).unref();
  if (floor === 0) clearInterval(timer);

  return {
    get level() {
      return level;
    },
    look: () => (floor === 0 ? Promise.resolve() : look()),
    stop: () => clearInterval(timer),
  };
};

const levelOf = (free: number, floor: number, before: DiskLevel): DiskLevel => {
  if (free < (before === 'lowest' ? MARGIN : 1) * (floor / 2)) return 'lowest';
  if (free < (before === 'enough' ? 1 : MARGIN) * floor) return 'low';
  return 'enough';
};

const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};
