import { createPrivateKey } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import type { Item, Table } from '../store/store.ts';
import { ALGORITHMS, algorithmNamed } from './algorithms.ts';
import type { AlgorithmName, KeyStore, Signer } from './contract.ts';
import { answerAbout, type KmsCalls } from './kms-calls.ts';
import { softwareSigner } from './software.ts';

/**
 * Keys of delegated responders. KMS makes them as data key pairs. The Table keeps them sealed under a KMS key. Only the
 * memory of a function that answers OCSP has them in the clear.
 *
 *   responder-keys  {id}  SealedRow
 *
 * The function that makes a key never sees the private half: KMS returns the public half and the sealed private half.
 * Id and algorithm are the encryption context, so a row put under another id does not open, and a policy can limit a
 * role to keys of this kind.
 */
type SealedRow = {
  readonly algorithm: AlgorithmName;
  /** base64 of the DER SubjectPublicKeyInfo. */
  readonly subjectPublicKeyInfo: string;
  /** base64 of KMS's ciphertext of the PKCS#8 private key. */
  readonly sealed: string;
};

const keyOf = (id: string) => ({ pk: 'responder-keys', sk: id });

const ID = /^[a-z0-9-]{1,64}$/;

const NAMES: ReadonlySet<string> = new Set(ALGORITHMS.map(({ name }) => name));

/** The entry of the encryption context with which policies limit roles to these keys. */
const RESPONDER_KEY = 'responder-key';

const contextOf = (id: string, algorithm: AlgorithmName): Record<string, string> => ({
  [RESPONDER_KEY]: id,
  algorithm,
});

/** The OCSP function has only `decrypt`: it opens keys and never makes one. */
export type SealingCalls = Pick<KmsCalls, 'decrypt'> &
  Partial<Pick<KmsCalls, 'generateDataKeyPairWithoutPlaintext'>>;

export const openKmsSealedKeys = (options: {
  readonly calls: SealingCalls;
  readonly table: Table;
  /** ARN of the symmetric KMS key that seals. */
  readonly sealingKey: string;
}): KeyStore => {
  const { calls: kms, table, sealingKey } = options;

  const read = async (id: string): Promise<SealedRow | undefined> => {
    if (!ID.test(id)) {
      throw new Fault('configuration-invalid', 'A key id has 1 to 64 of the characters a-z, 0-9 and "-".');
    }
    const item: Item<SealedRow> | undefined = await table.get<SealedRow>(keyOf(id));
    if (item !== undefined && !NAMES.has(item.value.algorithm)) throw damaged(id);
    return item?.value;
  };

  const unseal = async (id: string, row: SealedRow): Promise<Signer> => {
    const { Plaintext } = await answerAbout(
      id,
      kms.decrypt({
        KeyId: sealingKey,
        CiphertextBlob: Buffer.from(row.sealed, 'base64'),
        EncryptionContext: contextOf(id, row.algorithm),
      }),
    );
    if (Plaintext === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without the key.', { key: id });
    }
    // This buffer shares the bytes and does not copy them: they are overwritten below.
    const pkcs8 = Buffer.from(Plaintext.buffer, Plaintext.byteOffset, Plaintext.byteLength);
    try {
      const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
      const signer = softwareSigner(row.algorithm, key);
      if (Buffer.compare(signer.subjectPublicKeyInfo, publicHalf(row)) !== 0) throw damaged(id);
      return signer;
    } catch (cause) {
      throw Fault.is(cause, 'key-store-damaged') ? cause : damaged(id, cause);
    } finally {
      pkcs8.fill(0);
    }
  };

  const open = async (id: string): Promise<Signer> => {
    const row = await read(id);
    if (row === undefined) throw new Fault('unknown-key', 'The key store has no key of that id.', { id });
    return unseal(id, row);
  };

  /** Opens the private half at the first signature: a function that only certifies the public half never opens it. */
  const lazySigner = (id: string, row: SealedRow): Signer => ({
    algorithm: algorithmNamed(row.algorithm),
    subjectPublicKeyInfo: publicHalf(row),
    sign: async (message) => (await unseal(id, row)).sign(message),
  });

  const generate = async (id: string, algorithm: AlgorithmName): Promise<SealedRow> => {
    if (kms.generateDataKeyPairWithoutPlaintext === undefined) {
      throw new Fault('configuration-invalid', 'This function opens responder keys and makes none.', { id });
    }
    const { PublicKey, PrivateKeyCiphertextBlob } = await answerAbout(
      id,
      kms.generateDataKeyPairWithoutPlaintext({
        KeyId: sealingKey,
        KeyPairSpec: algorithmNamed(algorithm).kmsKeySpec,
        EncryptionContext: contextOf(id, algorithm),
      }),
    );
    if (PublicKey === undefined || PrivateKeyCiphertextBlob === undefined) {
      throw new Fault('store-unavailable', 'KMS answered without the key pair.', { key: id });
    }
    return {
      algorithm,
      subjectPublicKeyInfo: Buffer.from(PublicKey).toString('base64'),
      sealed: Buffer.from(PrivateKeyCiphertextBlob).toString('base64'),
    };
  };

  /** Resolves with the row that is stored under that id afterwards: if another process was first, its key counts. */
  const store = async (id: string, row: SealedRow): Promise<SealedRow> => {
    if (await wentThrough(table.write([{ put: keyOf(id), value: row, if: 'absent' }]))) return row;
    const first = await read(id);
    if (first === undefined) {
      throw new Fault('store-unavailable', 'The key was there and is gone; try again.', { key: id });
    }
    return first;
  };

  const create = async (id: string, name: AlgorithmName): Promise<Signer> => {
    const { name: algorithm } = algorithmNamed(name);
    const row = (await read(id)) ?? (await store(id, await generate(id, algorithm)));
    if (row.algorithm !== algorithm) {
      throw new Fault('configuration-invalid', 'The key store has that key with another algorithm.', {
        id,
        algorithm: row.algorithm,
      });
    }
    return lazySigner(id, row);
  };

  return { create, open };
};

const publicHalf = ({ subjectPublicKeyInfo }: SealedRow): Uint8Array =>
  Buffer.from(subjectPublicKeyInfo, 'base64');

const damaged = (id: string, cause?: unknown): Fault =>
  new Fault(
    'key-store-damaged',
    'The row of a responder key is not as it was written; let the responder be renewed.',
    { id },
    { cause },
  );
