import { Fault } from '../fault.ts';
import type { Table, Write } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { asRecord, asValue, recordKey, sequencedWrites, stagedKey, unsequencedKey } from './rows.ts';
import { settleSome } from './settling.ts';

/** Writes under way at once; each counts in a lane of its own. */
const LANES = 16;

/** Each loss is somebody else's progress, so this many in a row mean that something is wrong. */
const MAX_LOST = 100;

const laneName = (lane: number): string => `log/${lane}`;

/**
 * Gives records their leaves: the record with `ids[i]` gets leaf `first + i`. To be repeated until it goes through;
 * records that have theirs already stay as they are.
 * @param staged those of the records that were read from their staged rows, which saves reading them again.
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

/** Many in each write. Resolves with those that were not as they had been read. */
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

/** Whatever has become of the record since: staged, settled without its leaf, or done. */
const assignOne = async (table: Table, id: string, leaf: number, lane: string): Promise<void> => {
  for (let lost = 0; lost < MAX_LOST; lost++) {
    // In this order: a record leaves `staged` for `unsequenced`, never the other way about.
    const staged = await table.get(stagedKey(id));
    const waiting = staged ? undefined : await table.get(unsequencedKey(id));
    if (!staged && !waiting) return;
    try {
      if (staged) {
        const record = asRecord(staged.value);
        const counts = await countWrites(table, [record], lane);
        await table.write([...sequencedWrites(record, leaf), ...counts]);
        return;
      }
      const row = await table.get(recordKey(id));
      const record = row && { ...asRecord(row.value), leaf };
      await table.write([
        { delete: unsequencedKey(id), if: { version: 1 } },
        // A row that somebody removed is not made up again: the leaf without it is what an audit finds.
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
      return;
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
  }
  throw new Fault('store-unavailable', 'Others kept writing the same record; try again.', { id });
};
