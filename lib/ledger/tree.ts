import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import type { Bucket, Key, Table } from '../store/store.ts';
import {
  append,
  base64,
  decodeEntries,
  encodeEntries,
  foldRoot,
  formatCheckpoint,
  formatVkey,
  growTiles,
  leafHash,
  newTiles,
  noteSigner,
  rightEdge,
  signCheckpoint,
  TILE_WIDTH,
  type Tile,
  TileReader,
  tilePath,
} from '../tlog/tlog.ts';

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

/** Entries that become the next leaves. They are stored before their tiles, so that every attempt writes the same bytes. */
export type BatchRow = {
  /** Index of its first leaf. */
  readonly first: number;
  readonly count: number;
  /** base64 of an entry bundle (C2SP tlog-tiles). */
  readonly entries: string;
};

export const BATCH_PK = 'log/batch';

export const batchKey = (first: number): Key => ({ pk: BATCH_PK, sk: first.toString().padStart(16, '0') });

export const batchOf = (first: number, entries: readonly Uint8Array[]): BatchRow => ({
  first,
  count: entries.length,
  entries: base64(encodeEntries(entries)),
});

export const entriesOf = ({ entries, count }: BatchRow): readonly Uint8Array[] =>
  decodeEntries(Buffer.from(entries, 'base64'), count);

/** Where the log's files stand in the bucket, and how long readers may keep them. */
export const LOG_PREFIX = 'log/';
export const CHECKPOINT_OBJECT = `${LOG_PREFIX}checkpoint`;

/** The right end of a tree: all that is needed to append to it. */
export interface TreeEnd {
  readonly size: number;
  readonly root: Uint8Array;
  readonly edge: readonly Uint8Array[];
  /** Partial tiles by level, as `growTiles` takes them. */
  readonly partials: ReadonlyMap<number, Uint8Array>;
  /** The bytes of the partial entry bundle. */
  readonly bundle: Uint8Array;
}

export const readPath =
  (bucket: Pick<Bucket, 'get'>) =>
  async (path: string): Promise<Uint8Array | undefined> =>
    (await bucket.get(`${LOG_PREFIX}${path}`))?.body;

/** Reads the end of the committed tree from its tiles, which must lead to the root. Faults as `TileReader` does. */
export const readTreeEnd = async (
  bucket: Pick<Bucket, 'get'>,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): Promise<TreeEnd> => {
  const reader = new TileReader({ size, root }, readPath(bucket));
  const [partials, edge, entries] = await Promise.all([
    reader.partials(),
    reader.hashes(rightEdge(size)),
    size % TILE_WIDTH === 0 ? [] : reader.entries(Math.floor(size / TILE_WIDTH)),
  ]);
  return { size, root, edge, partials, bundle: encodeEntries(entries) };
};

export interface Extension {
  readonly end: TreeEnd;
  readonly tiles: readonly { readonly tile: Tile; readonly bytes: Uint8Array }[];
}

/** The tree with more entries, and the files that the old tree did not have. */
export const extend = (old: TreeEnd, entries: readonly Uint8Array[]): Extension => {
  const growth = append(old.size, old.edge, entries.map(leafHash));
  const { tiles, partials } = growTiles(old.size, growth.size, growth.runs, old.partials);
  const bundles = newTiles(old.size, growth.size)
    .filter(({ level }) => level === 0)
    .map((tile) => {
      const start = tile.index * TILE_WIDTH;
      const added = entries.slice(Math.max(0, start - old.size), start + tile.width - old.size);
      const bytes = encodeEntries(added);
      return {
        tile: { ...tile, level: 'entries' as const },
        bytes: start < old.size ? Buffer.concat([old.bundle, bytes]) : bytes,
      };
    });
  const last = bundles.at(-1);
  const bundle =
    last === undefined ? old.bundle : last.tile.width < TILE_WIDTH ? last.bytes : Buffer.alloc(0);
  return {
    end: { size: growth.size, root: foldRoot(growth.edge), edge: growth.edge, partials, bundle },
    tiles: [...tiles, ...bundles],
  };
};

/**
 * Puts files that never change. Faults with `log-inconsistent` where one of them exists with other bytes: there are
 * then two histories, and a sequencer that went on would sign the second one.
 */
export const putTiles = async (
  bucket: Bucket,
  tiles: readonly { readonly tile: Tile; readonly bytes: Uint8Array }[],
): Promise<void> => {
  await Promise.all(
    tiles.map(async ({ tile, bytes }) => {
      const key = `${LOG_PREFIX}${tilePath(tile)}`;
      const put = bucket.put(key, bytes, { if: 'absent', contentType: 'application/octet-stream' });
      if (await wentThrough(put)) return;
      const there = await bucket.get(key);
      if (there === undefined || Buffer.compare(there.body, bytes) !== 0) {
        throw new Fault('log-inconsistent', phrase`The log has another ${tilePath(tile)} already.`, {
          path: tilePath(tile),
        });
      }
    }),
  );
};

/** The row that commits to a tree. */
export const treeRow = async (
  origin: string,
  signer: Signer,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): Promise<TreeRow> => {
  const log = noteSigner(origin, signer);
  const note = await signCheckpoint({ origin, size, root, extensions: [] }, [log]);
  return { origin, vkey: formatVkey(log.key), size, root: base64(root), note };
};

/** Faults with `configuration-invalid` for an origin that no checkpoint could name. */
export const checkOrigin = (origin: string, signer: Signer): void => {
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

/** Undefined before the first leaf. */
export const readTree = async (
  table: Pick<Table, 'get'>,
): Promise<{ readonly row: TreeRow; readonly version: number } | undefined> => {
  const item = await table.get<TreeRow>(TREE_KEY);
  return item && { row: item.value, version: item.version };
};
