import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
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

const stepText = (one: z.output<typeof step> | undefined): string | undefined =>
  one && `${one.at} by ${one.by}`;

const textOf = (one: Amendment): string =>
  details([
    ['amendment', one.id],
    ['state', one.state],
    ['file in force', one.before],
    ['proposed file', one.after],
    ['proposed', stepText(one.proposed)],
    ['approved', stepText(one.approved)],
    ['rejected', stepText(one.rejected)],
    ['applied', one.appliedAt],
    ['changes', String(one.changed)],
  ]);

const NEXT: Readonly<Record<string, (id: string) => string>> = {
  proposed: (id) =>
    `next: another operator examines it: akashi trust-domain show ${id}, akashi trust-domain approve ${id}\n`,
  approved: () => 'next: start the service with the proposed file, or deploy it and hold the ceremony\n',
};

const withNext = (one: Amendment): string => textOf(one) + (NEXT[one.state]?.(one.id) ?? '');

/** Long values are cut: the list shows which values change, and the file has them whole. */
const MAX_VALUE = 60;
const valueText = (value: unknown): string => {
  const text = compact(value);
  return [...text].length > MAX_VALUE ? `${[...text].slice(0, MAX_VALUE).join('')}…` : text;
};

const changesText = ({ changes, changed }: z.output<typeof shown>): string =>
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
  ) + (changed > changes.length ? `and ${changed - changes.length} more\n` : '');

const ID = z
  .string()
  .regex(/^[0-9a-f]{20}$/, 'The id of an amendment has 20 hex digits; see akashi trust-domain show.');

const HELP = `
A running service changes by a whole new trust domain file: one operator proposes it, another one examines and approves
it, and it counts from the next start (or deployment and ceremony) with that file on.

Examples:
  akashi trust-domain propose domains/ours.json --as operator-sakai
  akashi trust-domain show --as operator-noda
  akashi trust-domain show 0193a2b4c5d61f2e3d4c --as operator-noda
  akashi trust-domain approve 0193a2b4c5d61f2e3d4c --as operator-noda
`;

export const addCommand: AddCommand = (program, perform) => {
  const config = program
    .command('trust-domain')
    .description('change the trust domain of a running service, by two operators')
    .addHelpText('after', HELP);

  config
    .command('propose')
    .description('propose a changed trust domain file')
    .argument('<file>', 'the whole file, as it will be deployed')
    .addHelpText('after', '\nExample:\n  akashi trust-domain propose domains/ours.json --as operator-sakai\n')
    .action(
      perform(z.object({ file: z.string() }), async ({ client, show }, { file }) => {
        const bytes = await readFileWithin(file, MAX_BYTES);
        const proposed = await client.upload(PATH, amendment, gzipSync(bytes), 'application/gzip');
        show(proposed, withNext(proposed));
      }),
    );

  config
    .command('show')
    .description('list amendments, or show one and what it changes')
    .argument('[id]', 'the amendment')
    .option('--file <file>', 'your own copy: say whether it is the proposed file')
    .addHelpText(
      'after',
      '\nExample:\n  akashi trust-domain show 0193a2b4c5d61f2e3d4c --file domains/ours.json --as operator-noda\n',
    )
    .action(
      perform(
        z.object({ id: ID.optional(), file: z.string().exactOptional() }),
        async ({ client, show }, { id, file }) => {
          if (id === undefined) {
            const { amendments } = await client.get(
              PATH,
              z.looseObject({ amendments: z.array(amendment), cursor: z.string().exactOptional() }),
            );
            const rows = amendments.map((one) => [
              one.id,
              one.state,
              `${one.changed} changes`,
              `proposed ${stepText(one.proposed)}`,
            ]);
            show({ amendments }, rows.length === 0 ? 'There are no amendments.\n' : table(rows));
            return;
          }
          const found = await client.get(`${PATH}/${id}`, shown);
          const own = file === undefined ? undefined : await readFileWithin(file, MAX_BYTES);
          const same = own && createHash('sha256').update(own).digest('hex') === found.after;
          const verdict =
            same === undefined ? '' : `${file} is ${same ? '' : 'NOT '}the proposed file, byte for byte.\n`;
          show(
            { ...found, ...(same !== undefined && { sameFile: same }) },
            textOf(found) + changesText(found) + verdict,
          );
        },
      ),
    );

  for (const [name, description] of [
    ['approve', 'approve what another operator has proposed'],
    ['reject', 'refuse an amendment, or take it back, before it is applied'],
  ] as const) {
    config
      .command(name)
      .description(description)
      .argument('<id>', 'the amendment')
      .addHelpText(
        'after',
        `\nExample:\n  akashi trust-domain ${name} 0193a2b4c5d61f2e3d4c --as operator-noda\n`,
      )
      .action(
        perform(z.object({ id: ID }), async ({ client, show }, { id }) => {
          const { answer } = await client.post(`${PATH}/${id}/decision`, amendment, { decision: name });
          show(answer, withNext(answer));
        }),
      );
  }
};
