import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import { type Bucket, MAX_PAGE, type StoredObject, type Table } from '../store/store.ts';
import {
  base64,
  EMPTY_ROOT,
  formatNote,
  formatVkey,
  type NoteSignature,
  noteKeyOf,
  parseCheckpoint,
  parseNote,
} from '../tlog/tlog.ts';
import { assignLeaves } from './assigning.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf, idOfEntry } from './entry.ts';
import { asRecord, STAGED_PKS, UNSEQUENCED_PKS } from './rows.ts';
import { openFirst } from './settling.ts';
import {
  BATCH_PK,
  type BatchRow,
  batchKey,
  batchOf,
  CHECKPOINT_OBJECT,
  checkOrigin,
  entriesOf,
  extend,
  putTiles,
  readTree,
  readTreeEnd,
  TREE_KEY,
  type TreeEnd,
  type TreeRow,
  treeRow,
} from './tree.ts';

export interface Sequenced {
  /** Leaves that this call added. */
  readonly leaves: number;
  /** Leaves of the log. */
  readonly size: number;
}

/**
 * Makes leaves of records, in the order of Sunlight. Every step can be repeated, by this process or by another one:
 *
 *   1. The batch (which entries, in which order, from which index on) is put if there is no batch of that index and the
 *      tree is still the one that was read. A crash before this step leaves records without a leaf, which the next run
 *      takes. After a later crash, the next run continues with the same batch and therefore with the same bytes.
 *   2. The tiles and entry bundles are put if they are absent. A crash leaves files beyond the signed tree, which nobody
 *      reads. A file that exists with other bytes shows a second history: `log-inconsistent`, and nothing more is
 *      signed.
 *   3. The tree's row is replaced, under its version, by one with the signed checkpoint. From here on the leaves are in
 *      the log. A sequencer that loses here continues from the winner's tree. A crash leaves a batch below the tree's
 *      size.
 *   4. The records are given their leaves, each in one write with its pointers and totals, and the batch is deleted. A
 *      crash leaves some of this undone. No other batch is chosen before all of it is done, so no record gets two
 *      leaves.
 *   5. The checkpoint is published, with the cosignatures of witnesses. A crash leaves the former one published.
 *
 * Any number of sequencers may run at once: steps 1 and 3 let only one of them win, and a fork would need two winners.
 */
export interface Sequencer {
  /**
   * Sequences the waiting records, up to a bound. Concurrent calls in one process share one run. Faults:
   * `store-unavailable`, after which the caller tries again; `log-inconsistent` where the log was tampered with or rolled
   * back; `configuration-invalid` where the log has another key or origin than this process was given.
   */
  sequence(): Promise<Sequenced>;
}

export interface SequencerDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  /** Ed25519. Called at the first leaf; the signer is then kept. */
  readonly signer: () => Promise<Signer>;
  /** A log keeps the origin that it began with. `chosen`: the operator named this one, so another one is a fault. */
  readonly origin: { readonly name: string; readonly chosen: boolean };
  /** Asks witnesses and resolves with their signatures. Faults where there are too few; then nothing is published. */
  readonly cosign?: (tree: TreeRow) => Promise<readonly NoteSignature[]>;
}

/** An entry has at most 63 bytes with its length, so a batch has 344 KB of base64 and fits into one value of the table. */
const MAX_BATCH = 4096;
/** A little more than a shard's part of a batch. */
const SHARD_PAGE = Math.ceil((MAX_BATCH / STAGED_PKS.length) * 1.1);
/** Batches of one call, so that its checkpoint is published within seconds however many records wait. */
const MAX_BATCHES = 8;

interface Chosen {
  readonly row: BatchRow;
  /** The records of the batch that were read from their staged rows. */
  readonly staged: ReadonlyMap<string, LedgerRecord>;
}

