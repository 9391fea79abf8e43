import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openS3Bucket, type S3Bucket } from '../../lib/store/s3.ts';
import { bucketContract } from './bucket-contract.ts';
import { type Fate, startCuttingProxy } from './cutting-proxy.ts';
import { startS3Emulator } from './s3-emulator.ts';

describe('S3 bucket', () => {
  let emulator: Awaited<ReturnType<typeof startS3Emulator>>;
  let direct: S3Bucket;
  beforeAll(async () => {
    emulator = await startS3Emulator('contract');
    direct = openS3Bucket({ bucket: 'contract', access: emulator.access, random: randomBytes });
  });
  afterAll(async () => {
    direct?.close();
    await emulator?.stop();
  });

  bucketContract({ open: async () => direct, writers: 20, listRuns: 40 });

  describe('when answers are lost', () => {
    let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
    let bucket: S3Bucket;
    let objects = 0;
    const newKey = () => `cut/${objects++}`;

    beforeAll(async () => {
      const { hostname, port } = new URL(emulator.access.endpoint);
      proxy = await startCuttingProxy(
        { host: hostname, port: Number(port) },
        ({ method }) => method === 'PUT' || method === 'DELETE',
      );
      const access = { ...emulator.access, endpoint: proxy.endpoint };
      bucket = openS3Bucket({ bucket: 'contract', access, random: randomBytes });
    });
    afterEach(() => expect(proxy.left()).toBe(0));
    afterAll(async () => {
      bucket?.close();
      await proxy?.stop();
    });

    it.each<Fate[]>([
      ['lost'],
      ['appliedThenCut'],
      [503],
      [409, 409],
      ['appliedThenCut', 409, 'lost', 'appliedThenCut'],
    ])('puts once and says so (%s %s %s %s)', async (...fates) => {
      const key = newKey();
      proxy.next(...fates);
      const first = await bucket.put(key, Buffer.from('one'), { if: 'absent' });
      expect((await bucket.get(key))?.version).toBe(first.version);
      proxy.next(...fates);
      const second = await bucket.put(key, Buffer.from('two'), { if: first });
      expect(await bucket.get(key)).toMatchObject({ version: second.version });
      expect(Buffer.from((await bucket.get(key))?.body ?? []).toString()).toBe('two');
    });

    it.each<Fate[]>([['lost'], ['appliedThenCut'], [503], ['appliedThenCut', 503, 'lost']])(
      'deletes, and says so (%s %s %s)',
      async (...fates) => {
        const key = newKey();
        await bucket.put(key, Buffer.from('one'), { if: 'absent' });
        proxy.next(...fates);
        await bucket.delete(key);
        expect(await bucket.get(key)).toBeUndefined();
      },
    );

    it('does not claim a deletion that may not have happened', async () => {
      const key = newKey();
      proxy.next('lost', 'lost', 'lost', 'lost');
      await expect(bucket.delete(key)).rejects.toMatchObject({ code: 'store-unavailable' });
    });

    it('does not take the object of another writer for its own, nor call an uncertain condition failed', async () => {
      const key = newKey();
      // The same bytes, so the same ETag: only the token tells whose put it was.
      await direct.put(key, Buffer.from('same'), { if: 'absent' });
      proxy.next('lost');
      await expect(bucket.put(key, Buffer.from('same'), { if: 'absent' })).rejects.toMatchObject({
        code: 'store-unavailable',
      });
    });

    it('calls a conflict that lasts a failed condition, because nothing was done', async () => {
      const key = newKey();
      proxy.next(409, 409, 409, 409, 409, 409);
      await expect(bucket.put(key, Buffer.from('x'), { if: 'absent' })).rejects.toMatchObject({
        code: 'condition-failed',
      });
      expect(await bucket.get(key)).toBeUndefined();
    });

    it('does not call it failed if an earlier attempt may have succeeded', async () => {
      const key = newKey();
      proxy.next('appliedThenCut', 409, 409, 409, 409, 409);
      await expect(bucket.put(key, Buffer.from('x'), { if: 'absent' })).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      expect(await bucket.get(key)).toBeDefined();
    });
  });

  it('stores the content type for readers over HTTP', async () => {
    await direct.put('crl', Buffer.from('x'), { if: 'absent', contentType: 'application/pkix-crl' });
    expect(emulator.contentType('crl')).toBe('application/pkix-crl');
  });

  it('puts with a checksum, and refuses an object that differs from its checksum', async () => {
    await direct.put('summed', Buffer.from('whole'), { if: 'absent' });
    expect(emulator.checksum('summed')).toBe(createHash('sha256').update('whole').digest('base64'));
    expect(Buffer.from((await direct.get('summed'))?.body ?? []).toString()).toBe('whole');
    emulator.damage('summed', Buffer.from('whale'));
    await expect(direct.get('summed')).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('tells a missing object from a missing bucket', async () => {
    const elsewhere = openS3Bucket({
      bucket: 'no-such-bucket',
      access: emulator.access,
      random: randomBytes,
    });
    expect(await direct.get('no-such-object')).toBeUndefined();
    const unavailable = { code: 'store-unavailable' };
    await expect(elsewhere.get('a')).rejects.toMatchObject(unavailable);
    await expect(elsewhere.list('', { limit: 1 })).rejects.toMatchObject(unavailable);
    elsewhere.close();
  });
});
