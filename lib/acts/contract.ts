import type { ActKeyKind } from '../act-kinds.ts';

/** The signature of an act, as its record has it. */
export interface ActSignature {
  /** The key's kind and generation: `examination-1`. */
  readonly key: string;
  /** base64 of the 64 octets of an Ed25519 signature (RFC 8032 5.1.6). */
  readonly value: string;
}

/** The public half of a key of acts, as its object has it. */
export interface ActKey {
  readonly kind: ActKeyKind;
  /** 1 for the first; each later one follows by an amendment of the trust domain. */
  readonly generation: number;
  /** The log whose acts the key signs. */
  readonly origin: string;
  /** base64 of the DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** SHA-256, hex, of the object of the generation before; absent in the first. */
  readonly predecessor?: string;
}

/** How a signature was found to stand. */
export interface VerifiedAct {
  /**
   * The size that the log had when the key was closed. The act counts only if its leaf lies below it. Absent while the key
   * is open.
   */
  readonly closedAt?: number;
}

/**
 * Acts are proven by signatures. The private keys are sealed in the key store. The public halves are objects that the
 * writer of the table cannot touch; a row with a public key proves nothing.
 */
export interface Acts {
  /**
   * Signs the digest (SHA-256, lower-case hex) of an act with the newest key of its kind. Makes the first key of the kind
   * where there is none and the key store allows it. Faults: those of `KeyStore.create` and of the objects;
   * `key-store-damaged` where the stored private key is not the one of the public object.
   */
  sign(kind: ActKeyKind, digest: string): Promise<ActSignature>;
  /**
   * Undefined where the signature is not one of a key of this kind over this digest. Signatures that this process made or
   * verified before are remembered, so verifying them again costs nothing.
   */
  verify(kind: ActKeyKind, digest: string, signature: unknown): Promise<VerifiedAct | undefined>;
  /** The public halves of every kind and generation, for auditors. */
  keys(): Promise<readonly (ActKey & VerifiedAct & { readonly digest: string })[]>;
  /** Makes the key of this generation, where it is not there. The generation before must be there. */
  makeKey(kind: ActKeyKind, generation: number): Promise<void>;
  /** Closes a key that has a successor: its acts count only if their leaves lie below `size`. */
  closeKey(kind: ActKeyKind, generation: number, size: number): Promise<void>;
}
