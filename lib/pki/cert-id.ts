import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { readAlgorithmIdentifier, subjectPublicKeyOctets } from './certificate.ts';
import { type Der, type Oid, TAG } from './der.ts';
import type { DerCursor } from './der-cursor.ts';
import { derNull, derOctetString, derOid, derSequence } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import { OID } from './oids.ts';
import { encodeSerial, type SerialHex } from './serial.ts';

/** RFC 6960 4.1.1. */
export interface CertId {
  /** The whole CertID, to be echoed byte for byte. */
  readonly der: Der;
  readonly hashAlgorithm: Oid;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /**
   * Undefined for an INTEGER that no certificate can have (zero, negative, of more than 20 octets; RFC 5280 4.1.2.2). Such
   * a CertID is right in its syntax, so that a responder answers `unknown` instead of `malformedRequest` (RFC 6960 2.3).
   */
  readonly serialNumber: SerialHex | undefined;
}

/** The known digests by the names that node:crypto has for them. */
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type CertIdHash = (typeof HASHES)[number];

interface KnownAlgorithm {
  readonly der: Der;
  readonly oid: Oid;
}

/**
 * Each digest twice: with NULL parameters, which all encoders write here, and without parameters, which RFC 5754 2
 * prefers. Both mean the same.
 */
const KNOWN_ALGORITHMS: readonly KnownAlgorithm[] = HASHES.flatMap((name) => {
  const oid = OID[name];
  return [
    { oid, der: derSequence(derOid(oid), derNull()) },
    { oid, der: derSequence(derOid(oid)) },
  ];
});

const startsWith = ({ bytes, at }: DerCursor, prefix: Uint8Array): boolean => {
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
};

const readKnownAlgorithm = (cursor: DerCursor): KnownAlgorithm | undefined => {
  for (const known of KNOWN_ALGORITHMS) {
    if (!startsWith(cursor, known.der)) continue;
    cursor.at += known.der.length;
    return known;
  }
  return undefined;
};

type CertIdCode = 'malformed-ocsp-request' | 'malformed-ocsp-response';

const readOtherAlgorithm = (cursor: DerCursor, limit: number, code: CertIdCode): Oid => {
  const der = cursor.with(limit, readAlgorithmIdentifier);
  const oid = new DerReader(der).sequence().oid();
  if (KNOWN_ALGORITHMS.some((known) => known.oid === oid))
    throw new Fault(code, 'The hash algorithm of a CertID has parameters; SHA has none.');
  return oid;
};

/**
 * Hashes of any length and of any algorithm are taken, so that a responder can answer `unknown` instead of
 * `malformedRequest`. Faults: `code`, `malformed-der`.
 */
export const readCertId = (cursor: DerCursor, limit: number, code: CertIdCode): CertId => {
  const start = cursor.at;
  const end = cursor.enter(TAG.sequence, limit);
  // A known algorithm that reaches past the CertID's end leaves the cursor beyond `end`, and the next read faults.
  const known = readKnownAlgorithm(cursor);
  const hashAlgorithm = known?.oid ?? readOtherAlgorithm(cursor, end, code);
  const issuerNameHash = cursor.content(TAG.octetString, end);
  const issuerKeyHash = cursor.content(TAG.octetString, end);
  const serialNumber = cursor.serialIfPossible(end);
  cursor.leave(end);
  return {
    der: cursor.bytes.subarray(start, end) as Der,
    hashAlgorithm,
    issuerNameHash,
    issuerKeyHash,
    serialNumber,
  };
};

/** `issuerName` is the issuer's DER Name, `issuerPublicKeyInfo` its DER SubjectPublicKeyInfo. */
export const encodeCertId = (id: {
  readonly hash: CertIdHash;
  readonly issuerName: Der;
  readonly issuerPublicKeyInfo: Uint8Array;
  readonly serialNumber: SerialHex;
}): Der =>
  derSequence(
    derSequence(derOid(OID[id.hash]), derNull()),
    derOctetString(hash(id.hash, id.issuerName, 'buffer')),
    // RFC 6960 4.1.1: the hash is over the value of the BIT STRING, without tag, length and count of unused bits.
    derOctetString(hash(id.hash, subjectPublicKeyOctets(id.issuerPublicKeyInfo), 'buffer')),
    encodeSerial(id.serialNumber),
  );
