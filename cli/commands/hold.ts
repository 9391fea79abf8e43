import { z } from 'zod';
import { outcomeAnswer } from '../answers.ts';
import { isAwaiting, showAwaiting } from '../awaiting.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { EXIT } from '../failure.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';

const EXAMPLES = `
Whether a hold is possible, and whether it can be released, is for the certificate's profile to say.

Examples:
  akashi hold --as higashi-counter certificate.pem
  akashi hold --as operator-sakai authentication-1/1f3a9c
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('hold')
    .description('put a certificate on hold')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const ref = await findCertificateRef(run, certificate);
        const { answer } = await run.client.post(`${certificatePath(ref)}/hold`, outcomeAnswer);
        if (isAwaiting(answer)) return showAwaiting(run, ref, answer, 'akashi hold');
        run.show({ ...ref, ...answer }, `${ref.ca}/${ref.serial} ${revocationText(answer.revocation)}\n`);
        return EXIT.ok;
      }),
    );
};
