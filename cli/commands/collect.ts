import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { decodeCertificates } from '../certificate-file.ts';
import { unexpected, usage } from '../failure.ts';
import type { AddCommand } from '../perform.ts';

const input = z.object({ request: z.string(), out: z.string().exactOptional() });

const EXAMPLES = `
The certificate comes first, its chain after it, in PEM. A file that exists is not overwritten.

Examples:
  akashi collect --as higashi-counter REQUEST --out certificate.pem
  akashi collect --as higashi-counter REQUEST | openssl x509 -noout -text
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('collect')
    .description('take the issued certificate')
    .argument('<request>', "the request's id")
    .option('--out <file>', 'write it to this new file instead of standard output')
    .addHelpText('after', EXAMPLES)
    .action(
      perform(input, async ({ client, show }, { request: id, out }) => {
        const pem = await client.pem(`/api/v1/requests/${encodeURIComponent(id)}/certificate.pem`);
        checkChain(pem);
        if (out === undefined) {
          show({ pem }, pem);
          return;
        }
        await writeFile(out, pem, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
          throw usage(
            `${out} cannot be written (${error.code}).`,
            'Name a new file; the certificate can be collected again.',
          );
        });
        show({ file: out }, `certificate and chain in ${out}\n`);
      }),
    );
};

const checkChain = (pem: string): void => {
  try {
    decodeCertificates(Buffer.from(pem));
  } catch (error) {
    throw unexpected('The service answered with certificates that are not well formed.', error);
  }
};
