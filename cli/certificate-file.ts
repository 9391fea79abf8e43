import { type Fault, phrase } from '../lib/fault.ts';
import { type Certificate, decodeCertificate } from '../lib/pki/pki.ts';
import {
  decodeIssuers,
  dersIn,
  type Issuers,
  MAX_CHAIN_BYTES,
  readable,
} from '../lib/status-check/status-check.ts';
import { usage } from './failure.ts';
import { readFileWithin } from './read-file.ts';

/** Certificates that the caller trusts: the file may be anything that `decodeIssuers` takes. */
export const readIssuersFile = async (path: string): Promise<Issuers> =>
  decodeIssuers(await readFileWithin(path, 2 * MAX_CHAIN_BYTES));

export interface CertificateFile {
  readonly certificate: Certificate;
  /** What follows the certificate in the file: its chain, if anything. */
  readonly chain: readonly Certificate[];
  /** Why others of the chain were left out. */
  readonly refused: readonly Fault[];
}

export const readCertificateFile = async (path: string): Promise<CertificateFile> => {
  const [first, ...others] = dersIn(await readFileWithin(path, 2 * MAX_CHAIN_BYTES));
  if (first === undefined) throw usage(phrase`There is no certificate in ${path}.`);
  const { certificates: chain, refused } = readable(others);
  return { certificate: decodeCertificate(first), chain, refused };
};
