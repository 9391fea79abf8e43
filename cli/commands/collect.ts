import { open, rm } from 'node:fs/promises';
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
        const path = `/api/v1/requests/${encodeURIComponent(id)}/certificate.pem`;
        if (out === undefined) {
          const pem = checked(await client.pem(path));
          show({ pem }, pem);
          return;
        }
        await writeNew(out, async () => checked(await client.pem(path)));
        show({ file: out }, `certificate and chain in ${out}\n`);
      }),
    );
};

/** Creates the file before it asks the service, because the service records every time it hands the certificate over. */
const writeNew = async (path: string, content: () => Promise<string>): Promise<void> => {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw usage(`The file ${path} cannot be made (${error.code}).`, 'Name a new file with --out.');
  });
  try {
    await file.writeFile(await content());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};

const checked = (pem: string): string => {
  try {
    decodeCertificates(Buffer.from(pem));
    return pem;
  } catch (error) {
    throw unexpected('The service answered with certificates that are not well formed.', error);
  }
};
