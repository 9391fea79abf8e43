import { describe, expect, it } from 'vitest';
import { everyItem, type Query, type Table } from '../../lib/store/store.ts';
import { openTemporaryTable } from './temporary.ts';

describe('every item of a query', () => {
  it('comes in the order of the query, however many pages it takes', async () => {
    await using temporary = await openTemporaryTable();
    const { table } = temporary;
    const keys = Array.from({ length: 25 }, (_, n) => ({ pk: 'p', sk: `k${String(n).padStart(2, '0')}` }));
    await table.write(keys.map((put) => ({ put, value: {}, if: 'absent' as const })));
    const found: string[] = [];
    for await (const { sk } of everyItem(table, { pk: 'p', from: 'k03', descending: true }, 4))
      found.push(sk);
    expect(found).toEqual(
      keys
        .map(({ sk }) => sk)
        .slice(3)
        .reverse(),
    );
  });

  it('reads no page that nobody asks for', async () => {
    const queries: Query[] = [];
    const query: Table['query'] = async (asked) => {
      queries.push(asked);
      const sk = String(queries.length);
      return { items: [{ pk: asked.pk, sk, version: 1, value: {} as never }], cursor: `after ${sk}` };
    };
    for await (const { sk } of everyItem({ query }, { pk: 'p' })) if (sk === '2') break;
    expect(queries).toEqual([
      { pk: 'p', limit: 1000 },
      { pk: 'p', limit: 1000, cursor: 'after 1' },
    ]);
  });
});
