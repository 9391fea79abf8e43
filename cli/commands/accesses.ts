import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { type AccessAnswer, accessPage } from '../answers.ts';
import { findCertificateRef } from '../certificate-ref.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import { cursorOption, pageOptions } from '../page.ts';
import type { AddCommand } from '../perform.ts';
import { NONE } from '../purpose-text.ts';
import { timeOption } from '../time.ts';
import { shownText } from '../told-text.ts';

const input = z.object({
  officer: z.string().exactOptional(),
  request: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  from: timeOption.exactOptional(),
  to: timeOption.exactOptional(),
  ...pageOptions,
  all: z.boolean().default(false),
});

const GUIDE: Guide = {
  needs: ['a running service, and an auditor, or the responsible person for the own office: --as or --token'],
  result: [
    'prints a line for each access: id, time, who, door, channel and method, result, what was shown,',
    'requests and certificates;',
    '`public`, and `token-expired 12` for the result: credentials were refused twelve times, for that reason',
  ],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter | head -n 1 | cut -d ' ' -f 1)",
    'akashi accesses --as auditor --request $REQUEST',
    'akashi accesses --as auditor --officer higashi-counter --from 2026-04-01 --all --json',
    'akashi accesses --as higashi-chief --certificate certificate.pem',
  ],
};

/** Ids are long, and come last. */
const rowOf = (say: Say, access: AccessAnswer): readonly string[] => [
  access.id,
  access.time.replace(/\.\d+Z$/, 'Z'),
  access.who,
  access.door ?? NONE,
  [access.channel, access.method].filter((part) => part !== undefined).join(' '),
  access.code === undefined ? access.result : `${access.code} ${access.count}`,
  shownText(say, access),
  [...access.requests, ...access.certificates.map(({ ca, serial }) => `${ca}/${serial}`)].join(' ') || NONE,
];

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('accesses')
    .summary('list who looked at what, and sign-ins')
    .description(
      'List who looked at requests, certificates, records and evidence, when and by which door, newest first, with sign-ins and refused credentials. Auditors see all of the tenants that they serve, the responsible person of an office those of the own office; asking is itself recorded.',
    )
    .option('--officer <principal>', 'by this officer, or any other principal')
    .option('--request <id>', 'that showed this request')
    .option('--certificate <ref>', "that showed this certificate: CA/SERIAL, or the certificate's file")
    .option('--tenant <tenant>', "that showed what is this tenant's")
    .option(
      '--from <time>',
      'the earliest time, inclusive: 2026-04-01 (in Japan), or 2026-04-01T09:00:00+09:00',
    )
    .option('--to <time>', 'the latest time, exclusive')
    .option('--limit <count>', 'accesses on a page, at most 1000')
    .addOption(cursorOption())
    .option('--all', 'every page to the end')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, { certificate, all, ...options }) => {
        const ref = certificate === undefined ? {} : await findCertificateRef(run, certificate);
        const accesses: AccessAnswer[] = [];
        let { cursor } = options;
        do {
          const query = { ...options, ...ref, ...(all && { limit: options.limit ?? '1000' }), cursor };
          const page: z.output<typeof accessPage> = await run.client.get(
            '/api/v1/accesses',
            accessPage,
            query,
          );
          accesses.push(...page.accesses);
          cursor = page.cursor;
        } while (all && cursor !== undefined);
        const rows = accesses.map((access) => rowOf(run.say, access));
        const end =
          cursor === undefined
            ? phrase`accesses: ${accesses.length}`
            : phrase`accesses: ${accesses.length}; more with --cursor ${cursor}`;
        run.show(
          { accesses, ...(cursor === undefined ? {} : { cursor }) },
          `${table(rows, run.terminal.columns)}${run.say(end)}\n`,
        );
      }),
    );
};
