import { Fault } from '../fault.ts';
import type { Clock } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { idFloor, timeOfId } from './ids.ts';
import { asRecord, FIRST_KEY, STAGED_PKS, settleWrites, UNSEQUENCED_PKS } from './rows.ts';

const PAGE = 100;

/** Each loss is somebody else's progress, so this many in a row mean that something is wrong. */
const MAX_LOST = 1000;

/** How far another process's clock may run ahead of ours for its records to be settled with ours. */
const SKEW_MS = 5_000;

const oldestOf = async (table: Table, pks: readonly string[]): Promise<number | undefined> => {
  const heads = await Promise.all(pks.map((pk) => table.query({ pk, limit: 1 })));
  const times = heads.flatMap(({ items }) => items.map(({ sk }) => timeOfId(sk)));
  return times.length === 0 ? undefined : Math.min(...times);
};

/** When the oldest record was written that has no leaf yet, in milliseconds; undefined where all have theirs. */
export const oldestUnsequenced = (table: Table): Promise<number | undefined> =>
  oldestOf(table, [...STAGED_PKS, ...UNSEQUENCED_PKS]);

/** To be called before anything is settled: notes, once, the time of the oldest record of all shards. */
export const openFirst = (table: Table): (() => Promise<void>) => {
  let known = false;
  return async () => {
    if (known || (await table.get(FIRST_KEY))) {
      known = true;
      return;
    }
    const time = await oldestOf(table, STAGED_PKS);
    if (time === undefined) return;
    try {
      await table.write([{ put: FIRST_KEY, value: { time }, if: 'absent' }]);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
    known = true;
  };
};

/** What `settleSome` writes for one record. */
export type WritesOf = (record: LedgerRecord) => readonly Write[];

/**
 * Settles as many of the first records as fit into one write, with their totals. Resolves with how many. Faults:
 * `condition-failed` where somebody else settled one of them, or counted in the same lane, meanwhile.
 */
export const settleSome = async (
  table: Table,
  records: readonly LedgerRecord[],
  writesOf: WritesOf,
  lane: string,
): Promise<number> => {
  const batch: LedgerRecord[] = [];
  const writes: Write[] = [];
  for (const record of records) {
    const more = writesOf(record);
    // Each record might count in a total of its own.
    if (batch.length > 0 && writes.length + more.length + batch.length + 1 > MAX_WRITES) break;
    batch.push(record);
    writes.push(...more);
  }
  await table.write([...writes, ...(await countWrites(table, batch, lane))]);
  return batch.length;
};

/**
 * Moves every record that is staged when it is called to its settled place, so that a query finds it whether the
 * sequencer has come by or cannot. Any number of processes may do so at once, and sequencers as well: the delete of
 * the staged row, at its only version, lets one of them win each record, and the loser has nothing left to do.
 */
export const openSettling = (table: Table, clock: Clock): (() => Promise<void>) => {
  const rememberFirst = openFirst(table);

  const settleShard = async (pk: string, to: string): Promise<void> => {
    let lost = 0;
    while (lost < MAX_LOST) {
      const { items, cursor } = await table.query({ pk, to, limit: PAGE });
      const records = items.map(({ value }) => asRecord(value));
      try {
        for (let done = 0; done < records.length; ) {
          done += await settleSome(table, records.slice(done), settleWrites, pk);
        }
        if (cursor === undefined) return;
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
    await Promise.all(STAGED_PKS.map((pk) => settleShard(pk, to)));
  };
};
