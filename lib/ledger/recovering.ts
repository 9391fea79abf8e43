import { wentThrough } from '../fault.ts';
import type { Clock, Log } from '../ports.ts';
import type { Bucket, Table } from '../store/store.ts';
import { openKeepingBehind } from './behind.ts';
import { findLost, isNamed } from './lost-leaves.ts';
import type { Recoveries } from './recoveries.ts';
import { readTreeRow, TREE_KEY, type Trees } from './tree-row.ts';

/**
 * What the sequencer does where the table is behind the log. Each step can be repeated:
 *
 *   1. The closing row is written (behind.ts).
 *   2. The act of two operators is looked for that names exactly these two sizes, and every leaf that is lost now. Without it
 *      the sequencer stops. The leaves are computed anew: another copy of the table may have the same size.
 *   3. The records of these acts are staged, if the table lost them.
 *   4. The tree's row becomes the published checkpoint. From here on the table is not behind. Batches that were put after that
 *      checkpoint follow, as after any crash; records that the log knows get their former leaves; the acts are the next leaves.
 *   5. What the bucket has of the lost time is brought back by the authority, which then puts an object.
 *   6. The closing row is deleted.
 */
export interface Recovering {
  /** Steps 1 to 4. Resolves with whether the tree was taken up. */
  takeUp(): Promise<boolean>;
  /** Step 6, after a run in which the table was not behind. The row stays while step 5 is not done. */
  reopen(): Promise<void>;
}

export const openRecovering = (deps: {
  readonly table: Table;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly trees: Pick<Trees, 'published' | 'takeUp'>;
  readonly recoveries: Pick<Recoveries, 'read' | 'unfinished'>;
  readonly clock: Clock;
  readonly log: Log;
}): Recovering => {
  const { table, trees, recoveries, log } = deps;
  const closing = openKeepingBehind(deps);

  return {
    takeUp: async () => {
      // In this order: the row grows before the checkpoint does.
      const tree = await trees.published();
      const item = await table.get(TREE_KEY);
      const size = item ? (readTreeRow(item)?.size ?? 0) : 0;
      // Another process was faster, or a row was forged meanwhile: the next run looks again.
      if (tree === undefined || tree.size <= size) return false;
      const sizes = { table: size, published: tree.size };
      await closing.note(sizes);
      const { confirmed, writes } = await recoveries.read();
      const fitting = confirmed.filter((one) => one.table === size && one.published === tree.size);
      if (fitting.length === 0) return false;
      const { lost } = await findLost(deps, size, tree);
      if (!fitting.some((recovery) => isNamed(lost, recovery.lost))) {
        log('error', 'The table lacks other records than two operators have recorded as lost', sizes);
        return false;
      }
      for (const staging of writes) if (staging.length > 0) await wentThrough(table.write(staging));
      return trees.takeUp(sizes);
    },

    reopen: async () => {
      const open = await recoveries.unfinished();
      if (open === undefined) await closing.clear();
      else await closing.note(open);
    },
  };
};
