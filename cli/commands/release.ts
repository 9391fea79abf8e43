import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer or operator: --as or --token',
    'a certificate that is on hold: its file, or CA/SERIAL',
  ],
  result: ['prints that the certificate is released'],
  examples: ['akashi release certificate.pem --as higashi-chief'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('release')
    .summary('release a certificate from hold')
    .description(
      'End the hold of a certificate where its profile allows that. Officers do this for certificates of their office, operators for any.',
    )
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const ref = await findCertificateRef(run, certificate);
        const name = `${ref.ca}/${ref.serial}`;
        await run.client.delete(`${certificatePath(ref)}/hold`);
        run.show({ ...ref, released: true }, `${run.say(phrase`${name} is released from hold`)}\n`);
      }),
    );
};
