import type { Ledger, LedgerRecord, RecordQuery } from './contract.ts';

/** Every record that the query finds, newest first, a page of at most `pageSize` at a time. */
export async function* recordPages(
  ledger: Pick<Ledger, 'query'>,
  query: Omit<RecordQuery, 'limit' | 'cursor'>,
  pageSize: number,
): AsyncGenerator<readonly LedgerRecord[]> {
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ ...query, limit: pageSize, ...(cursor !== undefined && { cursor }) });
    yield page.records;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
