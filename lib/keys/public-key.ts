import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import { encodePem } from '../pki/pki.ts';
import { Recent } from '../recent.ts';
import { LATE_KINDS } from './algorithms.ts';
import type { KeyFamily, KeyKind } from './contract.ts';

/** RSA with 8,192 bits takes 1,062 octets, ML-DSA-87 2,614. */
export const MAX_PUBLIC_KEY_BYTES = 4096;

export interface PublicKey {
  readonly family: KeyFamily;
  readonly kind: KeyKind;
  readonly key: KeyObject;
}

/** OpenSSL's names for the curves. */
const CURVES: Readonly<Record<string, KeyKind>> = {
  prime256v1: 'p-256',
  secp384r1: 'p-384',
  secp521r1: 'p-521',
};

/** The kind of a public or private key. Faults: `unsupported-algorithm`. */
export const kindOf = (key: KeyObject): { readonly family: KeyFamily; readonly kind: KeyKind } => {
  const type = key.asymmetricKeyType;
  const details = key.asymmetricKeyDetails;
  if (type === 'rsa' && details?.modulusLength !== undefined) {
    return { family: 'rsa', kind: `rsa${details.modulusLength}` };
  }
  if (type === 'ec') {
    const kind = CURVES[details?.namedCurve ?? ''];
    if (kind !== undefined) return { family: 'ec', kind };
  }
  if (type === 'ed25519') return { family: 'ed25519', kind: 'ed25519' };
  if (type === 'ml-dsa-44' || type === 'ml-dsa-65' || type === 'ml-dsa-87') {
    return { family: 'ml-dsa', kind: type };
  }
  throw new Fault(
    'unsupported-algorithm',
    'The key is none of RSA, P-256, P-384, P-521, Ed25519 and ML-DSA.',
  );
};

/** Makes a key, because node:crypto has no list of the kinds that it knows. */
const runtimeLacks = (kind: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'): boolean => {
  try {
    generateKeyPairSync(kind);
    return false;
  } catch {
    return true;
  }
};

const unreadable = (bytes: Buffer, cause: unknown): Fault => {
  // SEQUENCE, two octets more of its length, then the AlgorithmIdentifier.
  const [, kind] = LATE_KINDS.find(([identifier]) => bytes.indexOf(identifier) === 4) ?? [];
  return kind !== undefined && runtimeLacks(kind)
    ? new Fault(
        'unsupported-algorithm',
        phrase`This Node.js (${process.version}) has no ${kind.toUpperCase()}; use Node.js 24.7 or later.`,
        {},
        { cause },
      )
    : new Fault(
        'unsupported-algorithm',
        'The public key is malformed or of a kind not known here.',
        {},
        { cause },
      );
};

/** A P-256 key as RFC 5480 has it begins with these octets. For OpenSSL, the curve's name costs half of reading the key. */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const P256: Omit<PublicKey, 'key'> = { family: 'ec', kind: 'p-256' };

/**
 * The same keys are read again and again: a request's key is checked and then verifies the request; a CA's key verifies every
 * signature of the CA. Reading one takes OpenSSL as long as half of a verification.
 */
const recent = new Recent<PublicKey>();

/**
 * Reads a DER SubjectPublicKeyInfo with OpenSSL, which also checks that a point is on its curve. Faults:
 * `input-too-large`, `unsupported-algorithm`, also for bytes that are no public key.
 */
export const readPublicKey = (subjectPublicKeyInfo: Uint8Array): PublicKey => {
  if (subjectPublicKeyInfo.length > MAX_PUBLIC_KEY_BYTES) {
    throw new Fault('input-too-large', phrase`A public key has at most ${MAX_PUBLIC_KEY_BYTES} bytes here.`, {
      limit: MAX_PUBLIC_KEY_BYTES,
    });
  }
  return recent.of(subjectPublicKeyInfo, () => read(Buffer.from(subjectPublicKeyInfo)));
};

const read = (bytes: Buffer): PublicKey => {
  let key: KeyObject;
  try {
    // Passed as text. For an object with bytes, node:crypto first finds out, by exceptions, that neither the object nor
    // its content is a key already. That takes as long as reading the bytes. The label says SubjectPublicKeyInfo.
    key = createPublicKey(encodePem('PUBLIC KEY', bytes));
  } catch (cause) {
    throw unreadable(bytes, cause);
  }
  const isP256 = bytes.subarray(0, P256_PREFIX.length).equals(P256_PREFIX);
  return { ...(isP256 ? P256 : kindOf(key)), key };
};
