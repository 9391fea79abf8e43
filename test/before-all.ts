import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { choosePorts } from './ports.ts';
import { forgetPrepared, keepPrepared } from './prepared.ts';
import { openTestKeys } from './scrypt-once.ts';

/** Runs once, before all files: what each of them would otherwise do again. What it returns runs after them all. */
export default async (project: TestProject): Promise<() => void> => {
  const folder = mkdtempSync(join(placeForFiles(), 'akashi-tests-'));
  // Every process of the run makes its temporary files below, and what it leaves there goes with the folder.
  process.env.TMPDIR = folder;
  await openTestKeys(join(folder, 'keys'));
  choosePorts();
  const prepared = join(folder, 'prepared');
  keepPrepared(prepared);
  project.onTestsRerun(() => forgetPrepared(prepared));
  return () => rmSync(folder, { recursive: true, force: true });
};

const MEMORY = '/dev/shm';
/** A run has some hundreds of megabytes there at once. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * The stores sync at every commit, and on a disk the tests would mostly wait for it. In memory the same calls are made and
 * return at once. They are not what the tests of crashes rest on: those kill processes, not the machine.
 */
const placeForFiles = (): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
};
