import { z } from 'zod';
import { certificatePath, findCertificateRef } from '../certificate-ref.ts';
import type { AddCommand } from '../perform.ts';

const EXAMPLES = `
Examples:
  akashi release --as higashi-counter certificate.pem
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('release')
    .description('release a certificate from hold, where its profile allows that')
    .argument('<certificate>', "CA/SERIAL, or the certificate's file")
    .addHelpText('after', EXAMPLES)
    .action(
      perform(z.object({ certificate: z.string() }), async (run, { certificate }) => {
        const ref = await findCertificateRef(run, certificate);
        await run.client.delete(`${certificatePath(ref)}/hold`);
        run.show({ ...ref, released: true }, `${ref.ca}/${ref.serial} is released from hold\n`);
      }),
    );
};
