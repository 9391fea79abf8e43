import { constants } from 'node:crypto';
import { Fault } from '../fault.ts';
import { type Der, derInteger, derNull, derOid, derSequence, type Oid, tlv } from '../pki/pki.ts';
import type { Algorithm, HashName, SignatureScheme } from './contract.ts';

/* AlgorithmIdentifiers ----------------------------------------------------------------------------------- */

const oid = (text: string): Oid => text as Oid;

const RSASSA_PSS = oid('1.2.840.113549.1.1.10');
const MGF1 = oid('1.2.840.113549.1.1.8');

const HASHES = {
  sha256: {
    oid: oid('2.16.840.1.101.3.4.2.1'),
    octets: 32,
    withRsa: oid('1.2.840.113549.1.1.11'),
    withEcdsa: oid('1.2.840.10045.4.3.2'),
  },
  sha384: {
    oid: oid('2.16.840.1.101.3.4.2.2'),
    octets: 48,
    withRsa: oid('1.2.840.113549.1.1.12'),
    withEcdsa: oid('1.2.840.10045.4.3.3'),
  },
  sha512: {
    oid: oid('2.16.840.1.101.3.4.2.3'),
    octets: 64,
    withRsa: oid('1.2.840.113549.1.1.13'),
    withEcdsa: oid('1.2.840.10045.4.3.4'),
  },
} as const;

/** RFC 4055 5: the parameters are NULL (as written here), or absent (accepted as well). */
const rsaIdentifier = (hash: HashName, parameters: 'null' | 'absent' = 'null'): Der =>
  derSequence(derOid(HASHES[hash].withRsa), ...(parameters === 'null' ? [derNull()] : []));

/**
 * RFC 4055 3.1: hash, MGF1 with the same hash, a salt as long as the hash's output; trailerField keeps its default and
 * is left out. RFC 4055 2.1: the hash's own parameters are NULL (as written here), or absent (accepted as well).
 */
const pssIdentifier = (hash: HashName, parameters: 'null' | 'absent' = 'null'): Der => {
  const hashIdentifier = derSequence(derOid(HASHES[hash].oid), ...(parameters === 'null' ? [derNull()] : []));
  return derSequence(
    derOid(RSASSA_PSS),
    derSequence(
      tlv(0xa0, hashIdentifier),
      tlv(0xa1, derSequence(derOid(MGF1), hashIdentifier)),
      tlv(0xa2, derInteger(HASHES[hash].octets)),
    ),
  );
};

/** RFC 5758 3.2: no parameters. */
const ecdsaIdentifier = (hash: HashName): Der => derSequence(derOid(HASHES[hash].withEcdsa));

/** RFC 8410 3: no parameters. */
const ED25519_IDENTIFIER = derSequence(derOid(oid('1.3.101.112')));

/** RFC 9881 2: no parameters; the same identifier for key and signature. */
const ML_DSA_OIDS = {
  'ml-dsa-44': oid('2.16.840.1.101.3.4.3.17'),
  'ml-dsa-65': oid('2.16.840.1.101.3.4.3.18'),
  'ml-dsa-87': oid('2.16.840.1.101.3.4.3.19'),
} as const;
const mlDsaIdentifier = (kind: keyof typeof ML_DSA_OIDS): Der => derSequence(derOid(ML_DSA_OIDS[kind]));

/* Schemes ------------------------------------------------------------------------------------------------- */

const pkcs1 = (hash: HashName): SignatureScheme => ({
  family: 'rsa',
  hash,
  options: { padding: constants.RSA_PKCS1_PADDING },
});

const pss = (hash: HashName): SignatureScheme => ({
  family: 'rsa',
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASHES[hash].octets },
});

const ecdsa = (hash: HashName): SignatureScheme => ({
  family: 'ec',
  hash,
  options: { dsaEncoding: 'der' },
});

const ed25519: SignatureScheme = { family: 'ed25519', hash: null, options: {} };

const mlDsa = <K extends keyof typeof ML_DSA_OIDS>(kind: K) =>
  ({ family: 'ml-dsa', kind, hash: null, options: {} }) as const;

/* What we sign with --------------------------------------------------------------------------------------- */

const rsaKey = (bits: 2048 | 3072 | 4096) =>
  ({
    kind: `rsa${bits}`,
    strength: bits === 2048 ? 112 : 128,
    generate: { type: 'rsa', modulusLength: bits, publicExponent: 65537 },
    kmsKeySpec: `RSA_${bits}`,
  }) as const;

const rsaPkcs1 = (bits: 2048 | 3072 | 4096): Algorithm => ({
  name: `rsa${bits}-sha256`,
  ...pkcs1('sha256'),
  ...rsaKey(bits),
  signatureAlgorithm: rsaIdentifier('sha256'),
  jws: 'RS256',
  kmsSigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
  kmsLongMessage: 'DIGEST',
});

/** RFC 4055 1.2: the key stays an rsaEncryption key, and KMS returns it as one too. */
const rsaPss = (bits: 2048 | 3072 | 4096): Algorithm => ({
  name: `rsa${bits}-pss-sha256`,
  ...pss('sha256'),
  ...rsaKey(bits),
  signatureAlgorithm: pssIdentifier('sha256'),
  jws: 'PS256',
  kmsSigningAlgorithm: 'RSASSA_PSS_SHA_256',
  kmsLongMessage: 'DIGEST',
});

