import { Fault, wentThrough } from '../fault.ts';
import type { DataKeyId, DataKeys } from '../personal/personal.ts';
import { everyItem, type Table, type Value } from '../store/store.ts';
import { assertDataKeyId, dataKeyDamaged } from './data-key.ts';
import { answerAbout, type KmsCalls } from './kms-calls.ts';

/**
 * The data keys on AWS: rows of a table of their own, which no other backup has than its own. KMS makes each key and seals it;
 * it keeps none of them, so a key is gone with its row. The id is the encryption context: a row under another id does not open,
 * and a policy can limit a role to ids.
 *
 *   data-keys  {id}  { sealed: base64 of KMS's ciphertext }
 *
 * Somebody who can write to the table can delete a key, or bring back a copy of a destroyed one.
 */
const PK = 'data-keys';

const KEY_BYTES = 32;
/** KMS takes no longer ciphertext (Decrypt, CiphertextBlob). */
const MAX_SEALED_BYTES = 6144;

/**
 * Faults, beside those of the port: `unknown-key` where KMS has no sealing key for this caller, with KMS's own error name in
 * `facts.reason`.
 */
export const openKmsDataKeys = ({
  calls: kms,
  table,
  sealingKey,
}: {
  readonly calls: Pick<KmsCalls, 'decrypt' | 'generateDataKey'>;
  readonly table: Pick<Table, 'get' | 'query' | 'write'>;
  /** ARN of the symmetric KMS key of personal data. */
  readonly sealingKey: string;
}): DataKeys => {
  const rowOf = (id: DataKeyId) => {
    assertDataKeyId(id);
    return { pk: PK, sk: id };
  };

  const contextOf = (id: DataKeyId) => ({ 'data-key': id });

  const unseal = async (id: DataKeyId, row: Value): Promise<Uint8Array> => {
    const sealed = Buffer.from(typeof row.sealed === 'string' ? row.sealed : '', 'base64');
    if (sealed.length === 0 || sealed.length > MAX_SEALED_BYTES) throw dataKeyDamaged(id);
    const { Plaintext } = await answerAbout(
      id,
      kms.decrypt({ KeyId: sealingKey, CiphertextBlob: sealed, EncryptionContext: contextOf(id) }),
    ).catch((error: unknown) => {
      throw Fault.is(error, 'key-store-damaged') ? dataKeyDamaged(id, error) : error;
    });
    if (Plaintext === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without the key.', { key: id });
    }
    if (Plaintext.length !== KEY_BYTES) throw dataKeyDamaged(id);
    return Plaintext;
  };

  const open = async (id: DataKeyId): Promise<Uint8Array | undefined> => {
    const row = await table.get(rowOf(id));
    return row && unseal(id, row.value);
  };

  const generate = async (id: DataKeyId): Promise<{ readonly key: Uint8Array; readonly row: Value }> => {
    const { Plaintext, CiphertextBlob } = await answerAbout(
      id,
      kms.generateDataKey({ KeyId: sealingKey, KeySpec: 'AES_256', EncryptionContext: contextOf(id) }),
    );
    if (Plaintext?.length !== KEY_BYTES || CiphertextBlob === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without the key.', { key: id });
    }
    return { key: Plaintext, row: { sealed: Buffer.from(CiphertextBlob).toString('base64') } };
  };

  const create = async (id: DataKeyId): Promise<Uint8Array> => {
    const there = await open(id);
    if (there !== undefined) return there;
    const { key, row } = await generate(id);
    if (await wentThrough(table.write([{ put: rowOf(id), value: row, if: 'absent' }]))) return key;
    const first = await open(id);
    if (first !== undefined) return first;
    throw new Fault('store-unavailable', 'The key was there and is gone; try again.', { key: id });
  };

  const destroy = async (id: DataKeyId): Promise<void> => {
    for (;;) {
      const row = await table.get(rowOf(id));
      if (row === undefined) return;
      if (await wentThrough(table.write([{ delete: rowOf(id), if: { version: row.version } }]))) return;
    }
  };

  return {
    create,
    open,
    destroy,
    list: async function* () {
      for await (const { sk } of everyItem(table, { pk: PK })) yield sk;
    },
  };
};
