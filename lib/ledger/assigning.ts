import { Fault, wentThrough } from '../fault.ts';
import type { Table, Write } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { asRecord, asValue, recordKey, sequencedWrites, stagedKey, unsequencedKey } from './rows.ts';
import { settleSome } from './settling.ts';

/** Writes under way at once; each adds to the totals in a lane of its own (counts.ts). */
const LANES = 16;

/** A write that loses means that another process made progress, so this many losses in a row are an error. */
const MAX_LOST = 100;

const laneName = (lane: number): string => `log/${lane}`;

/**
 * Gives records their leaves: the record with `ids[i]` gets leaf `first + i`. Tries again until all are written. A
 * record that already has its leaf stays as it is.
 * @param staged records that were read from their staged rows; they are not read again.
 */
export const assignLeaves = async (
  table: Table,
  first: number,
  ids: readonly string[],
  staged: ReadonlyMap<string, LedgerRecord>,
): Promise<void> => {
  const leafOf = new Map(ids.map((id, i) => [id, first + i]));
  const perLane = Math.ceil(ids.length / LANES);
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      const mine = ids.slice(lane * perLane, (lane + 1) * perLane);
      const left = await assignMany(table, mine, leafOf, staged, laneName(lane));
      for (const id of left) await assignOne(table, id, leafOf.get(id) as number, laneName(lane));
    }),
  );
};

/**
 * Gives several records their leaves in each write. Resolves with the ids of records that another process has changed
 * since they were read.
 */
const assignMany = async (
  table: Table,
  ids: readonly string[],
  leafOf: ReadonlyMap<string, number>,
  staged: ReadonlyMap<string, LedgerRecord>,
  lane: string,
): Promise<readonly string[]> => {
  const records = ids.map((id) => staged.get(id)).filter((record) => record !== undefined);
  const left = new Set(ids);
  const writesOf = (record: LedgerRecord): readonly Write[] =>
    sequencedWrites(record, leafOf.get(record.id) as number);
  for (let done = 0; done < records.length; ) {
    let settled: number;
    try {
      settled = await settleSome(table, records.slice(done), writesOf, lane);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
      break;
    }
    for (const { id } of records.slice(done, done + settled)) left.delete(id);
    done += settled;
  }
  return [...left];
};

/** Gives one record its leaf, whether it is staged, settled without its leaf, or done. */
const assignOne = async (table: Table, id: string, leaf: number, lane: string): Promise<void> => {
  for (let lost = 0; lost < MAX_LOST; lost++) {
    // In this order: a record leaves `staged` for `unsequenced`, never the other way round.
    const staged = await table.get(stagedKey(id));
    const waiting = staged ? undefined : await table.get(unsequencedKey(id));
    if (!staged && !waiting) return;
    if (staged) {
      const record = asRecord(staged.value);
      const counts = await countWrites(table, [record], lane);
      if (await wentThrough(table.write([...sequencedWrites(record, leaf), ...counts]))) return;
    } else {
      const row = await table.get(recordKey(id));
      const record = row && { ...asRecord(row.value), leaf };
      const write = table.write([
        { delete: unsequencedKey(id), if: { version: 1 } },
        // A missing settled row is not made again, so that an audit finds the leaf without its record.
        ...(row && record
          ? [
              {
                put: recordKey(id),
                value: asValue(record),
                if: { version: row.version },
              },
            ]
          : []),
      ]);
      if (await wentThrough(write)) return;
    }
  }
  throw new Fault('store-unavailable', 'Others kept writing the same record; try again.', { id });
};
