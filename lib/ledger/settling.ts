import { Fault, wentThrough } from '../fault.ts';
import type { Clock } from '../ports.ts';
import { MAX_WRITES, type Table, type Write } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { idFloor, timeOfId } from './ids.ts';
import { asRecord, FIRST_KEY, STAGED_PKS, settleWrites, UNSEQUENCED_PKS } from './rows.ts';

const PAGE = 100;

/** A write that loses means that another process made progress, so this many losses in a row are an error. */
const MAX_LOST = 1000;

/** How far another process's clock may run ahead of ours; records up to that time are settled too. */
const SKEW_MS = 5_000;

const oldestOf = async (table: Table, pks: readonly string[]): Promise<number | undefined> => {
  const heads = await Promise.all(pks.map((pk) => table.query({ pk, limit: 1 })));
  const times = heads.flatMap(({ items }) => items.map(({ sk }) => timeOfId(sk)));
  return times.length === 0 ? undefined : Math.min(...times);
};

/** The time of the oldest record without a leaf, in milliseconds; undefined where every record has its leaf. */
export const oldestUnsequenced = (table: Table): Promise<number | undefined> =>
  oldestOf(table, [...STAGED_PKS, ...UNSEQUENCED_PKS]);

/** Stores, once, the time of the oldest record of all shards. It must be called before a record is settled. */
export const openFirst = (table: Table): (() => Promise<void>) => {
  let known = false;
  return async () => {
    if (known || (await table.get(FIRST_KEY))) {
      known = true;
      return;
    }
    const time = await oldestOf(table, STAGED_PKS);
    if (time === undefined) return;
    await wentThrough(table.write([{ put: FIRST_KEY, value: { time }, if: 'absent' }]));
    known = true;
  };
};

/** What `settleSome` writes for one record. */
export type WritesOf = (record: LedgerRecord) => readonly Write[];

/**
 * Settles the first records, as many as fit into one write with their totals. Resolves with how many. Faults:
 * `condition-failed` where another process settled one of them meanwhile, or counted in the same lane.
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
 * Moves every record that is staged at the time of the call to its settled place, so that a query finds it whether the
 * sequencer has run or cannot run. Any number of processes and sequencers may do so at once. Each deletes the staged
 * row at its only version, so one of them wins each record, and the others have nothing left to do.
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
        // Another process has settled some of them since they were read; the others are read again.
        if (!Fault.is(error, 'condition-failed')) throw error;
        lost++;
      }
    }
    throw new Fault('store-unavailable', 'Others kept settling the same records; try again.');
  };

  return async () => {
    // Without a bound a steady stream of new records would never let this end.
    const to = idFloor(clock() + SKEW_MS);
    await rememberFirst();
    await Promise.all(STAGED_PKS.map((pk) => settleShard(pk, to)));
  };
};
