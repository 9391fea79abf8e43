import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { outcomeAnswer } from '../answers.ts';
import { isAwaiting, showAwaiting } from '../awaiting.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { EXIT } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer or operator: --as or --token',
    'the certificate: its file from akashi collect, or CA/SERIAL as akashi show prints it',
  ],
  result: [
    'prints the hold, which OCSP answers from now on and the next CRL lists',
    'says so where the hold can never be released; akashi profiles says it before',
  ],
  exitCodes: ['4  asked for; another operator has to ask for the same'],
  examples: ['akashi hold certificate.pem --as higashi-chief'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('hold')
    .summary('put a certificate on hold')
    .description(
      'Suspend a certificate (certificateHold) where its profile allows that. Officers do this for certificates of their office, operators for any.',
    )
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const ref = await findCertificateRef(run, certificate);
        const { answer } = await run.client.post(`${certificatePath(ref)}/hold`, outcomeAnswer);
        if (isAwaiting(answer)) return showAwaiting(run, ref, answer, 'akashi hold');
        const text = revocationText(answer.revocation);
        const end = answer.final ? phrase`${text}; by its profile the hold can never be released` : text;
        run.show({ ...ref, ...answer }, `${ref.ca}/${ref.serial} ${run.say(end)}\n`);
        return EXIT.ok;
      }),
    );
};
