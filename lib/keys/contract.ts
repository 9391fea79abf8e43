import type { Der } from '../pki/pki.ts';

/**
 * A private key that can sign and cannot be read. `sign` takes the message itself (never a digest) and returns the
 * signature in the form that X.509 puts into its BIT STRING (ECDSA: DER Ecdsa-Sig-Value).
 *
 * Software signers return a value at once; signers behind a service return a promise. Faults: `store-unavailable` when
 * the service cannot be reached or throttles, `unknown-key` when the service says that the key is gone or refuses its
 * use.
 */
export interface Signer {
  readonly algorithm: Algorithm;
  /** DER SubjectPublicKeyInfo of the matching public key. */
  readonly subjectPublicKeyInfo: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * Where keys live. The caller chooses a key's id (`[a-z0-9-]{1,64}`) and never reuses it. `create` is idempotent: it
 * opens a key that exists already under that id with that algorithm. So a ceremony that was interrupted after making a
 * key continues with the same key. Faults: `unsupported-algorithm`; `configuration-invalid` when the id exists with
 * another algorithm; `open`: `unknown-key`, `wrong-passphrase`.
 */
export interface KeyStore {
  create(id: string, algorithm: AlgorithmName): Promise<Signer>;
  open(id: string): Promise<Signer>;
}

/**
 * The signature algorithms of this service, as data. The first half has the algorithms that it signs with, one row
 * each. The second half has the AlgorithmIdentifiers that it verifies. There are more of these, since clients choose
 * the digest of their requests. SHA-1 and MD5 are in neither.
 */

/** A kind of public key: `rsa` and the modulus's bits, or the curve or parameter set. */
export type KeyKind =
  | `rsa${number}`
  | 'p-256'
  | 'p-384'
  | 'p-521'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

export type KeyFamily = 'rsa' | 'ec' | 'ed25519' | 'ml-dsa';

export type HashName = 'sha256' | 'sha384' | 'sha512';

export type AlgorithmName =
  | 'rsa2048-sha256'
  | 'rsa3072-sha256'
  | 'rsa4096-sha256'
  | 'rsa2048-pss-sha256'
  | 'rsa3072-pss-sha256'
  | 'rsa4096-pss-sha256'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ecdsa-p521-sha512'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

/** Options of node:crypto's `sign` and `verify`, besides the key. */
export interface SignOptions {
  readonly padding?: number;
  /** Octets. */
  readonly saltLength?: number;
  readonly dsaEncoding?: 'der';
}

/** Options of node:crypto's `generateKeyPair`. */
export type KeyGeneration =
  | { readonly type: 'rsa'; readonly modulusLength: number; readonly publicExponent: 65537 }
  | { readonly type: 'ec'; readonly namedCurve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly type: 'ed25519' }
  | { readonly type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' };

/** How signatures under one AlgorithmIdentifier are verified. */
export interface SignatureScheme {
  readonly family: KeyFamily;
  /** ML-DSA only: its AlgorithmIdentifier names the parameter set, so it goes with one kind of key. */
  readonly kind?: KeyKind;
  /** Digest for node:crypto's sign and verify, or null where the scheme hashes by itself. */
  readonly hash: HashName | null;
  readonly options: SignOptions;
}

export interface Algorithm extends SignatureScheme {
  readonly name: AlgorithmName;
  /** The kind of the keys that sign with it. */
  readonly kind: KeyKind;
  /** Bits, by NIST SP 800-57 part 1 table 2; for ML-DSA by the category of FIPS 204 table 1. */
  readonly strength: 112 | 128 | 192 | 256;
  /** DER AlgorithmIdentifier of signatures made with it. */
  readonly signatureAlgorithm: Der;
  readonly generate: KeyGeneration;
  /** JWS name: RFC 7518 3.1; RFC 9864 for Ed25519; ML-DSA's own names. */
  readonly jws: string;
  readonly kmsKeySpec: string;
  readonly kmsSigningAlgorithm: string;
  /**
   * The form in which KMS takes a message of more than 4,096 bytes, such as a CRL. With `none` it takes no such message, so a
   * CA on AWS cannot have the algorithm.
   */
  readonly kmsLongMessage: 'DIGEST' | 'EXTERNAL_MU' | 'none';
}
