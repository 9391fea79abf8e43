import { Fault, wentThrough } from '../fault.ts';
import type { Bucket } from '../store/store.ts';
import { base64, formatNote, type NoteSignature, parseNote } from '../tlog/tlog.ts';
import { tableBehind } from './behind-fault.ts';
import { CHECKPOINT_OBJECT } from './tree.ts';
import type { TreeRow, Trees } from './tree-row.ts';

/** The published checkpoint, and whether it is of the tree that the log has committed to. */
export interface Publishing {
  /**
   * Size of the published checkpoint, 0 without one. Faults: `table-behind` where the committed tree, read after the
   * checkpoint, is smaller than the published one; `log-inconsistent` where it has another root at the same size.
   * @param size of the committed tree, as it was read before.
   */
  shownSize(size: number): Promise<number>;
  /** Publishes the committed tree. Resolves with its size. */
  publish(): Promise<number>;
  /** The size of which this process knows that it is published; -1 where it knows of none. */
  known(): number;
  /** Forgets what it knows: the outcome of a failed write is unknown. */
  forget(): void;
}

export const openPublishing = (deps: {
  readonly bucket: Pick<Bucket, 'put'>;
  readonly trees: Trees;
  readonly cosign?: (tree: TreeRow) => Promise<readonly NoteSignature[]>;
}): Publishing => {
  const { bucket, trees } = deps;
  let known = -1;

  const shownSize: Publishing['shownSize'] = async (size) => {
    const shown = await trees.published();
    if (shown === undefined) return 0;
    if (shown.size < size) return shown.size;
    // Another sequencer may have gone on since the row was read.
    const now = (await trees.committed())?.row;
    if (now === undefined || now.size < shown.size) {
      throw tableBehind({ table: now?.size ?? 0, published: shown.size });
    }
    if (now.size === shown.size && now.root !== base64(shown.root)) {
      throw new Fault('log-inconsistent', 'The published checkpoint has another root than the log.', {
        size: now.size,
      });
    }
    return shown.size;
  };

  const publish: Publishing['publish'] = async () => {
    const tree = await trees.committed();
    const size = tree?.row.size ?? 0;
    if (size === known) return size;
    if ((await shownSize(size)) >= size) {
      known = size;
      return size;
    }
    if (tree === undefined) return size;
    const there = await trees.published();
    // Another sequencer was faster.
    if (there !== undefined && there.size >= size) return size;
    const cosignatures = (await deps.cosign?.(tree.row)) ?? [];
    const note = parseNote(tree.row.note);
    const body = Buffer.from(formatNote({ ...note, signatures: [...note.signatures, ...cosignatures] }));
    const isOurs = await wentThrough(
      bucket.put(CHECKPOINT_OBJECT, body, {
        if: there ? { version: there.version } : 'absent',
        contentType: 'text/plain; charset=utf-8',
      }),
    );
    if (isOurs) known = size;
    return size;
  };

  return {
    shownSize,
    publish,
    known: () => known,
    forget: () => {
      known = -1;
    },
  };
};
