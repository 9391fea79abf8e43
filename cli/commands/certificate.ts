import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { certificateAnswer } from '../answers.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
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

/** The subject, or why it is not shown. */
const subjectText = ({
  subject,
  personalData,
}: z.output<typeof certificateAnswer>): string | Phrase | undefined => {
  if (personalData === undefined) return subject;
  const { state, month, code } = personalData;
  if (state !== 'ended') return phrase`cannot be read now: ${code ?? state}`;
  return month === undefined
    ? phrase`erased by an order`
    : phrase`its retention ended with ${month}; it is not kept any more`;
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
        const { revocation, awaiting } = certificate;
        run.show(
          certificate,
          details(run.say, [
            [phrase`certificate`, `${certificate.ca}/${certificate.serial}`],
            [phrase`subject`, subjectText(certificate)],
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
