import { wentThrough } from '../fault.ts';
import type { Key, Table } from '../store/store.ts';
import type { LedgerRecord, ProvisionDraft, SignedRequestFacts } from './contract.ts';
import { cut } from './cutting.ts';
import { isRecordId } from './ids.ts';
import type { Staging } from './staging.ts';

/**
 * The signed requests that were answered:
 *
 *   signed-requests/{recipient}  {digest}  SignedRequestRow, until the signer's certificate ends
 *
 * Anybody who has seen a signed request can send it again, until that certificate ends: then no signature by it is taken. So the
 * first answer puts the row, in the write of its record, and every later one finds it and is recorded as a repetition. It works
 * in any number of processes, an unsigned request never comes here, and nobody makes a row without a signature of their own.
 *
 * Somebody who writes to the table can delete a row. The records tell: each has the digest of its request
 * (`provided.signedRequest`), and one of them only is no repetition (lib/audit/repetitions.ts).
 */
type SignedRequestRow = {
  /** Id of the record of the first answer. */
  readonly record: string;
};

const keyOf = (recipient: string, digest: string): Key => ({
  pk: `signed-requests/${recipient}`,
  sk: digest,
});

/** In place of an id where somebody has changed the row. */
const UNKNOWN = 'unknown';

/** A row that is there and gone again was deleted by its expiry, or by somebody. */
const MAX_ATTEMPTS = 5;

/** Records the answer, and whether it repeats one. Faults: those of `Ledger.append`. */
export const openSignedRequests =
  (table: Pick<Table, 'get'>, { dated, store }: Pick<Staging, 'dated' | 'store'>) =>
  async (draft: ProvisionDraft, { digest, until }: SignedRequestFacts): Promise<readonly LedgerRecord[]> => {
    const put = keyOf(draft.recipient, digest);
    const told = { ...draft, provided: { ...draft.provided, signedRequest: digest } };
    let repeats = UNKNOWN;
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const records = cut(told).map(dated);
      const { id: record } = records[0] as LedgerRecord;
      const value = { record } satisfies SignedRequestRow;
      const first = { put, value, if: 'absent', expires: Math.ceil(until / 1000) } as const;
      if (await wentThrough(store(records, [first]))) return records;
      const row = await table.get<SignedRequestRow>(put);
      if (row === undefined) continue;
      const found: unknown = (row.value as SignedRequestRow | null)?.record;
      // The store's answer to our own write was lost.
      if (found === record) return records;
      if (isRecordId(found)) repeats = found;
      break;
    }
    return store(cut({ ...told, repeats }).map(dated));
  };
