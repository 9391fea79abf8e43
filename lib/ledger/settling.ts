import { Fault, wentThrough } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Item, Table } from '../store/store.ts';
import { idFloor, isRecordId, timeOfId } from './ids.ts';
import { lostTooOften, type Moving, moveOne, moveSome } from './moving.ts';
import { FIRST_KEY, moveWrites, STAGED_PKS, stagedKey, UNSEQUENCED_PKS } from './rows.ts';
import { LAST_MS, readStaged } from './well-formed.ts';

const PAGE = 100;

/** So many losses of one page, one after another, and its records are moved one by one. */
const FEW_LOST = 10;
/** So many losses of one record, one after another, are an error. */
const MAX_LOST = 1000;

/** How far another process's clock may run ahead of ours; records up to that time are settled too. */
const SKEW_MS = 5_000;

const oldestOf = async (table: Pick<Table, 'query'>, pks: readonly string[]): Promise<number | undefined> => {
  const heads = await Promise.all(pks.map((pk) => table.query({ pk, limit: PAGE })));
  // Rows under other keys are not the ledger's; the sequencer sets them aside.
  const times = heads.flatMap(({ items }) =>
    items.filter(({ sk }) => isRecordId(sk)).map(({ sk }) => timeOfId(sk)),
  );
  return times.length === 0 ? undefined : Math.min(...times);
};

/** The time of the oldest record without a leaf, in milliseconds; undefined where every record has its leaf. */
export const oldestUnsequenced = (table: Table): Promise<number | undefined> =>
  oldestOf(table, [...STAGED_PKS, ...UNSEQUENCED_PKS]);

/** The time of the oldest record; undefined where there is none. A row that says no time counts as the beginning of time. */
export const readFirst = async (table: Pick<Table, 'get'>): Promise<number | undefined> => {
  const there = await table.get(FIRST_KEY);
  return there && (timeIn(there) ?? 0);
};

const timeIn = ({ value }: Item): number | undefined => {
  const time: unknown = (value as { readonly time?: unknown } | null)?.time;
  return Number.isSafeInteger(time) && (time as number) >= 0 && (time as number) <= LAST_MS
    ? (time as number)
    : undefined;
};

/**
 * Stores, once, the time of the oldest record of all shards. It must be called before a record is settled. A row that
 * says no time is set aside. Nobody knows the time then, so the new row says 0: queries go back to the beginning and are
 * slow, but find everything.
 */
export const rememberFirst = async ({ table, setAside }: Moving): Promise<void> => {
  const there = await table.get(FIRST_KEY);
  if (there && timeIn(there) !== undefined) return;
  if (there) await setAside('first', 'malformed', there);
  const time = there ? 0 : await oldestOf(table, STAGED_PKS);
  if (time === undefined) return;
  await wentThrough(table.write([{ put: FIRST_KEY, value: { time }, if: 'absent' }]));
};

/**
 * Moves every record that is staged at the time of the call to its settled place, so that a query finds it whether the
 * sequencer has run or cannot run. Any number of processes and sequencers may do so at once. Each deletes the staged
 * row at its only version, so one of them wins each record, and the others have nothing left to do. Rows that are no
 * records stay for the sequencer, which sets them aside.
 */
export const openSettling = (moving: Moving, clock: Clock): (() => Promise<void>) => {
  const { table } = moving;
  let remembered = false;

  const settleOne = async (id: string, lane: string): Promise<void> => {
    for (let lost = 0; lost < MAX_LOST; lost++) {
      const staged = await table.get(stagedKey(id));
      const record = staged && readStaged(staged);
      if (!staged || !record || (await moveOne(moving, staged, record, undefined, lane))) return;
    }
    throw lostTooOften();
  };

  const settlePage = async (items: readonly Item[], lane: string): Promise<void> => {
    const moves = items.flatMap((item) => {
      const record = readStaged(item);
      return record ? [{ record, writes: moveWrites(record, undefined, item.version), counted: true }] : [];
    });
    for (let done = 0; done < moves.length; ) done += await moveSome(moving, moves.slice(done), lane);
  };

  const settleShard = async (pk: string, to: string): Promise<void> => {
    let after: string | undefined;
    let lost = 0;
    for (;;) {
      const page = await table.query({ pk, to, limit: PAGE, ...(after !== undefined && { cursor: after }) });
      try {
        await settlePage(page.items, pk);
      } catch (error) {
        if (!Fault.is(error, 'condition-failed')) throw error;
        // Another process has settled some of them since they were read; the others are read again.
        if (++lost < FEW_LOST) continue;
        for (const { sk } of page.items) if (isRecordId(sk)) await settleOne(sk, pk);
      }
      if (page.cursor === undefined) return;
      after = page.cursor;
      lost = 0;
    }
  };

  return async () => {
    // Without a bound a steady stream of new records would never let this end.
    const to = idFloor(clock() + SKEW_MS);
    if (!remembered) await rememberFirst(moving);
    remembered = true;
    await Promise.all(STAGED_PKS.map((pk) => settleShard(pk, to)));
  };
};
