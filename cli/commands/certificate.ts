import { z } from 'zod';
import { certificateAnswer } from '../answers.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { awaitingText, revocationText } from '../revocation-text.ts';

const EXAMPLES = `
What the service's own records say; akashi status asks as relying parties do.

Examples:
  akashi certificate --as higashi-counter organisation-1/1f3a9c
  akashi certificate --as auditor certificate.pem --json
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('certificate')
    .description('show a certificate and its status as the service has it')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate: text }) => {
        const ref = await findCertificateRef(run, text);
        const certificate = await run.client.get(certificatePath(ref), certificateAnswer);
        const { revocation, awaiting } = certificate;
        run.show(
          certificate,
          details([
            ['certificate', `${certificate.ca}/${certificate.serial}`],
            ['subject', certificate.subject],
            ['profile', certificate.profile],
            ['office', certificate.office],
            ['request', certificate.request],
            ['valid', `${certificate.notBefore} to ${certificate.notAfter}`],
            ['status', revocation ? revocationText(revocation) : certificate.status],
            ['awaiting', awaiting && awaitingText(awaiting)],
          ]),
        );
      }),
    );
};
