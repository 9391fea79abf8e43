import { Fault } from '../fault.ts';
import { DerReader } from '../pki/pki.ts';
import { Recent } from '../recent.ts';
import type { PublicKeyKind } from './contract.ts';

/**
 * The algorithms that linting knows. They are kept apart from the registry that signers are made from (lib/keys), so
 * that a mistake there does not pass here. A test compares the two.
 */
type Family = 'rsa' | 'ec' | 'ed25519' | 'ml-dsa';

interface KeyKind {
  readonly family: Family;
  /** Contents of the key's AlgorithmIdentifier, hex. */
  readonly algorithm: string;
  /** RSA: bits of the modulus; otherwise octets of the BIT STRING. */
  readonly size: number;
}

// RFC 3279 2.3.1: rsaEncryption with NULL parameters. RFC 5480 2.1.1: id-ecPublicKey with namedCurve, points
// uncompressed. RFC 8410 3 and RFC 9881 2: no parameters.
const RSA = '06092a864886f70d0101010500';
const EC = '06072a8648ce3d0201';
const KINDS = {
  rsa2048: { family: 'rsa', algorithm: RSA, size: 2048 },
  rsa3072: { family: 'rsa', algorithm: RSA, size: 3072 },
  rsa4096: { family: 'rsa', algorithm: RSA, size: 4096 },
  'p-256': { family: 'ec', algorithm: `${EC}06082a8648ce3d030107`, size: 65 },
  'p-384': { family: 'ec', algorithm: `${EC}06052b81040022`, size: 97 },
  'p-521': { family: 'ec', algorithm: `${EC}06052b81040023`, size: 133 },
  ed25519: { family: 'ed25519', algorithm: '06032b6570', size: 32 },
  'ml-dsa-44': { family: 'ml-dsa', algorithm: '0609608648016503040311', size: 1312 },
  'ml-dsa-65': { family: 'ml-dsa', algorithm: '0609608648016503040312', size: 1952 },
  'ml-dsa-87': { family: 'ml-dsa', algorithm: '0609608648016503040313', size: 2592 },
} as const satisfies Record<PublicKeyKind, KeyKind>;

/** All kinds of public keys. */
export const PUBLIC_KEY_KINDS = Object.keys(KINDS) as readonly PublicKeyKind[];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bits of the modulus; 0 for an exponent that FIPS 186-5 5.4 (e) does not allow (odd, between 2^16 and 2^256). */
const rsaBits = (key: Uint8Array): number => {
  const reader = DerReader.whole(key, 4_096).sequence();
  const modulus = reader.bigint();
  const exponent = reader.bigint();
  reader.finish();
  const allowed = exponent > 65_536n && exponent < 1n << 256n && exponent % 2n === 1n;
  return allowed && modulus > 0n && modulus % 2n === 1n ? modulus.toString(2).length : 0;
};

const sizeOf = (family: Family, key: Uint8Array): number => {
  if (family === 'rsa') return rsaBits(key);
  // RFC 5480 2.2: 04 marks the uncompressed form.
  return family === 'ec' && key[0] !== 0x04 ? 0 : key.length;
};

/** The kind of the key. Undefined where its algorithm, parameters or size are not among those known here. */
export const publicKeyKind = (subjectPublicKeyInfo: Uint8Array): PublicKeyKind | undefined =>
  recent.of(subjectPublicKeyInfo, () => kindOf(subjectPublicKeyInfo));

/** Several rules ask about the key of one certificate. */
const recent = new Recent<PublicKeyKind | undefined>();

const kindOf = (subjectPublicKeyInfo: Uint8Array): PublicKeyKind | undefined => {
  try {
    const reader = DerReader.whole(subjectPublicKeyInfo, 16_384).sequence();
    const algorithm = hex(reader.element().content);
    const key = reader.bitStringOctets();
    reader.finish();
    return PUBLIC_KEY_KINDS.find((kind) => {
      const { family, algorithm: expected, size } = KINDS[kind];
      return algorithm === expected && sizeOf(family, key) === size;
    });
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

export const familyOf = (kind: PublicKeyKind): Family => KINDS[kind].family;

// RFC 4055 3.1: the hash, the mask generation function over the same hash, and a salt as long as the hash. trailerField
// is left out.
const PSS_SHA256 =
  '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120';

/**
 * The AlgorithmIdentifiers of signatures (RFC 4055 5, 5758 3.2, 8410 3, 9881 2), with the keys that make them. SHA-1
 * and MD5 are not among them.
 */
const SIGNATURES: ReadonlyMap<string, readonly PublicKeyKind[]> = new Map([
  ['300d06092a864886f70d01010b0500', ['rsa2048', 'rsa3072', 'rsa4096']],
  [PSS_SHA256, ['rsa2048', 'rsa3072', 'rsa4096']],
  ['300a06082a8648ce3d040302', ['p-256']],
  ['300a06082a8648ce3d040303', ['p-384']],
  ['300a06082a8648ce3d040304', ['p-521']],
  ['300506032b6570', ['ed25519']],
  ['300b0609608648016503040311', ['ml-dsa-44']],
  ['300b0609608648016503040312', ['ml-dsa-65']],
  ['300b0609608648016503040313', ['ml-dsa-87']],
]);

/** The kinds of keys that sign with this AlgorithmIdentifier. Undefined where it is not known or not allowed. */
export const signingKeys = (signatureAlgorithm: Uint8Array): readonly PublicKeyKind[] | undefined =>
  SIGNATURES.get(hex(signatureAlgorithm));
