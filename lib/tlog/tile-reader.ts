import { Fault, phrase } from '../fault.ts';
import {
  EMPTY_ROOT,
  foldRoot,
  HASH_BYTES,
  type HashReader,
  isSize,
  leafHash,
  type Node,
  rangeRoots,
  rightEdge,
  subtreeRoot,
} from './merkle.ts';
import {
  decodeEntries,
  type HashTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tile,
  tileOfNode,
  tilePath,
  tileWidth,
} from './tile.ts';

/** Gives the file at a path such as `tile/0/001`, or nothing when there is none. */
export type ReadPath = (path: string) => Promise<Uint8Array | undefined>;

/** 2 MiB of tiles: enough for all the tiles that a walk through neighbouring leaves reads again. */
const MAX_KEPT_TILES = 256;

/**
 * The hashes and entries of one tree, read from files that nobody has to trust: the reader returns only values that
 * lead to the checkpoint's root. The hashes of the partial tiles together make up the root. A full tile hashes to one
 * hash of the tile above it. That tile is partial, or the tile above it proves it.
 *
 * Faults: `log-inconsistent` when files and root disagree, `tile-missing` when a file is absent, `malformed-tile` when
 * a file does not have the length that its name says, `invalid-input` for a node that is not in the tree; and the
 * faults of `readPath`.
 */
export class TileReader {
  readonly #size: number;
  readonly #root: Uint8Array;
  readonly #readPath: ReadPath;
  readonly #kept = new Map<string, Promise<Uint8Array>>();
  #edge: Promise<ReadonlyMap<number, Uint8Array>> | undefined;

  constructor(tree: { readonly size: number; readonly root: Uint8Array }, readPath: ReadPath) {
    this.#size = tree.size;
    this.#root = tree.root;
    this.#readPath = readPath;
  }

  /** For `proveInclusion`, `proveConsistency` and `rangeRoots`. Files are read side by side. */
  readonly hashes: HashReader = async (nodes) => Promise.all(nodes.map((node) => this.#hash(node)));

  /** The root of the tree's first `size` leaves. */
  async rootAt(size: number): Promise<Uint8Array> {
    const [root] = await rangeRoots(this.hashes, [{ lo: 0, hi: size }]);
    return root ?? EMPTY_ROOT;
  }

  /** The tree's partial tile of each level that has one, by level: what `growTiles` starts from. */
  async partials(): Promise<ReadonlyMap<number, Uint8Array>> {
    this.#edge ??= this.#readEdge();
    try {
      return await this.#edge;
    } catch (error) {
      this.#edge = undefined;
      throw error;
    }
  }

  /** The entries of bundle `index`: leaves index * 256 to index * 256 + 255, or as many as the tree has. */
  async entries(index: number): Promise<readonly Uint8Array[]> {
    const width = tileWidth(0, index, this.#size);
    if (!isSize(index) || width === 0)
      throw new Fault('invalid-input', phrase`The tree has no bundle ${index}.`, { size: this.#size });
    const bundle = { level: 'entries', index, width } as const;
    const [hashes, { bytes, fileWidth }] = await Promise.all([
      this.#tile({ ...bundle, level: 0 }),
      this.#file(bundle),
    ]);
    const entries = decodeEntries(bytes, fileWidth).slice(0, width);
    for (const [i, entry] of entries.entries()) {
      if (Buffer.compare(leafHash(entry), hashAt(hashes, i, i + 1)) !== 0) throw inconsistent(bundle);
    }
    return entries;
  }

  async #hash(node: Node): Promise<Uint8Array> {
    const { tile, from, to } = tileOfNode(node, this.#size);
    if (!isSize(node.index) || to > tile.width) {
      throw new Fault('invalid-input', 'The tree has no such complete node.', { ...node, size: this.#size });
    }
    return subtreeRoot(hashAt(await this.#tile(tile), from, to));
  }

  async #tile(tile: HashTile): Promise<Uint8Array> {
    if (tile.width < TILE_WIDTH) return (await this.partials()).get(tile.level) ?? new Uint8Array(0);
    const path = tilePath(tile);
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const loading = this.#fullTile(tile);
    this.#kept.set(path, loading);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT_TILES) break;
      this.#kept.delete(oldest);
    }
    try {
      return await loading;
    } catch (error) {
      if (this.#kept.get(path) === loading) this.#kept.delete(path);
      throw error;
    }
  }

  async #fullTile(tile: HashTile): Promise<Uint8Array> {
    const [hashes, root] = await Promise.all([
      this.#hashFile(tile),
      this.#hash({ level: (tile.level + 1) * TILE_HEIGHT, index: tile.index }),
    ]);
    if (Buffer.compare(subtreeRoot(hashes), root) !== 0) throw inconsistent(tile);
    return hashes;
  }

  async #readEdge(): Promise<ReadonlyMap<number, Uint8Array>> {
    const tiles = partialTiles(this.#size);
    const files = await Promise.all(tiles.map((tile) => this.#hashFile(tile)));
    const partials = new Map(tiles.map(({ level }, i) => [level, files[i] ?? new Uint8Array(0)]));
    // Every node of the right edge is in a partial tile, and together these nodes use all hashes of the partial tiles.
    const edge = rightEdge(this.#size).map((node) => {
      const { tile, from, to } = tileOfNode(node, this.#size);
      return subtreeRoot(hashAt(partials.get(tile.level) ?? new Uint8Array(0), from, to));
    });
    if (Buffer.compare(foldRoot(edge), this.#root) !== 0) {
      throw new Fault('log-inconsistent', 'The partial tiles do not lead to the root of the checkpoint.', {
        size: this.#size,
      });
    }
    return partials;
  }

  async #hashFile(tile: HashTile): Promise<Uint8Array> {
    const { bytes, fileWidth } = await this.#file(tile);
    if (bytes.length !== fileWidth * HASH_BYTES) {
      throw new Fault(
        'malformed-tile',
        phrase`A tile of width ${fileWidth} has ${fileWidth * HASH_BYTES} bytes.`,
        {
          path: tilePath(tile),
        },
      );
    }
    return hashAt(bytes, 0, tile.width);
  }

  /** A partial file may be gone once the full one, which begins with it, is there (tlog-tiles, "Partial Tiles"). */
  async #file(tile: Tile): Promise<{ bytes: Uint8Array; fileWidth: number }> {
    for (const fileWidth of tile.width < TILE_WIDTH ? [tile.width, TILE_WIDTH] : [TILE_WIDTH]) {
      const bytes = await this.#readPath(tilePath({ ...tile, width: fileWidth }));
      if (bytes !== undefined) return { bytes, fileWidth };
    }
    throw new Fault('tile-missing', phrase`The log lacks ${tilePath(tile)}.`, { path: tilePath(tile) });
  }
}

const hashAt = (hashes: Uint8Array, from: number, to: number): Uint8Array =>
  hashes.subarray(from * HASH_BYTES, to * HASH_BYTES);

const inconsistent = (tile: Tile): Fault =>
  new Fault('log-inconsistent', phrase`${tilePath(tile)} does not lead to the root of the checkpoint.`, {
    path: tilePath(tile),
  });

/** The partial tile of each level that has one: floor(size / 256^level) mod 256 wide. */
const partialTiles = (size: number): HashTile[] => {
  const tiles: HashTile[] = [];
  let rest = size;
  for (let level = 0; rest > 0; level++) {
    const width = rest % TILE_WIDTH;
    rest = Math.floor(rest / TILE_WIDTH);
    if (width > 0) tiles.push({ level, index: rest, width });
  }
  return tiles;
};
