import { Readable } from 'node:stream';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { decodeCertificates } from '../../lib/status-check/status-check.ts';
import { unexpected } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';

const input = z.object({
  request: z.string(),
  out: z.string().exactOptional(),
  withRoot: z.boolean().default(false),
  ...overwriteOption,
});

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer of the office or an operator: --as or --token',
    'the id of a request in state issued',
  ],
  result: ['writes PEM, the certificate first and its chain after it, without the root: a server sends none'],
  examples: [
    "REQUEST=$(akashi requests --as higashi-counter --state issued | head -n 1 | cut -d ' ' -f 1)",
    'akashi collect $REQUEST --as higashi-counter --out certificate.pem',
    'akashi collect $REQUEST --as higashi-counter | openssl x509 -noout -text',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  addOverwrite(
    program
      .command('collect')
      .summary('fetch the certificate of a request')
      .description(
        'Fetch the certificate that a request led to, in order to hand it over. Officers and operators do this, and each time is recorded.',
      )
      .argument('<request>', "the request's id")
      .option('--with-root', 'end the chain with its root')
      .option('--out <file>', 'write it to this file instead of standard output'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, say, show }, { request: id, out, withRoot, overwrite }) => {
        const path = `/api/v1/requests/${encodeURIComponent(id)}/certificate.pem`;
        const query = withRoot ? { root: 'true' } : {};
        if (out === undefined) {
          const pem = checked(await client.pem(path, query));
          show({ pem }, pem);
          return;
        }
        // A chain is no secret: a server of another user reads it.
        let pem = '';
        await saving(out, { overwrite, mode: 0o644 }, async (take) => {
          pem = checked(await client.pem(path, query));
          return take(Readable.from([Buffer.from(pem)]));
        });
        const isAlone = pem.split('-----BEGIN CERTIFICATE-----').length === 2;
        const text = isAlone
          ? phrase`certificate, issued by the root, in ${out}`
          : phrase`certificate and chain in ${out}`;
        show({ file: out }, `${say(text)}\n`);
      }),
    );
};

const checked = (pem: string): string => {
  try {
    decodeCertificates(Buffer.from(pem));
    return pem;
  } catch (error) {
    throw unexpected('The service answered with certificates that are not well formed.', error);
  }
};
