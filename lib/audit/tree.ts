import { Fault } from '../fault.ts';
import { type LogEntry, parseEntry } from '../ledger/ledger.ts';
import { type ReadPath, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { Progress, Report } from './contract.ts';

/** The tree of a checkpoint. */
export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface TreeCheck {
  /** From a checkpoint whose signature was verified. */
  readonly tree: Tree;
  /** Reads one of the log's files by its path. */
  readonly readPath: ReadPath;
  /** Trees of the same log that were seen before or elsewhere, signatures verified. */
  readonly seen: readonly Tree[];
  /** How many of the first leaves an earlier run has checked, under one of `seen`. */
  readonly checked: number;
  /** A longer time without a record is reported. In milliseconds. */
  readonly maxGap?: number;
  readonly report: Report;
  readonly progress: Progress;
  /** Called after each bundle with how many of the first leaves are good, so that another run can go on from there. */
  readonly onChecked: (leaves: number) => Promise<void>;
}

export interface TreeSummary {
  /** Times of the leaves that this run has read, in milliseconds since the epoch. */
  readonly oldest?: number;
  readonly newest?: number;
  readonly longestGap?: { readonly from: number; readonly to: number };
}

/** Bundles that are read at the same time. */
const AHEAD = 8;

/** Reads every file of the log once and reports those that do not lead to the root of the checkpoint. */
export const checkTree = async (check: TreeCheck): Promise<TreeSummary> => {
  const { tree, report, progress, maxGap } = check;
  const reader = new TileReader(tree, check.readPath);
  await checkSeen(check, reader);

  let oldest: number | undefined;
  let newest: number | undefined;
  let longestGap: TreeSummary['longestGap'];
  let whole = true;
  const damaged = new Set<unknown>();
  const bundles = readAhead(reader, Math.ceil(tree.size / TILE_WIDTH));
  // The earlier run may have read a part of this bundle; it is read again.
  for (let index = Math.floor(check.checked / TILE_WIDTH); index * TILE_WIDTH < tree.size; index++) {
    const start = index * TILE_WIDTH;
    progress('leaves', start, tree.size);
    let entries: readonly Uint8Array[] = [];
    try {
      entries = await bundles(index);
    } catch (error) {
      whole = false;
      const { code, path } = damageOf(error);
      // One bad tile fails every bundle below it.
      if (!damaged.has(path)) report(code, path === undefined ? { bundle: index } : { path });
      damaged.add(path);
    }
    for (const [i, bytes] of entries.entries()) {
      const entry = readEntry(bytes);
      if (entry === undefined) {
        whole = false;
        report('entry-malformed', { leaf: start + i });
        continue;
      }
      const { time } = entry;
      oldest ??= time;
      const from = newest;
      newest = Math.max(newest ?? time, time);
      if (from === undefined || time <= from) continue;
      if (time - from > (longestGap ? longestGap.to - longestGap.from : 0)) longestGap = { from, to: time };
      if (maxGap !== undefined && time - from > maxGap) {
        report('time-gap', { from: iso(from), to: iso(time), leaf: start + i });
      }
    }
    if (whole) await check.onChecked(start + entries.length);
  }
  progress('leaves', tree.size, tree.size);
  return {
    ...(oldest !== undefined && { oldest }),
    ...(newest !== undefined && { newest }),
    ...(longestGap && { longestGap }),
  };
};

/** Gives bundles one after another and reads the next ones meanwhile, since a log is mostly read over a network. */
const readAhead = (reader: TileReader, end: number): ((index: number) => Promise<readonly Uint8Array[]>) => {
  const coming = new Map<number, Promise<readonly Uint8Array[]>>();
  return (index) => {
    for (let next = index; next < Math.min(index + AHEAD, end); next++) {
      if (coming.has(next)) continue;
      const bundle = reader.entries(next);
      // The caller that awaits it later gets the error.
      bundle.catch(() => {});
      coming.set(next, bundle);
    }
    const bundle = coming.get(index) ?? reader.entries(index);
    coming.delete(index);
    return bundle;
  };
};

/** Each tree seen before must be a beginning of this one. */
const checkSeen = async ({ tree, seen, report }: TreeCheck, reader: TileReader): Promise<void> => {
  for (const { size, root } of seen) {
    if (size > tree.size) {
      report('checkpoint-rolled-back', { size: tree.size, seen: size });
      continue;
    }
    try {
      const now = size === tree.size ? tree.root : await reader.rootAt(size);
      if (Buffer.compare(now, root) !== 0) report('fork', { size, root: hex(now), seen: hex(root) });
    } catch (error) {
      const { code, path } = damageOf(error);
      report(code, path === undefined ? { size } : { path });
    }
  }
};

const readEntry = (bytes: Uint8Array): LogEntry | undefined => {
  try {
    return parseEntry(bytes);
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

/** The finding that a fault of `TileReader` means; other errors are thrown again. */
export const damageOf = (
  error: unknown,
): { readonly code: 'tile-missing' | 'tile-altered'; readonly path?: string } => {
  if (!Fault.is(error)) throw error;
  const path = typeof error.facts.path === 'string' ? { path: error.facts.path } : {};
  if (error.code === 'tile-missing') return { code: 'tile-missing', ...path };
  if (error.code === 'log-inconsistent' || error.code === 'malformed-tile') {
    return { code: 'tile-altered', ...path };
  }
  throw error;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** `none` where a Date cannot say it: records may have any number. */
export const iso = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'none' : date.toISOString();
};
