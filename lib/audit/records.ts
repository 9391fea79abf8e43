import { Fault } from '../fault.ts';
import { entryOf, type LedgerRecord, parseEntry, timeOfId } from '../ledger/ledger.ts';
import { type ReadPath, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { Progress, RecordObserver, Report } from './contract.ts';
import { openRecordedLosses } from './recoveries.ts';
import { damageOf, iso, type Tree } from './tree.ts';

export interface RecordCheck {
  readonly tree: Tree;
  readonly readPath: ReadPath;
  /** Every record that the service has, in any order, read after the tree's checkpoint. */
  readonly records: AsyncIterable<LedgerRecord>;
  /** The shortest time for which a record of this kind is kept, in milliseconds. */
  readonly retention: (kind: string) => number;
  readonly now: number;
  readonly report: Report;
  readonly progress: Progress;
  readonly observers: readonly RecordObserver[];
}

export interface RecordSummary {
  /** Records that match their leaves. */
  readonly matched: number;
  /** Leaves whose records are gone and whose retention period is over. */
  readonly expired: number;
  /** Leaves whose records two operators recorded as lost. */
  readonly lost: number;
  /** Records that are newer than the checkpoint. */
  readonly newer: number;
}

/** A record normally gets its leaf within seconds. It takes longer while the log's files cannot be written. */
const UNSEQUENCED_MS = 3_600_000;

/** Compares every record with its leaf, and looks for the record of every leaf. */
export const checkRecords = async (check: RecordCheck): Promise<RecordSummary> => {
  const { tree, report, progress, now, observers } = check;
  const reader = new TileReader(tree, check.readPath);
  const found = new Uint8Array(Math.ceil(tree.size / 8));
  const observe = (record: LedgerRecord, isNewer: boolean): void => {
    for (const observer of observers) observer.observe(record, isNewer);
  };
  const retract = ({ id, kind }: LedgerRecord): void => {
    for (const observer of observers)
      observer.retract({ id, kind, time: timeOf(id), expired: false, lost: false });
  };
  const losses = openRecordedLosses();
  let matched = 0;
  let newer = 0;
  let seen = 0;

  for await (const record of check.records) {
    progress('records', Math.min(seen++, tree.size), tree.size);
    const { id, leaf } = record;
    const within = leaf !== undefined && leaf < tree.size;
    if (!within && now - timeOf(id) < UNSEQUENCED_MS) {
      newer++;
      observe(record, true);
      continue;
    }
    // A second row with the same leaf is a copy, which queries and totals would count.
    const isCopy = within && isFound(found, leaf);
    const verdict = within && !isCopy ? await compareWithLeaf(reader, record, leaf, report) : 'inserted';
    if (verdict === 'inserted') {
      report('record-inserted', { record: id, time: record.time, kind: record.kind });
      retract(record);
      continue;
    }
    if (!within) continue;
    if (verdict === 'unreadable') {
      retract(record);
      continue;
    }
    found[leaf >> 3] = (found[leaf >> 3] ?? 0) | (1 << (leaf & 7));
    if (verdict === 'altered') {
      report('record-altered', { record: id, leaf });
      retract(record);
      continue;
    }
    matched++;
    losses.observe(record);
    observe(record, false);
  }
  progress('records', tree.size, tree.size);

  for (const observer of observers) observer.excuse?.(losses.has);
  const absent = await checkAbsent(check, reader, found, losses.has);
  return { matched, ...absent, newer };
};

const isFound = (found: Uint8Array, leaf: number): boolean =>
  ((found[leaf >> 3] ?? 0) & (1 << (leaf & 7))) !== 0;

/** Reads the id and the time of the record that a leaf was made of. Faults as `TileReader` does. */
export const openEntries = (
  tree: Tree,
  readPath: ReadPath,
): ((leaf: number) => Promise<{ readonly id: string; readonly time: number }>) => {
  const reader = new TileReader(tree, readPath);
  return async (leaf) => {
    const entries = await reader.entries(Math.floor(leaf / TILE_WIDTH));
    return parseEntry(entries[leaf % TILE_WIDTH] ?? Buffer.alloc(0));
  };
};

type Verdict = 'good' | 'altered' | 'inserted' | 'unreadable';

const compareWithLeaf = async (
  reader: TileReader,
  record: LedgerRecord,
  leaf: number,
  report: Report,
): Promise<Verdict> => {
  let entries: readonly Uint8Array[];
  try {
    entries = await reader.entries(Math.floor(leaf / TILE_WIDTH));
  } catch (error) {
    const { code, path } = damageOf(error);
    report(code, path === undefined ? { leaf } : { path });
    return 'unreadable';
  }
  const entry = entries[leaf % TILE_WIDTH] ?? Buffer.alloc(0);
  if (Buffer.compare(entry, entryOf(record)) === 0) return 'good';
  try {
    return parseEntry(entry).id === record.id ? 'altered' : 'inserted';
  } catch (error) {
    if (Fault.is(error, 'malformed-tile')) return 'inserted';
    throw error;
  }
};

/**
 * Goes through the leaves without a record. Resolves with how many of them belong to records whose retention period is
 * over, and how many were recorded as lost.
 */
const checkAbsent = async (
  { tree, retention, now, report, observers }: RecordCheck,
  reader: TileReader,
  found: Uint8Array,
  isLost: (leaf: number) => boolean,
): Promise<Pick<RecordSummary, 'expired' | 'lost'>> => {
  let expired = 0;
  let lost = 0;
  for (let leaf = 0; leaf < tree.size; leaf++) {
    if (isFound(found, leaf)) continue;
    let bytes: Uint8Array | undefined;
    try {
      bytes = (await reader.entries(Math.floor(leaf / TILE_WIDTH)))[leaf % TILE_WIDTH];
    } catch (error) {
      // The check of the tree reports the tile. Nothing is known about its leaves, so they are skipped.
      damageOf(error);
      leaf = (Math.floor(leaf / TILE_WIDTH) + 1) * TILE_WIDTH - 1;
      continue;
    }
    const entry = parseEntry(bytes ?? Buffer.alloc(0));
    const isExpired = now - entry.time > retention(entry.kind);
    const { id, time, kind } = entry;
    const isNamed = !isExpired && isLost(leaf);
    for (const observer of observers) observer.retract({ id, time, kind, expired: isExpired, lost: isNamed });
    if (isExpired) expired++;
    else if (isNamed) lost++;
    else report('record-missing', { leaf, record: id, time: iso(time), kind });
  }
  return { expired, lost };
};

/** Milliseconds since the epoch; 0 where the text is no record id. */
export const timeOf = (id: string): number => {
  try {
    return timeOfId(id);
  } catch (error) {
    // The ledger gives no such ids, so the row is none of its records.
    if (Fault.is(error, 'unknown-record')) return 0;
    throw error;
  }
};
