import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FORMAT } from '../../lib/format.ts';
import { ALGORITHMS, type KeyStore, type Signer, verifySignature } from '../../lib/keys/keys.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import { removeTemporary } from '../../lib/keys/sealed-files.ts';

let parent = '';
let folder = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sealed-'));
  folder = join(parent, 'keys');
});
afterEach(() => rmSync(parent, { recursive: true }));

const passphrase = '正しい馬 電池 ホッチキス';
const open = (other: string | Uint8Array = passphrase): Promise<KeyStore> =>
  openSealedKeys({ folder, passphrase: other, random: (n) => randomBytes(n) });
const fault = (code: string) => expect.objectContaining({ name: 'Fault', code });

const message = Buffer.from('証明書');
const verifies = (signer: Signer, by: Signer = signer): void =>
  verifySignature({
    subjectPublicKeyInfo: by.subjectPublicKeyInfo,
    signatureAlgorithm: by.algorithm.signatureAlgorithm,
    message,
    signature: signer.sign(message) as Uint8Array,
  });
const fileOf = (id: string): string => join(folder, `${id}.key`);

describe('the sealed key store', () => {
  it('keeps a key of every algorithm from one opening to the next', async () => {
    const first = await open();
    const made = new Map<string, Signer>();
    for (const { name } of ALGORITHMS) made.set(name, await first.create(name, name));
    const second = await open();
    for (const [name, signer] of made) {
      const again = await second.open(name);
      expect(again.algorithm.name).toBe(name);
      verifies(again, signer);
    }
  });

  it('makes a key once: create opens what is there, and refuses another algorithm', async () => {
    const store = await open();
    const key = await store.create('organisation-1', 'ecdsa-p256-sha256');
    verifies(await store.create('organisation-1', 'ecdsa-p256-sha256'), key);
    await expect(store.create('organisation-1', 'ed25519')).rejects.toEqual(fault('configuration-invalid'));
    await expect(store.open('organisation-2')).rejects.toEqual(fault('unknown-key'));
    for (const id of ['../store', 'A', '', 'a'.repeat(65), 'a.b']) {
      await expect(store.open(id)).rejects.toEqual(fault('configuration-invalid'));
      await expect(store.create(id, 'ed25519')).rejects.toEqual(fault('configuration-invalid'));
    }
    expect(readdirSync(folder).sort()).toEqual(['organisation-1.key', 'store.json']);
  });

  it('has one key after two processes make the store and the same key at once', async () => {
    const stores = await Promise.all([open(), open()]);
    const keys = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (stores[i % 2] as KeyStore).create('one', 'ed25519')),
    );
    for (const key of keys) verifies(key, keys[0] as Signer);
    verifies(await (await open()).open('one'), keys[0] as Signer);
    expect(readdirSync(folder).sort()).toEqual(['one.key', 'store.json']);
  });

  it('stretches the passphrase once, not for each key', async () => {
    const store = await open();
    const ids = Array.from({ length: 50 }, (_, i) => `key-${i}`);
    for (const id of ids) await store.create(id, 'ed25519');
    const before = performance.now();
    const again = await open();
    const opening = performance.now() - before;
    for (const id of ids) await again.open(id);
    expect(performance.now() - before - opening).toBeLessThan(opening);
  });

  it('is readable by its owner only, and holds no key in the clear', async () => {
    const store = await open();
    const signer = await store.create('a', 'ecdsa-p256-sha256');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const { sealed } = JSON.parse(readFileSync(fileOf('a'), 'utf8'));
    const bytes = Buffer.from(sealed, 'base64');
    expect(() => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })).toThrow();
    expect(bytes.includes(Buffer.from('06082a8648ce3d030107', 'hex'))).toBe(false);
    expect(inspect(signer, { depth: 9, showHidden: true })).not.toMatch(/private/i);
    expect(inspect(store, { depth: 9, showHidden: true })).not.toContain('Buffer');
  });

  it('refuses a wrong passphrase, and accepts the same text in any Unicode normalisation', async () => {
    await (await open('ガラスの鍵')).create('a', 'ed25519');
    const { code } = await open('ガラスの錠').catch((error) => error);
    expect(code).toBe('wrong-passphrase');
    await (await open('ガラスの鍵'.normalize('NFD'))).open('a');
    await (await open(Buffer.from('ガラスの鍵'))).open('a');
    await expect(open('')).rejects.toEqual(fault('configuration-invalid'));
  });
});

