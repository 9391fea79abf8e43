import type { Algorithm, AlgorithmName } from './algorithms.ts';

/**
 * A private key that can sign and cannot be read. `sign` takes the message itself (never a digest) and gives
 * the signature in the form that X.509 puts into its BIT STRING (ECDSA: DER Ecdsa-Sig-Value).
 *
 * Software signers answer at once (a value, not a promise); signers behind a service answer with a promise. Faults:
 * `store-unavailable` when the service cannot be reached or throttles, `unknown-key` when it says that the key is gone
 * or refused.
 */
export interface Signer {
  readonly algorithm: Algorithm;
  /** DER SubjectPublicKeyInfo of the matching public key. */
  readonly subjectPublicKeyInfo: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * Where keys live. A key's id is chosen by the caller (`[a-z0-9-]{1,64}`) and never reused.
 * `create` is idempotent: a key that exists already under that id with that algorithm is opened, so that a
 * ceremony interrupted after a key was made goes on with the same key. Faults: `unsupported-algorithm`;
 * `configuration-invalid` when the id exists with another algorithm; `open`: `unknown-key`, `wrong-passphrase`.
 */
export interface KeyStore {
  create(id: string, algorithm: AlgorithmName): Promise<Signer>;
  open(id: string): Promise<Signer>;
}
