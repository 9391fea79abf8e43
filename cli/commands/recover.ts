import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { recoveryOutcomeAnswer, recoveryStandingAnswer } from '../answers.ts';
import { asRun } from '../as-run.ts';
import { EXIT, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const PATH = '/api/v1/recovery';

const GUIDE: Guide = {
  needs: [
    'a running service whose table is older than its log, and an operator: --as or --token',
    'to record the loss: both sizes, as akashi recover shows them; another operator repeats the same call',
  ],
  result: [
    'without sizes: prints how the table stands and which leaves of the log it has lost',
    'with both sizes: asks for the recovery, or confirms what another operator asked for',
  ],
  exitCodes: ['4  asked for; another operator has to ask for the same'],
  examples: ['akashi recover --as operator-sakai'],
};

type Lost = z.output<typeof recoveryOutcomeAnswer>['lost'];

const countOf = (lost: Lost): number => lost.reduce((sum, [from, to]) => sum + to - from, 0);

/** People count the last leaf in: `25-30` are six. */
const rangesText = (lost: Lost): string =>
  lost.map(([from, to]) => (to - from === 1 ? String(from) : `${from}-${to - 1}`)).join(' ');

const textOf = (say: Say, table: number, published: number, lost: Lost): string =>
  details(say, [
    [phrase`leaves of the table`, String(table)],
    [phrase`leaves published`, String(published)],
    [phrase`lost`, `${countOf(lost)}${lost.length === 0 ? '' : `: ${rangesText(lost)}`}`],
  ]);

const size = (name: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `${name} is a number of leaves.`)
    .transform(Number)
    .exactOptional();

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('recover')
    .summary('record what a table has lost that is older than its log')
    .description(
      'Look whether the table of the service is older than its published log (a backup, a copied folder), and record by two operators what is lost. Until then nothing is issued and OCSP answers tryLater.',
    )
    .option('--table <leaves>', 'leaves of the log that the table has')
    .option('--published <leaves>', 'leaves of the log that are published')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ table: size('--table'), published: size('--published') }),
        async ({ client, say, show }, { table, published }) => {
          if ((table === undefined) !== (published === undefined)) {
            throw usage('Name both sizes or none.', 'See akashi recover --help.');
          }
          const again = (one: { readonly table: number; readonly published: number }): string =>
            `  ${asRun(`akashi recover --as OPERATOR --table ${one.table} --published ${one.published}`)}\n`;
          if (table === undefined) {
            const standing = await client.get(PATH, recoveryStandingAnswer);
            if (standing.state === 'level') {
              show(standing, `${say(phrase`The table has every leaf that is published.`)}\n`);
              return EXIT.ok;
            }
            const shown = textOf(say, standing.table, standing.published, standing.lost);
            const next =
              standing.state === 'recovering'
                ? `${say(phrase`Two operators recorded this; the service brings back what its objects have.`)}\n`
                : standing.awaiting
                  ? `${say(phrase`${standing.awaiting.askedBy} asked for the recovery. Before ${standing.awaiting.lapsesAt} another operator runs`)}\n${again(standing)}`
                  : `${say(phrase`If no newer copy of the table is left, two operators run`)}\n${again(standing)}`;
            show(standing, shown + next);
            return EXIT.ok;
          }
          const { answer } = await client.post(PATH, recoveryOutcomeAnswer, { table, published });
          const shown = textOf(say, answer.table, answer.published, answer.lost);
          if (answer.awaiting === undefined) {
            show(answer, `${shown}${say(phrase`Recorded by two operators; the log goes on.`)}\n`);
            return EXIT.ok;
          }
          show(
            answer,
            `${shown}${say(phrase`Asked for. Before ${answer.awaiting.lapsesAt} another operator runs`)}\n${again(answer)}`,
          );
          return EXIT.awaiting;
        },
      ),
    );
};
