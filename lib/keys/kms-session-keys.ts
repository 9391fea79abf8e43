import * as z from 'zod/mini';
import { Fault, wentThrough } from '../fault.ts';
import type { SessionKeys } from '../principals/principals.ts';
import type { Objects } from '../store/store.ts';
import { answerAbout, type KmsCalls } from './kms-calls.ts';

/**
 * The keys of sessions on AWS, as objects that are put once, so that no writer of the table has them. KMS makes each key and seals
 * it under the key of the other sealed keys. The month is the encryption context: an object under another month does not open.
 *
 *   session-keys/{month}  { sealed: base64 of KMS's ciphertext }
 *
 * The function that signs people in can make the key of any month. Whoever has run code in it may know those to come.
 */
const pathOf = (month: string): string => `session-keys/${month}`;

const SealedObject = z.strictObject({ sealed: z.string() });

const KEY_BYTES = 32;

export const openKmsSessionKeys = ({
  calls: kms,
  objects,
  sealingKey,
}: {
  readonly calls: Pick<KmsCalls, 'decrypt' | 'generateDataKey'>;
  readonly objects: Pick<Objects, 'get' | 'put'>;
  /** ARN or alias of the symmetric KMS key that seals. */
  readonly sealingKey: string;
}): SessionKeys => {
  const contextOf = (month: string) => ({ 'session-key': month });

  const open: SessionKeys['open'] = async (month) => {
    const object = await objects.get(pathOf(month));
    if (object === undefined) return undefined;
    const { Plaintext } = await answerAbout(
      month,
      kms.decrypt({
        KeyId: sealingKey,
        CiphertextBlob: sealedIn(object.body, month),
        EncryptionContext: contextOf(month),
      }),
    );
    if (Plaintext?.length !== KEY_BYTES) throw damaged(month);
    return Plaintext;
  };

  const create: SessionKeys['create'] = async (month) => {
    const there = await open(month);
    if (there !== undefined) return there;
    const { Plaintext, CiphertextBlob } = await answerAbout(
      month,
      kms.generateDataKey({
        KeyId: sealingKey,
        KeySpec: 'AES_256',
        EncryptionContext: contextOf(month),
      }),
    );
    if (Plaintext?.length !== KEY_BYTES || CiphertextBlob === undefined)
      throw new Fault('store-unavailable', 'KMS answered without the key.', { key: month });
    const body = Buffer.from(JSON.stringify({ sealed: Buffer.from(CiphertextBlob).toString('base64') }));
    if (await wentThrough(objects.put(pathOf(month), body, { if: 'absent' }))) return Plaintext;
    // Another function was first: its key counts.
    const first = await open(month);
    if (first !== undefined) return first;
    throw new Fault('store-unavailable', 'The key was there and is gone; try again.', { key: month });
  };

  return { create, open };
};

const sealedIn = (body: Uint8Array, month: string): Uint8Array => {
  try {
    return Buffer.from(SealedObject.parse(JSON.parse(Buffer.from(body).toString('utf8'))).sealed, 'base64');
  } catch (cause) {
    throw damaged(month, cause);
  }
};

const damaged = (month: string, cause?: unknown): Fault =>
  new Fault('key-store-damaged', 'The object of a sealed key is damaged.', { id: month }, { cause });
