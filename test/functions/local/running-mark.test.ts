import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { markRunning } from '../../../functions/local/running-mark.ts';
import { smallDisk } from '../../faults/small-disk.ts';

const disk = smallDisk('tmpfs', 1);
afterAll(() => disk?.remove());

it.skipIf(!disk)('a start on a full disk leaves no mark of a run, and keeps one that was there', async () => {
  const { path, fill, free } = disk as NonNullable<typeof disk>;
  const mark = join(path, 'running');
  fill(0);
  await expect(markRunning(path)).rejects.toThrow('ENOSPC');
  expect(existsSync(mark)).toBe(false);
  free();
  writeFileSync(mark, '');
  fill(0);
  await expect(markRunning(path)).rejects.toThrow('ENOSPC');
  expect(existsSync(mark)).toBe(true);
});
