import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { certificateAnswer } from '../answers.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { personalDataText } from '../request-text.ts';
import { awaitingText, revocationText } from '../revocation-text.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer, operator or auditor: --as or --token',
    'the certificate: its file from akashi collect, or CA/SERIAL as akashi show prints it',
  ],
  result: [
    'prints the subject or why it is not kept, profile, tenant, office, request, validity, status, and a revocation that awaits a second operator',
  ],
  examples: [
    'akashi certificate certificate.pem --as higashi-counter',
    'akashi certificate certificate.pem --as auditor --json',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('certificate')
    .summary('show what the service keeps about a certificate')
    .description(
      "Show a certificate and its status from the service's own rows. Officers, operators and auditors use it; relying parties ask with akashi status.",
    )
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate: text }) => {
        const ref = await findCertificateRef(run, text);
        const certificate = await run.client.get(certificatePath(ref), certificateAnswer);
        const { revocation, awaiting, personalData } = certificate;
        run.show(
          certificate,
          details(run.say, [
            [phrase`certificate`, `${certificate.ca}/${certificate.serial}`],
            [phrase`subject`, certificate.subject ?? (personalData && personalDataText(personalData))],
            [phrase`profile`, certificate.profile],
            [phrase`tenant`, certificate.tenant],
            [phrase`office`, certificate.office],
            [phrase`request`, certificate.request],
            [phrase`valid`, phrase`${certificate.notBefore} to ${certificate.notAfter}`],
            [phrase`status`, revocation ? revocationText(revocation) : certificate.status],
            [phrase`awaiting`, awaiting && awaitingText(awaiting)],
          ]),
        );
      }),
    );
};