export const openSequencer = (deps: SequencerDeps): Sequencer => {
  const { table, bucket } = deps;
  const rememberFirst = openFirst(table);
  let signing: Promise<Signer> | undefined;
  let kept: { readonly version: number; readonly end: TreeEnd } | undefined;
  let published = -1;
  let running: Promise<Sequenced> | undefined;

  const signerOf = async (row: TreeRow | undefined): Promise<Signer> => {
    signing ??= deps.signer();
    let signer: Signer;
    try {
      signer = await signing;
    } catch (error) {
      signing = undefined;
      throw error;
    }
    const { name, chosen } = deps.origin;
    if (row === undefined) {
      checkOrigin(name, signer);
    } else if (chosen && row.origin !== name) {
      throw new Fault('configuration-invalid', 'A log keeps the origin that it began with.', {
        origin: row.origin,
      });
    } else if (formatVkey(noteKeyOf(row.origin, 0x01, signer)) !== row.vkey) {
      throw new Fault('configuration-invalid', 'The key of the log is not the one that it began with.');
    }
    return signer;
  };

  const endOf = async (tree: { row: TreeRow; version: number } | undefined): Promise<TreeEnd> => {
    if (kept !== undefined && kept.version === (tree?.version ?? 0)) return kept.end;
    const size = tree?.row.size ?? 0;
    if (kept !== undefined && kept.end.size > size) throw rolledBack(kept.end.size, size);
    await shownIsOurs(await bucket.get(CHECKPOINT_OBJECT), size);
    const root = tree ? Buffer.from(tree.row.root, 'base64') : EMPTY_ROOT;
    const end = await readTreeEnd(bucket, { size, root });
    kept = { version: tree?.version ?? 0, end };
    return end;
  };

  /**
   * The oldest records without a leaf. Staged rows are read first: a record that a query moves meanwhile is then seen
   * twice and never missed.
   */
  const choose = async (first: number): Promise<Chosen | undefined> => {
    const staged = new Map<string, LedgerRecord>();
    const entries = new Map<string, Uint8Array>();
    let bound = '~';
    for (const pks of [STAGED_PKS, UNSEQUENCED_PKS]) {
      const pages = await Promise.all(pks.map((pk) => table.query({ pk, limit: SHARD_PAGE })));
      for (const { items, cursor } of pages) {
        const last = items.at(-1)?.sk;
        // The shard has more rows than this page: records newer than the page's last one must wait.
        if (cursor !== undefined && last !== undefined && last < bound) bound = last;
        for (const { sk, value } of items) {
          if (entries.has(sk)) continue;
          if (pks === STAGED_PKS) {
            const record = asRecord(value);
            staged.set(sk, record);
            entries.set(sk, entryOf(record));
          } else {
            entries.set(sk, Buffer.from(String(value.entry), 'base64'));
          }
        }
      }
    }
    const ids = [...entries.keys()].filter((id) => id <= bound).sort();
    if (ids.length === 0) return undefined;
    const chosen = ids.slice(0, MAX_BATCH).map((id) => entries.get(id) as Uint8Array);
    return { row: batchOf(first, chosen), staged };
  };

  const giveLeaves = async ({ row, staged }: Chosen): Promise<void> => {
    await rememberFirst();
    await assignLeaves(table, row.first, entriesOf(row).map(idOfEntry), staged);
    await wentThrough(table.write([{ delete: batchKey(row.first), if: { version: 1 } }]));
  };

  /**
   * Resolves with the number of leaves that it added; `nothing` where no record waits, `faster` where another process
   * won.
   */
  const step = async (): Promise<number | 'nothing' | 'faster'> => {
    const tree = await readTree(table);
    const end = await endOf(tree);
    const { items } = await table.query<BatchRow>({ pk: BATCH_PK, limit: MAX_PAGE });
    for (const { value } of items) {
      if (value.first < end.size && value.first + value.count <= end.size) {
        // Step 4 of an earlier run that did not finish.
        await giveLeaves({ row: value, staged: new Map() });
      } else if (value.first !== end.size) {
        // The batch belongs to a later tree: another process went on meanwhile, or the tree's row was rolled back.
        if ((await readTree(table))?.version !== tree?.version) return 'faster';
        throw rolledBack(value.first, end.size);
      }
    }
    const begun = items.find(({ value }) => value.first === end.size)?.value;
    const chosen = begun ? { row: begun, staged: new Map() } : await choose(end.size);
    if (chosen === undefined) return 'nothing';
    const condition = tree ? { version: tree.version } : 'absent';
    if (begun === undefined) {
      // 1. The batch.
      const won = await wentThrough(
        table.write([
          { put: batchKey(end.size), value: chosen.row, if: 'absent' },
          { check: TREE_KEY, if: condition },
        ]),
      );
      if (!won) return 'faster';
    }
    const signer = await signerOf(tree?.row);
    const { end: next, tiles } = extend(end, entriesOf(chosen.row));
    // 2. The tiles and entry bundles.
    await putTiles(bucket, tiles);
    const row = await treeRow(tree?.row.origin ?? deps.origin.name, signer, next);
    // 3. The tree's row.
    if (!(await wentThrough(table.write([{ put: TREE_KEY, value: row, if: condition }])))) return 'faster';
    kept = { version: (tree?.version ?? 0) + 1, end: next };
    // 4. The leaves.
    await giveLeaves(chosen);
    return chosen.row.count;
  };

  /**
   * Size of the published checkpoint, 0 without one. Faults with `log-inconsistent` where the committed tree is smaller
   * than the published one, or has another root at the same size.
   */
  const shownIsOurs = async (there: StoredObject | undefined, size: number): Promise<number> => {
    if (there === undefined) return 0;
    const shown = parseCheckpoint(parseNote(there.body).text);
    if (shown.size < size) return shown.size;
    // Another sequencer may have gone on since the row was read.
    const now = (await readTree(table))?.row;
    if (now === undefined || now.size < shown.size) throw rolledBack(shown.size, now?.size ?? 0);
    if (now.size === shown.size && now.root !== base64(shown.root)) {
      throw new Fault('log-inconsistent', 'The published checkpoint has another root than the log.', {
        size: now.size,
      });
    }
    return shown.size;
  };

  /** 5. The checkpoint. Resolves with the size of the tree. */
  const publish = async (): Promise<number> => {
    const tree = await readTree(table);
    const size = tree?.row.size ?? 0;
    if (size === published) return size;
    const there = await bucket.get(CHECKPOINT_OBJECT);
    if ((await shownIsOurs(there, size)) >= size) {
      published = size;
      return size;
    }
    if (tree === undefined) return size;
    const cosignatures = (await deps.cosign?.(tree.row)) ?? [];
    const note = parseNote(tree.row.note);
    const body = Buffer.from(formatNote({ ...note, signatures: [...note.signatures, ...cosignatures] }));
    const won = await wentThrough(
      bucket.put(CHECKPOINT_OBJECT, body, {
        if: there ? { version: there.version } : 'absent',
        contentType: 'text/plain; charset=utf-8',
      }),
    );
    if (won) published = size;
    return size;
  };

  const run = async (): Promise<Sequenced> => {
    try {
      let leaves = 0;
      for (let batches = 0; batches < MAX_BATCHES; batches++) {
        const done = await step();
        if (done === 'nothing') break;
        if (done !== 'faster') leaves += done;
      }
      const size = await publish();
      return { leaves, size };
    } catch (error) {
      // The outcome of a failed write is unknown, so the next run reads everything anew.
      if (!Fault.is(error, 'log-inconsistent')) kept = undefined;
      published = -1;
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

const rolledBack = (known: number, size: number): Fault =>
  new Fault('log-inconsistent', phrase`The log has ${size} leaves and had ${known}: it was rolled back.`, {
    known,
    size,
  });
