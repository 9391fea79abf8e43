import { Fault, wentThrough } from '../fault.ts';
import type { Waiting } from './choosing.ts';
import { entryOf, idOfEntry } from './entry.ts';
import { lostTooOften, type Move, type Moving, moveOne, moveSome } from './moving.ts';
import { leafWrites, moveWrites, recordKey, stagedKey, unsequencedKey } from './rows.ts';
import { isVersion, readRecord, readStaged } from './well-formed.ts';

/** Writes under way at once; each adds to the totals in a lane of its own (counts.ts). */
const LANES = 16;

/** So many losses of one record, one after another, are an error. */
const MAX_LOST = 100;

const laneName = (lane: number): string => `log/${lane}`;

interface Leaf {
  readonly index: number;
  readonly entry: Uint8Array;
}

/**
 * Gives records their leaves: the record of `entries[i]` gets leaf `first + i`. Tries again until all are written. A
 * record that already has its leaf stays as it is.
 * @param chosen records that this run has read and verified; they are not read again.
 */
export const assignLeaves = async (
  moving: Moving,
  first: number,
  entries: readonly Uint8Array[],
  chosen: ReadonlyMap<string, Waiting>,
): Promise<void> => {
  const leaves = new Map(entries.map((entry, i) => [idOfEntry(entry), { index: first + i, entry }] as const));
  const ids = [...leaves.keys()];
  const perLane = Math.ceil(ids.length / LANES);
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      const mine = ids.slice(lane * perLane, (lane + 1) * perLane);
      const left = await assignMany(moving, mine, leaves, chosen, laneName(lane));
      for (const id of left) await assignOne(moving, id, leaves.get(id) as Leaf, laneName(lane));
    }),
  );
};

/**
 * Gives several records their leaves in each write. Resolves with the ids of records that another process has changed
 * since they were read.
 */
const assignMany = async (
  moving: Moving,
  ids: readonly string[],
  leaves: ReadonlyMap<string, Leaf>,
  chosen: ReadonlyMap<string, Waiting>,
  lane: string,
): Promise<readonly string[]> => {
  const left = new Set(ids);
  const moves = ids.flatMap((id): Move[] => {
    const waiting = chosen.get(id);
    return waiting ? [moveOf(waiting, (leaves.get(id) as Leaf).index)] : [];
  });
  for (let done = 0; done < moves.length; ) {
    let moved: number;
    try {
      moved = await moveSome(moving, moves.slice(done), lane);
    } catch (error) {
      if (!Fault.is(error, 'condition-failed')) throw error;
      break;
    }
    for (const { record } of moves.slice(done, done + moved)) left.delete(record.id);
    done += moved;
  }
  return [...left];
};

const moveOf = ({ record, versions }: Waiting, leaf: number): Move =>
  'staged' in versions
    ? { record, writes: moveWrites(record, leaf, versions.staged), counted: true }
    : { record, writes: leafWrites(record, leaf, versions), counted: false };

/** Gives one record its leaf, whether it is staged, settled without its leaf, or done. */
const assignOne = async (moving: Moving, id: string, { index, entry }: Leaf, lane: string): Promise<void> => {
  const { table, setAside } = moving;
  for (let lost = 0; lost < MAX_LOST; lost++) {
    // In this order: a record leaves `staged` for `unsequenced`, never the other way round.
    const staged = await table.get(stagedKey(id));
    if (staged && isVersion(staged.version)) {
      const record = readStaged(staged);
      if (record === undefined) await setAside('staged', 'malformed', staged);
      else if (!hasEntry(record, entry)) await setAside('staged', 'differs-from-leaf', staged);
      else if (await moveOne(moving, staged, record, index, lane)) return;
      continue;
    }
    const waiting = await table.get(unsequencedKey(id));
    if (!waiting || !isVersion(waiting.version)) return;
    const row = await table.get(recordKey(id));
    const record = row && readRecord(row);
    // A row that is missing or differs is not made again, so that an audit finds the leaf without its record.
    const writes =
      row && record && hasEntry(record, entry)
        ? leafWrites(record, index, { waiting: waiting.version, record: row.version })
        : [{ delete: unsequencedKey(id), if: { version: waiting.version } } as const];
    if (await wentThrough(table.write(writes))) return;
  }
  throw lostTooOften();
};

const hasEntry = (record: Parameters<typeof entryOf>[0], entry: Uint8Array): boolean =>
  Buffer.compare(entryOf(record), entry) === 0;
