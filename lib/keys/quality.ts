import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { type Der, DerReader, derNull, derOid, derSequence, type Oid } from '../pki/pki.ts';
import type { KeyFamily, KeyKind } from './contract.ts';
import { edwardsWeakness } from './edwards-point.ts';
import { keyIdentity } from './key-identity.ts';
import { MAX_PUBLIC_KEY_BYTES, readPublicKey } from './public-key.ts';
import { rsaWeakness } from './weak-rsa.ts';

export interface CheckedPublicKey {
  readonly family: KeyFamily;
  /** `rsa3072`, `p-256`, `ed25519`, `ml-dsa-65`, …: profiles name the keys that they allow by this word. */
  readonly kind: KeyKind;
  /** SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex. */
  readonly digest: string;
  /** `keyIdentity` of the key. */
  readonly identity: string;
}

const oid = (text: string): Oid => text as Oid;

/** The only AlgorithmIdentifier that each kind of key may have, and the octets of its subjectPublicKey. */
const EC_PUBLIC_KEY = oid('1.2.840.10045.2.1');
const SHAPES: Readonly<Record<string, { readonly identifier: Der; readonly octets?: number }>> = {
  // RFC 3279 2.3.1: the parameters must be NULL.
  rsa: { identifier: derSequence(derOid(oid('1.2.840.113549.1.1.1')), derNull()) },
  // RFC 5480 2.1.1 and 2.2: a named curve, and here always an uncompressed point.
  'p-256': {
    identifier: derSequence(derOid(EC_PUBLIC_KEY), derOid(oid('1.2.840.10045.3.1.7'))),
    octets: 65,
  },
  'p-384': { identifier: derSequence(derOid(EC_PUBLIC_KEY), derOid(oid('1.3.132.0.34'))), octets: 97 },
  'p-521': { identifier: derSequence(derOid(EC_PUBLIC_KEY), derOid(oid('1.3.132.0.35'))), octets: 133 },
  // RFC 8410 3 and RFC 9881 2: no parameters. Lengths: RFC 8032 5.1.5, FIPS 204 table 2.
  ed25519: { identifier: derSequence(derOid(oid('1.3.101.112'))), octets: 32 },
  'ml-dsa-44': { identifier: derSequence(derOid(oid('2.16.840.1.101.3.4.3.17'))), octets: 1312 },
  'ml-dsa-65': { identifier: derSequence(derOid(oid('2.16.840.1.101.3.4.3.18'))), octets: 1952 },
  'ml-dsa-87': { identifier: derSequence(derOid(oid('2.16.840.1.101.3.4.3.19'))), octets: 2592 },
};

const UNCOMPRESSED = 4;

/**
 * Checks a DER SubjectPublicKeyInfo for which a certificate is requested. Faults: `malformed-der`, `trailing-data`,
 * `input-too-large`; `unsupported-algorithm` for keys other than RSA, P-256, P-384, P-521, Ed25519 and ML-DSA, and for
 * keys that are not encoded as their standard requires; `weak-key` with `facts.weakness`.
 */
export const checkPublicKey = async (subjectPublicKeyInfo: Uint8Array): Promise<CheckedPublicKey> => {
  const info = DerReader.whole(subjectPublicKeyInfo, MAX_PUBLIC_KEY_BYTES).sequence();
  const identifier = info.der();
  const octets = info.bitStringOctets();
  info.finish();

  const { family, kind } = readPublicKey(subjectPublicKeyInfo);
  const shape = SHAPES[family === 'rsa' ? 'rsa' : kind];
  if (
    shape === undefined ||
    Buffer.compare(identifier, shape.identifier) !== 0 ||
    (shape.octets !== undefined && octets.length !== shape.octets) ||
    (family === 'ec' && octets[0] !== UNCOMPRESSED)
  ) {
    throw new Fault(
      'unsupported-algorithm',
      'The public key is not written as its standard has it (named curve, uncompressed point, exact parameters).',
    );
  }
  const weakness =
    family === 'rsa'
      ? await weaknessOfRsa(octets)
      : family === 'ed25519'
        ? edwardsWeakness(octets)
        : undefined;
  if (weakness !== undefined) {
    throw new Fault('weak-key', 'The public key is weak; make a new key pair with an up-to-date tool.', {
      weakness,
    });
  }
  const digest = hash('sha256', subjectPublicKeyInfo, 'hex');
  return { family, kind, digest, identity: keyIdentity(subjectPublicKeyInfo) };
};

/** RFC 8017 A.1.1: SEQUENCE of modulus and publicExponent. */
const weaknessOfRsa = async (octets: Uint8Array): Promise<string | undefined> => {
  const key = DerReader.whole(octets, MAX_PUBLIC_KEY_BYTES).sequence();
  const modulus = key.bigint();
  const exponent = key.bigint();
  key.finish();
  if (modulus <= 0n || exponent <= 0n) return 'not-positive';
  return rsaWeakness(modulus, exponent);
};
