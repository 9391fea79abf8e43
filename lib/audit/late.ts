import { entryOf, parseEntry } from '../ledger/ledger.ts';
import { type ReadPath, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { RecordObserver, Report, RetractedRecord } from './contract.ts';
import { timeOf } from './records.ts';
import { damageOf, type Tree } from './tree.ts';

/** A record that is newer than the checkpoint: the part of it that is kept. */
interface Late extends Omit<RetractedRecord, 'id' | 'expired' | 'lost'> {
  /** The log entry made from the record; one character for each byte. */
  readonly entry: string;
  /** The leaf that its row names. */
  readonly leaf?: number;
}

export interface LaterTree {
  /** The tree of a checkpoint that was read after all these records. Its signature was verified; it is not smaller than the earlier one. */
  readonly tree: Tree;
  readonly readPath: ReadPath;
  /** The tree that the other records were compared with. */
  readonly earlier: Tree;
  readonly now: number;
}

/**
 * Compares the records that are newer than the checkpoint with a later one. Without this check, somebody who can write
 * to the table could explain another change by adding a record of today.
 *
 * Records become leaves in the order of their ids. A record that is older than the newest leaf of the later checkpoint
 * therefore has a leaf in it. A record that is newer than that leaf as well proves nothing either way and is accepted.
 */
export interface LateCheck extends RecordObserver {
  /** Compares them with the later tree. Retracts those that do not match from `observers`, which have observed them. */
  settle(read: () => Promise<LaterTree>, observers: readonly RecordObserver[]): Promise<void>;
}

/** Clocks of the service's processes and of the auditor may differ by this; a write may take as long. */
const SKEW_MS = 60_000;
/** The log publishes a leaf within seconds, and later while too few witnesses answer. */
const UNPUBLISHED_MS = 600_000;

/** A busy service gives very many answers while an audit runs. This many are kept; the next audit sees the leaves of the others. */
const MOST_PROVISIONS = 200_000;

/** The time of a record that disagrees with its id; the ledger makes no such record. */
const NEVER = 0;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const openLateCheck = ({ report }: { readonly report: Report }): LateCheck => {
  const late = new Map<string, Late>();

  /** Drops the records that have leaves. Resolves with the time of the newest leaf. */
  const match = async (
    { tree, readPath, earlier }: LaterTree,
    retract: (id: string, one: Late, damage: 'record-altered') => void,
  ): Promise<number> => {
    const reader = new TileReader(tree, readPath);
    const root = await reader.rootAt(earlier.size);
    if (Buffer.compare(root, earlier.root) !== 0)
      report('fork', { size: earlier.size, root: hex(root), seen: hex(earlier.root) });
    let newest = Number.NEGATIVE_INFINITY;
    if (tree.size === 0) return newest;
    // The last leaf is always read: its time is the result.
    const first = Math.floor(Math.min(earlier.size, tree.size - 1) / TILE_WIDTH);
    for (let bundle = first; bundle * TILE_WIDTH < tree.size; bundle++) {
      for (const bytes of await reader.entries(bundle)) {
        const { id, time } = parseEntry(bytes);
        newest = time;
        const one = late.get(id);
        if (!one) continue;
        late.delete(id);
        if (Buffer.from(bytes).toString('latin1') !== one.entry) retract(id, one, 'record-altered');
      }
    }
    return newest;
  };

  return {
    observe: (record, newer) => {
      const { id, time, kind, leaf } = record;
      if (!newer || (kind === 'provision' && late.size >= MOST_PROVISIONS)) return;
      late.set(id, {
        time: timeOf(id) === Date.parse(time) ? timeOf(id) : NEVER,
        kind,
        entry: Buffer.from(entryOf(record)).toString('latin1'),
        ...(leaf !== undefined && { leaf }),
      });
    },

    retract: ({ id }) => {
      late.delete(id);
    },

    settle: async (read, observers) => {
      if (late.size === 0) return;
      const later = await read();
      const retract = (id: string, one: Late, damage: 'record-altered' | 'record-inserted'): void => {
        const { time, kind } = one;
        report(damage, { record: id, kind });
        for (const observer of observers) observer.retract({ id, time, kind, expired: false, lost: false });
      };
      let newest: number;
      try {
        newest = await match(later, retract);
      } catch (error) {
        const { code, path } = damageOf(error);
        report(code, path === undefined ? { size: later.tree.size } : { path });
        return;
      }
      const { now } = later;
      for (const [id, one] of late) {
        const isOld = one.time < newest - SKEW_MS;
        const isAhead = one.time > Math.max(now, newest) + SKEW_MS;
        if (isOld || isAhead || (one.leaf !== undefined && now - one.time > UNPUBLISHED_MS))
          retract(id, one, 'record-inserted');
      }
      late.clear();
    },
  };
};
