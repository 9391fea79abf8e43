import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import type { Log } from '../ports.ts';
import type { Bucket, Item, Key, Table } from '../store/store.ts';
import {
  base64,
  formatCheckpoint,
  formatNote,
  formatVkey,
  noteKeyOf,
  noteSigner,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  signCheckpoint,
  TILE_WIDTH,
  TileReader,
  trustedLog,
} from '../tlog/tlog.ts';
import { type Behind, tableBehind } from './behind-fault.ts';
import { idOfEntry } from './entry.ts';
import { tombstoneKey } from './retention/tombstones.ts';
import { recordKey, stagedKey, unsequencedKey } from './rows.ts';
import type { SettingAside } from './set-aside.ts';
import { CHECKPOINT_OBJECT, readPath } from './tree.ts';

/**
 * The tree that the log has committed to. The version of this row is the lock of the sequencers: only the one that
 * replaces the row at the version that it has read has extended the log.
 */
export const TREE_KEY: Key = { pk: 'log', sk: 'tree' };

export type TreeRow = {
  readonly origin: string;
  /** The log's verifier key (C2SP signed-note). */
  readonly vkey: string;
  readonly size: number;
  /** base64. */
  readonly root: string;
  /** The checkpoint with the log's own signature. */
  readonly note: string;
};

export interface CommittedTree {
  readonly row: TreeRow;
  readonly version: number;
}

export interface PublishedTree {
  readonly size: number;
  readonly root: Uint8Array;
  /** The version of the object in the bucket. */
  readonly version: string;
}

/** A log keeps the origin that it began with. `chosen`: the operator named this one, so another one is a fault. */
export interface LogOrigin {
  readonly name: string;
  readonly chosen: boolean;
}

/**
 * The tree as the table and the bucket have it. The row is believed only if its checkpoint is signed by the log's own key
 * and says what the row says. A row that is anything else is set aside, and made again from the published checkpoint.
 * The batches since then are still in the bucket, so the same leaves follow.
 */
export interface Trees {
  /**
   * Undefined before the first leaf. Faults: `table-behind` where the row is absent and the table lacks the last
   * published record: the table as a whole is older than the log. `configuration-invalid` where the log has another key
   * or origin than this process was given.
   */
  committed(): Promise<CommittedTree | undefined>;
  /** The published checkpoint; undefined before the first one. Fault: `log-inconsistent` where it is not the log's. */
  published(): Promise<PublishedTree | undefined>;
  /**
   * Puts the published tree in place of one of fewer leaves. False where the two sizes are not these ones any more. The caller
   * has seen the act by which two persons recorded them.
   */
  takeUp(sizes: Behind): Promise<boolean>;
  /** The row that commits to a tree. `before` is the present one. */
  row(
    before: TreeRow | undefined,
    tree: { readonly size: number; readonly root: Uint8Array },
  ): Promise<TreeRow>;
}

