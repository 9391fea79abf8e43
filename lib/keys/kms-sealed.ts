import { createPrivateKey } from 'node:crypto';
import { Fault } from '../fault.ts';
import { ALGORITHMS, algorithmNamed } from './algorithms.ts';
import type { AlgorithmName, KeyStore, Signer } from './contract.ts';
import { answerAbout, type KmsCalls } from './kms-calls.ts';
import { softwareSigner } from './software.ts';

/**
 * Keys that sign in the memory of a function: those of delegated responders, of disclosures and of acts. KMS makes them as
 * data key pairs. A store keeps them sealed under a KMS key (kms-sealed-halves.ts). Only the memory of a function that signs
 * with them has them in the clear.
 *
 * The function that makes a key never sees the private half: KMS returns the public half and the sealed private half.
 * Id and algorithm are the encryption context, so a key put under another id does not open, and a policy can limit a
 * role to keys of one kind.
 */
export type SealedKey = {
  readonly algorithm: AlgorithmName;
  /** base64 of the DER SubjectPublicKeyInfo. */
  readonly subjectPublicKeyInfo: string;
  /** base64 of KMS's ciphertext of the PKCS#8 private key. */
  readonly sealed: string;
};

/** Where sealed keys are kept, by their ids. */
export interface SealedHalves {
  /** The entry of the encryption context that names the key. Policies limit roles by it. */
  readonly context: 'responder-key' | 'act-key';
  get(id: string): Promise<SealedKey | undefined>;
  /** False where there is a key of that id already. */
  put(id: string, key: SealedKey): Promise<boolean>;
}

const ID = /^[a-z0-9-]{1,64}$/;

const NAMES: ReadonlySet<string> = new Set(ALGORITHMS.map(({ name }) => name));

/** The OCSP function has only `decrypt`: it opens keys and never makes one. */
export type SealingCalls = Pick<KmsCalls, 'decrypt'> &
  Partial<Pick<KmsCalls, 'generateDataKeyPairWithoutPlaintext'>>;

export const openKmsSealedKeys = (options: {
  readonly calls: SealingCalls;
  readonly halves: SealedHalves;
  /** ARN of the symmetric KMS key that seals. */
  readonly sealingKey: string;
}): KeyStore => {
  const { calls: kms, halves, sealingKey } = options;

  const contextOf = (id: string, algorithm: AlgorithmName): Record<string, string> => ({
    [halves.context]: id,
    algorithm,
  });

  const read = async (id: string): Promise<SealedKey | undefined> => {
    if (!ID.test(id)) {
      throw new Fault('configuration-invalid', 'A key id has 1 to 64 of the characters a-z, 0-9 and "-".');
    }
    const key = await halves.get(id);
    if (key !== undefined && !NAMES.has(key.algorithm)) throw damaged(id);
    return key;
  };

  const unseal = async (id: string, row: SealedKey): Promise<Signer> => {
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
  const lazySigner = (id: string, row: SealedKey): Signer => ({
    algorithm: algorithmNamed(row.algorithm),
    subjectPublicKeyInfo: publicHalf(row),
    sign: async (message) => (await unseal(id, row)).sign(message),
  });

  const generate = async (id: string, algorithm: AlgorithmName): Promise<SealedKey> => {
    if (kms.generateDataKeyPairWithoutPlaintext === undefined) {
      throw new Fault('configuration-invalid', 'This function opens keys and makes none.', { id });
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
  const store = async (id: string, row: SealedKey): Promise<SealedKey> => {
    if (await halves.put(id, row)) return row;
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

const publicHalf = ({ subjectPublicKeyInfo }: SealedKey): Uint8Array =>
  Buffer.from(subjectPublicKeyInfo, 'base64');

const damaged = (id: string, cause?: unknown): Fault =>
  new Fault(
    'key-store-damaged',
    'A sealed key is not as it was written; have the responder renewed, or the key of acts replaced.',
    { id },
    { cause },
  );
