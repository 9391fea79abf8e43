import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveKey } from '../../../lib/status/crls/archive.ts';
import { archivedNumbers, isArchived, newestArchived } from '../../../lib/status/crls/newest.ts';
import type { Bucket } from '../../../lib/store/store.ts';

/** The newest CRL is found by listing the archive, whatever a row says about it. */

const LIST = 'organisation-1/full';

/** An archive with these numbers, which counts its listings. */
const archiveOf = (numbers: readonly number[], others: readonly string[] = []) => {
  const keys = [
    ...numbers.map((number) => archiveKey(LIST, number)),
    ...others.map((name) => `crl/${LIST}/${name}`),
    archiveKey('organisation-10/full', 90_000),
    archiveKey('organisation-1/fuller', 90_000),
    archiveKey('organisation-1/authority', 90_000),
  ].sort();
  const archive = { listings: 0 };
  const bucket: Pick<Bucket, 'list'> = {
    list: async (prefix, { limit, cursor }) => {
      archive.listings++;
      const found = keys.filter((key) => key.startsWith(prefix) && key > (cursor ?? ''));
      const page = found.slice(0, limit);
      return { keys: page, ...(found.length > limit && { cursor: page.at(-1) as string }) };
    },
  };
  return Object.assign(archive, { bucket });
};

/** As the service numbers them: at most 501 above the one before. */
const numbered = fc.array(fc.integer({ min: 1, max: 501 }), { maxLength: 60 }).map((steps) => {
  let last = 0;
  return steps.map((step) => {
    last += step;
    return last;
  });
});

describe('the newest CRL in the archive', () => {
  it('is found with any hint, and the ones before it in their order', async () => {
    const hints = fc.oneof(
      fc.nat(40_000),
      fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 60, 'x' as unknown as number),
    );
    await fc.assert(
      fc.asyncProperty(numbered, hints, async (numbers, hint) => {
        const { bucket } = archiveOf(numbers);
        const found: number[] = [];
        for await (const number of archivedNumbers(bucket, LIST, hint)) found.push(number);
        expect(found[0] ?? 0).toBe(numbers.at(-1) ?? 0);
        const inOrder = numbers.toReversed();
        expect(found).toEqual(inOrder.filter((number) => found.includes(number)));
        expect(found).toHaveLength(numbers.length);
      }),
    );
  });

  it('costs two listings where the hint is near, and few where there is none', async () => {
    const numbers = Array.from({ length: 20_500 }, (_, i) => i + 1);
    const near = archiveOf(numbers);
    expect(await newestArchived(near.bucket, LIST, 20_499)).toBe(20_500);
    expect(near.listings).toBe(2);
    for (const hint of [0, 1, 10_000, 2 ** 40]) {
      const archive = archiveOf(numbers);
      expect(await newestArchived(archive.bucket, LIST, hint)).toBe(20_500);
      expect(archive.listings).toBeLessThan(20);
    }
  });

  it('is not one of another list, and not a file of another name', async () => {
    const { bucket } = archiveOf(
      [1, 2],
      ['by-hand.crl', '00000000000000000003.crl.old', '00000000000000001x00.crl'],
    );
    expect(await newestArchived(bucket, LIST, 0)).toBe(2);
    expect(await newestArchived(archiveOf([], ['00000000000000000003.txt']).bucket, LIST, 0)).toBe(0);
  });

  it('or another is there or not', async () => {
    const { bucket } = archiveOf([1, 12]);
    expect(
      await Promise.all([1, 12, 2, 0, -1, 1.5, Number.NaN].map((n) => isArchived(bucket, LIST, n))),
    ).toEqual([true, true, ...Array(5).fill(false)]);
  });
});
