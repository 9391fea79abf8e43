import { Fault } from '../../fault.ts';
import { entryOf, parseEntry } from '../entry.ts';
import { timeOfId } from '../ids.ts';
import type { LedgerRecord } from '../record.ts';
import { TILE_WIDTH } from '../tlog/tile.ts';
import { type ReadPath, TileReader } from '../tlog/tile-reader.ts';
import type { Progress, Report } from './damage.ts';
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
}

export interface RecordSummary {
  /** Records that are what their leaves say. */
  readonly matched: number;
  /** Leaves whose records are gone because their time was over. */
  readonly expired: number;
  /** Records too new for the checkpoint. */
  readonly newer: number;
  readonly known: KnownCertificates;
}

/**
 * What the records say of certificates and CRLs, to hold against what the service shows: those that are what their
 * leaves say, and those that are too new to have one.
 */
export interface KnownCertificates {
  /** `ca/serial`. */
  readonly issued: ReadonlySet<string>;
  readonly revoked: ReadonlySet<string>;
  /** SHA-256, hex. */
  readonly crls: ReadonlySet<string>;
}

/** A record is given its leaf within seconds; where the log's files cannot be written, it may take until that is over. */
const UNSEQUENCED_MS = 3_600_000;

/** Holds every record against its leaf, and every leaf against the records. */
export const checkRecords = async (check: RecordCheck): Promise<RecordSummary> => {
  const { tree, report, progress, now } = check;
  const reader = new TileReader(tree, check.readPath);
  const found = new Uint8Array(Math.ceil(tree.size / 8));
  const known = { issued: new Set<string>(), revoked: new Set<string>(), crls: new Set<string>() };
  /** Certificates that were told to be good, or revoked: `ca/serial` and where. */
  const named = new Map<string, string>();
  let matched = 0;
  let newer = 0;
  let seen = 0;

  for await (const record of check.records) {
    progress('records', Math.min(seen++, tree.size), tree.size);
    const { id, leaf } = record;
    const within = leaf !== undefined && leaf < tree.size;
    if (!within && now - timeOf(id) < UNSEQUENCED_MS) {
      newer++;
      learn(record, known, named);
      continue;
    }
    const verdict = within ? await judge(reader, record, leaf, report) : 'inserted';
    if (verdict === 'inserted') {
      report('record-inserted', { record: id, time: record.time, kind: record.kind });
      continue;
    }
    if (!within || verdict === 'unreadable') continue;
    found[leaf >> 3] = (found[leaf >> 3] ?? 0) | (1 << (leaf & 7));
    if (verdict === 'altered') {
      report('record-altered', { record: id, leaf });
      continue;
    }
    matched++;
    learn(record, known, named);
  }
  progress('records', tree.size, tree.size);

  const expired = await checkAbsent(check, reader, found);
  for (const [certificate, record] of named) {
    if (!known.issued.has(certificate)) report('serial-without-leaf', { certificate, record });
  }
  return { matched, expired, newer, known };
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

const learn = (
  record: LedgerRecord,
  known: { issued: Set<string>; revoked: Set<string>; crls: Set<string> },
  named: Map<string, string>,
): void => {
  const certificates = (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`);
  if (record.kind === 'issuance') {
    for (const certificate of certificates) known.issued.add(certificate);
  } else if (record.kind === 'provision') {
    const { answers } = record.provided;
    if (record.channel !== 'ocsp' || !Array.isArray(answers)) return;
    certificates.forEach((certificate, i) => {
      if (answers[i] === 'good') named.set(certificate, record.id);
    });
  } else if (record.kind === 'revocation' || record.kind === 'hold' || record.kind === 'release') {
    for (const certificate of certificates) {
      named.set(certificate, record.id);
      if (record.kind !== 'release') known.revoked.add(certificate);
    }
  } else if (record.kind === 'publication' && typeof record.details.digest === 'string') {
    known.crls.add(record.details.digest);
  }
};

/** Leaves that no record came with. Resolves with how many of them had outlived their records lawfully. */
const checkAbsent = async (
  { tree, retention, now, report }: RecordCheck,
  reader: TileReader,
  found: Uint8Array,
): Promise<number> => {
  let expired = 0;
  for (let leaf = 0; leaf < tree.size; leaf++) {
    if (((found[leaf >> 3] ?? 0) & (1 << (leaf & 7))) !== 0) continue;
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
    if (now - entry.time > retention(entry.kind)) expired++;
    else report('record-missing', { leaf, record: entry.id, time: iso(entry.time), kind: entry.kind });
  }
  return expired;
};

const timeOf = (id: string): number => {
  try {
    return timeOfId(id);
  } catch (error) {
    // A row with an id that the ledger never gives is none of its records.
    if (Fault.is(error, 'unknown-record')) return 0;
    throw error;
  }
};
