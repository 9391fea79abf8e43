import { Fault } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import { idFloor, timeOfId } from './ids.ts';
import type { LedgerRecord } from './record.ts';
import { FIRST_KEY, STAGED_SHARDS, settleWrites, stagedPk } from './rows.ts';

const PAGE = 100;

/** How far another process's clock may run ahead of ours for its records to be settled with ours. */
const SKEW_MS = 5_000;

/**
 * Moves every record that is staged when it is called to its settled place. Any number of processes may do so at once: the delete of the
 * staged row, at its only version, lets one of them win each record, and the loser has nothing left to do.
 */
export const openSettling = (table: Table, clock: Clock): (() => Promise<void>) => {
  let firstIsKnown = false;

  const rememberFirst = async (record: LedgerRecord): Promise<void> => {
    if (firstIsKnown) return;
    try {
      await table.write([{ put: FIRST_KEY, value: { time: timeOfId(record.id) }, if: 'absent' }]);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
    firstIsKnown = true;
  };

  const settleOne = async (record: LedgerRecord): Promise<void> => {
    try {
      await table.write(settleWrites(record));
    } catch (error) {
      // Somebody else has settled it between our reading and our writing.
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
  };

  const settleShard = async (shard: number, to: string): Promise<void> => {
    for (;;) {
      const { items } = await table.query({ pk: stagedPk(shard), to, limit: PAGE });
      const records = items.map(({ value }) => value as unknown as LedgerRecord);
      if (records[0]) await rememberFirst(records[0]);
      await Promise.all(records.map(settleOne));
      if (items.length < PAGE) return;
    }
  };

  return async () => {
    // A bound, so that a steady stream of new records does not keep us here.
    const to = idFloor(clock() + SKEW_MS);
    await Promise.all(Array.from({ length: STAGED_SHARDS }, (_, shard) => settleShard(shard, to)));
  };
};
