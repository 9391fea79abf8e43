import { type Item, MAX_PAGE, type Query, type Table, type Value } from './contract.ts';

/**
 * Every item that the query finds, in its order. The next page is read only when the caller asks for the item after the
 * last one of a page, so a caller that leaves the loop reads no further.
 */
export async function* everyItem<V extends Value = Value>(
  table: Pick<Table, 'query'>,
  query: Omit<Query, 'limit' | 'cursor'>,
  pageSize = MAX_PAGE,
): AsyncGenerator<Item<V>> {
  let cursor: string | undefined;
  do {
    const page = await table.query<V>({
      ...query,
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
