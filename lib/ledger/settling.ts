import { Fault } from '../fault.ts';
import type { Clock } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import { countWrites } from './counts.ts';
import { idFloor, timeOfId } from './ids.ts';
import type { LedgerRecord } from './record.ts';
import { FIRST_KEY, STAGED_SHARDS, settleWrites, stagedPk } from './rows.ts';

const PAGE = 100;

/** Each loss is somebody else's progress, so this many in a row mean that something is wrong. */
const MAX_LOST = 1000;

/** How far another process's clock may run ahead of ours for its records to be settled with ours. */
const SKEW_MS = 5_000;

const shards = Array.from({ length: STAGED_SHARDS }, (_, shard) => stagedPk(shard));

/** When the oldest record was written that is still staged, in milliseconds; undefined where none is. */
export const oldestStaged = async (table: Table): Promise<number | undefined> => {
  const heads = await Promise.all(shards.map((pk) => table.query({ pk, limit: 1 })));
  const times = heads.flatMap(({ items }) => items.map(({ sk }) => timeOfId(sk)));
  return times.length === 0 ? undefined : Math.min(...times);
};

/**
 * Moves every record that is staged when it is called to its settled place. Any number of processes may do so at once: the delete of the
 * staged row, at its only version, lets one of them win each record, and the loser has nothing left to do.
 */
export const openSettling = (table: Table, clock: Clock): (() => Promise<void>) => {
  let firstIsKnown = false;

  /** Before anything is settled for the first time: the oldest record of all shards. */
  const rememberFirst = async (): Promise<void> => {
    if (firstIsKnown || (await table.get(FIRST_KEY))) {
      firstIsKnown = true;
      return;
    }
    const time = await oldestStaged(table);
    if (time === undefined) return;
    try {
      await table.write([{ put: FIRST_KEY, value: { time }, if: 'absent' }]);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
    firstIsKnown = true;
  };

  /** As many of the first records as fit into one write, with their totals. Resolves with how many. */
  const settleSome = async (records: readonly LedgerRecord[], lane: string): Promise<number> => {
    const batch: LedgerRecord[] = [];
    const writes: Write[] = [];
    for (const record of records) {
      const more = settleWrites(record);
      // Each record might count in a total of its own.
      if (batch.length > 0 && writes.length + more.length + batch.length + 1 > MAX_WRITES) break;
      batch.push(record);
      writes.push(...more);
    }
    await table.write([...writes, ...(await countWrites(table, batch, lane))]);
    return batch.length;
  };

  const settleShard = async (pk: string, to: string): Promise<void> => {
    let lost = 0;
    while (lost < MAX_LOST) {
      const { items } = await table.query({ pk, to, limit: PAGE });
      const records = items.map(({ value }) => value as unknown as LedgerRecord);
      try {
        for (let done = 0; done < records.length; ) done += await settleSome(records.slice(done), pk);
        if (items.length < PAGE) return;
      } catch (error) {
        // Somebody else has settled some of them between our reading and our writing: what is left is read anew.
        if (!Fault.is(error, 'condition-failed')) throw error;
        lost++;
      }
    }
    throw new Fault('store-unavailable', 'Others kept settling the same records; try again.');
  };

  return async () => {
    // A bound, so that a steady stream of new records does not keep us here.
    const to = idFloor(clock() + SKEW_MS);
    await rememberFirst();
    await Promise.all(shards.map((pk) => settleShard(pk, to)));
  };
};
