import { Fault, wentThrough } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import type { Clock, Log } from '../ports.ts';
import type { Bucket, Table } from '../store/store.ts';
import { EMPTY_ROOT, type NoteSignature } from '../tlog/tlog.ts';
import { assignLeaves } from './assigning.ts';
import { deleteBatch, listBatches, putBatch, readBatch } from './batches.ts';
import { type Chosen, openChoosing, type Waiting } from './choosing.ts';
import { type KeysToClose, openKeyClosing } from './closing-keys.ts';
import { type Committed, newestIn, newestOf, openCommitted } from './committed.ts';
import { idOfEntry } from './entry.ts';
import { openLeavesBefore } from './lost-leaves.ts';
import { openPublishing } from './publishing.ts';
import type { Recoveries, Recovery } from './recoveries.ts';
import { openRecovering } from './recovering.ts';
import { openSetAside } from './set-aside.ts';
import { rememberFirst } from './settling.ts';
import { extend, putTiles, readTreeEnd, type TreeEnd } from './tree.ts';
import {
  type CommittedTree,
  type LogOrigin,
  openTrees,
  rolledBack,
  TREE_KEY,
  type TreeRow,
} from './tree-row.ts';

export interface Sequenced {
  /** Leaves that this call added. */
  readonly leaves: number;
  /** Leaves of the log. */
  readonly size: number;
}

/**
 * Makes leaves of records, in the order of Sunlight. Every step can be repeated, by this process or by another one:
 *
 *   1. The batch (which entries, in which order, from which index on) is put into the bucket if there is no batch of
 *      that index (batches.ts). An act is in it only if its signature was verified by the process that put the batch.
 *      Then the tree's row and the published checkpoint are read again, in this order. The run goes on only if the row
 *      is the one that it began with and no larger tree is published. A crash before this step leaves records without a
 *      leaf, which the next run takes. After a later crash, the next run continues with the batch that is there, and
 *      therefore with the same bytes.
 *   2. The tiles and entry bundles are put if they are absent. A crash leaves files beyond the signed tree, which nobody
 *      reads. A file that exists with other bytes shows a second history: `log-inconsistent`, and nothing more is
 *      signed.
 *   3. The tree's row is replaced, under its version, by one with the signed checkpoint. From here on the leaves are in
 *      the log. A sequencer that loses here continues from the winner's tree. A crash leaves a batch below the tree's
 *      size.
 *   4. The records are given their leaves, each in one write with its pointers and totals. A crash leaves some of this
 *      undone. No sequencer chooses another batch before it knows that all of it is done, so no record gets two leaves.
 *   5. The checkpoint is published, with the cosignatures of witnesses. A crash leaves the former one published.
 *   6. The batches below the published size are deleted, by a sequencer that knows that their records have their
 *      leaves. A crash leaves a batch that the next process deletes.
 *
 * Any number of sequencers may run at once, and somebody may write anything to the table meanwhile. Why there is still
 * one history: a batch is deleted only after a larger tree was published (6), and published trees only grow. A sequencer
 * that has seen a batch of index `first`, and afterwards reads a published size of at most `first` (1), therefore knows
 * that this batch was never deleted. So it is the only batch that this index ever had, whatever the table says. The tree
 * of `first` leaves is signed by the log's key (tree-row.ts), so it came about in the same way. By induction all
 * sequencers sign beginnings of the same tree. The table's row only decides who goes on; a row that was put back makes
 * the same leaves follow once more, or is older than what is published, and stops the log (`table-behind`) until two operators
 * have recorded what was lost (recovering.ts).
 *
 * A slow sequencer may put a batch after the one of its index was deleted. By the row or by the published size it learns
 * that it was overtaken. Nobody continues with such a batch, because its index is below the published size; nobody gives
 * leaves by it, because step 4 compares a batch below the tree's size with the log; and the next process deletes it. A
 * deletion that comes late can only meet such a batch.
 */
