import { Fault } from '../fault.ts';
import {
  type Certificate,
  decodeCertificate,
  decodeCertsOnly,
  decodePem,
  decodePemBundle,
  isPem,
  MAX_CERTIFICATE_BYTES,
} from '../pki/pki.ts';

/** A chain in PEM, with the text that may stand around its blocks. */
export const MAX_CHAIN_BYTES = 8 * MAX_CERTIFICATE_BYTES;

export const dersIn = (bytes: Buffer): readonly Uint8Array[] =>
  isPem(bytes) ? decodePemBundle('CERTIFICATE', bytes.toString('utf8'), MAX_CHAIN_BYTES) : [bytes];

/** One certificate in DER, or one or more in PEM. Throws a `Fault` for anything else. */
export const decodeCertificates = (bytes: Buffer): readonly Certificate[] =>
  dersIn(bytes).map((der) => decodeCertificate(der));

/** A certs-only message begins with an OBJECT IDENTIFIER; a certificate begins with a SEQUENCE (RFC 5652 3). */
const isMessage = (bytes: Uint8Array): boolean => {
  if (bytes[0] !== 0x30) return false;
  const length = bytes[1] ?? 0;
  return bytes[length > 0x80 ? 2 + (length & 0x7f) : 2] === 0x06;
};

const MESSAGE_LABELS = ['PKCS7', 'CMS'] as const;

const messageIn = (bytes: Buffer): Uint8Array | undefined => {
  if (isMessage(bytes)) return bytes;
  const text = bytes.toString('latin1', 0, 1024);
  return MESSAGE_LABELS.some((label) => text.includes(`-----BEGIN ${label}-----`))
    ? decodePem('CMS', bytes.toString('utf8'), MAX_CHAIN_BYTES)
    : undefined;
};

export interface Issuers {
  readonly certificates: readonly Certificate[];
  /** Why others of the same file or message were left out. */
  readonly refused: readonly Fault[];
}

export const readable = (ders: readonly Uint8Array[]): Issuers => {
  const certificates: Certificate[] = [];
  const refused: Fault[] = [];
  for (const der of ders) {
    try {
      certificates.push(decodeCertificate(der));
    } catch (error) {
      if (!Fault.is(error)) throw error;
      refused.push(error);
    }
  }
  return { certificates, refused };
};

/**
 * What an issuer's address gives: as `decodeCertificates`, or a certs-only message in BER or PEM (RFC 5280 4.2.2.1).
 * Certificates that are refused are left out where others are taken. Rejects with a `Fault` if none is.
 */
export const decodeIssuers = async (bytes: Buffer): Promise<Issuers> => {
  const message = messageIn(bytes);
  const found = readable(message ? await decodeCertsOnly(message, MAX_CHAIN_BYTES) : dersIn(bytes));
  if (found.certificates.length === 0) throw found.refused[0];
  return found;
};
