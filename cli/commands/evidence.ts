import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { timeOption } from '../time.ts';

const input = z.object({
  from: timeOption,
  to: timeOption,
  out: z.string().exactOptional(),
  seed: z.string().exactOptional(),
  size: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  ...overwriteOption,
});

const drawn = z.looseObject({
  seed: z.string(),
  method: z.string(),
  population: z.int(),
  sample: z.array(
    z.looseObject({ draw: z.string(), ca: z.string(), serial: z.string(), profile: z.string() }),
  ),
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an auditor: --as or --token',
    '--out for all of the evidence, or --seed for a sample',
  ],
  result: [
    'writes NDJSON to the file of --out and prints its digest',
    'or prints the sample, and how to draw the same one without the service',
  ],
  examples: [
    'akashi evidence --from 2026-04-01 --to 2027-04-01 --out evidence.ndjson --as auditor',
    'akashi evidence --from 2026-04-01 --to 2027-04-01 --seed 461352 --size 25 --as auditor',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('evidence')
      .summary('take evidence for an audit')
      .description(
        'Take the evidence of one period for an audit of the authority, or draw a random sample of the certificates issued in it. Auditors use it.',
      )
      .requiredOption(
        '--from <time>',
        'the earliest time, inclusive: 2026-04-01 (in Japan), or 2026-04-01T09:00:00+09:00',
      )
      .requiredOption('--to <time>', 'the latest time, exclusive')
      .option('--out <file>', 'where all of it is written, as NDJSON')
      .option('--seed <text>', 'draw a sample by this seed')
      .option('--size <count>', 'certificates in the sample, at most 1000')
      .option('--tenant <tenant>', 'of what concerns this tenant alone'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, say, show }, { out, seed, size, overwrite, ...scope }) => {
        if (seed !== undefined) {
          if (out !== undefined) throw usage('Give --out or --seed, one of them.');
          const query = { ...scope, seed, ...(size !== undefined && { size }) };
          const answer = await client.get('/api/v1/evidence/sample', drawn, query);
          const rows = answer.sample.map(({ draw, ca, serial, profile }) => [
            draw.slice(0, 16),
            `${ca}/${serial}`,
            profile,
          ]);
          show(
            answer,
            `${table(rows)}${say(phrase`of ${answer.population} certificates. ${answer.method}`)}\n`,
          );
          return;
        }
        if (out === undefined) throw usage('Name a file with --out, or a seed with --seed.');
        const saved = await saving(out, { overwrite }, (take) =>
          client.save('/api/v1/evidence.ndjson', take, scope),
        );
        show(saved, savedText(say, saved));
      }),
    );
};
