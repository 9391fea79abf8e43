import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type Certificate,
  decodeCertificate,
  decodePemBundle,
  encodePem,
  MAX_CERTIFICATE_BYTES,
  rfc3339,
} from '../../lib/pki/pki.ts';
import { unexpected } from '../failure.ts';
import { isThere } from '../own-key.ts';
import { saving } from '../save.ts';

/** The files, and when the certificate ends. */
export interface Certified {
  readonly certificate: string;
  readonly ca: string;
  /** ca.pem is that of the certificate's CA; nobody had put another one there. */
  readonly isIssuer: boolean;
  readonly notAfter: string;
}

const MAX_CHAIN_BYTES = 4 * MAX_CERTIFICATE_BYTES;

/**
 * Writes the certificate, and its CA's where no ca.pem is there: whoever put one there knows what the service's TLS address
 * has. cert.pem is last, so it stands for all of them. Failure: `unexpected-answer` for a certificate of another key.
 */
export const saveCertificate = async (
  chain: string,
  { folder, subjectPublicKeyInfo }: { readonly folder: string; readonly subjectPublicKeyInfo: Uint8Array },
): Promise<Certified> => {
  const certificates = decodePemBundle('CERTIFICATE', chain, MAX_CHAIN_BYTES).map((der) =>
    decodeCertificate(der),
  );
  const [own, issuer] = certificates;
  if (!own || !issuer || Buffer.compare(own.subjectPublicKeyInfo, subjectPublicKeyInfo) !== 0) {
    throw unexpected('The service gave something else than a certificate of the key and that of its CA.');
  }
  const files = { certificate: join(folder, 'cert.pem'), ca: join(folder, 'ca.pem') };
  const isIssuer = !(await isThere(files.ca));
  if (isIssuer) await save(files.ca, [issuer]);
  await save(files.certificate, certificates);
  return { ...files, isIssuer, notAfter: rfc3339(own.notAfter) };
};

const save = (file: string, certificates: readonly Certificate[]): Promise<unknown> =>
  saving(file, { overwrite: false }, (take) =>
    take(Readable.from(certificates.map(({ der }) => Buffer.from(encodePem('CERTIFICATE', der))))),
  );
