import { Fault, wentThrough } from '../fault.ts';
import { type Item, type Key, MAX_WRITES, type Table, type Write } from '../store/store.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { isSameRecord } from './entry.ts';
import { leafWrites, moveWrites, placesOf, recordKey, unsequencedKey } from './rows.ts';
import type { SettingAside } from './set-aside.ts';
import { readRecord } from './well-formed.ts';

/** Moves records to the places where queries find them, with their leaves or before they have them. */
export interface Moving {
  readonly table: Table;
  readonly setAside: SettingAside;
}

/** One record's writes, as far as they do not depend on other rows. */
export interface Move {
  readonly record: LedgerRecord;
  readonly writes: readonly Write[];
  /** Whether the record is settled by this, and therefore counted. */
  readonly counted: boolean;
}

/**
 * Makes the first moves, as many as fit into one write with their totals. Resolves with how many. Faults:
 * `condition-failed` where another process moved one of them meanwhile, counted in the same lane, or put other rows in
 * the places of these.
 */
export const moveSome = async (moving: Moving, moves: readonly Move[], lane: string): Promise<number> => {
  const counted: LedgerRecord[] = [];
  const writes: Write[] = [];
  let done = 0;
  for (const move of moves) {
    // Each counted record might count in a total of its own.
    const rows = writes.length + move.writes.length + counted.length + (move.counted ? 1 : 0);
    if (done > 0 && rows > MAX_WRITES) break;
    done++;
    writes.push(...move.writes);
    if (move.counted) counted.push(move.record);
  }
  await moving.table.write([...writes, ...(await countWrites(moving, counted, lane))]);
  return done;
};

/**
 * Moves one staged record, whatever rows stand in its places. Resolves with false where one of these rows changed
 * meanwhile: the caller reads the staged row again.
 */
export const moveOne = async (
  moving: Moving,
  staged: Item,
  record: LedgerRecord,
  leaf: number | undefined,
  lane: string,
): Promise<boolean> => {
  const { table, setAside } = moving;
  const places = placesOf(record);
  const found = await Promise.all(places.map((key) => table.get(key)));
  const there = new Map(found.flatMap((item) => (item ? [[nameOf(item), item]] : [])));
  const settled = there.get(nameOf(recordKey(record.id)));
  if (settled !== undefined) {
    const before = readRecord(settled);
    if (before !== undefined && isSameRecord(before, record)) {
      return wentThrough(table.write(restagedWrites(staged, record, settled, leaf, there)));
    }
    return (await setAside('record', 'replaced', settled)) && moveOne(moving, staged, record, leaf, lane);
  }
  const versionAt = (key: Key): number => there.get(nameOf(key))?.version ?? 0;
  const writes = moveWrites(record, leaf, staged.version, versionAt);
  return wentThrough(table.write([...writes, ...(await countWrites(moving, [record], lane))]));
};

/** The record was settled and counted before, and somebody put its staged row back. */
const restagedWrites = (
  staged: Item,
  record: LedgerRecord,
  settled: Item,
  leaf: number | undefined,
  there: ReadonlyMap<string, Item>,
): readonly Write[] => {
  const gone: Write = { delete: { pk: staged.pk, sk: staged.sk }, if: { version: staged.version } };
  const key = unsequencedKey(record.id);
  const waiting = there.get(nameOf(key));
  if (leaf === undefined) {
    // The sequencer finds out whether it has its leaf.
    return waiting ? [gone] : [gone, { put: key, value: {}, if: 'absent' }];
  }
  const [unwait, put] = leafWrites(record, leaf, {
    waiting: waiting?.version ?? 0,
    record: settled.version,
  }) as [Write, Write];
  return waiting ? [gone, unwait, put] : [gone, put];
};

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** A write that loses means that another process made progress, so many losses in a row are an error. */
export const lostTooOften = (): Fault =>
  new Fault('store-unavailable', 'Others kept writing the same records; try again.');
