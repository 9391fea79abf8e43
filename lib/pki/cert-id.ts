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
  readonly serialNumber: SerialHex;
}

/** The known digests by the names that node:crypto has for them, with their lengths in octets. */
const HASHES = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
export type CertIdHash = keyof typeof HASHES;

interface KnownAlgorithm {
  readonly der: Der;
  readonly oid: Oid;
  readonly length: number;
}

/**
 * Each digest twice: with NULL parameters, which all encoders write here, and without parameters, which RFC 5754 2
 * prefers. Both mean the same.
 */
const KNOWN_ALGORITHMS: readonly KnownAlgorithm[] = (Object.keys(HASHES) as CertIdHash[]).flatMap((name) => {
  const known = { oid: OID[name], length: HASHES[name] };
  return [
    { ...known, der: derSequence(derOid(known.oid), derNull()) },
    { ...known, der: derSequence(derOid(known.oid)) },
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
 * The hashes of a known algorithm must have its length. With an unknown algorithm any length is taken, so that a
 * responder can answer `unknown` instead of `malformedRequest`. Faults: `code`, `malformed-der`, `malformed-serial`.
 */
export const readCertId = (cursor: DerCursor, limit: number, code: CertIdCode): CertId => {
  const start = cursor.at;
  const end = cursor.enter(TAG.sequence, limit);
  // A known algorithm that reaches past the CertID's end leaves the cursor beyond `end`, and the next read faults.
  const known = readKnownAlgorithm(cursor);
  const hashAlgorithm = known?.oid ?? readOtherAlgorithm(cursor, end, code);
  const issuerNameHash = cursor.content(TAG.octetString, end);
  const issuerKeyHash = cursor.content(TAG.octetString, end);
  if (known && (issuerNameHash.length !== known.length || issuerKeyHash.length !== known.length))
    throw new Fault(code, 'The hashes of a CertID have not the length that their algorithm gives.');
  const serialNumber = cursor.serial(end);
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
