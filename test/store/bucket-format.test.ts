import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { type Bucket, markBucketFormat } from '../../lib/store/store.ts';
import { faultyBucket } from './faulty-table.ts';
import { temporaryFolder } from './temporary.ts';

const withBucket = async (act: (bucket: Bucket) => Promise<void>): Promise<void> => {
  await using folder = await temporaryFolder();
  await act(await openFileBucket(join(folder.path, 'objects')));
};

const markOf = async (bucket: Bucket): Promise<unknown> =>
  JSON.parse(Buffer.from((await bucket.get('format'))?.body ?? []).toString());

describe('the format of a bucket', () => {
  it('is put into a new one, once, by any number of processes', () =>
    withBucket(async (bucket) => {
      await Promise.all(Array.from({ length: 5 }, () => markBucketFormat(bucket)));
      const first = await bucket.get('format');
      expect(await markOf(bucket)).toEqual({ format: 1 });
      await markBucketFormat(bucket);
      expect((await bucket.get('format'))?.version).toBe(first?.version);
    }));

  it('is refused if it is another one or missing, and nothing is changed', () =>
    withBucket(async (bucket) => {
      for (const text of ['{"format":2}\n', '{}', 'null', 'no mark at all']) {
        const { version } = await bucket.put('format', Buffer.from(text), { if: 'absent' });
        await expect(markBucketFormat(bucket)).rejects.toMatchObject({
          code: 'format-unsupported',
          message: expect.stringMatching(
            /^The bucket .*; this version of Akashi reads format 1 only\. Go on with/,
          ),
        });
        expect((await bucket.get('format'))?.version).toBe(version);
        await bucket.delete('format');
      }
    }));

  it.each(['lost', 'appliedThenErrored'] as const)(
    'is there after a write that was %s and repeated',
    (failure) =>
      withBucket(async (bucket) => {
        await expect(markBucketFormat(faultyBucket(bucket, new Map([[1, failure]])))).rejects.toMatchObject({
          code: 'store-unavailable',
        });
        await markBucketFormat(bucket);
        expect(await markOf(bucket)).toEqual({ format: 1 });
      }),
  );
});
