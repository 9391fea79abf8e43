import { Fault } from '../../fault.ts';
import type { Table } from '../../store/store.ts';
import type { LedgerRecord } from '../contract.ts';
import { timeOfId } from '../ids.ts';
import { readTombstone } from '../retention/tombstones.ts';
import { asRecord, recordKey, stagedKey } from '../rows.ts';

/** Faults: `unknown-record`; `record-expired` with what its tombstone says. */
export const getRecord = async (table: Table, id: string): Promise<LedgerRecord> => {
  // Faults if `id` is not a record id.
  timeOfId(id);
  // A record only ever moves from staged to settled, so this order finds it.
  const item = (await table.get(stagedKey(id))) ?? (await table.get(recordKey(id)));
  if (!item) throw await absenceFault(table, id);
  return asRecord(item.value);
};

const absenceFault = async (table: Table, id: string): Promise<Fault> => {
  const tombstone = await readTombstone(table, id);
  if (!tombstone) return new Fault('unknown-record', 'There is no such record.', { id });
  return new Fault(
    'record-expired',
    'The record was kept for its time and then deleted; its leaf stays in the log.',
    { id, ...tombstone },
  );
};
