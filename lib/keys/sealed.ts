import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault, type Phrase, phrase } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import type { Random } from '../ports.ts';
import { ALGORITHMS, algorithmNamed } from './algorithms.ts';
import type { AlgorithmName, KeyStore, Signer } from './contract.ts';
import { createFolder, createWhole, readWhole, removeTemporary } from './sealed-files.ts';
import { generatePrivateKey, softwareSigner } from './software.ts';

/**
 * A folder of private keys under one passphrase.
 *
 *   store.json   scrypt's parameters and salt, and a check value that detects a wrong passphrase at once
 *   <id>.key     PKCS#8 under AES-256-GCM; format, id, algorithm and public key in the clear, authenticated
 *
 * One scrypt opens the store; each key then has its own AES key, by HKDF from scrypt's result and the key's id. Data keys
 * (data-key-files.ts) have theirs from the same result, and lie in another folder. Files are written whole, once, and never
 * replaced. Somebody who can change the folder can delete keys or bring back a
 * deleted one. Altered bytes and exchanged files are detected (`key-store-damaged`).
 */

/** 128 MiB and about half a second for one guess. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 } as const;

const base64 = (bytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((b) => b.length === bytes);

/** Bounded, so that an altered file can neither exhaust memory nor make guessing cheap. */
const StoreFile = z.strictObject({
  format: z.literal(FORMAT),
  scrypt: z.strictObject({
    N: z.literal([2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19]),
    r: z.literal(8),
    p: z.int().min(1).max(4),
  }),
  salt: base64(32),
  check: base64(32),
});
type Parameters = Pick<z.infer<typeof StoreFile>, 'scrypt' | 'salt'>;

const KeyFile = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string(),
  algorithm: z.enum(ALGORITHMS.map(({ name }) => name)),
  subjectPublicKeyInfo: z.base64(),
  nonce: base64(12),
  sealed: z.base64(),
  tag: base64(16),
});
type Header = Pick<z.infer<typeof KeyFile>, 'id' | 'algorithm' | 'subjectPublicKeyInfo'>;

const ID = /^[a-z0-9-]{1,64}$/;

const damaged = (file: string, why: Phrase, cause?: unknown): Fault =>
  new Fault(
    'key-store-damaged',
    phrase`The key store's file ${file} ${why}; restore it from a backup.`,
    { file },
    { cause },
  );

/** Faults: `format-unsupported`, `key-store-damaged`. */
const parse = <T>(schema: z.ZodType<T>, file: string, text: string): T => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) assertFormat(phrase`The key store's file ${file}`, value.format);
    return schema.parse(value);
  } catch (cause) {
    if (Fault.is(cause)) throw cause;
    throw damaged(file, phrase`is not as it was written`, cause);
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/* The passphrase ------------------------------------------------------------------------------------------- */

/** Text is composed first (NFC), so that the same passphrase has the same bytes from every keyboard. */
const passphraseBytes = (passphrase: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(typeof passphrase === 'string' ? passphrase.normalize('NFC') : passphrase);
  if (bytes.length === 0) {
    throw new Fault('configuration-invalid', 'The key store needs a passphrase; the one given is empty.');
  }
  return bytes;
};

const stretch = (
  passphrase: string | Uint8Array,
  { scrypt: { N, r, p }, salt }: Parameters,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const bytes = passphraseBytes(passphrase);
    // Node's limit counts scrypt's 128·N·r octets and some more (RFC 7914 2).
    scrypt(bytes, salt, 32, { N, r, p, maxmem: 128 * r * (N + p + 2) }, (error, key) => {
      bytes.fill(0);
      if (error) reject(error);
      else resolve(key);
    });
  });

const derive = (master: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, '', info, 32));

/** Covers the parameters as well, so that an exchange of them is detected. */
const checkValue = (master: Buffer, { scrypt: { N, r, p }, salt }: Parameters): Buffer => {
  const key = derive(master, 'akashi key store check');
  const text = JSON.stringify([FORMAT, N, r, p, salt.toString('base64')]);
  return createHmac('sha256', key).update(text).digest();
};

/* One key ---------------------------------------------------------------------------------------------------- */

const authenticated = ({ id, algorithm, subjectPublicKeyInfo }: Header): Buffer =>
  Buffer.from(JSON.stringify([FORMAT, id, algorithm, subjectPublicKeyInfo]));

const seal = (
  master: Buffer,
  id: string,
  algorithm: AlgorithmName,
  key: KeyObject,
  random: Random,
): string => {
  const header: Header = {
    id,
    algorithm,
    subjectPublicKeyInfo: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
  };
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const keyKey = derive(master, `akashi key ${id}`);
  try {
    const nonce = Buffer.from(random(12));
    const cipher = createCipheriv('aes-256-gcm', keyKey, nonce).setAAD(authenticated(header));
    const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
    return `${JSON.stringify(
      {
        format: FORMAT,
        ...header,
        nonce: nonce.toString('base64'),
        sealed: sealed.toString('base64'),
        tag: cipher.getAuthTag().toString('base64'),
      },
      null,
      2,
    )}\n`;
  } finally {
    pkcs8.fill(0);
    keyKey.fill(0);
  }
};

