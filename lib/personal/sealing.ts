import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { FORMAT } from '../format.ts';
import type { Random } from '../ports.ts';
import type { Value } from '../store/store.ts';
import type { DataKeyId, ItemName } from './contract.ts';

/** An item as its row has it. `key` is authenticated with what is sealed. */
export type SealedRow = {
  readonly key: DataKeyId;
  /** 12 bytes, base64. A key seals far fewer than 2^32 items (NIST SP 800-38D 8.3), so nonces are of chance. */
  readonly nonce: string;
  /** AES-256-GCM of the JSON, with its tag of 16 bytes; base64. */
  readonly sealed: string;
  /**
   * Keys that it was sealed with before and that are not due to be destroyed: older copies of the table have it under these.
   */
  readonly former?: readonly DataKeyId[];
  /** Where searches find it; absent where none does. */
  readonly office?: string;
  readonly id?: string;
  readonly tokens?: readonly string[];
};

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;

/** Node takes a key that it has made once five times as fast as its bytes (3 µs against 15 µs for a name). */
const secrets = new WeakMap<Uint8Array, KeyObject>();

export const secretOf = (key: Uint8Array): KeyObject => {
  const secret = secrets.get(key) ?? createSecretKey(key);
  secrets.set(key, secret);
  return secret;
};

/** An item that somebody moves under another name, or under the name of another key, does not open. */
const authenticated = (name: ItemName, key: DataKeyId): Buffer =>
  Buffer.from(JSON.stringify([FORMAT, name, key]));

export const seal = (
  name: ItemName,
  id: DataKeyId,
  key: Uint8Array,
  value: Value,
  random: Random,
): Pick<SealedRow, 'key' | 'nonce' | 'sealed'> => {
  const nonce = Buffer.from(random(12));
  const cipher = createCipheriv(ALGORITHM, secretOf(key), nonce).setAAD(authenticated(name, id));
  const sealed = Buffer.concat([
    cipher.update(JSON.stringify(value), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { key: id, nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
};

/** Undefined where the row, its name or the key is not the one that it was sealed with. */
export const unseal = (name: ItemName, row: SealedRow, key: Uint8Array): Value | undefined => {
  try {
    const sealed = Buffer.from(row.sealed, 'base64');
    const tag = sealed.subarray(sealed.length - TAG_BYTES);
    const decipher = createDecipheriv(ALGORITHM, secretOf(key), Buffer.from(row.nonce, 'base64'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(authenticated(name, row.key)).setAuthTag(tag);
    const text = Buffer.concat([
      decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
    return JSON.parse(text.toString('utf8')) as Value;
  } catch {
    // Node's error says no more than that the tag differs, or that a member has another form.
    return undefined;
  }
};
