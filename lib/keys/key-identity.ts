import { hash } from 'node:crypto';
import { DerReader, TAG } from '../pki/pki.ts';
import { Recent } from '../recent.ts';
import { MAX_PUBLIC_KEY_BYTES } from './public-key.ts';

const RSA: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']);
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
/** Octets of a point of Ed25519 and of Ed448 (RFC 8032 5.1.2, 5.2.2). */
const EDWARDS: Readonly<Record<string, number>> = { '1.3.101.112': 32, '1.3.101.113': 57 };

/** SEC 1 2.3.3: the first octet of a point with one coordinate, and of one with two. */
const ONE_COORDINATE: ReadonlySet<number> = new Set([2, 3]);
const TWO_COORDINATES: ReadonlySet<number> = new Set([4, 6, 7]);

/**
 * The identity of a public key: lower-case hex of SHA-256. Two SubjectPublicKeyInfos have the same identity where one private
 * key leads to the other: an RSA modulus with another exponent or AlgorithmIdentifier, an EC point and its negative, an
 * Edwards point with the other sign. The kind of the key is a part of
 * what is hashed, so keys of two kinds never have one identity. Faults: `malformed-der`, `trailing-data`, `input-too-large`.
 */
export const keyIdentity = (subjectPublicKeyInfo: Uint8Array): string =>
  recent.of(subjectPublicKeyInfo, () => {
    const [kind, value] = essenceOf(subjectPublicKeyInfo);
    return hash('sha256', Buffer.concat([Buffer.from(`akashi-key/v1\n${kind}\n`), value]));
  });

/** From its request to its certificate, a key is asked about several times. */
const recent = new Recent<string>();

type Essence = readonly [kind: string, value: Uint8Array];

const essenceOf = (subjectPublicKeyInfo: Uint8Array): Essence => {
  const info = DerReader.whole(subjectPublicKeyInfo, MAX_PUBLIC_KEY_BYTES).sequence();
  const identifier = info.sequence();
  const type: string = identifier.oid();
  const octets = info.bitStringOctets();
  info.finish();
  return (
    (RSA.has(type) && rsaEssence(octets)) ||
    (type === EC_PUBLIC_KEY && ecEssence(identifier, octets)) ||
    (octets.length === EDWARDS[type] && edwardsEssence(type, octets)) || ['info', subjectPublicKeyInfo]
  );
};

/** RFC 8017 A.1.1: the modulus is the first of the two INTEGERs, and DER has one form of it. */
const rsaEssence = (octets: Uint8Array): Essence => [
  'rsa',
  DerReader.whole(octets, MAX_PUBLIC_KEY_BYTES).sequence().integerContent(),
];

/** Undefined for a curve without a name, and for the point at infinity. */
const ecEssence = (identifier: DerReader, octets: Uint8Array): Essence | undefined => {
  if (identifier.peek() !== TAG.oid) return undefined;
  const kind = `ec ${identifier.oid()}`;
  const [form] = octets;
  if (form === undefined || octets.length < 2) return undefined;
  if (ONE_COORDINATE.has(form)) return [kind, octets.subarray(1)];
  return TWO_COORDINATES.has(form) ? [kind, octets.subarray(1, 1 + (octets.length - 1) / 2)] : undefined;
};

/** RFC 8032 5.1.2 and 5.2.2: y, little-endian; the highest bit of the last octet is the sign of x. */
const edwardsEssence = (type: string, octets: Uint8Array): Essence => {
  const y = Buffer.from(octets);
  y[y.length - 1] = (y[y.length - 1] as number) & 0x7f;
  return [`edwards ${type}`, y];
};
