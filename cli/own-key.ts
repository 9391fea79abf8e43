import { hash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { phrase } from '../lib/fault.ts';
import { generatePrivateKey, softwareSigner } from '../lib/keys/keys.ts';
import { encodeCertificationRequestInfo, encodePem, encodeSigned } from '../lib/pki/pki.ts';
import { usage } from './failure.ts';
import { saving } from './save.ts';

/** A key of somebody's own, made where it will be used, and the PKCS#10 that has it certified. The key never leaves. */
export interface OwnKey {
  readonly key: string;
  readonly request: string;
}

const ALGORITHM = 'ecdsa-p256-sha256';

const filesIn = (folder: string): OwnKey => ({
  key: join(folder, 'key.pem'),
  request: join(folder, 'request.csr'),
});

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** For its owner alone. Failure: `usage`. */
export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw usage(phrase`The folder ${folder} cannot be made (${error.code ?? error.message}).`);
  });
};

/** The key and the request that are in the folder; both are made where neither is there. Failure: `usage`. */
export const ownKey = async (folder: string): Promise<OwnKey> => {
  const files = filesIn(folder);
  const [hasKey, hasRequest] = await Promise.all([isThere(files.key), isThere(files.request)]);
  if (hasKey && hasRequest) return files;
  if (hasKey || hasRequest) {
    throw usage(
      phrase`In ${folder} there is only one of key.pem and request.csr, which are made together.`,
      'Name another folder with --out, or bring a certification request of that key with --csr.',
    );
  }
  await makeFolder(folder);
  const key = await generatePrivateKey(ALGORITHM);
  const signer = softwareSigner(ALGORITHM, key);
  const info = encodeCertificationRequestInfo(signer.subjectPublicKeyInfo);
  const request = encodeSigned(info, signer.algorithm.signatureAlgorithm, await signer.sign(info));
  const content = (text: string) => Readable.from([Buffer.from(text)]);
  // Both are opened first, so that no key is left without its request.
  await saving(files.key, { overwrite: false }, (takeKey) =>
    saving(files.request, { overwrite: false }, async (takeRequest) => {
      await takeKey(content(key.export({ type: 'pkcs8', format: 'pem' }) as string));
      await takeRequest(content(encodePem('CERTIFICATE REQUEST', request)));
    }),
  );
  return files;
};

/** What its owner reads aloud: the SHA-256 of the SubjectPublicKeyInfo, hex. */
export const fingerprintOf = (subjectPublicKeyInfo: Uint8Array): string =>
  hash('sha256', subjectPublicKeyInfo);
