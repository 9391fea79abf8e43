import { phrase } from '../lib/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  decodePemBundle,
  MAX_CERTIFICATE_BYTES,
} from '../lib/pki/pki.ts';
import { usage } from './failure.ts';
import { readFileWithin } from './read-file.ts';

/** A chain in PEM, with the text that may stand around its blocks. */
const MAX_CHAIN_BYTES = 8 * MAX_CERTIFICATE_BYTES;

/** One certificate in DER, or one or more in PEM. Throws a `Fault` for anything else. */
export const decodeCertificates = (bytes: Buffer): readonly Certificate[] =>
  bytes[0] === 0x30
    ? [decodeCertificate(bytes)]
    : decodePemBundle('CERTIFICATE', bytes.toString('utf8'), MAX_CHAIN_BYTES).map((der) =>
        decodeCertificate(der),
      );

export interface CertificateFile {
  readonly certificate: Certificate;
  /** What follows the certificate in the file: its chain, if anything. */
  readonly chain: readonly Certificate[];
}

export const readCertificateFile = async (path: string): Promise<CertificateFile> => {
  const [certificate, ...chain] = decodeCertificates(await readFileWithin(path, 2 * MAX_CHAIN_BYTES));
  if (certificate === undefined) throw usage(phrase`There is no certificate in ${path}.`);
  return { certificate, chain };
};
