import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { findCertificateRef } from '../certificate-ref.ts';
import { type Guide, guideText } from '../guide.ts';
import { table } from '../output.ts';
import { cursorOption, endOfPage, pageOptions } from '../page.ts';
import type { AddCommand, Perform } from '../perform.ts';

const PATH = '/api/v1/leavers';

const proposal = z.looseObject({
  ca: z.string(),
  serial: z.string(),
  issuedTo: z.string(),
  reason: z.string(),
  effectiveFrom: z.string(),
});

const page = z.looseObject({ proposals: z.array(proposal), cursor: z.string().exactOptional() });

const LIST: Guide = {
  needs: [
    'a running service, and an officer, operator or auditor: --as or --token',
    'requests that named the officer who gets the certificate: akashi request --issued-to',
  ],
  result: [
    'prints a line for each: CA and serial number, officer, from when on, the reason that fits',
    'to confirm one: akashi revoke CA/SERIAL --reason REASON; to keep the certificate: akashi leavers keep CA/SERIAL',
  ],
  examples: ['akashi leavers list --as higashi-chief'],
};

const KEEP: Guide = {
  needs: [
    'a running service, and an officer of the office who examines or is responsible: --as or --token',
    'a certificate whose officer left: its file, or CA/SERIAL',
  ],
  result: ['prints that the certificate stays'],
  examples: ['akashi leavers keep certificate.pem --as higashi-chief'],
};

const addList = (group: Command, perform: Perform): void => {
  const options = z.object({
    office: z.string().exactOptional(),
    ...pageOptions,
  });
  group
    .command('list', { isDefault: true })
    .summary('certificates of officers who left')
    .description(
      'List the certificates whose revocation is proposed, because the officer who has them left the office or will leave it.',
    )
    .option('--office <office>', 'of this office')
    .option('--limit <count>', 'how many officers are looked at, at most 50')
    .addOption(cursorOption())
    .addHelpText('after', guideText(LIST))
    .action(
      perform(options, async ({ client, say, show }, query) => {
        const found = await client.get(PATH, page, query);
        const lines = found.proposals.map(({ ca, serial, issuedTo, effectiveFrom, reason }) => [
          `${ca}/${serial}`,
          issuedTo,
          effectiveFrom,
          reason,
        ]);
        const count = phrase`proposed revocations: ${found.proposals.length}`;
        show(found, table(lines) + endOfPage(say, count, found.cursor));
      }),
    );
};

export const addCommand: AddCommand = (program, perform) => {
  const group = program
    .command('leavers')
    .summary('certificates of officers who left: list, keep')
    .description(
      'When an officer is transferred or ends, the revocation of the certificates that were issued to the officer is proposed. An officer of the office revokes each, or keeps it.',
    );
  addList(group, perform);
  group
    .command('keep')
    .summary('keep a certificate whose officer left')
    .description('Dismiss the proposal: the certificate stays as it is. The decision is recorded.')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', guideText(KEEP))
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const { ca, serial } = await findCertificateRef(run, certificate);
        const path = `${PATH}/${encodeURIComponent(ca)}/${serial}/dismissal`;
        const { answer } = await run.client.post(path, proposal);
        run.show(answer, `${run.say(phrase`${ca}/${serial} stays, although ${answer.issuedTo} left`)}\n`);
      }),
    );
};