export const openTrees = (deps: {
  readonly table: Table;
  readonly bucket: Pick<Bucket, 'get'>;
  /** The key of the log; it is kept once it was opened. */
  readonly signer: () => Promise<Signer>;
  readonly origin: LogOrigin;
  readonly setAside: SettingAside;
  readonly log: Log;
  /** Called where the row that this process has read or written before is lost. What is known of its tree is void. */
  readonly onLost: () => void;
}): Trees => {
  const { table, bucket, origin } = deps;
  let opening: Promise<Signer> | undefined;
  /** The tree and the checkpoint that were verified last. The same bytes are not verified again. */
  let believed: CommittedTree | undefined;
  let shown: PublishedTree | undefined;

  const signer = async (): Promise<Signer> => {
    opening ??= deps.signer();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };

  /** What the note says, if the log's key signed it; undefined otherwise. */
  const openOwn = async (
    note: Uint8Array | string,
  ): Promise<ReturnType<typeof openCheckpoint> | undefined> => {
    const key = await signer();
    try {
      const { origin: name } = parseCheckpoint(parseNote(note).text);
      return openCheckpoint(note, trustedLog([formatVkey(noteKeyOf(name, 0x01, key))]));
    } catch (error) {
      if (NOT_OURS.some((code) => Fault.is(error, code))) return undefined;
      throw error;
    }
  };

  const published: Trees['published'] = async () => {
    const object = await bucket.get(CHECKPOINT_OBJECT);
    if (object === undefined || object.version === shown?.version) return object && shown;
    const opened = await openOwn(object.body);
    if (opened === undefined) {
      throw new Fault('configuration-invalid', 'The key of the log is not the one that it began with.');
    }
    const { size, root } = opened.checkpoint;
    shown = { size, root, version: object.version };
    return shown;
  };

  const assertOrigin = (name: string): void => {
    if (!origin.chosen || name === origin.name) return;
    throw new Fault('configuration-invalid', 'A log keeps the origin that it began with.', { origin: name });
  };

  const read = async (item: Item): Promise<CommittedTree | undefined> => {
    const row = readTreeRow(item);
    if (row === undefined) return undefined;
    if (believed?.version === item.version && isSame(believed.row, row)) return believed;
    const opened = await openOwn(row.note);
    if (opened === undefined) return undefined;
    const { checkpoint, verified } = opened;
    const isTrue =
      checkpoint.origin === row.origin &&
      checkpoint.size === row.size &&
      base64(checkpoint.root) === row.root &&
      verified.some(({ key }) => formatVkey(key) === row.vkey);
    return isTrue ? { row, version: item.version } : undefined;
  };

  const committed: Trees['committed'] = async () => {
    const item = await table.get(TREE_KEY);
    if (item !== undefined) {
      const tree = await read(item);
      if (tree !== undefined) {
        assertOrigin(tree.row.origin);
        believed = tree;
        return tree;
      }
      // Where this process has another key than the log, the row is not to blame.
      await published();
      await deps.setAside('tree', readTreeRow(item) ? 'not-signed' : 'malformed', item);
    }
    if (believed !== undefined) {
      believed = undefined;
      deps.onLost();
      deps.log('error', 'The row of the tree is lost; it follows from the bucket');
    }
    return makeAgain();
  };

  /** The published checkpoint as a row says it. */
  const publishedRow = async (): Promise<TreeRow | undefined> => {
    const object = await bucket.get(CHECKPOINT_OBJECT);
    if (object === undefined) return undefined;
    const tree = await published();
    const opened = await openOwn(object.body);
    if (tree === undefined || opened === undefined) return undefined;
    const { checkpoint, verified } = opened;
    assertOrigin(checkpoint.origin);
    const signatures = verified.map(({ signature }) => signature);
    return {
      origin: checkpoint.origin,
      vkey: formatVkey((verified[0] as (typeof verified)[number]).key),
      size: checkpoint.size,
      root: base64(checkpoint.root),
      note: formatNote({ text: opened.text, signatures }),
    };
  };

  const makeAgain = async (): Promise<CommittedTree | undefined> => {
    const row = await publishedRow();
    if (row === undefined) return undefined;
    await assertHasLast({ size: row.size, root: Buffer.from(row.root, 'base64') });
    if (await wentThrough(table.write([{ put: TREE_KEY, value: row, if: 'absent' }]))) {
      const facts = { size: row.size };
      deps.log('error', 'The row of the tree was made again from the published checkpoint', facts);
    }
    return committed();
  };

  const takeUp: Trees['takeUp'] = async (sizes) => {
    const row = await publishedRow();
    const item = await table.get(TREE_KEY);
    const size = item ? (readTreeRow(item)?.size ?? 0) : 0;
    if (row?.size !== sizes.published || size !== sizes.table) return false;
    const condition = item ? { version: item.version } : 'absent';
    if (!(await wentThrough(table.write([{ put: TREE_KEY, value: row, if: condition }])))) return false;
    believed = undefined;
    deps.onLost();
    deps.log('error', 'The published tree was taken up: two operators recorded what the table lost', sizes);
    return true;
  };

  /** Fault: `table-behind` where the table does not have the last record that the published log has. */
  const assertHasLast = async (tree: { readonly size: number; readonly root: Uint8Array }): Promise<void> => {
    const reader = new TileReader(tree, readPath(bucket));
    const last = (await reader.entries(Math.floor((tree.size - 1) / TILE_WIDTH))).at(-1);
    const id = idOfEntry(last as Uint8Array);
    for (const key of [stagedKey(id), unsequencedKey(id), recordKey(id), tombstoneKey(id)]) {
      if (await table.get(key)) return;
    }
    throw tableBehind({ table: 0, published: tree.size });
  };

  return {
    committed,
    published,
    takeUp,
    row: async (before, { size, root }) => {
      const key = await signer();
      if (before === undefined) checkOrigin(origin.name, key);
      const name = before?.origin ?? origin.name;
      const ownKey = noteSigner(name, key);
      const note = await signCheckpoint({ origin: name, size, root, extensions: [] }, [ownKey]);
      return { origin: name, vkey: formatVkey(ownKey.key), size, root: base64(root), note };
    },
  };
};

/** A note that is not signed by this key, or is no note. */
const NOT_OURS = ['signature-invalid', 'malformed-note', 'malformed-checkpoint'] as const;

const isSame = (a: TreeRow, b: TreeRow): boolean =>
  a.note === b.note && a.size === b.size && a.root === b.root && a.origin === b.origin && a.vkey === b.vkey;

/** The row if it has the form of one; nobody has verified what it says. */
export const readTreeRow = ({ value }: Item): TreeRow | undefined => {
  const { origin, vkey, size, root, note } = (value ?? {}) as Partial<Record<string, unknown>>;
  const texts = [origin, vkey, root, note].every((text) => typeof text === 'string');
  return texts && Number.isSafeInteger(size) && (size as number) > 0
    ? ({ origin, vkey, size, root, note } as TreeRow)
    : undefined;
};

export const rolledBack = (known: number, size: number): Fault =>
  new Fault('log-inconsistent', phrase`The log has ${size} leaves and had ${known}: it was rolled back.`, {
    known,
    size,
  });

/** Faults with `configuration-invalid` for an origin that no checkpoint could name. */
const checkOrigin = (origin: string, signer: Signer): void => {
  try {
    noteSigner(origin, signer);
    formatCheckpoint({ origin, size: 0, root: new Uint8Array(32), extensions: [] });
  } catch (cause) {
    if (!Fault.is(cause, 'malformed-note') && !Fault.is(cause, 'malformed-checkpoint')) throw cause;
    throw new Fault(
      'configuration-invalid',
      'The origin of the log must be a key name of C2SP signed-note: a host name and a path, without space and plus.',
      { origin },
      { cause },
    );
  }
};

/** The row as it stands; undefined before the first leaf, and where the row has not the form of one. */
export const readTree = async (table: Pick<Table, 'get'>): Promise<CommittedTree | undefined> => {
  const item = await table.get(TREE_KEY);
  const row = item && readTreeRow(item);
  return item && row && { row, version: item.version };
};
