import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALGORITHMS, verifySignature } from '../../lib/keys/keys.ts';
import { openKmsLeanCalls } from '../../lib/keys/kms-lean-calls.ts';
import { openKmsSdkCalls } from '../../lib/keys/kms-sdk-calls.ts';
import { openKmsSealedKeys, type SealingCalls } from '../../lib/keys/kms-sealed.ts';
import { halvesInTable } from '../../lib/keys/kms-sealed-halves.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Table } from '../../lib/store/store.ts';
import { KmsDouble } from '../aws/kms-double.ts';

/** Responder keys: KMS data key pairs in a table. */

const kms = new KmsDouble();
const folder = mkdtempSync(join(tmpdir(), 'kms-sealed-'));
let table: Table;
let sealingKey: string;

/** Keys are made by the SDK; both clients open them. */
const CLIENTS: readonly (readonly [string, () => SealingCalls])[] = [
  ['the AWS SDK', () => openKmsSdkCalls({ access: kms.access })],
  [
    'the lean client',
    () => ({
      ...openKmsSdkCalls({ access: kms.access }),
      ...openKmsLeanCalls({ access: kms.access, random: randomBytes }),
    }),
  ],
];
const operations = () => kms.calls.map(({ operation }) => operation);

beforeAll(async () => {
  await kms.start();
  sealingKey = await kms.create('SYMMETRIC_DEFAULT');
  table = await openSqliteTable(join(folder, 'table.sqlite'));
});
afterAll(async () => {
  await table.close();
  await kms.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  kms.calls.length = 0;
  kms.refuse = () => undefined;
});

const message = Buffer.from('OCSP 応答');

