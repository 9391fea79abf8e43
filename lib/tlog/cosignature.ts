import { verify } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import type { Clock } from '../ports.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';
import { type NoteKey, noteKeyOf, publicKeyObject } from './vkey.ts';

/**
 * Cosignatures (c2sp.org/tlog-cosignature): a witness states, with a time, that it has seen the log grow to this
 * checkpoint. In the signature line the key ID is followed by the time, 8 bytes, and the signature. There are two
 * types: Ed25519 (0x04) over the time and the whole text; ML-DSA-44 (0x06) over a structure that names the cosigner,
 * the log and a subtree. A checkpoint is the subtree from leaf 0 on.
 */
const TIME_BYTES = 8;

/** Unix seconds at which a cosignature of type 0x04 or 0x06 was made; 0 where it does not say. */
export const cosignatureTime = (signature: Uint8Array): number | undefined => {
  if (signature.length <= TIME_BYTES) return undefined;
  const seconds = Number(Buffer.from(signature.subarray(0, TIME_BYTES)).readBigUInt64BE());
  // tlog-cosignature forbids times past 2^63 - 1 and lets verifiers refuse times in the future. 2^53 is far in the
  // future.
  return Number.isSafeInteger(seconds) ? seconds : undefined;
};

/** Signs as a cosigner: type 0x04 with an Ed25519 key, 0x06 with an ML-DSA-44 key. Faults: `unsupported-algorithm`. */
export const cosigner = (name: string, signer: Signer, clock: Clock): NoteSigner => {
  const key = noteKeyOf(name, signer.algorithm.name === 'ml-dsa-44' ? 0x06 : 0x04, signer);
  return {
    key,
    sign: async (text) => {
      const time = Math.floor(clock() / 1000);
      const message = cosignedBytes(key, text, time);
      return Buffer.concat([uint64(time), await signer.sign(message)]);
    },
  };
};

export const cosignatureVerifier = (key: NoteKey): NoteVerifier => {
  const publicKey = publicKeyObject(key);
  return {
    key,
    verify: (text, signature) => {
      const time = cosignatureTime(signature);
      const message = time === undefined ? undefined : messageOrNothing(key, text, time);
      return message !== undefined && verify(null, message, publicKey, signature.subarray(TIME_BYTES));
    },
  };
};

/** Undefined where nobody can have cosigned: the text is no checkpoint, or the origin is too long for the structure. */
const messageOrNothing = (key: NoteKey, text: string, time: number): Uint8Array | undefined => {
  try {
    return cosignedBytes(key, text, time);
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

const cosignedBytes = (key: NoteKey, text: string, time: number): Uint8Array => {
  const checkpoint = parseCheckpoint(text);
  return key.type === 0x06
    ? subtreeMessage(key.name, time, { ...checkpoint, start: 0, end: checkpoint.size })
    : Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
};

export interface Subtree extends Pick<Checkpoint, 'origin' | 'root'> {
  /** First leaf, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/**
 * `cosigned_message` of tlog-cosignature. Faults with `malformed-checkpoint` when the name or the origin does not have
 * the 1 to 255 bytes that the structure's length fields allow, or when a subtree that does not begin at 0 has a time.
 */
export const subtreeMessage = (cosignerName: string, time: number, subtree: Subtree): Uint8Array => {
  if (subtree.start !== 0 && time !== 0) {
    throw new Fault('malformed-checkpoint', 'Only a tree from its first leaf on is cosigned with a time.');
  }
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    opaque8(cosignerName),
    uint64(time),
    opaque8(subtree.origin),
    uint64(subtree.start),
    uint64(subtree.end),
    subtree.root,
  ]);
};

const opaque8 = (text: string): Uint8Array => {
  const bytes = Buffer.from(text);
  if (bytes.length < 1 || bytes.length > 255) {
    throw new Fault(
      'malformed-checkpoint',
      'ML-DSA-44 cosignatures need names and origins of 1 to 255 bytes.',
    );
  }
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
};

const uint64 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
