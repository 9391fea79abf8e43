import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../service.ts';

describe('a file that is very large', () => {
  const folder = temporaryFolder();
  const program = join(folder.path, 'bounded-reading.mjs');

  // The heap is for the file. In a worker that loads sources, stripping their types takes as much of it again.
  beforeAll(() => {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'bounded-reading.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
  });
  afterAll(() => folder.remove());

  const read = async (workerData: object): Promise<{ readonly rows: number; readonly megabytes: number }> => {
    const worker = new Worker(program, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 },
    });
    const [told] = (await once(worker, 'message')) as [{ rows: number; megabytes: number }];
    await worker.terminate();
    return told;
  };

  it.each([
    ['csv', 'rows', 18_000],
    ['csv', 'one line', 1],
    ['csv', 'one open quotation mark', 1],
    ['csv', 'short lines after an open quotation mark', 0],
    ['ndjson', 'rows', 18_000],
    ['ndjson', 'one line', 1],
  ] as const)(
    'as %s with %s takes a heap of 24 MB and no more',
    { timeout: 120_000 },
    async (format, shape, rows) => {
      const told = await read({ format, shape, megabytes: shape.startsWith('short') ? 1 : 64 });
      expect(told.rows).toBeGreaterThanOrEqual(rows);
      // Parts that nobody holds any more wait for the collector. The file is 64 MB.
      expect(told.megabytes).toBeLessThan(56);
    },
  );
});
