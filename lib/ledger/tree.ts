import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Bucket } from '../store/store.ts';
import {
  append,
  encodeEntries,
  foldRoot,
  growTiles,
  leafHash,
  newTiles,
  parseCheckpoint,
  parseNote,
  rightEdge,
  TILE_WIDTH,
  type Tile,
  TileReader,
  tilePath,
} from '../tlog/tlog.ts';

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

/** The size of the published tree, 0 before the first one. It is the bucket's own word. */
export const readPublishedSize = async (bucket: Pick<Bucket, 'get'>): Promise<number> => {
  const object = await bucket.get(CHECKPOINT_OBJECT);
  return object === undefined ? 0 : parseCheckpoint(parseNote(object.body).text).size;
};

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
