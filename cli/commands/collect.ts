import { open, rm } from 'node:fs/promises';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { decodeCertificates } from '../certificate-file.ts';
import { unexpected, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';

const input = z.object({ request: z.string(), out: z.string().exactOptional() });

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer of the office or an operator: --as or --token',
    'the id of a request in state issued',
  ],
  result: ['writes PEM, the certificate first and its chain after it; a file that exists is not overwritten'],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter --state issued | head -n 1 | cut -d ' ' -f 1)",
    'akashi collect $REQUEST --as higashi-counter --out certificate.pem',
    'akashi collect $REQUEST --as higashi-counter | openssl x509 -noout -text',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('collect')
    .summary('fetch the certificate of a request')
    .description(
      'Fetch the certificate that a request led to, in order to hand it over. Officers and operators do this, and each time is recorded.',
    )
    .argument('<request>', "the request's id")
    .option('--out <file>', 'write it to this new file instead of standard output')
    .addHelpText('after', guideText(GUIDE))
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
    throw usage(
      phrase`The file ${path} cannot be made (${error.code ?? error.message}).`,
      'Name a new file with --out.',
    );
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
