import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openKmsSdkCalls } from '../../lib/keys/kms-sdk-calls.ts';
import { openKmsSessionKeys } from '../../lib/keys/kms-session-keys.ts';
import { sessionKeysOf } from '../../lib/keys/sealed.ts';
import type { SessionKeys } from '../../lib/principals/principals.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import type { Objects } from '../../lib/store/store.ts';
import { KmsDouble } from '../aws/kms-double.ts';
import { openTestKeys } from '../scrypt-once.ts';

/** The keys of sessions, on AWS and on one machine. */

const folder = mkdtempSync(join(tmpdir(), 'session-keys-'));
const kms = new KmsDouble();
let sealingKey = '';
let objects: Objects;
let round = 0;

beforeAll(async () => {
  await kms.start();
  sealingKey = await kms.create('SYMMETRIC_DEFAULT');
});
afterAll(async () => {
  await kms.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  kms.refuse = () => undefined;
  objects = await openFileBucket(join(folder, `objects-${round++}`));
});

const onAws = (at: Pick<Objects, 'get' | 'put'> = objects): SessionKeys =>
  openKmsSessionKeys({ calls: openKmsSdkCalls({ access: kms.access }), objects: at, sealingKey });

describe('on AWS', () => {
  it('is made once for a month, and is the same for every function', async () => {
    expect(await onAws().open('2026-11')).toBeUndefined();
    const made = await onAws().create('2026-11');
    expect(made).toHaveLength(32);
    expect(await onAws().open('2026-11')).toEqual(made);
    expect(await onAws().create('2026-11')).toEqual(made);
    expect(await onAws().create('2026-12')).not.toEqual(made);
  });

  it('is the key of whoever was first, where two make one at once', async () => {
    const all = await Promise.all([onAws(), onAws(), onAws()].map((keys) => keys.create('2026-11')));
    expect(new Set(all.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  });

  it('is the key that was stored, where the answer to that was lost', async () => {
    const losing: Pick<Objects, 'get' | 'put'> = {
      get: (key) => objects.get(key),
      put: async (...put) => {
        await objects.put(...put);
        throw new Error('The answer was lost.');
      },
    };
    await expect(onAws(losing).create('2026-11')).rejects.toThrow('lost');
    const found = await onAws().open('2026-11');
    expect(found).toHaveLength(32);
    expect(await onAws().create('2026-11')).toEqual(found);
  });

  it('does not open under another month, nor where it was altered', async () => {
    await onAws().create('2026-11');
    const { body } = (await objects.get('session-keys/2026-11')) ?? {};
    await objects.put('session-keys/2026-12', body as Uint8Array, { if: 'absent' });
    await expect(onAws().open('2026-12')).rejects.toMatchObject({ code: 'key-store-damaged' });
    await objects.put('session-keys/2027-01', Buffer.from('{"sealed": 1}'), { if: 'absent' });
    await expect(onAws().open('2027-01')).rejects.toMatchObject({ code: 'key-store-damaged' });
    await objects.put('session-keys/2027-02', Buffer.from('not JSON'), { if: 'absent' });
    await expect(onAws().create('2027-02')).rejects.toMatchObject({ code: 'key-store-damaged' });
  });

  it('says that KMS refuses, and stores nothing then', async () => {
    kms.refuse = () => ({ name: 'AccessDeniedException' });
    await expect(onAws().create('2026-11')).rejects.toMatchObject({ code: 'unknown-key' });
    expect(await objects.get('session-keys/2026-11')).toBeUndefined();
  });
});

describe('on one machine', () => {
  it('follows from the passphrase and the month', async () => {
    const keys = sessionKeysOf(await openTestKeys(join(folder, 'keys')));
    const again = sessionKeysOf(await openTestKeys(join(folder, 'keys')));
    expect(await keys.open('2026-11')).toEqual(Buffer.from(await again.create('2026-11')));
    expect(await keys.open('2026-11')).not.toEqual(await keys.open('2026-12'));
  });
});
