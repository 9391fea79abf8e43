import type { Item, Table, Write } from '../store/store.ts';
import type { Committed } from './committed.ts';
import type { LedgerRecord } from './contract.ts';
import { countWrites } from './counts.ts';
import { entryOf } from './entry.ts';
import { isRecordId } from './ids.ts';
import { pointerPks, recordKey, STAGED_PKS, UNSEQUENCED_PKS } from './rows.ts';
import type { AsideReason, SettingAside } from './set-aside.ts';
import { type ActSigning, verifiedAct } from './signed-act.ts';
import { isVersion, readRecord, readStagedEntry } from './well-formed.ts';

/** A record that waits for its leaf, and the versions of its rows. */
export interface Waiting {
  readonly record: LedgerRecord;
  readonly entry: Uint8Array;
  readonly versions: { readonly staged: number } | { readonly waiting: number; readonly record: number };
}

export interface Chosen {
  /** Their ids, in the order of their leaves. The acts of a recovery come before all others, in a batch of their own. */
  readonly ids: readonly string[];
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** Whether another look may find more: rows were set aside, or a shard has more rows than were read. */
  readonly more: boolean;
}

/** The most records of one batch. An entry has at most 82 bytes with its length. */
export const MAX_BATCH = 4096;
/** A little more than a shard's part of a batch. */
const SHARD_PAGE = Math.ceil((MAX_BATCH / STAGED_PKS.length) * 1.1);
/** Where rows are no records, this many pages of a shard are read for those that are. */
const MAX_PAGES = 32;

/** The last key of a shard that was read; undefined where it was read to its end. */
type ReadTo = string | undefined;

export const openChoosing = (deps: {
  readonly table: Table;
  readonly acts: Pick<ActSigning, 'verify'>;
  readonly setAside: SettingAside;
}): ((log: Committed) => Promise<Chosen>) => {
  const { table, acts, setAside } = deps;

  /** Why this record must not become a leaf. Provisions have no signature of their own. */
  const objection = async (record: LedgerRecord): Promise<AsideReason | undefined> => {
    if (record.kind === 'provision') return undefined;
    const verified = await verifiedAct(acts, record);
    if (verified === undefined) return 'act-not-proven';
    return verified.closedAt === undefined ? undefined : 'key-closed';
  };

  /** The record of a staged row, or why the row has nothing to do in the log. */
  const readStagedRow = async (log: Committed, item: Item): Promise<Waiting | AsideReason> => {
    const found = readStagedEntry(item);
    if (found === undefined) return 'malformed';
    const { record, entry } = found;
    if (record.id <= log.newest) {
      const settled = await table.get(recordKey(record.id));
      const before = settled && readRecord(settled);
      if (before && (await log.has({ ...record, ...(before.leaf !== undefined && { leaf: before.leaf }) })))
        return 'has-leaf';
    }
    const why = await objection(record);
    return why ?? { record, entry, versions: { staged: item.version } };
  };

  /** A record that a query has settled. Undefined where it has no leaf to wait for: the row was set aside, or is gone. */
  const readWaitingRow = async (log: Committed, item: Item): Promise<Waiting | undefined> => {
    if (!isVersion(item.version)) return undefined;
    const settled = isRecordId(item.sk) ? await table.get(recordKey(item.sk)) : undefined;
    const record = settled && readRecord(settled);
    if (settled === undefined || record === undefined || !isVersion(settled.version)) {
      if (settled) await setAside('record', 'malformed', settled);
      await setAside('unsequenced', isRecordId(item.sk) ? 'record-missing' : 'malformed', item);
      return undefined;
    }
    if (await log.has(record)) {
      await setAside('unsequenced', 'has-leaf', item);
      return undefined;
    }
    const why = await objection(record);
    if (why !== undefined) {
      await setAside('record', why, settled, await unsettleWrites(item, record));
      return undefined;
    }
    return { record, entry: entryOf(record), versions: { waiting: item.version, record: settled.version } };
  };

  /** What goes with a settled record that is set aside: its pointers, its place among the waiting, and its share of the totals. */
  const unsettleWrites = async (waiting: Item, record: LedgerRecord): Promise<readonly Write[]> => {
    const keys = pointerPks(record).map((pk) => ({ pk, sk: record.id }));
    const pointers = (await Promise.all(keys.map((key) => table.get(key)))).filter(
      (item) => item !== undefined,
    );
    return [
      ...[waiting, ...pointers].map(
        ({ pk, sk, version }): Write => ({ delete: { pk, sk }, if: { version } }),
      ),
      ...(await countWrites({ table, setAside }, [record], UNSETTLED, -1)),
    ];
  };

  const readShard = async (pk: string, read: (item: Item) => Promise<boolean>): Promise<ReadTo> => {
    let cursor: string | undefined;
    let good = 0;
    for (let pages = 1; ; pages++) {
      const page = await table.query({ pk, limit: SHARD_PAGE, ...(cursor !== undefined && { cursor }) });
      const kept = await Promise.all(page.items.map(read));
      good += kept.filter(Boolean).length;
      cursor = page.cursor;
      const last = page.items.at(-1)?.sk;
      if (cursor === undefined || last === undefined) return undefined;
      if (good >= SHARD_PAGE / 2 || pages === MAX_PAGES) return last;
    }
  };

  return async (log) => {
    const waiting = new Map<string, Waiting>();
    let aside = 0;
    const staged = async (item: Item): Promise<boolean> => {
      const found = await readStagedRow(log, item);
      if (typeof found === 'object') waiting.set(item.sk, found);
      else if (await setAside('staged', found, item)) aside++;
      return typeof found === 'object';
    };
    const unsequenced = async (item: Item): Promise<boolean> => {
      if (waiting.has(item.sk)) return true;
      const found = await readWaitingRow(log, item);
      if (found) waiting.set(item.sk, found);
      else aside++;
      return found !== undefined;
    };
    // Staged rows are read first: a record that a query moves meanwhile is then seen twice and never missed.
    const readTo = [
      ...(await Promise.all(STAGED_PKS.map((pk) => readShard(pk, staged)))),
      ...(await Promise.all(UNSEQUENCED_PKS.map((pk) => readShard(pk, unsequenced)))),
    ].filter((last) => last !== undefined);
    // Where a shard has more rows than were read, records newer than its last one must wait.
    const bound = readTo.reduce((least, last) => (last < least ? last : least), '~');
    const ids = [...waiting.keys()].filter((id) => id <= bound).sort();
    const first = ids.filter((id) => waiting.get(id)?.record.kind === 'recovery');
    if (first.length > 0) return { ids: first, waiting, more: true };
    return { ids: ids.slice(0, MAX_BATCH), waiting, more: aside > 0 || readTo.length > 0 };
  };
};

/** The lane of totals from which records are taken out. */
const UNSETTLED = 'log/unsettled';