const ML_DSA_STRENGTHS = { 44: 128, 65: 192, 87: 256 } as const;

const mlDsaAlgorithm = (set: 44 | 65 | 87): Algorithm => ({
  name: `ml-dsa-${set}`,
  strength: ML_DSA_STRENGTHS[set],
  ...mlDsa(`ml-dsa-${set}`),
  signatureAlgorithm: mlDsaIdentifier(`ml-dsa-${set}`),
  generate: { type: `ml-dsa-${set}` },
  jws: `ML-DSA-${set}`,
  kmsKeySpec: `ML_DSA_${set}`,
  kmsSigningAlgorithm: 'ML_DSA_SHAKE_256',
  kmsLongMessage: 'EXTERNAL_MU',
});

export const ALGORITHMS: readonly Algorithm[] = [
  rsaPkcs1(2048),
  rsaPkcs1(3072),
  rsaPkcs1(4096),
  rsaPss(2048),
  rsaPss(3072),
  rsaPss(4096),
  {
    name: 'ecdsa-p256-sha256',
    ...ecdsa('sha256'),
    kind: 'p-256',
    strength: 128,
    signatureAlgorithm: ecdsaIdentifier('sha256'),
    generate: { type: 'ec', namedCurve: 'P-256' },
    jws: 'ES256',
    kmsKeySpec: 'ECC_NIST_P256',
    kmsSigningAlgorithm: 'ECDSA_SHA_256',
    kmsLongMessage: 'DIGEST',
  },
  {
    name: 'ecdsa-p384-sha384',
    ...ecdsa('sha384'),
    kind: 'p-384',
    strength: 192,
    signatureAlgorithm: ecdsaIdentifier('sha384'),
    generate: { type: 'ec', namedCurve: 'P-384' },
    jws: 'ES384',
    kmsKeySpec: 'ECC_NIST_P384',
    kmsSigningAlgorithm: 'ECDSA_SHA_384',
    kmsLongMessage: 'DIGEST',
  },
  {
    name: 'ecdsa-p521-sha512',
    ...ecdsa('sha512'),
    kind: 'p-521',
    strength: 256,
    signatureAlgorithm: ecdsaIdentifier('sha512'),
    generate: { type: 'ec', namedCurve: 'P-521' },
    jws: 'ES512',
    kmsKeySpec: 'ECC_NIST_P521',
    kmsSigningAlgorithm: 'ECDSA_SHA_512',
    kmsLongMessage: 'DIGEST',
  },
  {
    name: 'ed25519',
    ...ed25519,
    kind: 'ed25519',
    strength: 128,
    signatureAlgorithm: ED25519_IDENTIFIER,
    generate: { type: 'ed25519' },
    jws: 'Ed25519',
    kmsKeySpec: 'ECC_NIST_EDWARDS25519',
    kmsSigningAlgorithm: 'ED25519_SHA_512',
    kmsLongMessage: 'none',
  },
  mlDsaAlgorithm(44),
  mlDsaAlgorithm(65),
  mlDsaAlgorithm(87),
];

const byName = new Map<string, Algorithm>(ALGORITHMS.map((algorithm) => [algorithm.name, algorithm]));

/** Faults: `unsupported-algorithm`. */
export const algorithmNamed = (name: string): Algorithm => {
  const algorithm = byName.get(name);
  if (algorithm === undefined) {
    throw new Fault('unsupported-algorithm', 'There is no signature algorithm of that name.', {
      known: [...byName.keys()],
    });
  }
  return algorithm;
};

/* What we verify ------------------------------------------------------------------------------------------ */

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

const schemes = new Map<string, SignatureScheme>([
  ...(['sha256', 'sha384', 'sha512'] as const).flatMap((hash): [string, SignatureScheme][] => [
    [hex(rsaIdentifier(hash)), pkcs1(hash)],
    [hex(rsaIdentifier(hash, 'absent')), pkcs1(hash)],
    [hex(pssIdentifier(hash)), pss(hash)],
    [hex(pssIdentifier(hash, 'absent')), pss(hash)],
    [hex(ecdsaIdentifier(hash)), ecdsa(hash)],
  ]),
  [hex(ED25519_IDENTIFIER), ed25519],
  ...(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const).map((kind): [string, SignatureScheme] => [
    hex(mlDsaIdentifier(kind)),
    mlDsa(kind),
  ]),
]);

/** The kinds of key that a runtime may lack, by the AlgorithmIdentifier with which their SubjectPublicKeyInfo begins. */
export const LATE_KINDS: readonly (readonly [identifier: Uint8Array, kind: keyof typeof ML_DSA_OIDS])[] = (
  ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const
).map((kind) => [mlDsaIdentifier(kind), kind]);

/** Longer than any AlgorithmIdentifier in the table. */
const MAX_IDENTIFIER_BYTES = 128;

/**
 * Finds the scheme by the exact DER AlgorithmIdentifier of a signature. Faults: `unsupported-algorithm`, also for
 * parameters that are not in the table (a PSS salt of another length, SHA-1 by default).
 */
export const schemeOf = (signatureAlgorithm: Uint8Array): SignatureScheme => {
  const scheme =
    signatureAlgorithm.length <= MAX_IDENTIFIER_BYTES ? schemes.get(hex(signatureAlgorithm)) : undefined;
  if (scheme === undefined) {
    throw new Fault(
      'unsupported-algorithm',
      'The signature algorithm, or its parameters, are not among those that are verified here.',
    );
  }
  return scheme;
};