export interface Sequencer {
  /**
   * Sequences the waiting records, up to a bound. Concurrent calls in one process share one run. Faults:
   * `store-unavailable`, after which the caller tries again; `table-behind` where the table is older than the log;
   * `log-inconsistent` where the log was tampered with; `configuration-invalid` where the log has another key or origin than this process was given.
   */
  sequence(): Promise<Sequenced>;
}

export interface SequencerDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  /** Ed25519. Called at the first leaf or at the first look at the tree; the signer is then kept. */
  readonly signer: () => Promise<Signer>;
  readonly origin: LogOrigin;
  /** The keys of acts. */
  readonly acts: KeysToClose;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody can set. */
  readonly elapsed: () => number;
  readonly log: Log;
  /** What two operators recorded where the table was behind the log. */
  readonly recoveries: Pick<Recoveries, 'read' | 'unfinished'>;
  /** Asks witnesses and resolves with their signatures. Faults where there are too few; then nothing is published. */
  readonly cosign?: (tree: TreeRow) => Promise<readonly NoteSignature[]>;
}

/** Batches of one call, so that its checkpoint is published within seconds however many records wait. */
const MAX_BATCHES = 8;

/** What a process knows of the tree that it read or made last. */
interface Kept {
  readonly version: number;
  readonly end: TreeEnd;
  readonly leaves: Committed;
}

/** No record was read: each is read from its rows. */
const NONE: ReadonlyMap<string, Waiting> = new Map();