const unseal = (master: Buffer, id: string, text: string): Signer => {
  const file = `${id}.key`;
  const { nonce, sealed, tag, ...header } = parse(KeyFile, file, text);
  // Derived from the requested id: a file under another key's name does not open.
  const keyKey = derive(master, `akashi key ${id}`);
  let pkcs8: Buffer | undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyKey, nonce, { authTagLength: 16 });
    decipher.setAAD(authenticated(header)).setAuthTag(tag);
    pkcs8 = decipher.update(sealed, 'base64');
    decipher.final();
    return softwareSigner(header.algorithm, createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  } catch (cause) {
    throw damaged(file, phrase`was altered`, cause);
  } finally {
    keyKey.fill(0);
    pkcs8?.fill(0);
  }
};

/* The store -------------------------------------------------------------------------------------------------- */

export interface SealedKeysOptions {
  /** Made, readable by its owner only, if it does not exist. */
  readonly folder: string;
  readonly passphrase: string | Uint8Array;
  readonly random: Random;
}

/** A key store whose passphrase seals data keys as well. */
export interface SealedKeys extends KeyStore {
  /** The AES-256 key under which the data key of that id is sealed. The caller overwrites it after use. */
  sealOfDataKey(id: string): Buffer;
  /** The AES-256 key under which the console's sessions of that month are sealed. */
  sealOfSessions(month: string): Buffer;
}

/** The keys of sessions need no place: each follows from the passphrase and its month. */
export const sessionKeysOf = ({ sealOfSessions }: Pick<SealedKeys, 'sealOfSessions'>) => {
  const keyOf = async (month: string): Promise<Uint8Array> => sealOfSessions(month);
  return { create: keyOf, open: keyOf };
};

const STORE = 'store.json';

const readStore = async (folder: string): Promise<z.infer<typeof StoreFile> | undefined> => {
  const text = await readWhole(join(folder, STORE));
  return text === undefined ? undefined : parse(StoreFile, STORE, text);
};

/**
 * Opens the key store of that folder, or makes one. Faults: `wrong-passphrase`, `key-store-damaged`,
 * `configuration-invalid` for an empty passphrase.
 */
export const openSealedKeys = async ({
  folder,
  passphrase,
  random,
}: SealedKeysOptions): Promise<SealedKeys> => {
  await createFolder(folder);
  await removeTemporary(folder);
  const found = await readStore(folder);
  if (found !== undefined) return keyStore(folder, await unlock(passphrase, found), random);

  if ((await readdir(folder)).some((name) => name.endsWith('.key'))) throw damaged(STORE, phrase`is missing`);
  const parameters = { scrypt: SCRYPT, salt: Buffer.from(random(32)) };
  const master = await stretch(passphrase, parameters);
  const store = {
    format: FORMAT,
    scrypt: SCRYPT,
    salt: parameters.salt.toString('base64'),
    check: checkValue(master, parameters).toString('base64'),
  };
  if (await createWhole(join(folder, STORE), `${JSON.stringify(store, null, 2)}\n`)) {
    return keyStore(folder, master, random);
  }
  // Another process was first: its salt counts.
  return openSealedKeys({ folder, passphrase, random });
};

const unlock = async (passphrase: string | Uint8Array, store: z.infer<typeof StoreFile>): Promise<Buffer> => {
  const master = await stretch(passphrase, store);
  if (timingSafeEqual(checkValue(master, store), store.check)) return master;
  master.fill(0);
  throw new Fault('wrong-passphrase', 'The passphrase does not open the key store.');
};

const keyStore = (folder: string, master: Buffer, random: Random): SealedKeys => {
  const read = async (id: string): Promise<Signer | undefined> => {
    if (!ID.test(id)) {
      throw new Fault('configuration-invalid', 'A key id has 1 to 64 of the characters a-z, 0-9 and "-".');
    }
    const text = await readWhole(join(folder, `${id}.key`));
    return text === undefined ? undefined : unseal(master, id, text);
  };
  const open = async (id: string): Promise<Signer> => {
    const signer = await read(id);
    if (signer === undefined) throw new Fault('unknown-key', 'The key store has no key of that id.', { id });
    return signer;
  };
  const create = async (id: string, name: AlgorithmName): Promise<Signer> => {
    const { name: algorithm } = algorithmNamed(name);
    const existing = await read(id);
    if (existing === undefined) {
      const key = await generatePrivateKey(algorithm);
      if (await createWhole(join(folder, `${id}.key`), seal(master, id, algorithm, key, random))) {
        return softwareSigner(algorithm, key);
      }
    }
    // The key existed already, or another process made it at the same time.
    const signer = existing ?? (await open(id));
    if (signer.algorithm.name !== algorithm) {
      throw new Fault('configuration-invalid', 'The key store has that key with another algorithm.', {
        id,
        algorithm: signer.algorithm.name,
      });
    }
    return signer;
  };
  return {
    create,
    open,
    sealOfDataKey: (id) => derive(master, `akashi data key ${id}`),
    sealOfSessions: (month) => derive(master, `akashi console sessions ${month}`),
  };
};
