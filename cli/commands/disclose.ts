import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details, table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { japanTime } from '../time.ts';

const PATH = '/api/v1/disclosures';

const input = z.object({
  holder: z.string().exactOptional(),
  case: z.string().exactOptional(),
  extend: z
    .string()
    .regex(/^\d{1,2}$/, 'Days are a whole number.')
    .exactOptional(),
  reason: z.string().exactOptional(),
  out: z
    .string()
    .regex(/\.(json|html)$/, 'The file ends in neither .json nor .html.')
    .exactOptional(),
  ...overwriteOption,
});

const disclosure = z.looseObject({
  id: z.string(),
  holder: z.string(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  deadline: z.string(),
  extension: z.looseObject({ by: z.string(), at: z.string(), reason: z.string() }).exactOptional(),
  disclosedAt: z.string().exactOptional(),
  state: z.string(),
});

const textOf = (say: Say, one: z.output<typeof disclosure>): string =>
  details(say, [
    [phrase`disclosure`, one.id],
    [phrase`holder`, one.holder],
    [phrase`requested`, phrase`${japanTime(one.requestedAt)} by ${one.requestedBy}`],
    [phrase`deadline`, japanTime(one.deadline)],
    [phrase`extended`, one.extension && `${japanTime(one.extension.at)}: ${one.extension.reason}`],
    [phrase`disclosed`, one.disclosedAt && japanTime(one.disclosedAt)],
    [phrase`state`, one.state],
  ]);

const GUIDE: Guide = {
  needs: [
    'a running service, and a holder or operator (to look, also an auditor): --as or --token',
    '--holder to open a disclosure, --case to go on with one; with neither, disclosures are listed',
  ],
  result: [
    'prints the disclosure and its deadline',
    'writes the file of --out: signed JSON or a page to read; the first one closes the disclosure',
  ],
  examples: [
    'akashi disclose --holder holder-tanabe --as holder-tanabe',
    "CASE=$(akashi disclose --as holder-tanabe | head -n 1 | cut -d ' ' -f 1)",
    'akashi disclose --case $CASE --extend 30 --reason 記録が多量であるため --as operator-sakai',
    'akashi disclose --case $CASE --out bundle.json --as holder-tanabe',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('disclose')
      .summary('disclose to a holder what is kept')
      .description(
        'Give a holder everything that is kept about the holder. Holders ask for themselves; operators ask for a holder and may extend the deadline once.',
      )
      .option('--holder <holder>', 'open a disclosure about this holder')
      .option('--case <id>', 'a disclosure that is open already')
      .option('--extend <days>', 'extend its term once, by at most 30 days')
      .option('--reason <text>', 'why, for the holder to read')
      .option('--out <file>', 'save what is disclosed, ending in .json or .html'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, say, show }, { holder, case: id, extend, reason, out, overwrite }) => {
        if (holder !== undefined) {
          if (id !== undefined || extend !== undefined) throw usage('Give --holder or --case, one of them.');
          const opened = async () => (await client.post(PATH, disclosure, { holder })).answer;
          if (out === undefined) {
            const answer = await opened();
            show(answer, textOf(say, answer));
            return;
          }
          await saving(out, { overwrite }, async (take) => {
            const answer = await opened();
            const saved = await client.save(`${PATH}/${answer.id}/bundle.${out.split('.').at(-1)}`, take);
            show({ disclosure: answer, ...saved }, textOf(say, answer) + savedText(say, saved));
          });
          return;
        }
        if (id === undefined) {
          if (extend !== undefined || out !== undefined) throw usage('Name the disclosure with --case.');
          const { cases } = await client.get(PATH, z.looseObject({ cases: z.array(disclosure) }));
          const rows = cases.map((one) => [
            one.id,
            one.holder,
            one.state,
            say(phrase`until ${japanTime(one.deadline)}`),
          ]);
          show({ cases }, rows.length === 0 ? `${say(phrase`There are no disclosures.`)}\n` : table(rows));
          return;
        }
        const path = `${PATH}/${encodeURIComponent(id)}`;
        if (extend !== undefined) {
          if (reason === undefined) throw usage('Say why with --reason.');
          const { answer } = await client.post(`${path}/extension`, disclosure, {
            days: Number(extend),
            reason,
          });
          show(answer, textOf(say, answer));
          return;
        }
        if (out !== undefined) {
          const saved = await saving(out, { overwrite }, (take) =>
            client.save(`${path}/bundle.${out.split('.').at(-1)}`, take),
          );
          show(saved, savedText(say, saved));
          return;
        }
        const found = await client.get(path, disclosure);
        show(found, textOf(say, found));
      }),
    );
};