export const openSequencer = (deps: SequencerDeps): Sequencer => {
  const { table, bucket, acts } = deps;
  const setAside = openSetAside(deps);
  const moving = { table, setAside };
  const choose = openChoosing({ table, acts, setAside });
  /** Batches that may be there. */
  const batches = new Set<number>();
  let kept: Kept | undefined;
  /** Up to this index, this process knows that the records have their leaves. */
  let assignedTo = -1;
  let running: Promise<Sequenced> | undefined;
  let recoveries: readonly Recovery[] = [];

  const trees = openTrees({
    ...deps,
    setAside,
    onLost: () => {
      kept = undefined;
      assignedTo = -1;
    },
  });
  const publishing = openPublishing({ ...deps, trees });
  const leavesBefore = openLeavesBefore(bucket);
  const recovering = openRecovering({ ...deps, trees });

  const read = async (tree: CommittedTree | undefined): Promise<Kept> => {
    const version = tree?.version ?? 0;
    const size = tree?.row.size ?? 0;
    const root = tree ? Buffer.from(tree.row.root, 'base64') : EMPTY_ROOT;
    // A table that was put back may have another tree under a version that this process knows.
    const isKnown =
      kept?.version === version && kept.end.size === size && Buffer.compare(root, kept.end.root) === 0;
    if (kept !== undefined && isKnown) return kept;
    await publishing.shownSize(size);
    if (kept !== undefined && kept.end.size > size) throw rolledBack(kept.end.size, size);
    recoveries = (await deps.recoveries.read()).confirmed;
    const end = await readTreeEnd(bucket, { size, root });
    kept = { version, end, leaves: openCommitted(bucket, end, await newestIn(bucket, end)) };
    return kept;
  };

  const giveLeaves = async (
    first: number,
    entries: readonly Uint8Array[],
    waiting: ReadonlyMap<string, Waiting>,
  ): Promise<void> => {
    await rememberFirst(moving);
    await assignLeaves(moving, first, entries, waiting);
  };

  /**
   * Records that a recovery found in the table, or that came back from the bucket since, get the leaves that the log gave them
   * before. Resolves with whether there were any.
   */
  const giveBack = async (end: TreeEnd, { ids, waiting }: Chosen): Promise<boolean> => {
    if (recoveries.length === 0) return false;
    const leaves = await leavesBefore(end, recoveries, ids);
    for (const { index, entry } of leaves) {
      const one = waiting.get(idOfEntry(entry));
      const isSame = one !== undefined && Buffer.compare(one.entry, entry) === 0;
      await giveLeaves(index, [entry], isSame ? new Map([[one.record.id, one]]) : NONE);
    }
    return leaves.length > 0;
  };

  /** Step 4 of other processes, and of runs that did not finish. */
  const finishBatches = async ({ end, leaves }: Kept): Promise<void> => {
    if (assignedTo === end.size) return;
    for (const first of await listBatches(bucket)) {
      batches.add(first);
      const entries = first < end.size ? await readBatch(bucket, first) : undefined;
      if (entries && (await leaves.hasBatch(first, entries))) await giveLeaves(first, entries, NONE);
    }
    assignedTo = end.size;
  };

  /**
   * Resolves with the number of leaves that it added; `nothing` where no record waits, `again` where another process won
   * or rows were set aside.
   */
  const step = async (): Promise<number | 'nothing' | 'again'> => {
    const tree = await trees.committed();
    const before = await read(tree);
    const { size } = before.end;
    await finishBatches(before);
    let entries = await readBatch(bucket, size);
    let waiting = NONE;
    batches.add(size);
    if (entries === undefined) {
      const chosen = await choose(before.leaves);
      if (await giveBack(before.end, chosen)) return 'again';
      if (chosen.ids.length === 0) return chosen.more ? 'again' : 'nothing';
      entries = chosen.ids.map((id) => (chosen.waiting.get(id) as Waiting).entry);
      waiting = chosen.waiting;
      // 1. The batch.
      if (!(await putBatch(bucket, size, entries))) return 'again';
    }
    if ((await trees.committed())?.version !== tree?.version) return 'again';
    if ((await publishing.shownSize(size)) > size) return 'again';
    const { end, tiles } = extend(before.end, entries);
    // 2. The tiles and entry bundles.
    await putTiles(bucket, tiles);
    const row = await trees.row(tree?.row, end);
    // 3. The tree's row.
    const condition = tree ? { version: tree.version } : 'absent';
    if (!(await wentThrough(table.write([{ put: TREE_KEY, value: row, if: condition }])))) return 'again';
    const leaves = openCommitted(bucket, end, newestOf(entries, before.leaves.newest));
    kept = { version: (tree?.version ?? 0) + 1, end, leaves };
    // 4. The leaves.
    await giveLeaves(size, entries, waiting);
    assignedTo = end.size;
    return entries.length;
  };

  /** 6. The batches that nobody needs any more. */
  const dropBatches = async (): Promise<void> => {
    const published = publishing.known();
    if (published > assignedTo) return;
    for (const first of batches) {
      if (first >= published) continue;
      await deleteBatch(bucket, first);
      batches.delete(first);
    }
  };

  const closeKeys = openKeyClosing({
    ...deps,
    publish: async () => {
      const size = await publishing.publish();
      return size === publishing.known() ? size : undefined;
    },
  });

  const run = async (): Promise<Sequenced> => {
    let done: Sequenced;
    try {
      done = await sequenceSome();
    } catch (error) {
      if (!Fault.is(error, 'table-behind') || !(await recovering.takeUp())) throw error;
      done = await sequenceSome();
    }
    await recovering.reopen();
    return done;
  };

  const sequenceSome = async (): Promise<Sequenced> => {
    try {
      let leaves = 0;
      for (let rounds = 0; rounds < MAX_BATCHES; rounds++) {
        const done = await step();
        if (done === 'nothing') break;
        if (done !== 'again') leaves += done;
      }
      // 5. The checkpoint.
      const size = await publishing.publish();
      await dropBatches();
      await closeKeys();
      return { leaves, size };
    } catch (error) {
      // The outcome of a failed write is unknown, so the next run reads everything anew.
      if (!Fault.is(error, 'log-inconsistent')) kept = undefined;
      assignedTo = -1;
      publishing.forget();
      throw error;
    }
  };

  return {
    sequence: () => {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};
