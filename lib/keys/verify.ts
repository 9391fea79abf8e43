import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { Fault } from '../fault.ts';
import { schemeOf } from './algorithms.ts';
import type { HashName } from './contract.ts';
import { readPublicKey } from './public-key.ts';

export interface SignedMessage {
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array;
  /** The signed bytes themselves, not a digest of them. */
  readonly message: Uint8Array;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/** The longest signatures are those of ML-DSA-87, with 4,627 octets. */
const MAX_SIGNATURE_BYTES = 8192;

/** OpenSSL returns false for most bad signatures and throws for some (an RSA key too short for the encoding). */
const holds = (
  signed: SignedMessage,
  key: KeyObject | VerifyKeyObjectInput,
  hash: HashName | null,
): boolean => {
  if (signed.signature.length > MAX_SIGNATURE_BYTES) return false;
  try {
    return verify(hash, signed.message, key, signed.signature);
  } catch {
    return false;
  }
};

/**
 * Returns when the signature is good. It does not check the key's quality (`checkPublicKey` does). Faults:
 * `signature-invalid`; `unsupported-algorithm` for an algorithm or key that is not in the registry (SHA-1 and MD5 are
 * not) and for a key of another kind than the algorithm's.
 */
export const verifySignature = (signed: SignedMessage): void => {
  const scheme = schemeOf(signed.signatureAlgorithm);
  const { key, family, kind } = readPublicKey(signed.subjectPublicKeyInfo);
  if (family !== scheme.family || (scheme.kind !== undefined && scheme.kind !== kind)) {
    throw new Fault('unsupported-algorithm', 'The signature algorithm does not go with the public key.');
  }
  // OpenSSL takes an RSASSA-PSS signature without its leading zero octets too; RFC 8017 8.1.2 has one length alone.
  if (family === 'rsa' && signed.signature.length !== Number(kind.slice('rsa'.length)) / 8) {
    throw new Fault('signature-invalid', 'The signature is not as long as the modulus of the key.');
  }
  const { padding, saltLength } = scheme.options;
  // node:crypto is faster where its defaults are not passed to it as options.
  const usual =
    saltLength === undefined && (padding === undefined || padding === constants.RSA_PKCS1_PADDING);
  if (!holds(signed, usual ? key : { key, ...scheme.options }, scheme.hash)) {
    throw new Fault('signature-invalid', 'The signature does not verify under the public key.');
  }
};
