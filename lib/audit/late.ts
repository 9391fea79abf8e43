import { entryOf, parseEntry } from '../ledger/ledger.ts';
import { type ReadPath, TILE_WIDTH, TileReader } from '../tlog/tlog.ts';
import type { Learner, LostRecord, Report } from './contract.ts';
import { timeOf } from './records.ts';
import { damageOf, type Tree } from './tree.ts';

/** What is remembered of a record that is too new for the checkpoint. */
interface Late extends Omit<LostRecord, 'id' | 'expired'> {
  /** Its entry; one character for each byte. */
  readonly entry: string;
  /** The index of the leaf that it is said to have. */
  readonly leaf?: number;
}

export interface LaterTree {
  /** Of a checkpoint that was read after all these records, signature verified; not smaller than the earlier one. */
  readonly tree: Tree;
  readonly readPath: ReadPath;
  /** The tree that the other records were held against. */
  readonly earlier: Tree;
  readonly now: number;
}

/**
 * Holds the records that are too new for the checkpoint against a later one. Whoever puts a record of his own beside
 * those of the service could otherwise explain by it whatever he has changed, as long as it is dated today.
 *
 * Records become leaves in the order of their ids. So one that was there before the later checkpoint, and is older than
 * that one's newest leaf, has its leaf in it. Those that are newer still prove nothing either way, and are believed.
 */
export interface LateCheck extends Learner {
  /** Tells `learners`, which have learned these records as newer ones, which of them are lost after all. */
  settle(read: () => Promise<LaterTree>, learners: readonly Learner[]): Promise<void>;
}

/** By so much the clocks of the service's processes and the auditor's may differ, or a write may take. */
const SKEW_MS = 60_000;
/** A leaf is published within seconds, or when a witness is there again. */
const UNPUBLISHED_MS = 600_000;

/** A busy service gives so many answers while an audit runs that not all are remembered; the next audit has their leaves. */
const MOST_PROVISIONS = 200_000;

/** Of what is dated otherwise than its id, which the ledger never does. */
const NEVER = 0;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const openLateCheck = ({ report }: { readonly report: Report }): LateCheck => {
  const late = new Map<string, Late>();

  /** Takes away those that have leaves. Resolves with the time of the newest leaf. */
  const match = async (
    { tree, readPath, earlier }: LaterTree,
    lose: (id: string, one: Late, damage: 'record-altered') => void,
  ): Promise<number> => {
    const reader = new TileReader(tree, readPath);
    const root = await reader.rootAt(earlier.size);
    if (Buffer.compare(root, earlier.root) !== 0)
      report('fork', { size: earlier.size, root: hex(root), seen: hex(earlier.root) });
    let newest = Number.NEGATIVE_INFINITY;
    if (tree.size === 0) return newest;
    // The last leaf is looked at in any case.
    const first = Math.floor(Math.min(earlier.size, tree.size - 1) / TILE_WIDTH);
    for (let bundle = first; bundle * TILE_WIDTH < tree.size; bundle++) {
      for (const bytes of await reader.entries(bundle)) {
        const { id, time } = parseEntry(bytes);
        newest = time;
        const one = late.get(id);
        if (!one) continue;
        late.delete(id);
        if (Buffer.from(bytes).toString('latin1') !== one.entry) lose(id, one, 'record-altered');
      }
    }
    return newest;
  };

  return {
    record: (record, newer) => {
      const { id, time, kind, leaf } = record;
      if (!newer || (kind === 'provision' && late.size >= MOST_PROVISIONS)) return;
      late.set(id, {
        time: timeOf(id) === Date.parse(time) ? timeOf(id) : NEVER,
        kind,
        entry: Buffer.from(entryOf(record)).toString('latin1'),
        ...(leaf !== undefined && { leaf }),
      });
    },

    lost: ({ id }) => {
      late.delete(id);
    },

    settle: async (read, learners) => {
      if (late.size === 0) return;
      const later = await read();
      const lose = (id: string, one: Late, damage: 'record-altered' | 'record-inserted'): void => {
        const { time, kind } = one;
        report(damage, { record: id, kind });
        for (const learner of learners) learner.lost({ id, time, kind, expired: false });
      };
      let newest: number;
      try {
        newest = await match(later, lose);
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
          lose(id, one, 'record-inserted');
      }
      late.clear();
    },
  };
};
