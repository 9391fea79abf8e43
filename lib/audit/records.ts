import { Fault } from '../fault.ts';
import { entryOf, type LedgerRecord, parseEntry, timeOfId } from '../ledger/ledger.ts';
import { type ReadPath, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { Learner, Progress, Report } from './contract.ts';
import { damageOf, iso, type Tree } from './tree.ts';

export interface RecordCheck {
  readonly tree: Tree;
  readonly readPath: ReadPath;
  /** Every record that the service has, in any order, read after the tree's checkpoint. */
  readonly records: AsyncIterable<LedgerRecord>;
  /** Milliseconds that a record of this kind is kept at least. */
  readonly retention: (kind: string) => number;
  readonly now: number;
  readonly report: Report;
  readonly progress: Progress;
  readonly learners: readonly Learner[];
}

export interface RecordSummary {
  /** Records that are what their leaves say. */
  readonly matched: number;
  /** Leaves whose records are gone because their time was over. */
  readonly expired: number;
  /** Records too new for the checkpoint. */
  readonly newer: number;
}

/** A record is given its leaf within seconds; where the log's files cannot be written, it may take until that is over. */
const UNSEQUENCED_MS = 3_600_000;

/** Holds every record against its leaf, and every leaf against the records. */
export const checkRecords = async (check: RecordCheck): Promise<RecordSummary> => {
  const { tree, report, progress, now, learners } = check;
  const reader = new TileReader(tree, check.readPath);
  const found = new Uint8Array(Math.ceil(tree.size / 8));
  const learn = (record: LedgerRecord, isNewer: boolean): void => {
    for (const learner of learners) learner.record(record, isNewer);
  };
  const lose = ({ id, kind }: LedgerRecord): void => {
    for (const learner of learners) learner.lost({ id, kind, time: timeOf(id), expired: false });
  };
  let matched = 0;
  let newer = 0;
  let seen = 0;

  for await (const record of check.records) {
    progress('records', Math.min(seen++, tree.size), tree.size);
    const { id, leaf } = record;
    const within = leaf !== undefined && leaf < tree.size;
    if (!within && now - timeOf(id) < UNSEQUENCED_MS) {
      newer++;
      learn(record, true);
      continue;
    }
    // One leaf stands for one row: a good copy of it elsewhere would be found, and counted, twice.
    const isCopy = within && isFound(found, leaf);
    const verdict = within && !isCopy ? await judge(reader, record, leaf, report) : 'inserted';
    if (verdict === 'inserted') {
      report('record-inserted', { record: id, time: record.time, kind: record.kind });
      lose(record);
      continue;
    }
    if (!within) continue;
    if (verdict === 'unreadable') {
      lose(record);
      continue;
    }
    found[leaf >> 3] = (found[leaf >> 3] ?? 0) | (1 << (leaf & 7));
    if (verdict === 'altered') {
      report('record-altered', { record: id, leaf });
      lose(record);
      continue;
    }
    matched++;
    learn(record, false);
  }
  progress('records', tree.size, tree.size);

  const expired = await checkAbsent(check, reader, found);
  return { matched, expired, newer };
};

const isFound = (found: Uint8Array, leaf: number): boolean =>
  ((found[leaf >> 3] ?? 0) & (1 << (leaf & 7))) !== 0;

/** Gives the ids of the records that leaves were made of, and their times. Faults as `TileReader` does. */
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

const judge = async (
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

/** Leaves that no record came with. Resolves with how many of them had outlived their records lawfully. */
const checkAbsent = async (
  { tree, retention, now, report, learners }: RecordCheck,
  reader: TileReader,
  found: Uint8Array,
): Promise<number> => {
  let expired = 0;
  for (let leaf = 0; leaf < tree.size; leaf++) {
    if (isFound(found, leaf)) continue;
    let bytes: Uint8Array | undefined;
    try {
      bytes = (await reader.entries(Math.floor(leaf / TILE_WIDTH)))[leaf % TILE_WIDTH];
    } catch (error) {
      // The tile itself is reported where the tree is checked, and again nothing could be said of its leaves.
      damageOf(error);
      leaf = (Math.floor(leaf / TILE_WIDTH) + 1) * TILE_WIDTH - 1;
      continue;
    }
    const entry = parseEntry(bytes ?? Buffer.alloc(0));
    const isExpired = now - entry.time > retention(entry.kind);
    const { id, time, kind } = entry;
    for (const learner of learners) learner.lost({ id, time, kind, expired: isExpired });
    if (isExpired) expired++;
    else report('record-missing', { leaf, record: id, time: iso(time), kind });
  }
  return expired;
};

/** Milliseconds since the epoch; 0 of what is no id of a record. */
export const timeOf = (id: string): number => {
  try {
    return timeOfId(id);
  } catch (error) {
    // A row with an id that the ledger never gives is none of its records.
    if (Fault.is(error, 'unknown-record')) return 0;
    throw error;
  }
};
