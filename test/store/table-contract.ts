import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareUtf8 } from '../../lib/store/range.ts';
import { type Key, MAX_VALUE_BYTES, type Query, type Table, type Write } from '../../lib/store/store.ts';

export interface TableUnderTest {
  readonly open: () => Promise<Table>;
  /** The most rows in one write that the engine admits, if fewer than the contract's 100. */
  readonly maxWrites?: number;
  /** How many writers the concurrency tests run at once. */
  readonly writers: number;
  readonly increments: number;
  readonly queryRuns: number;
}

/** Every promise of the `Table` port, for any implementation. Tests keep apart by partition keys of their own. */
export const tableContract = ({ open, maxWrites = 100, writers, increments, queryRuns }: TableUnderTest) => {
  let table: Table;
  beforeAll(async () => {
    table = await open();
  });
  afterAll(() => table.close());

  const partition = () => `t#${randomUUID()}`;
  const putNew = (
    key: Key,
    value: Write extends infer W ? (W extends { value: infer V } ? V : never) : never = {},
  ) => table.write([{ put: key, value, if: 'absent' }]);
  const conditionFailed = (index: number, key: Key) => ({ code: 'condition-failed', facts: { index, key } });

  describe('one row', () => {
    it('is absent until put, then there with version 1', async () => {
      const key = { pk: partition(), sk: 'a' };
      expect(await table.get(key)).toBeUndefined();
      await putNew(key, { n: 1 });
      expect(await table.get(key)).toEqual({ ...key, version: 1, value: { n: 1 } });
    });

    it('counts versions up by one with each put', async () => {
      const key = { pk: partition(), sk: 'a' };
      await putNew(key);
      for (let version = 1; version <= 3; version++) {
        await table.write([{ put: key, value: { version }, if: { version } }]);
        expect(await table.get(key)).toEqual({ ...key, version: version + 1, value: { version } });
      }
    });

    it('is not put when it is there and should be absent', async () => {
      const key = { pk: partition(), sk: 'a' };
      await putNew(key, { mine: true });
      await expect(putNew(key, { mine: false })).rejects.toMatchObject(conditionFailed(0, key));
      expect(await table.get(key)).toEqual({ ...key, version: 1, value: { mine: true } });
    });

    it.each([1, 3])('is not put when version 2 stands and %i was expected', async (version) => {
      const key = { pk: partition(), sk: 'a' };
      await putNew(key);
      await table.write([{ put: key, value: { kept: true }, if: { version: 1 } }]);
      await expect(table.write([{ put: key, value: {}, if: { version } }])).rejects.toMatchObject(
        conditionFailed(0, key),
      );
      expect(await table.get(key)).toEqual({ ...key, version: 2, value: { kept: true } });
    });

    it('is not put, deleted or found by a check for a version when it is absent', async () => {
      const key = { pk: partition(), sk: 'a' };
      const version = 1;
      for (const write of [
        { put: key, value: {}, if: { version } },
        { delete: key, if: { version } },
        { check: key, if: { version } },
      ]) {
        await expect(table.write([write])).rejects.toMatchObject(conditionFailed(0, key));
      }
      expect(await table.get(key)).toBeUndefined();
    });

    it('is deleted at its version only, and starts at 1 again', async () => {
      const key = { pk: partition(), sk: 'a' };
      await putNew(key);
      await table.write([{ put: key, value: {}, if: { version: 1 } }]);
      await expect(table.write([{ delete: key, if: { version: 1 } }])).rejects.toMatchObject(
        conditionFailed(0, key),
      );
      await table.write([{ delete: key, if: { version: 2 } }]);
      expect(await table.get(key)).toBeUndefined();
      await putNew(key, { again: true });
      expect(await table.get(key)).toEqual({ ...key, version: 1, value: { again: true } });
    });

    it('is checked alone', async () => {
      const key = { pk: partition(), sk: 'a' };
      await table.write([{ check: key, if: 'absent' }]);
      await putNew(key);
      await table.write([{ check: key, if: { version: 1 } }]);
      await expect(table.write([{ check: key, if: 'absent' }])).rejects.toMatchObject(
        conditionFailed(0, key),
      );
      await expect(table.write([{ check: key, if: { version: 2 } }])).rejects.toMatchObject(
        conditionFailed(0, key),
      );
      expect((await table.get(key))?.version).toBe(1);
    });

    it('keeps JSON as it was given', async () => {
      const key = { pk: partition(), sk: 'a' };
      const value = {
        empty: {},
        none: null,
        list: [1, -0.5, 1e21, Number.MAX_SAFE_INTEGER, true, '', [[]]],
        text: '証明書 𠮷野家 😀 \u0000 \ud800 "\\ é',
        キー: { __proto__: null, 深い: [{ い: 1 }] },
        dropped: undefined,
      };
      await putNew(key, value);
      expect((await table.get(key))?.value).toEqual(JSON.parse(JSON.stringify(value)));
      await table.write([{ put: key, value: {}, if: { version: 1 } }]);
      expect((await table.get(key))?.value).toEqual({});
    });

    it('with `expires` behaves like any other until the store deletes it', async () => {
      const key = { pk: partition(), sk: 'a' };
      await table.write([{ put: key, value: { n: 1 }, if: 'absent', expires: 4_102_444_800 }]);
      expect(await table.get(key)).toEqual({ ...key, version: 1, value: { n: 1 } });
      await table.write([{ put: key, value: { n: 2 }, if: { version: 1 } }]);
      expect(await table.get(key)).toEqual({ ...key, version: 2, value: { n: 2 } });
    });
  });

  describe('several rows in one write', () => {
    it('are put, replaced, deleted and checked together', async () => {
      const pk = partition();
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((sk) => ({ pk, sk })) as [Key, Key, Key, Key];
      await table.write([
        { put: a, value: { n: 1 }, if: 'absent' },
        { put: b, value: { n: 1 }, if: 'absent' },
      ]);
      await table.write([
        { check: d, if: 'absent' },
        { put: c, value: { n: 3 }, if: 'absent' },
        { put: a, value: { n: 2 }, if: { version: 1 } },
        { delete: b, if: { version: 1 } },
      ]);
      await table.write([
        { check: a, if: { version: 2 } },
        { check: b, if: 'absent' },
      ]);
      expect((await table.query({ pk, limit: 10 })).items).toEqual([
        { ...a, version: 2, value: { n: 2 } },
        { ...c, version: 1, value: { n: 3 } },
      ]);
    });

    it('are all left alone when one condition fails, and the first that fails is named', async () => {
      const pk = partition();
      const there = { pk, sk: 'there' };
      const missing = { pk, sk: 'missing' };
      const fresh = (n: number): Write => ({ put: { pk, sk: `fresh${n}` }, value: {}, if: 'absent' });
      await putNew(there, { kept: true });
      const failing: readonly Write[] = [
        { put: there, value: {}, if: 'absent' },
        { put: there, value: {}, if: { version: 2 } },
        { put: missing, value: {}, if: { version: 1 } },
        { delete: there, if: { version: 2 } },
        { delete: missing, if: { version: 1 } },
        { check: there, if: 'absent' },
        { check: there, if: { version: 7 } },
        { check: missing, if: { version: 1 } },
      ];
      for (const write of failing) {
        const key = 'put' in write ? write.put : 'delete' in write ? write.delete : write.check;
        for (const index of [0, 1, 3]) {
          const writes = [fresh(0), fresh(1), fresh(2)];
          writes.splice(index, 0, write);
          await expect(table.write(writes)).rejects.toMatchObject(conditionFailed(index, key));
        }
      }
      await expect(
        table.write([
          fresh(0),
          { check: missing, if: { version: 1 } },
          fresh(1),
          { check: there, if: { version: 9 } },
        ]),
      ).rejects.toMatchObject(conditionFailed(1, missing));
      expect((await table.query({ pk, limit: 10 })).items).toEqual([
        { ...there, version: 1, value: { kept: true } },
      ]);
    });

    it(`are at most 100, of which ${maxWrites} are tried here`, async () => {
      const pk = partition();
      const rows = (count: number): Write[] =>
        Array.from({ length: count }, (_, i) => ({
          put: { pk, sk: String(i).padStart(3, '0') },
          value: { i },
          if: 'absent',
        }));
      await expect(table.write(rows(101))).rejects.toMatchObject({ code: 'store-request-invalid' });
      await expect(table.write([])).rejects.toMatchObject({ code: 'store-request-invalid' });
      expect((await table.query({ pk, limit: 10 })).items).toEqual([]);
      await table.write(rows(maxWrites));
      expect((await table.query({ pk, limit: 1000 })).items).toHaveLength(maxWrites);
    });

    it('name each row once', async () => {
      const key = { pk: partition(), sk: 'a' };
      await expect(
        table.write([
          { check: key, if: 'absent' },
          { put: key, value: {}, if: 'absent' },
        ]),
      ).rejects.toMatchObject({ code: 'store-request-invalid' });
      expect(await table.get(key)).toBeUndefined();
      // The same characters, split differently between pk and sk, are two rows.
      const pk = partition();
      await table.write([
        { put: { pk, sk: 'ab' }, value: {}, if: 'absent' },
        { put: { pk: `${pk}a`, sk: 'b' }, value: {}, if: 'absent' },
      ]);
    });
  });

  describe('limits', () => {
    const ofBytes = (bytes: number) => ({ v: 'x'.repeat(bytes - '{"v":""}'.length) });

    it('keeps a value of 390 KiB and refuses one byte more, with everything beside it', async () => {
      const pk = partition();
      await putNew({ pk, sk: 'large' }, ofBytes(MAX_VALUE_BYTES));
      expect((await table.get({ pk, sk: 'large' }))?.value).toEqual(ofBytes(MAX_VALUE_BYTES));
      await expect(
        table.write([
          { put: { pk, sk: 'small' }, value: {}, if: 'absent' },
          { put: { pk, sk: 'larger' }, value: ofBytes(MAX_VALUE_BYTES + 1), if: 'absent' },
        ]),
      ).rejects.toMatchObject({ code: 'value-too-large' });
      expect((await table.query({ pk, prefix: 'small', limit: 10 })).items).toEqual([]);
    });

    it('measures values in bytes of UTF-8, not in characters', async () => {
      const pk = partition();
      const value = { v: '証'.repeat(MAX_VALUE_BYTES / 3) };
      await expect(putNew({ pk, sk: 'a' }, value)).rejects.toMatchObject({ code: 'value-too-large' });
    });

    it('keeps the longest keys with the largest value', async () => {
      const key = { pk: partition().padEnd(708, 'あ'), sk: '𠮷'.repeat(256) };
      expect(Buffer.byteLength(key.pk)).toBe(2048);
      await putNew(key, ofBytes(MAX_VALUE_BYTES));
      expect((await table.get(key))?.sk).toBe(key.sk);
    });

    it('refuses one write of more than 3.5 MiB of values', async () => {
      const pk = partition();
      const writes = Array.from(
        { length: 10 },
        (_, i): Write => ({
          put: { pk, sk: String(i) },
          value: ofBytes(360 * 1024),
          if: 'absent',
        }),
      );
      await expect(table.write(writes)).rejects.toMatchObject({ code: 'value-too-large' });
      expect((await table.query({ pk, limit: 10 })).items).toEqual([]);
      await table.write(writes.slice(0, 9));
      const found: string[] = [];
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await table.query({ pk, limit: 10, ...(cursor === undefined ? {} : { cursor }) });
        // Pages end at about 1 MB.
        expect(page.items.length).toBeLessThanOrEqual(4);
        found.push(...page.items.map(({ sk }) => sk));
        cursor = page.cursor;
      }
      expect(found).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    });

    it.each<[string, Key]>([
      ['an empty pk', { pk: '', sk: 'a' }],
      ['an empty sk', { pk: 'a', sk: '' }],
      ['a pk of 2,049 bytes', { pk: 'x'.repeat(2049), sk: 'a' }],
      ['a pk of 2,049 bytes in 683 characters', { pk: '証'.repeat(683), sk: 'a' }],
      ['an sk of 1,025 bytes', { pk: 'a', sk: 'x'.repeat(1025) }],
      ['a lone high surrogate', { pk: 'a', sk: 'x\ud83d' }],
      ['a lone low surrogate', { pk: '\udc00', sk: 'x' }],
    ])('refuses %s everywhere', async (_, key) => {
      const refusal = { code: 'store-request-invalid' };
      await expect(putNew(key)).rejects.toMatchObject(refusal);
      await expect(table.write([{ delete: key, if: { version: 1 } }])).rejects.toMatchObject(refusal);
      await expect(table.write([{ check: key, if: 'absent' }])).rejects.toMatchObject(refusal);
      await expect(table.get(key)).rejects.toMatchObject(refusal);
    });

    it.each([0, -1, 1.5, Number.NaN, 2 ** 53])(
      'refuses the version %d and the expiry %d',
      async (version) => {
        const key = { pk: partition(), sk: 'a' };
        const refusal = { code: 'store-request-invalid' };
        await expect(table.write([{ put: key, value: {}, if: { version } }])).rejects.toMatchObject(refusal);
        if (version === 0) return;
        await expect(
          table.write([{ put: key, value: {}, if: 'absent', expires: version }]),
        ).rejects.toMatchObject(refusal);
      },
    );

    it.each<[string, Omit<Query, 'pk'>]>([
      ['limit 0', { limit: 0 }],
      ['limit 1,001', { limit: 1001 }],
      ['limit 1.5', { limit: 1.5 }],
      ['a prefix of 1,024 bytes', { limit: 1, prefix: 'x'.repeat(1024) }],
      ['a lower bound of 1,025 bytes', { limit: 1, from: 'x'.repeat(1025) }],
      ['half of a surrogate pair', { limit: 1, to: '\ud83d' }],
    ])('refuses a query with %s', async (_, query) => {
      await expect(table.query({ pk: 'p', ...query })).rejects.toMatchObject({
        code: 'store-request-invalid',
      });
    });

    it('tells keys with NUL and look-alikes apart', async () => {
      const pk = partition();
      const names = ['a', 'a\0', 'a\0b', '\0', 'é', 'e\u0301', 'A', 'ａ', ' ', '%', '_', "'; --"];
      for (const sk of names) await putNew({ pk, sk }, { sk });
      await putNew({ pk: `${pk}\0`, sk: 'other' });
      for (const sk of names) expect((await table.get({ pk, sk }))?.value).toEqual({ sk });
      expect((await table.query({ pk, limit: 100 })).items.map(({ sk }) => sk)).toEqual(
        names.sort(compareUtf8),
      );
    });
  });

  describe('queries', () => {
    // Neighbours in every length of UTF-8, on both sides of the surrogates, where JavaScript sorts otherwise.
    const LETTERS = [
      '\0', 'a', 'b', '\u007f', '\u0080', '\u07ff', '\u0800', '日', '\ud7ff', '\ue000', '～', '\uffff', '😀',
      '\u{10ffff}',
    ]; // biome-ignore format: one line reads better
    const ROWS = 80;
    let pk: string;
    let keys: readonly string[];

    beforeAll(async () => {
      pk = partition();
      const word = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 });
      const words = fc.sample(word, { numRuns: 4 * ROWS, seed: 7 }).map((letters) => letters.join(''));
      keys = [...new Set([...LETTERS, ...words])].slice(0, ROWS).sort(compareUtf8);
      for (let i = 0; i < keys.length; i += maxWrites) {
        await table.write(
          keys
            .slice(i, i + maxWrites)
            .map((sk) => ({ put: { pk, sk }, value: { sk }, if: 'absent' }) as const),
        );
      }
      // Neighbouring partitions that no query may show.
      await putNew({ pk: `${pk}\0`, sk: 'a' });
      await putNew({ pk: `${pk}a`, sk: 'a' });
    });

    const pages = async (query: Query): Promise<string[][]> => {
      const found: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await table.query(cursor === undefined ? query : { ...query, cursor });
        for (const { pk: rowPk, sk, version, value } of page.items) {
          expect({ pk: rowPk, version, value }).toEqual({ pk: query.pk, version: 1, value: { sk } });
        }
        found.push(page.items.map(({ sk }) => sk));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };

    it('order by UTF-8 bytes, which JavaScript does not', async () => {
      expect(keys).not.toEqual([...keys].sort());
      expect(await pages({ pk, limit: 1000 })).toEqual([keys]);
      expect(await pages({ pk, limit: 1000, descending: true })).toEqual([keys.toReversed()]);
    });

    it('agree with a model for every prefix, bounds, direction and page size', async () => {
      const bound = fc.oneof(
        fc.constantFrom(...keys),
        fc.array(fc.constantFrom(...LETTERS), { maxLength: 3 }).map((letters) => letters.join('')),
      );
      const query = fc.record(
        {
          prefix: bound,
          from: bound,
          to: bound,
          descending: fc.boolean(),
          limit: fc.integer({ min: 1, max: 30 }),
        },
        { requiredKeys: ['limit'] },
      );
      await fc.assert(
        fc.asyncProperty(query, async (asked) => {
          const { prefix = '', from = '', to, descending, limit } = asked;
          const expected = keys.filter(
            (sk) =>
              sk.startsWith(prefix) &&
              compareUtf8(sk, from) >= 0 &&
              (to === undefined || compareUtf8(sk, to) < 0),
          );
          if (descending) expected.reverse();
          const found = await pages({ pk, ...asked });
          expect(found.flat()).toEqual(expected);
          for (const page of found) expect(page.length).toBeLessThanOrEqual(limit);
          // Small rows: pages are full, and no cursor leads to nothing.
          expect(found).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)));
        }),
        { numRuns: queryRuns },
      );
    });

    it('are empty if there is nothing', async () => {
      expect(await table.query({ pk: partition(), limit: 5 })).toEqual({ items: [] });
      expect(await table.query({ pk, limit: 5, from: 'b', to: 'a' })).toEqual({ items: [] });
      expect(await table.query({ pk, limit: 5, to: '' })).toEqual({ items: [] });
      expect(await table.query({ pk, limit: 5, prefix: 'a', from: 'b' })).toEqual({ items: [] });
    });

    it.each([false, true])(
      'continue at the same place while rows come and go (descending: %s)',
      async (descending) => {
        const part = partition();
        for (const sk of ['b', 'd', 'f', 'h']) await putNew({ pk: part, sk });
        const query = { pk: part, descending, limit: 2 };
        const first = await table.query(query);
        const [behind, ahead, last] = descending ? ['g', 'c', 'b'] : ['c', 'g', 'h'];
        expect(first.items.map(({ sk }) => sk)).toEqual(descending ? ['h', 'f'] : ['b', 'd']);
        await putNew({ pk: part, sk: behind });
        await putNew({ pk: part, sk: ahead });
        // The last row of the page is deleted. The cursor holds its key, and does not need the row.
        await table.write([{ delete: { pk: part, sk: descending ? 'f' : 'd' }, if: { version: 1 } }]);
        const rest = await table.query({ ...query, limit: 9, cursor: first.cursor ?? '' });
        expect(rest.items.map(({ sk }) => sk)).toEqual(descending ? ['d', ahead, last] : ['f', ahead, last]);
        expect(rest.cursor).toBeUndefined();
      },
    );

    it('refuse every altered cursor', async () => {
      const cursor = (await table.query({ pk, limit: 3 })).cursor ?? '';
      const refused = async (altered: string) => {
        await expect(table.query({ pk, limit: 3, cursor: altered })).rejects.toMatchObject({
          code: 'cursor-invalid',
        });
      };
      for (let i = 0; i < cursor.length; i++) {
        await refused(cursor.slice(0, i) + (cursor[i] === 'A' ? 'B' : 'A') + cursor.slice(i + 1));
      }
      for (const altered of [
        '',
        'A',
        `${cursor}=`,
        `${cursor}A`,
        ` ${cursor}`,
        cursor.slice(1),
        cursor.slice(0, -1),
      ]) {
        await refused(altered);
      }
      await refused('x'.repeat(100_000));
      await fc.assert(
        fc.asyncProperty(fc.string(), (text) => refused(text)),
        { numRuns: 20 },
      );
    });

    it('refuse the cursor of another query, and accept another limit', async () => {
      const query = { pk, prefix: 'a', limit: 1 };
      const { cursor = '' } = await table.query(query);
      expect((await table.query({ ...query, limit: 2, cursor })).items.length).toBeGreaterThan(0);
      for (const other of [
        { pk: `${pk}a`, prefix: 'a' },
        { pk, prefix: 'b' },
        { pk },
        { pk, prefix: 'a', from: 'a' },
        { pk, prefix: 'a', to: 'b' },
        { pk, prefix: 'a', descending: true },
      ]) {
        await expect(table.query({ ...other, limit: 1, cursor })).rejects.toMatchObject({
          code: 'cursor-invalid',
        });
      }
    });
  });

  describe('concurrency', () => {
    it(`lets exactly one of ${writers} writers that saw the same version win`, async () => {
      const key = { pk: partition(), sk: 'contended' };
      for (const condition of ['absent', { version: 1 }, { version: 2 }] as const) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: writers }, (_, writer) =>
            table.write([{ put: key, value: { writer }, if: condition }]),
          ),
        );
        const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
        expect(winners).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(conditionFailed(0, key));
        }
        expect((await table.get(key))?.value).toEqual({ writer: winners[0] });
      }
      expect((await table.get(key))?.version).toBe(3);
    });

    it(`loses none of ${increments} increments by competing writers, each version won once`, async () => {
      const pk = partition();
      const counter = { pk, sk: 'counter' };
      await putNew(counter, { count: 0 });
      const won: number[] = [];
      let left = increments;
      const writer = async () => {
        while (left-- > 0) {
          for (let done = false; !done; ) {
            const item = await table.get<{ count: number }>(counter);
            if (item === undefined) throw new Error('the counter is gone');
            const receipt = { pk, sk: `receipt#${item.version}` };
            try {
              await table.write([
                { put: receipt, value: {}, if: 'absent' },
                { put: counter, value: { count: item.value.count + 1 }, if: { version: item.version } },
              ]);
              won.push(item.version);
              done = true;
            } catch (error) {
              expect(error).toMatchObject({ code: 'condition-failed' });
            }
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      expect(await table.get(counter)).toMatchObject({
        version: increments + 1,
        value: { count: increments },
      });
      expect(won.sort((a, b) => a - b)).toEqual(Array.from({ length: increments }, (_, i) => i + 1));
      expect((await table.query({ pk, prefix: 'receipt#', limit: 1000 })).items).toHaveLength(increments);
    });

    it('gives writes beside a failing one their own outcome', async () => {
      const pk = partition();
      await putNew({ pk, sk: 'taken' });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          table.write([
            { put: { pk, sk: `n${i}` }, value: {}, if: 'absent' },
            { check: { pk, sk: 'taken' }, if: i % 2 === 0 ? { version: 1 } : 'absent' },
          ]),
        ),
      );
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
        outcomes.map((_, i) => i % 2 === 0),
      );
      const { items } = await table.query({ pk, prefix: 'n', limit: 100 });
      expect(items.map(({ sk }) => Number(sk.slice(1)) % 2)).toEqual(Array(10).fill(0));
    });

    it('shows a write to every read that begins after it was acknowledged', async () => {
      const pk = partition();
      for (let i = 0; i < 10; i++) {
        await putNew({ pk, sk: String(i) });
        expect((await table.get({ pk, sk: String(i) }))?.version).toBe(1);
        expect((await table.query({ pk, limit: 100 })).items).toHaveLength(i + 1);
      }
    });
  });

  it('finishes calls from before close, and refuses calls after it', async () => {
    const own = await open();
    const key = { pk: partition(), sk: 'a' };
    let settled = false;
    const asked = own.write([{ put: key, value: {}, if: 'absent' }]).finally(() => {
      settled = true;
    });
    await own.close();
    await nextTurn();
    expect(settled).toBe(true);
    await asked;
    await own.close();
    const unavailable = { code: 'store-unavailable' };
    await expect(own.get(key)).rejects.toMatchObject(unavailable);
    await expect(own.query({ pk: key.pk, limit: 1 })).rejects.toMatchObject(unavailable);
    await expect(own.write([{ check: key, if: 'absent' }])).rejects.toMatchObject(unavailable);
  });
};
