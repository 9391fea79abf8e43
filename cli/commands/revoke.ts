import { Option } from 'commander';
import { z } from 'zod';
import { revocationAnswer } from '../answers.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';

/** RFC 5280 5.3.1, without those that are no final revocation of a public key certificate. */
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
];

const input = z.object({
  certificate: z.string(),
  reason: z.string(),
  invalidityDate: z.string().exactOptional(),
});

const EXAMPLES = `
It takes effect with the answer and cannot be undone. Revoking again gives the first revocation.

Examples:
  akashi revoke --as higashi-counter certificate.pem --reason cessationOfOperation
  akashi revoke --as operator-sakai organisation-1/1f3a9c --reason keyCompromise --invalidity-date 2026-11-01T00:00:00Z
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('revoke')
    .description('revoke a certificate')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addOption(new Option('--reason <name>', "RFC 5280's name").choices(REASONS).makeOptionMandatory())
    .option('--invalidity-date <time>', 'since when the key is known or suspected to be compromised, in UTC')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async (run, { certificate, reason, invalidityDate }) => {
        const ref = await findCertificateRef(run, certificate);
        const { answer } = await run.client.post(`${certificatePath(ref)}/revocation`, revocationAnswer, {
          reason,
          ...(invalidityDate === undefined ? {} : { invalidityDate }),
        });
        const before = answer.first ? '' : ' (it had been before; this is the first revocation)';
        run.show(
          { ...ref, ...answer },
          `${ref.ca}/${ref.serial} ${revocationText(answer.revocation)}${before}\n`,
        );
      }),
    );
};