describe.each(CLIENTS)('responder keys by %s', (client, callsOf) => {
  const store = () => openKmsSealedKeys({ calls: callsOf(), halves: halvesInTable(table), sealingKey });
  const ids = client.replaceAll(' ', '-').toLowerCase();

  describe.each(ALGORITHMS.map(({ name }) => name))('a responder key, %s', (name) => {
    it('is made without being seen, opened and signed with at once', async () => {
      const id = `${ids}-${name}-1`;
      const created = await store().create(id, name);
      expect(operations()).toEqual(['GenerateDataKeyPairWithoutPlaintext']);
      const opened = await store().open(id);
      expect(operations().at(-1)).toBe('Decrypt');
      expect(opened.subjectPublicKeyInfo).toEqual(created.subjectPublicKeyInfo);
      const signature = opened.sign(message);
      expect(signature).toBeInstanceOf(Uint8Array);
      const { subjectPublicKeyInfo } = created;
      const { signatureAlgorithm } = created.algorithm;
      verifySignature({
        subjectPublicKeyInfo,
        signatureAlgorithm,
        message,
        signature: signature as Uint8Array,
      });
      verifySignature({
        subjectPublicKeyInfo,
        signatureAlgorithm,
        message,
        signature: await created.sign(message),
      });
    });
  });

  describe('they', () => {
    it('created again are the same key, even if two processes create it at once', async () => {
      const [a, b] = await Promise.all([
        store().create(`${ids}-ocsp-twice-1`, 'ecdsa-p256-sha256'),
        store().create(`${ids}-ocsp-twice-1`, 'ecdsa-p256-sha256'),
      ]);
      const again = await store().create(`${ids}-ocsp-twice-1`, 'ecdsa-p256-sha256');
      expect(b.subjectPublicKeyInfo).toEqual(a.subjectPublicKeyInfo);
      expect(again.subjectPublicKeyInfo).toEqual(a.subjectPublicKeyInfo);
    });

    it('are not made anew with another algorithm', async () => {
      await store().create(`${ids}-ocsp-other-1`, 'ecdsa-p256-sha256');
      await expect(store().create(`${ids}-ocsp-other-1`, 'rsa2048-sha256')).rejects.toMatchObject({
        code: 'configuration-invalid',
        facts: { algorithm: 'ecdsa-p256-sha256' },
      });
    });

    it('that nobody made are unknown-key; ids that no key can have are configuration-invalid', async () => {
      await expect(store().open(`${ids}-ocsp-none-1`)).rejects.toMatchObject({ code: 'unknown-key' });
      await expect(store().open('../x')).rejects.toMatchObject({ code: 'configuration-invalid' });
    });

    it('do not open if their rows are exchanged or altered', async () => {
      await store().create(`${ids}-ocsp-a-1`, 'ecdsa-p256-sha256');
      await store().create(`${ids}-ocsp-b-1`, 'ecdsa-p256-sha256');
      const [a, b] = await Promise.all(
        [`${ids}-ocsp-a-1`, `${ids}-ocsp-b-1`].map((sk) => table.get({ pk: 'responder-keys', sk })),
      );
      if (!a || !b) throw new Error('no rows');
      const put = (value: typeof a.value, version: number) =>
        table.write([{ put: { pk: 'responder-keys', sk: `${ids}-ocsp-a-1` }, value, if: { version } }]);

      await put(b.value, a.version);
      await expect(store().open(`${ids}-ocsp-a-1`)).rejects.toMatchObject({ code: 'key-store-damaged' });

      const sealed = Buffer.from(String(a.value.sealed), 'base64');
      sealed[40] = (sealed[40] ?? 0) ^ 1;
      await put({ ...a.value, sealed: sealed.toString('base64') }, a.version + 1);
      await expect(store().open(`${ids}-ocsp-a-1`)).rejects.toMatchObject({ code: 'key-store-damaged' });

      // The public half of another key: the sealed key is intact, but is not the key that the row names.
      await put({ ...a.value, subjectPublicKeyInfo: b.value.subjectPublicKeyInfo }, a.version + 2);
      await expect(store().open(`${ids}-ocsp-a-1`)).rejects.toMatchObject({ code: 'key-store-damaged' });

      await put({ ...a.value, algorithm: 'rot13' }, a.version + 3);
      await expect(store().open(`${ids}-ocsp-a-1`)).rejects.toMatchObject({ code: 'key-store-damaged' });
    });

    it('that KMS refuses are unknown-key; if KMS keeps failing, store-unavailable', async () => {
      await store().create(`${ids}-ocsp-refused-1`, 'ecdsa-p256-sha256');
      kms.refuse = () => ({ name: 'AccessDeniedException' });
      await expect(store().open(`${ids}-ocsp-refused-1`)).rejects.toMatchObject({ code: 'unknown-key' });
      await expect(store().create(`${ids}-ocsp-refused-2`, 'ecdsa-p256-sha256')).rejects.toMatchObject({
        code: 'unknown-key',
      });
      kms.refuse = () => ({ name: 'KMSInternalException', status: 500 });
      await expect(store().open(`${ids}-ocsp-refused-1`)).rejects.toMatchObject({
        code: 'store-unavailable',
      });
    });

    it('leave no private key in the table', async () => {
      await store().create(`${ids}-ocsp-plain-1`, 'ecdsa-p256-sha256');
      const opened = await store().open(`${ids}-ocsp-plain-1`);
      expect(Object.keys(opened).sort()).toEqual(['algorithm', 'sign', 'subjectPublicKeyInfo']);
      const row = await table.get({ pk: 'responder-keys', sk: `${ids}-ocsp-plain-1` });
      expect(Object.keys(row?.value ?? {}).sort()).toEqual(['algorithm', 'sealed', 'subjectPublicKeyInfo']);
      // PKCS#8 of a P-256 key begins with these octets; random bytes hold them with a probability of 2^-128.
      expect(
        Buffer.from(String(row?.value.sealed), 'base64').includes('301306072a8648ce3d0201', 0, 'hex'),
      ).toBe(false);
    });
  });
});

describe('the lean client', () => {
  const lean = (onThrottled?: () => void) =>
    openKmsSealedKeys({
      calls: openKmsLeanCalls({
        access: kms.access,
        random: randomBytes,
        ...(onThrottled && { onThrottled }),
      }),
      halves: halvesInTable(table),
      sealingKey,
    });

  it('makes no key', async () => {
    await expect(lean().create('ocsp-lean-1', 'ecdsa-p256-sha256')).rejects.toMatchObject({
      code: 'configuration-invalid',
    });
    expect(operations()).toEqual([]);
  });

  it('reports each request that KMS throttles, and gives up after five', async () => {
    const sdk = openKmsSealedKeys({
      calls: openKmsSdkCalls({ access: kms.access }),
      halves: halvesInTable(table),
      sealingKey,
    });
    await sdk.create('ocsp-lean-2', 'ecdsa-p256-sha256');
    kms.calls.length = 0;
    kms.refuse = () => ({ name: 'ThrottlingException' });
    let throttled = 0;
    await expect(lean(() => throttled++).open('ocsp-lean-2')).rejects.toMatchObject({
      code: 'store-unavailable',
      facts: { reason: 'ThrottlingException' },
    });
    expect([throttled, kms.calls.length]).toEqual([5, 5]);
  });
});
