import { Fault, phrase } from '../fault.ts';
import { readDecimal } from './lines.ts';
import { HASH_BYTES, isSize, type Node, type NodeRun } from './merkle.ts';

/**
 * The tree and the entries as files (c2sp.org/tlog-tiles). A tile of level L holds up to 256 hashes of complete nodes
 * of tree level 8 * L; the nodes of the levels between are computed from them. Tile `index` of level L begins with node
 * index * 256 of that level. A full tile never changes. A partial one has its width in its name, so a wider one is
 * another file.
 */
export interface Tile {
  /** 0 to 6 here (256^7 is past 2^53), or `entries` for the bundle of the leaves themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

export type HashTile = Tile & { readonly level: number };

export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;

/** tlog-tiles, "Merkle Tree": `tile/<L>/<N>[.p/<W>]`, with N in groups of three digits, as in `x001/x234/067`. */
export const tilePath = ({ level, index, width }: Tile): string => {
  let n = threeDigits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    n = `x${threeDigits(rest % 1000)}/${n}`;
  }
  return `tile/${level}/${n}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
};

const threeDigits = (n: number): string => n.toString().padStart(3, '0');

const PATH = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Faults with `malformed-tile` for every path that `tilePath` would not have written. */
export const parseTilePath = (path: string): Tile => {
  const [, levelText, n, widthText] = PATH.exec(path) ?? [];
  const level: Tile['level'] | undefined = levelText === 'entries' ? 'entries' : readDecimal(levelText ?? '');
  if (level !== undefined && n !== undefined) {
    const tile = {
      level,
      index: Number(n.replaceAll(/[x/]/g, '')),
      width: widthText === undefined ? TILE_WIDTH : Number(widthText),
    };
    // Written back it must be the same. This refuses leading groups of zeroes, `.p/256` and numbers past 2^53.
    const inRange = Number.isSafeInteger(tile.index) && (level === 'entries' || level <= 63);
    if (inRange && tilePath(tile) === path) return tile;
  }
  throw new Fault('malformed-tile', 'This is no path of a tile.');
};

/** How many complete nodes a tree has at a tile level: floor(size / 256^level). */
const tileLevelSize = (size: number, level: number): number => Math.floor(size / TILE_WIDTH ** level);

/** The width, 0 to 256, that a tile has in a tree of this size. */
export const tileWidth = (level: number, index: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, tileLevelSize(size, level) - index * TILE_WIDTH));

/**
 * The hash tiles that the tree of `newSize` leaves has and the tree of `oldSize` leaves did not have, by level and
 * index. They are the tiles that became full and, at the right end of each level that grew, the partial tile of this
 * very size. The entry bundles are those of level 0.
 */
export const newTiles = (oldSize: number, newSize: number): HashTile[] => {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) {
    throw new Fault('invalid-input', 'A tree does not shrink.', { oldSize, newSize });
  }
  const tiles: HashTile[] = [];
  for (let level = 0; ; level++) {
    const from = tileLevelSize(oldSize, level);
    const to = tileLevelSize(newSize, level);
    if (to === from) return tiles;
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
      tiles.push({ level, index, width: tileWidth(level, index, newSize) });
    }
  }
};

export interface TileBytes {
  readonly tile: HashTile;
  readonly bytes: Uint8Array;
}

/**
 * The tiles to write when a tree grows, with their bytes. Faults: `invalid-input` when a partial tile does not have the
 * width of the old tree's.
 * @param runs the result of `append`, from the tree of `oldSize` leaves.
 * @param partials the bytes of the old tree's partial tile of each level, by level; absent where it had none.
 */
export const growTiles = (
  oldSize: number,
  newSize: number,
  runs: readonly NodeRun[],
  partials: ReadonlyMap<number, Uint8Array>,
): { tiles: readonly TileBytes[]; partials: ReadonlyMap<number, Uint8Array> } => {
  const tiles = newTiles(oldSize, newSize).map((tile): TileBytes => {
    const { level } = tile;
    const run = runs[level * TILE_HEIGHT];
    if (run === undefined) throw new Fault('invalid-input', 'The growth lacks the nodes of a tile level.');
    const kept = tileWidth(level, tile.index, oldSize);
    const old = kept === 0 ? new Uint8Array(0) : partials.get(level);
    if (old?.length !== kept * HASH_BYTES) {
      throw new Fault(
        'invalid-input',
        phrase`The partial tile of level ${level} should have ${kept} hashes.`,
      );
    }
    const from = (tile.index * TILE_WIDTH + kept - run.start) * HASH_BYTES;
    const bytes = new Uint8Array(tile.width * HASH_BYTES);
    bytes.set(old);
    bytes.set(run.hashes.subarray(from, from + bytes.length - old.length), old.length);
    return { tile, bytes };
  });
  const grown = new Map(partials);
  for (const { tile, bytes } of tiles) {
    if (tile.width < TILE_WIDTH) grown.set(tile.level, bytes);
    else grown.delete(tile.level);
  }
  return { tiles, partials: grown };
};

/** The place of a complete node in a tree of `size` leaves: hashes `from` to before `to` of a tile. */
export const tileOfNode = (
  { level, index }: Node,
  size: number,
): { tile: HashTile; from: number; to: number } => {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const width = 2 ** (level % TILE_HEIGHT);
  const first = index * width;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const from = first % TILE_WIDTH;
  const tile = { level: tileLevel, index: tileIndex, width: tileWidth(tileLevel, tileIndex, size) };
  return { tile, from, to: from + width };
};

/** tlog-tiles, "Log entries": each entry follows its length in two bytes. */
export const MAX_ENTRY_BYTES = 0xffff;

/**
 * The bytes of a bundle, or of the part that is appended to one: a longer bundle begins with the bytes of a shorter
 * one. Faults with `value-too-large` for an entry that is too long for its length field.
 */
export const encodeEntries = (entries: readonly Uint8Array[]): Uint8Array => {
  const bundle = Buffer.alloc(entries.reduce((length, entry) => length + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new Fault('value-too-large', phrase`A log entry has at most ${MAX_ENTRY_BYTES} bytes.`);
    }
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
};

/** Faults with `malformed-tile` unless the bytes are exactly `width` entries. */
export const decodeEntries = (bytes: Uint8Array, width: number): Uint8Array[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < width && at + 2 <= bytes.length) {
    const end = at + 2 + view.getUint16(at);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== bytes.length) {
    throw new Fault('malformed-tile', phrase`This is no bundle of ${width} entries.`);
  }
  return entries;
};
