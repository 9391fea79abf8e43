import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import { base64, isPlainText, readBase64 } from './lines.ts';

/** The signature types of signed-note ("Signature types") that this service supports. */
export const SIGNATURE_TYPES = {
  /** Ed25519 over the note's text: a log's own signature. */
  1: { algorithm: 'ed25519', keyBytes: 32, timestamped: false },
  /** Timestamped Ed25519 cosignature (tlog-cosignature). */
  4: { algorithm: 'ed25519', keyBytes: 32, timestamped: true },
  /** Timestamped ML-DSA-44 cosignature (tlog-cosignature); logs sign with it as well. */
  6: { algorithm: 'ml-dsa-44', keyBytes: 1312, timestamped: true },
} as const;

export type SignatureType = keyof typeof SIGNATURE_TYPES;

const isSignatureType = (type: number | undefined): type is SignatureType =>
  type !== undefined && type in SIGNATURE_TYPES;

/** A public key with a name, for one signature type only: the same key with another type is another NoteKey. */
export interface NoteKey {
  readonly name: string;
  /** The first four bytes of SHA-256(name || 0x0A || type || publicKey), big-endian. */
  readonly id: number;
  readonly type: SignatureType;
  /** Raw, as its RFC 8032 or FIPS 204 encodes it. */
  readonly publicKey: Uint8Array;
}

/** signed-note, "Format": not empty, no Unicode space, no plus. The length limit is this project's. */
export const isKeyName = (name: string): boolean =>
  name.length > 0 && name.length <= MAX_NAME && isPlainText(name) && !/[\p{White_Space}+]/u.test(name);

const MAX_NAME = 1024;

/** Faults with `malformed-note` for a name that no signature line could hold or a key of the wrong length. */
export const noteKey = (name: string, type: SignatureType, publicKey: Uint8Array): NoteKey => {
  if (!isKeyName(name)) {
    throw new Fault('malformed-note', 'A key name is not empty and has neither white space nor a plus.');
  }
  const { keyBytes } = SIGNATURE_TYPES[type];
  if (publicKey.length !== keyBytes) {
    throw new Fault('malformed-note', phrase`A key of signature type ${type} has ${keyBytes} bytes.`);
  }
  const digest = hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]),
    'buffer',
  );
  return { name, id: digest.readUInt32BE(), type, publicKey };
};

/** The key that verifies this signer's signatures of that type. Faults: `unsupported-algorithm`. */
export const noteKeyOf = (name: string, type: SignatureType, signer: Signer): NoteKey => {
  const { algorithm } = SIGNATURE_TYPES[type];
  if (signer.algorithm.name !== algorithm) {
    throw new Fault(
      'unsupported-algorithm',
      phrase`Signature type ${type} of notes needs an ${algorithm} key.`,
      {
        algorithm: signer.algorithm.name,
      },
    );
  }
  const spki = { key: Buffer.from(signer.subjectPublicKeyInfo), format: 'der', type: 'spki' } as const;
  const jwk = createPublicKey(spki).export({ format: 'jwk' });
  const raw = algorithm === 'ed25519' ? jwk.x : jwk.pub;
  return noteKey(name, type, Buffer.from(String(raw), 'base64url'));
};

/** For node:crypto's verify. Faults: `unsupported-algorithm` where this runtime has no such keys. */
export const publicKeyObject = ({ type, publicKey }: NoteKey): KeyObject => {
  const raw = Buffer.from(publicKey).toString('base64url');
  if (SIGNATURE_TYPES[type].algorithm === 'ed25519') {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  }
  const name = 'ML-DSA-44';
  try {
    // Any octets of this length are a key (FIPS 204), so nothing else is wrong with it.
    return createPublicKey({ key: { kty: 'AKP', alg: name, pub: raw }, format: 'jwk' });
  } catch (cause) {
    throw new Fault(
      'unsupported-algorithm',
      phrase`This Node.js (${process.version}) has no ${name}; use Node.js 24.7 or later.`,
      {},
      { cause },
    );
  }
};

/** `<name>+<key ID in hex>+<base64 of type and key>` (signed-note, "Verifier keys"). */
export const formatVkey = ({ name, id, type, publicKey }: NoteKey): string =>
  `${name}+${hexId(id)}+${base64(Buffer.concat([Buffer.of(type), publicKey]))}`;

/** Eight lower-case hex digits, as in a vkey. */
export const hexId = (id: number): string => id.toString(16).padStart(8, '0');

/**
 * Faults: `malformed-note` unless the text is spelt exactly as `formatVkey` spells it, with the key ID computed from
 * the key; `unsupported-algorithm` for a signature type that is not in SIGNATURE_TYPES.
 */
export const parseVkey = (vkey: string): NoteKey => {
  // The base64 may contain pluses; the name and the ID may not.
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,2000})$/.exec(vkey) ?? [];
  const material = readBase64(encoded ?? '');
  if (name === undefined || material === undefined) {
    throw new Fault('malformed-note', 'A verifier key is name, key ID and key, joined by plus signs.');
  }
  const type = material[0];
  if (!isSignatureType(type)) {
    throw new Fault('unsupported-algorithm', 'Verifier keys of this signature type are not supported.', {
      type,
    });
  }
  const key = noteKey(name, type, material.subarray(1));
  if (hexId(key.id) !== id) {
    throw new Fault('malformed-note', 'The key ID of the verifier key is not that of its name and key.');
  }
  return key;
};
