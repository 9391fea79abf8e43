import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { type Guide, guideText } from '../guide.ts';
import { compact, details, table } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const PATH = '/api/v1/trust-domain/amendments';

/** The most that a trust domain file may have, at three bytes a character. The file is sent compressed. */
const MAX_BYTES = 48 * 1024 * 1024;

const step = z.looseObject({ by: z.string(), at: z.string() });

const amendment = z.looseObject({
  id: z.string(),
  state: z.string(),
  before: z.string(),
  after: z.string(),
  proposed: step,
  approved: step.exactOptional(),
  lapses: z.string().exactOptional(),
  rejected: step.exactOptional(),
  appliedAt: z.string().exactOptional(),
  changed: z.int(),
});
type Amendment = z.output<typeof amendment>;

const shown = amendment.extend({
  changes: z.array(
    z.looseObject({
      path: z.string(),
      change: z.string(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
});

const stepText = (one: z.output<typeof step> | undefined): Phrase | undefined =>
  one && phrase`${one.at} by ${one.by}`;

const textOf = (say: Say, one: Amendment): string =>
  details(say, [
    [phrase`amendment`, one.id],
    [phrase`state`, one.state],
    [phrase`file in force`, one.before],
    [phrase`proposed file`, one.after],
    [phrase`proposed`, stepText(one.proposed)],
    [phrase`approved`, stepText(one.approved)],
    [phrase`lapses`, one.state === 'approved' ? one.lapses : undefined],
    [phrase`rejected`, stepText(one.rejected)],
    [phrase`applied`, one.appliedAt],
    [phrase`changes`, String(one.changed)],
  ]);

const NEXT: Readonly<Record<string, (id: string) => Phrase>> = {
  proposed: (id) =>
    phrase`next: another operator examines it: akashi trust-domain show ${id}, akashi trust-domain approve ${id}`,
  approved: () => phrase`next: start the service with the proposed file, or deploy it and hold the ceremony`,
};

const withNext = (say: Say, one: Amendment): string => {
  const next = NEXT[one.state]?.(one.id);
  return textOf(say, one) + (next ? `${say(next)}\n` : '');
};

/** Long values are cut: the list shows which values change, and the file has them whole. */
const MAX_VALUE = 60;
const valueText = (value: unknown): string => {
  const text = compact(value);
  return [...text].length > MAX_VALUE ? `${[...text].slice(0, MAX_VALUE).join('')}…` : text;
};

const changesText = (say: Say, { changes, changed }: z.output<typeof shown>): string =>
  table(
    changes.map(({ path, change, before, after }) => [
      change,
      path,
      change === 'added'
        ? valueText(after)
        : change === 'removed'
          ? valueText(before)
          : `${valueText(before)} -> ${valueText(after)}`,
    ]),
  ) + (changed > changes.length ? `${say(phrase`and ${changed - changes.length} more`)}\n` : '');

const ID = z
  .string()
  .regex(/^[0-9a-f]{20}$/, 'The id of an amendment has 20 hex digits; see akashi trust-domain show.');

const OPERATOR = 'a running service, and an operator: --as or --token';
const OTHER_OPERATOR =
  'a running service, and an operator who has not proposed this amendment: --as or --token';
const FIND_AMENDMENT =
  "AMENDMENT=$(akashi trust-domain show --as operator-noda | head -n 1 | cut -d ' ' -f 1)";

const PROPOSE: Guide = {
  needs: [
    OPERATOR,
    'the whole trust domain file, changed; a checkout has domains/demonstration.json to begin with',
  ],
  result: ['prints the amendment with its id, and what the other operator runs next'],
  examples: [
    'sed s/PT24H/PT12H/ domains/demonstration.json > changed.json',
    'akashi trust-domain propose changed.json --as operator-sakai',
  ],
};

const SHOW: Guide = {
  needs: [OPERATOR, 'to show one: its id, the first column of the list'],
  result: [
    'prints a line for each amendment, or one amendment and every change that it makes',
    'with --file, also prints whether your copy is the proposed file, byte for byte',
  ],
  examples: [FIND_AMENDMENT, 'akashi trust-domain show $AMENDMENT --file changed.json --as operator-noda'],
};

const DECISIONS = [
  {
    name: 'approve',
    summary: 'approve what another operator proposed',
    description:
      'Approve an amendment that another operator proposed. It takes effect when the service starts with the new file, or with deployment and ceremony.',
    needs: [OTHER_OPERATOR, 'the id of the amendment, as akashi trust-domain show lists it'],
    result: ['prints the amendment, in state approved, and what to do next'],
  },
  {
    name: 'reject',
    summary: 'reject an amendment, or take it back',
    description:
      'Reject an amendment before it is applied. Another operator can refuse it; the operator who proposed it can take it back.',
    needs: [OPERATOR, 'the id of the amendment, as akashi trust-domain show lists it'],
    result: ['prints the amendment, in state rejected'],
  },
] as const;

export const addCommand: AddCommand = (program, perform) => {
  const config = program
    .command('trust-domain')
    .summary('change the trust domain, by two operators')
    .description(
      'Change the trust domain of a running service by a whole new file. One operator proposes it, another one examines and approves it, and it takes effect at the next start (or deployment and ceremony) with that file.',
    );

  config
    .command('propose')
    .summary('propose a changed file')
    .description('Propose a changed trust domain file. An operator does this; another one has to approve it.')
    .argument('<file>', 'the whole file, as it will be deployed')
    .addHelpText('after', guideText(PROPOSE))
    .action(
      perform(z.object({ file: z.string() }), async ({ client, say, show }, { file }) => {
        const bytes = await readFileWithin(file, MAX_BYTES);
        const proposed = await client.upload(PATH, amendment, gzipSync(bytes), 'application/gzip');
        show(proposed, withNext(say, proposed));
      }),
    );

  config
    .command('show')
    .summary('list amendments, or show one')
    .description(
      'List the amendments, newest first, or show one and what it changes. Operators use it before they decide.',
    )
    .argument('[id]', 'the amendment')
    .option('--file <file>', 'your own copy: say whether it is the proposed file')
    .addHelpText('after', guideText(SHOW))
    .action(
      perform(
        z.object({ id: ID.optional(), file: z.string().exactOptional() }),
        async ({ client, say, show }, { id, file }) => {
          if (id === undefined) {
            const { amendments } = await client.get(
              PATH,
              z.looseObject({ amendments: z.array(amendment), cursor: z.string().exactOptional() }),
            );
            const rows = amendments.map((one) => [
              one.id,
              one.state,
              say(phrase`${one.changed} changes`),
              say(phrase`proposed ${one.proposed.at} by ${one.proposed.by}`),
            ]);
            show(
              { amendments },
              rows.length === 0 ? `${say(phrase`There are no amendments.`)}\n` : table(rows),
            );
            return;
          }
          const found = await client.get(`${PATH}/${id}`, shown);
          const own = file === undefined ? undefined : await readFileWithin(file, MAX_BYTES);
          const same = own && createHash('sha256').update(own).digest('hex') === found.after;
          const judged = same
            ? phrase`${file ?? ''} is the proposed file, byte for byte.`
            : phrase`${file ?? ''} is NOT the proposed file, byte for byte.`;
          const verdict = same === undefined ? '' : `${say(judged)}\n`;
          show(
            { ...found, ...(same !== undefined && { sameFile: same }) },
            textOf(say, found) + changesText(say, found) + verdict,
          );
        },
      ),
    );

  for (const { name, summary, description, needs, result } of DECISIONS) {
    config
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<id>', 'the amendment')
      .addHelpText(
        'after',
        guideText({
          needs,
          result,
          examples: [FIND_AMENDMENT, `akashi trust-domain ${name} $AMENDMENT --as operator-noda`],
        }),
      )
      .action(
        perform(z.object({ id: ID }), async ({ client, say, show }, { id }) => {
          const { answer } = await client.post(`${PATH}/${id}/decision`, amendment, { decision: name });
          show(answer, withNext(say, answer));
        }),
      );
  }
};
