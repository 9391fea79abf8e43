import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestKeys } from './scrypt-once.ts';

/** Runs once, before all files: what each of them would otherwise do again. */
export default async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'akashi-'));
  await openTestKeys(join(folder, 'keys'));
  rmSync(folder, { recursive: true });
};