describe('files that were changed', () => {
  it('a file in another format is refused by name, with what to do, and stays as it is', async () => {
    const store = await open();
    await store.create('a', 'ed25519');
    const good = JSON.parse(readFileSync(fileOf('a'), 'utf8'));
    for (const [format, says] of [
      [FORMAT + 1, `a.key is in format ${FORMAT + 1}; this version of Akashi reads format ${FORMAT} only.`],
      [undefined, 'a.key has no format number'],
    ] as const) {
      const text = JSON.stringify({ ...good, format });
      writeFileSync(fileOf('a'), text);
      await expect(store.open('a')).rejects.toMatchObject({
        code: 'format-unsupported',
        message: expect.stringContaining(says),
      });
      await expect(store.create('a', 'ed25519')).rejects.toEqual(fault('format-unsupported'));
      expect(readFileSync(fileOf('a'), 'utf8')).toBe(text);
    }
  });

  it('any changed property of a key file, and any exchange between files, is refused', async () => {
    const store = await open();
    await store.create('a', 'ed25519');
    await store.create('b', 'ed25519');
    const good = JSON.parse(readFileSync(fileOf('a'), 'utf8'));
    const other = JSON.parse(readFileSync(fileOf('b'), 'utf8'));
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      return bytes.toString('base64');
    };
    const { tag: _, ...untagged } = good;
    const bad: Record<string, unknown>[] = [
      ...['subjectPublicKeyInfo', 'nonce', 'sealed', 'tag'].flatMap((property) => [
        { ...good, [property]: flip(good[property]) },
        { ...good, [property]: other[property] },
        { ...good, [property]: '' },
      ]),
      { ...good, version: 1 },
      { ...good, id: 'b' },
      { ...good, algorithm: 'ml-dsa-44' },
      { ...good, algorithm: 'none' },
      { ...good, more: 1 },
      { ...good, tag: good.tag.slice(0, 8) },
      untagged,
      other,
      { ...other, id: 'a' },
    ];
    for (const value of bad) {
      writeFileSync(fileOf('a'), JSON.stringify(value));
      await expect(store.open('a'), JSON.stringify(value)).rejects.toEqual(fault('key-store-damaged'));
      // A damaged key is never replaced by a new one.
      await expect(store.create('a', 'ed25519')).rejects.toEqual(fault('key-store-damaged'));
    }
    for (const text of ['', '{', 'null', '"x"', 'x'.repeat(100_000)]) {
      writeFileSync(fileOf('a'), text);
      await expect(store.open('a')).rejects.toEqual(fault('key-store-damaged'));
    }
    writeFileSync(fileOf('a'), JSON.stringify(good));
    verifies(await store.open('a'));
  });

  it('the store’s own file is refused with parameters out of bounds, with another salt, or if it is gone', async () => {
    await (await open()).create('a', 'ed25519');
    const path = join(folder, 'store.json');
    const good = JSON.parse(readFileSync(path, 'utf8'));
    for (const change of [
      { N: 2 ** 30 },
      { N: 2 },
      { N: 2 ** 17 + 1 },
      { r: 1 },
      { p: 1000 },
      { p: 0 },
      { x: 1 },
    ]) {
      writeFileSync(path, JSON.stringify({ ...good, scrypt: { ...good.scrypt, ...change } }));
      await expect(open()).rejects.toEqual(fault('key-store-damaged'));
    }
    for (const change of [
      { salt: randomBytes(32).toString('base64') },
      { check: randomBytes(32).toString('base64') },
      { scrypt: { ...good.scrypt, N: 2 ** 16 } },
    ]) {
      writeFileSync(path, JSON.stringify({ ...good, ...change }));
      await expect(open()).rejects.toEqual(fault('wrong-passphrase'));
    }
    renameSync(path, join(parent, 'elsewhere'));
    await expect(open()).rejects.toEqual(fault('key-store-damaged'));
    renameSync(join(parent, 'elsewhere'), path);
    writeFileSync(path, JSON.stringify(good));
    await (await open()).open('a');
  });

  it('a folder that cannot be made is a fault', async () => {
    writeFileSync(folder, 'a file');
    await expect(open()).rejects.toEqual(fault('store-unavailable'));
  });

  it('no partial file stays after a failed write or a crash', async () => {
    // The process may write no byte to any file.
    const script = `
      import { openSealedKeys } from ${JSON.stringify(resolve(import.meta.dirname, '../../lib/keys/sealed.ts'))};
      const failed = await openSealedKeys({ folder: ${JSON.stringify(folder)}, passphrase: 'p', random: (n) => new Uint8Array(n) })
        .then(() => 'opened', (error) => [error.code, error.facts.code].join(' '));
      console.log(failed);
    `;
    const told = execFileSync(
      'sh',
      ['-c', 'ulimit -f 0; exec "$0" --no-warnings --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    );
    expect(told).toBe('store-unavailable EFBIG\n');
    expect(readdirSync(folder)).toEqual([]);

    const key = await (await open()).create('organisation-1', 'ed25519');
    writeFileSync(`${fileOf('organisation-2')}.0b4ac0c9-0d53-4f0a-9c38-6a9d3f8e1b11.tmp`, '{"version":');
    writeFileSync(join(folder, 'notes.tmp'), 'not ours');
    verifies(await (await open()).open('organisation-1'), key);
    expect(readdirSync(folder).sort()).toEqual(['notes.tmp', 'organisation-1.key', 'store.json']);
  });

  it('a key can be made while others open the store', async () => {
    const store = await open();
    const ids = Array.from({ length: 40 }, (_, n) => `k-${n}`);
    let interrupted = 0;
    for (const id of ids) {
      const made = store.create(id, 'ed25519');
      // As soon as the temporary file exists, another process takes it for one that a crash left.
      while (!readdirSync(folder).some((name) => name.startsWith(`${id}.key`))) await nextTurn();
      if (readdirSync(folder).some((name) => name.endsWith('.tmp'))) interrupted++;
      await Promise.all([made, removeTemporary(folder)]);
    }
    expect(interrupted).toBeGreaterThan(0);
    const again = await open();
    for (const id of ids) await again.open(id);
  });
});
