import { basename } from 'node:path';
import { z } from 'zod';
import { table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const answer = z.looseObject({ lines: z.int(), hits: z.int() });

/** The service takes no larger file. */
const MAX_BYTES = 32 * 1024 * 1024;

const EXAMPLES = `
The files are CloudFront's standard logs as it delivers them, compressed by gzip, under their own names. Importing a
file again counts nothing twice.

Examples:
  akashi import-cdn-log --as operator-sakai E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('import-cdn-log')
    .description('count what a CDN served from its copies, by its access logs')
    .argument('<files...>', 'the log files')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ files: z.array(z.string()) }), async ({ client, show }, { files }) => {
        const done: { file: string; lines: number; hits: number }[] = [];
        for (const path of files) {
          const file = basename(path);
          const bytes = await readFileWithin(path, MAX_BYTES);
          const { lines, hits } = await client.upload(
            `/api/v1/cdn-logs/${encodeURIComponent(file)}`,
            answer,
            bytes,
            'application/gzip',
          );
          done.push({ file, lines, hits });
        }
        const rows = done.map(({ file, lines, hits }) => [
          file,
          `${lines} new lines`,
          `${hits} copies served`,
        ]);
        show({ files: done }, table(rows));
      }),
    );
};
