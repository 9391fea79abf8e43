import { z } from 'zod';
import { usage } from '../failure.ts';
import { table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { saving } from '../save.ts';
import { savedText } from '../saved-text.ts';

const input = z.object({
  from: z.string(),
  to: z.string(),
  output: z.string().exactOptional(),
  seed: z.string().exactOptional(),
  size: z.string().exactOptional(),
});

const drawn = z.looseObject({
  seed: z.string(),
  method: z.string(),
  population: z.int(),
  sample: z.array(
    z.looseObject({ draw: z.string(), ca: z.string(), serial: z.string(), profile: z.string() }),
  ),
});

const EXAMPLES = `
With a seed, a random sample of the certificates issued in the period is drawn; the answer says how to draw it again
without the service. Otherwise all of the evidence is written to a file, a line of JSON each.

Examples:
  akashi evidence --as auditor --from 2026-04-01T00:00:00Z --to 2027-04-01T00:00:00Z --output evidence.ndjson
  akashi evidence --as auditor --from 2026-04-01T00:00:00Z --to 2027-04-01T00:00:00Z --seed 461352 --size 25
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('evidence')
    .description('evidence for an audit of the authority, of one period')
    .requiredOption('--from <time>', 'the earliest time, inclusive')
    .requiredOption('--to <time>', 'the latest time, exclusive')
    .option('--output <file>', 'where all of it is written, as NDJSON')
    .option('--seed <text>', 'draw a sample by this seed')
    .option('--size <count>', 'certificates in the sample, at most 1000')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async ({ client, show }, { from, to, output, seed, size }) => {
        if (seed !== undefined) {
          if (output !== undefined) throw usage('Give --output or --seed, one of them.');
          const query = { from, to, seed, ...(size !== undefined && { size }) };
          const answer = await client.get('/api/v1/evidence/sample', drawn, query);
          const rows = answer.sample.map(({ draw, ca, serial, profile }) => [
            draw.slice(0, 16),
            `${ca}/${serial}`,
            profile,
          ]);
          show(answer, `${table(rows)}of ${answer.population} certificates. ${answer.method}\n`);
          return;
        }
        if (output === undefined) throw usage('Name a file with --output, or a seed with --seed.');
        const saved = await saving(output, (take) =>
          client.save('/api/v1/evidence.ndjson', take, { from, to }),
        );
        show(saved, savedText(saved));
      }),
    );
};
