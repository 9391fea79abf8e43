import { Option } from 'commander';
import { z } from 'zod';
import { REVOCATION_REASONS } from '../../lib/pki/pki.ts';
import { outcomeAnswer } from '../answers.ts';
import { isAwaiting, showAwaiting } from '../awaiting.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { EXIT, usage } from '../failure.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';

const input = z.object({
  certificate: z.string(),
  reason: z.enum(REVOCATION_REASONS).exactOptional(),
  invalidityDate: z.string().exactOptional(),
  withdraw: z.boolean().exactOptional(),
});

const EXAMPLES = `
It takes effect with the answer and cannot be undone. Revoking again gives the first revocation.
Certificates of CAs, OCSP responders and the service's own doors take two operators: the first one's call is answered with
what the second one runs, within seven days (exit code 4). --withdraw takes back what awaits the second.

Examples:
  akashi revoke --as higashi-counter certificate.pem --reason cessationOfOperation
  akashi revoke --as operator-sakai organisation-1/1f3a9c --reason keyCompromise --invalidity-date 2026-11-01T00:00:00Z
  akashi revoke --as operator-noda organisation-1/0a77c2 --withdraw
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('revoke')
    .description('revoke a certificate')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addOption(new Option('--reason <name>', "RFC 5280's name").choices(REVOCATION_REASONS))
    .option('--invalidity-date <time>', 'since when the key is known or suspected to be compromised, in UTC')
    .option('--withdraw', 'take back a revocation or hold that awaits a second operator')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async (run, { certificate, reason, invalidityDate, withdraw = false }) => {
        if (withdraw ? reason !== undefined || invalidityDate !== undefined : reason === undefined) {
          throw usage('Either --reason or --withdraw is needed, not both.', 'See akashi revoke --help.');
        }
        const ref = await findCertificateRef(run, certificate);
        const path = `${certificatePath(ref)}/revocation`;
        if (withdraw) {
          await run.client.delete(path);
          run.show({ ...ref, withdrawn: true }, `${ref.ca}/${ref.serial}: nothing is awaited any more\n`);
          return EXIT.ok;
        }
        const { answer } = await run.client.post(path, outcomeAnswer, {
          reason,
          ...(invalidityDate === undefined ? {} : { invalidityDate }),
        });
        if (isAwaiting(answer)) return showAwaiting(run, ref, answer, 'akashi revoke');
        const before = answer.first ? '' : ' (it had been before; this is the first revocation)';
        run.show(
          { ...ref, ...answer },
          `${ref.ca}/${ref.serial} ${revocationText(answer.revocation)}${before}\n`,
        );
        return EXIT.ok;
      }),
    );
};
