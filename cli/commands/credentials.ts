import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { generatePrivateKey, softwareSigner } from '../../lib/keys/keys.ts';
import { derBitString, derInteger, derSequence, encodePem, tlv } from '../../lib/pki/pki.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { saving } from '../save.ts';

const ALGORITHM = 'ecdsa-p256-sha256';

const GUIDE: Guide = {
  needs: ['no service: the key is made on this machine, where it will be used, and never leaves it'],
  result: [
    'writes key.pem, for its owner alone, and request.csr into the folder; replaces neither',
    'prints the fingerprint of the key: the SHA-256 of its SubjectPublicKeyInfo',
    'the request goes to those who hold the ceremony; tell them the fingerprint yourself',
    'put the cert.pem and ca.pem that come back beside key.pem',
  ],
  examples: ['akashi credentials request operator-sakai --out ./operator-sakai'],
};

export const addCommand: AddCommand = (program, perform) => {
  const credentials = program
    .command('credentials')
    .summary("a principal's own key, and the request to have it certified")
    .description("Make a principal's own key, and the certification request for a ceremony.");

  credentials
    .command('request')
    .summary('make a key and a certification request')
    .description(
      'Make a key pair (P-256) and a PKCS#10 request, with which a ceremony certifies the key for this principal.',
    )
    .argument('<principal>', "the principal's id, as the trust domain has it")
    .requiredOption('--out <folder>', 'where key.pem and request.csr are written')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({
          principal: z.string().regex(/^[a-z0-9-]{1,64}$/, 'Must be the id of a principal.'),
          out: z.string(),
        }),
        async ({ say, show }, { principal, out }) => {
          await mkdir(out, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
            throw usage(phrase`The folder ${out} cannot be made (${error.code ?? error.message}).`);
          });
          const key = await generatePrivateKey(ALGORITHM);
          const signer = softwareSigner(ALGORITHM, key);
          // RFC 2986. The ceremony takes the key alone, and the name of the principal from the trust domain.
          const info = derSequence(derInteger(0), derSequence(), signer.subjectPublicKeyInfo, tlv(0xa0));
          const request = derSequence(
            info,
            signer.algorithm.signatureAlgorithm,
            derBitString(await signer.sign(info)),
          );
          const files = { key: join(out, 'key.pem'), request: join(out, 'request.csr') };
          const content = (text: string) => Readable.from([Buffer.from(text)]);
          // Both are opened first, so that no key is left without its request.
          await saving(files.key, { overwrite: false }, (takeKey) =>
            saving(files.request, { overwrite: false }, async (takeRequest) => {
              await takeKey(content(key.export({ type: 'pkcs8', format: 'pem' }) as string));
              await takeRequest(content(encodePem('CERTIFICATE REQUEST', request)));
            }),
          );
          const fingerprint = hash('sha256', signer.subjectPublicKeyInfo);
          show(
            { principal, ...files, fingerprint },
            details(say, [
              [phrase`principal`, principal],
              [phrase`key`, files.key],
              [phrase`request`, files.request],
              [phrase`fingerprint`, fingerprint],
            ]) +
              `${say(phrase`next: hand over ${files.request}, named ${principal}.csr, for the ceremony, and tell the fingerprint yourself. The key stays here.`)}\n`,
          );
        },
      ),
    );
};
