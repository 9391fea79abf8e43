import { basename } from 'node:path';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const answer = z.looseObject({ lines: z.int(), hits: z.int() });

/** The service takes no larger file. */
const MAX_BYTES = 32 * 1024 * 1024;

const GUIDE: Guide = {
  needs: [
    'a running service, and an operator: --as or --token',
    "CloudFront's standard logs, compressed by gzip, under the names that CloudFront gave them",
  ],
  result: [
    'prints for each file the lines that are new and the copies served; a file imported again counts nothing twice',
  ],
  examples: [
    "printf '#Fields: date time cs-method cs-uri-stem sc-status x-edge-result-type\\n' > cdn.log",
    "printf '2026-11-22\\t07:00:00\\tGET\\t/ca/organisation-1.cer\\t200\\tHit\\n' >> cdn.log",
    'gzip -c cdn.log > E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz',
    'akashi import-cdn-log E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz --as operator-sakai',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('import-cdn-log')
    .summary('count what a CDN served from its cache')
    .description(
      'Count the answers that a CDN served from its cache, by its access logs. Operators use it for files that CloudFront did not deliver to the service itself, such as restored ones.',
    )
    .argument('<files...>', 'the log files')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ files: z.array(z.string()) }), async ({ client, say, show }, { files }) => {
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
          say(phrase`${lines} new lines`),
          say(phrase`${hits} copies served`),
        ]);
        show({ files: done }, table(rows));
      }),
    );
};
