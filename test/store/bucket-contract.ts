import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from '../../lib/store/store.ts';

export interface BucketUnderTest {
  readonly open: () => Promise<Bucket>;
  readonly writers: number;
  readonly listRuns: number;
}

/** Every promise of the `Bucket` port, for any implementation. Tests keep apart by folders of their own. */
export const bucketContract = ({ open, writers, listRuns }: BucketUnderTest) => {
  let bucket: Bucket;
  beforeAll(async () => {
    bucket = await open();
  });

  const folder = () => `t-${randomUUID()}`;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const textOf = async (key: string) => {
    const stored = await bucket.get(key);
    return stored && Buffer.from(stored.body).toString();
  };
  const putNew = (key: string, text = '') => bucket.put(key, bytes(text), { if: 'absent' });
  const refused = { code: 'store-request-invalid' };

  describe('one object', () => {
    it('is absent until put, then there with the version that put resolved with', async () => {
      const key = `${folder()}/a/b.txt`;
      expect(await bucket.get(key)).toBeUndefined();
      const { version } = await putNew(key, '証明書');
      const stored = await bucket.get(key);
      expect(stored?.version).toBe(version);
      expect(stored?.body).toBeInstanceOf(Uint8Array);
      expect(await textOf(key)).toBe('証明書');
    });

    it('is not put when it is there and should be absent', async () => {
      const key = `${folder()}/a`;
      const { version } = await putNew(key, 'kept');
      await expect(putNew(key, 'other')).rejects.toMatchObject({ code: 'condition-failed', facts: { key } });
      await expect(putNew(key, 'kept')).rejects.toMatchObject({ code: 'condition-failed' });
      expect(await bucket.get(key)).toMatchObject({ version });
      expect(await textOf(key)).toBe('kept');
    });

    it('is replaced at its version only', async () => {
      const key = `${folder()}/a`;
      const first = await putNew(key, 'one');
      const second = await bucket.put(key, bytes('two'), { if: first });
      expect(second.version).not.toBe(first.version);
      await expect(bucket.put(key, bytes('three'), { if: first })).rejects.toMatchObject({
        code: 'condition-failed',
        facts: { key },
      });
      expect(await textOf(key)).toBe('two');
      await bucket.put(key, bytes('three'), { if: second });
      expect(await textOf(key)).toBe('three');
    });

    it('is not put for a version when it is absent', async () => {
      const there = await putNew(`${folder()}/a`, 'x');
      const key = `${folder()}/a`;
      await expect(bucket.put(key, bytes('x'), { if: there })).rejects.toMatchObject({
        code: 'condition-failed',
      });
      expect(await bucket.get(key)).toBeUndefined();
    });

    it('is gone once it was deleted; deleting again succeeds, and no other object goes', async () => {
      const own = folder();
      const key = `${own}/a/b`;
      await putNew(key, 'gone');
      await putNew(`${own}/a/c`, 'kept');
      await putNew(`${own}/a/bb`, 'kept');
      await bucket.delete(key);
      expect(await bucket.get(key)).toBeUndefined();
      expect((await bucket.list(`${own}/`, { limit: 10 })).keys).toEqual([`${own}/a/bb`, `${own}/a/c`]);
      await bucket.delete(key);
      await bucket.delete(`${own}/never`);
      await bucket.delete(`${own}/never/in/this/folder`);
      await bucket.delete(`${own}/a/c/d`);
      expect(await textOf(`${own}/a/c`)).toBe('kept');
      await putNew(key, 'another');
      expect(await textOf(key)).toBe('another');
    });

    it('is not deleted by the name of its folder', async () => {
      const own = folder();
      await putNew(`${own}/a/b`, 'kept');
      await bucket.delete(`${own}/a`);
      expect(await textOf(`${own}/a/b`)).toBe('kept');
    });

    it.each([0, 1, 65_536, 5_000_000])(
      'keeps %i bytes as they are, whatever the caller does to them afterwards',
      async (size) => {
        const key = `${folder()}/blob`;
        const body = new Uint8Array(randomBytes(size));
        const copy = body.slice();
        const put = bucket.put(key, body, { if: 'absent', contentType: 'application/pkix-crl' });
        body.fill(0);
        await put;
        expect(Buffer.from((await bucket.get(key))?.body ?? []).equals(copy)).toBe(true);
      },
    );
  });

  describe('keys', () => {
    it.each([
      '', '.', '..', '/', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/./b', 'a/..', './a', 'a\\b', '..\\a', 'a b', 'a\0',
      'a%2fb', '~incoming/0', 'é', '証', 'a\n', 'C:', 'x'.repeat(256), `${'x/'.repeat(512)}y`,
    ])('refuses %j', async (key) => {
      await expect(bucket.get(key)).rejects.toMatchObject(refused);
      await expect(putNew(key)).rejects.toMatchObject(refused);
      await expect(bucket.delete(key)).rejects.toMatchObject(refused);
    }); // biome-ignore format: one line reads better

    it.each([
      'a',
      '.hidden',
      '...',
      '..a',
      'A.b_c-d',
      'x'.repeat(255),
      'tile/0/x001/067.p/5',
      '-',
      `${'x/'.repeat(400)}y`,
    ])('keeps an object under %j', async (key) => {
      const full = `${folder()}/${key}`;
      await putNew(full, key);
      expect(await textOf(full)).toBe(key);
    });

    it('does not take a folder for an object', async () => {
      const key = folder();
      await putNew(`${key}/a`);
      expect(await bucket.get(key)).toBeUndefined();
      expect(await bucket.get(`${key}/a/b`)).toBeUndefined();
    });
  });

  describe('lists', () => {
    const NAMES = [
      'a',
      'a-b',
      'a.b',
      'a0',
      'a/b',
      'a/c/d',
      'a/c.d',
      'a/c/',
      'B',
      'b/x',
      'b/y',
      'ba',
      '_',
      'z/..z',
      'z/.z',
    ];
    let root: string;
    let keys: readonly string[];
    beforeAll(async () => {
      root = folder();
      // `a` is an object here and a folder below `f`: one key must not be the folder of another.
      keys = NAMES.filter((name) => !name.endsWith('/'))
        .map((name) => `${root}/${name.startsWith('a/') ? `f/${name}` : name}`)
        .concat(Array.from({ length: 30 }, (_, i) => `${root}/tile/${i}`))
        .sort((a, b) => (a < b ? -1 : 1));
      for (const key of keys) await putNew(key, key);
      await putNew(`${root}0`, 'a neighbour');
      await putNew(`${root}-/x`, 'a neighbour');
    });

    const pages = async (prefix: string, limit: number): Promise<string[][]> => {
      const found: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await bucket.list(prefix, cursor === undefined ? { limit } : { limit, cursor });
        found.push([...page.keys]);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };

    it('agree with a model for every prefix and page size', async () => {
      const prefix = fc.oneof(
        fc.constantFrom('', 'a', 'a/', 'f', 'f/', 'f/a/c', 'f/a/c/', 'z/.', 'z/..', 'tile/1', 'nothing'),
        fc
          .constantFrom(...keys)
          .chain((key) =>
            fc.nat(key.length - root.length).map((n) => key.slice(root.length + 1, root.length + 1 + n)),
          ),
      );
      await fc.assert(
        fc.asyncProperty(prefix, fc.integer({ min: 1, max: 20 }), async (below, limit) => {
          const whole = `${root}/${below}`;
          const expected = keys.filter((key) => key.startsWith(whole));
          const found = await pages(whole, limit);
          expect(found.flat()).toEqual(expected);
          expect(found).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)));
        }),
        { numRuns: listRuns },
      );
    });

    it('are empty if there is nothing', async () => {
      expect(await bucket.list(`${folder()}/`, { limit: 10 })).toEqual({ keys: [] });
      expect(await bucket.list('../', { limit: 10 })).toEqual({ keys: [] });
    });

    it('continue at the same place while objects are added', async () => {
      const own = folder();
      for (const name of ['b', 'd', 'f']) await putNew(`${own}/${name}`);
      const first = await bucket.list(`${own}/`, { limit: 2 });
      expect(first.keys).toEqual([`${own}/b`, `${own}/d`]);
      await putNew(`${own}/c`);
      await putNew(`${own}/e`);
      const rest = await bucket.list(`${own}/`, { limit: 9, cursor: first.cursor ?? '' });
      expect(rest).toEqual({ keys: [`${own}/e`, `${own}/f`] });
    });

    it('refuse altered cursors and those of another prefix', async () => {
      const { cursor = '' } = await bucket.list(`${root}/`, { limit: 3 });
      const invalid = { code: 'cursor-invalid' };
      for (const altered of [
        '',
        `${cursor}A`,
        cursor.slice(0, -2),
        `${cursor.startsWith('B') ? 'C' : 'B'}${cursor.slice(1)}`,
        `A${cursor.slice(1)}x`,
      ]) {
        await expect(bucket.list(`${root}/`, { limit: 3, cursor: altered })).rejects.toMatchObject(invalid);
      }
      await expect(bucket.list(`${root}/t`, { limit: 3, cursor })).rejects.toMatchObject(invalid);
      await expect(bucket.list('', { limit: 3, cursor })).rejects.toMatchObject(invalid);
    });

    it.each([0, 1001, 0.5])('refuse the limit %d', async (limit) => {
      await expect(bucket.list('', { limit })).rejects.toMatchObject(refused);
    });

    it.each(['a b', '証', 'a\0', '~'])('refuse the prefix %j', async (prefix) => {
      await expect(bucket.list(prefix, { limit: 1 })).rejects.toMatchObject(refused);
    });
  });

  describe('concurrency', () => {
    it(`lets exactly one of ${writers} competing puts win, and readers see whole objects`, async () => {
      const key = `${folder()}/checkpoint`;
      const body = (round: number, writer: number) => `${round}/${writer};`.repeat(2000);
      let expected: Parameters<Bucket['put']>[2]['if'] = 'absent';
      for (let round = 0; round < 4; round++) {
        const puts = Promise.allSettled(
          Array.from({ length: writers }, (_, writer) =>
            bucket.put(key, bytes(body(round, writer)), { if: expected }),
          ),
        );
        const seen = await Promise.all(Array.from({ length: 10 }, () => textOf(key)));
        for (const text of seen) {
          if (text !== undefined) expect(text).toBe(`${text.split(';')[0]};`.repeat(2000));
        }
        const winners: number[] = [];
        for (const [writer, outcome] of (await puts).entries()) {
          if (outcome.status === 'rejected')
            expect(outcome.reason).toMatchObject({ code: 'condition-failed' });
          else winners.push(writer);
        }
        expect(winners).toHaveLength(1);
        expect(await textOf(key)).toBe(body(round, winners[0] ?? -1));
        expected = { version: (await bucket.get(key))?.version ?? '' };
      }
    });

    it('puts different keys side by side', async () => {
      const own = folder();
      await Promise.all(Array.from({ length: 40 }, (_, i) => putNew(`${own}/${i % 4}/deep/${i}`, `${i}`)));
      expect((await bucket.list(`${own}/`, { limit: 1000 })).keys).toHaveLength(40);
      expect(await textOf(`${own}/3/deep/39`)).toBe('39');
    });
  });
};
