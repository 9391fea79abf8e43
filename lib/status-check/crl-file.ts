import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import {
  type CertificateList,
  type CrlOutline,
  decodeCertificateList,
  decodePemBundle,
  isPem,
  readCrlOutline,
} from '../pki/pki.ts';
import { Unusable, unusableBy } from './finding.ts';

/** 64 MiB. */
export const MAX_CRL_BYTES = 64 * 1024 * 1024;

/** A CRL at hand, from a file or an address. */
export interface CrlAtHand {
  readonly from: string;
  /** The digest of its DER, in hex. */
  readonly sha256: string;
  readonly list: CertificateList | Unusable;
  /** Present if the CRL is unusable and these two can still be read. */
  readonly outline?: Pick<CrlOutline, 'issuer' | 'thisUpdate'>;
}

/** Clauses by fault; the default is the syntax of CRLs. */
const clauseOf = (error: unknown): string => {
  if (Fault.is(error, 'unknown-critical-extension')) return 'RFC 5280 5.2, 5.3';
  return Fault.is(error, 'malformed-pem') ? 'RFC 7468 2' : 'RFC 5280 5.1';
};

const decoded = (der: Uint8Array): CertificateList | Unusable => {
  try {
    return decodeCertificateList(der, MAX_CRL_BYTES);
  } catch (error) {
    return unusableBy(error, clauseOf(error));
  }
};

const outlineOf = (der: Uint8Array): CrlAtHand['outline'] => {
  try {
    return readCrlOutline(der);
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

const crlAtHand = (der: Uint8Array, from: string): CrlAtHand => {
  const list = decoded(der);
  const outline = list instanceof Unusable ? outlineOf(der) : undefined;
  return { from, sha256: hash('sha256', der), list, ...(outline && { outline }) };
};

const derOf = (bytes: Buffer): readonly Uint8Array[] | Unusable => {
  if (!isPem(bytes)) return [bytes];
  try {
    return decodePemBundle('X509 CRL', bytes.toString('utf8'), MAX_CRL_BYTES);
  } catch (error) {
    return unusableBy(error, clauseOf(error));
  }
};

/** The CRLs in a file: one in DER, or one or more in PEM. Bytes that are no CRL become one that is unusable. */
export const readCrls = (bytes: Buffer, from: string): readonly CrlAtHand[] => {
  const found = derOf(bytes);
  return found instanceof Unusable
    ? [{ from, sha256: hash('sha256', bytes), list: found }]
    : found.map((der) => crlAtHand(der, from));
};
