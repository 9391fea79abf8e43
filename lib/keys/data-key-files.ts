import { createCipheriv, createDecipheriv } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault, phrase } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import type { DataKeyId, DataKeys } from '../personal/personal.ts';
import type { Random } from '../ports.ts';
import { assertDataKeyId, dataKeyDamaged, dataKeyOfFile, fileOfDataKey } from './data-key.ts';
import type { SealedKeys } from './sealed.ts';
import { createFolder, createWhole, listNames, readWhole, removeTemporary, shred } from './sealed-files.ts';

/**
 * The data keys of one machine: a folder with a small file for each.
 *
 *   <id>.key   the key's 32 bytes under AES-256-GCM; format and id in the clear, authenticated
 *
 * Each file is sealed under a key of its own, which the sealed key store derives from its passphrase and the id. So the files
 * are worth nothing without the passphrase, and a file under another id does not open. Somebody who can change the folder can
 * delete a key, or bring back a copy of a destroyed one.
 */

const base64 = (bytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((b) => b.length === bytes);

const KEY_BYTES = 32;

const KeyFile = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string(),
  nonce: base64(12),
  sealed: base64(KEY_BYTES),
  tag: base64(16),
});

const authenticated = (id: DataKeyId): Buffer => Buffer.from(JSON.stringify([FORMAT, id]));

/**
 * Opens the data keys of that folder, which is made, readable by its owner only, if it does not exist. Fault:
 * `store-unavailable`.
 */
export const openDataKeyFiles = async ({
  folder,
  sealedBy,
  random,
}: {
  readonly folder: string;
  readonly sealedBy: Pick<SealedKeys, 'sealOfDataKey'>;
  readonly random: Random;
}): Promise<DataKeys> => {
  await createFolder(folder);
  await removeTemporary(folder);

  const pathOf = (id: DataKeyId): string => {
    assertDataKeyId(id);
    return join(folder, fileOfDataKey(id));
  };

  const seal = (id: DataKeyId, key: Uint8Array): string => {
    const nonce = random(12);
    const sealKey = sealedBy.sealOfDataKey(id);
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(authenticated(id));
    sealKey.fill(0);
    const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
    const inBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    return `${JSON.stringify({
      format: FORMAT,
      id,
      nonce: inBase64(nonce),
      sealed: inBase64(sealed),
      tag: inBase64(cipher.getAuthTag()),
    })}\n`;
  };

  const unseal = (id: DataKeyId, text: string): Uint8Array => {
    const value: unknown = JSON.parse(text);
    assertFormat(phrase`The file of the data key ${id}`, (value as { format?: unknown } | null)?.format);
    const { id: named, nonce, sealed, tag } = KeyFile.parse(value);
    if (named !== id) throw dataKeyDamaged(id);
    const sealKey = sealedBy.sealOfDataKey(id);
    const decipher = createDecipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: 16 });
    sealKey.fill(0);
    decipher.setAAD(authenticated(id)).setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  };

  const open = async (id: DataKeyId): Promise<Uint8Array | undefined> => {
    const path = pathOf(id);
    try {
      const text = await readWhole(path);
      return text === undefined ? undefined : unseal(id, text);
    } catch (cause) {
      throw Fault.is(cause) && cause.code !== 'key-store-damaged' ? cause : dataKeyDamaged(id, cause);
    }
  };

  const create = async (id: DataKeyId): Promise<Uint8Array> => {
    const there = await open(id);
    if (there !== undefined) return there;
    const key = random(KEY_BYTES);
    if (await createWhole(pathOf(id), seal(id, key))) return key;
    const first = await open(id);
    if (first !== undefined) return first;
    throw new Fault('store-unavailable', 'The key was there and is gone; try again.', { key: id });
  };

  return {
    create,
    open,
    destroy: async (id) => shred(pathOf(id), random),
    list: async function* () {
      const ids = (await listNames(folder)).map(dataKeyOfFile).filter((id) => id !== undefined);
      yield* ids.sort();
    },
  };
};
