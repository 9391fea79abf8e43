import { Fault } from '../../fault.ts';
import { ifKept } from '../../recorded-act.ts';
import type { Bucket, Table } from '../../store/store.ts';
import type { LedgerRecord } from '../contract.ts';
import { timeOfId } from '../ids.ts';
import { openPublishedLeaves } from '../published-leaves.ts';
import { readTombstone } from '../retention/tombstones.ts';
import { recordKey, stagedKey } from '../rows.ts';
import { readRecord } from '../well-formed.ts';

/** Faults: `unknown-record`, also where the row is no record; `record-expired` with what its tombstone says. */
export const getRecord = async (table: Table, id: string): Promise<LedgerRecord> => {
  // Faults if `id` is not a record id.
  timeOfId(id);
  // A record only ever moves from staged to settled, so this order finds it.
  for (const key of [stagedKey(id), recordKey(id)]) {
    const item = await table.get(key);
    const record = item && readRecord(item);
    if (record) return record;
  }
  throw await absenceFault(table, id);
};

/**
 * The same for a principal of a tenant. A row does not prove whose the record is, but its leaf does; and what is kept of a
 * deleted record does not say it. Fault: `unknown-record`.
 */
export const getRecordOfTenant = async (
  table: Table,
  bucket: Pick<Bucket, 'get'>,
  id: string,
  tenant: string,
): Promise<LedgerRecord> => {
  const record = await ifKept(getRecord(table, id));
  if (record?.tenant === tenant && (await (await openPublishedLeaves(bucket))(record))) return record;
  throw unknownRecord(id);
};

/** Also the answer about a record that the caller may not have. */
export const unknownRecord = (id: string): Fault =>
  new Fault('unknown-record', 'There is no such record.', { id });

const absenceFault = async (table: Table, id: string): Promise<Fault> => {
  const tombstone = await readTombstone(table, id);
  if (!tombstone) return unknownRecord(id);
  return new Fault(
    'record-expired',
    'The record was kept for its time and then deleted; its leaf stays in the log.',
    { id, ...tombstone },
  );
};
