import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proveConsistency, verifyConsistency } from '../../lib/tlog/consistency.ts';
import { proveInclusion, verifyInclusion } from '../../lib/tlog/inclusion.ts';
import { append, EMPTY_ROOT, foldRoot, leafHash } from '../../lib/tlog/merkle.ts';
import {
  decodeEntries,
  encodeEntries,
  growTiles,
  newTiles,
  parseTilePath,
  type Tile,
  tilePath,
  tileWidth,
} from '../../lib/tlog/tile.ts';
import { TileReader } from '../../lib/tlog/tile-reader.ts';
import {
  faultCodeOf,
  growFiles,
  hexOf,
  numberedHashes,
  numberedLeaf,
  rejectedCodeOf,
  slowRoot,
} from './reference.ts';

const tile = (level: Tile['level'], index: number, width = 256): Tile => ({ level, index, width });

describe('tile paths', () => {
  it.each([
    // tlog-tiles, "Merkle Tree": the example of an index.
    ['tile/0/x001/x234/067', tile(0, 1234067)],
    ['tile/0/000', tile(0, 0)],
    ['tile/0/999', tile(0, 999)],
    ['tile/2/x001/000.p/1', tile(2, 1000, 1)],
    ['tile/63/001.p/255', tile(63, 1, 255)],
    ['tile/entries/x123/x456/078.p/7', tile('entries', 123456078, 7)],
    ['tile/0/x009/x007/x199/x254/x740/991', tile(0, Number.MAX_SAFE_INTEGER)],
  ])('%s is read and written', (path, value) => {
    expect(parseTilePath(path)).toEqual(value);
    expect(tilePath(value)).toBe(path);
  });

  it.each([
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001/x002',
    'tile/00/001',
    'tile/64/001',
    'tile/-1/001',
    'tile/data/001',
    'tile/0/001.p/0',
    'tile/0/001.p/01',
    'tile/0/001.p/256',
    'tile/0/001.p/1/',
    'tile/8/0/001',
    '/tile/0/001',
    'tile/0/001\n',
    'tile/entries/001.p',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x001/x000/x000/x000/x000/x000/000',
    'tile/0/\u0661\u0661\u0661',
    '',
  ])('%j is none', (path) => {
    expect(faultCodeOf(() => parseTilePath(path))).toBe('malformed-tile');
  });

  it('are one for each tile, and nothing else parses', () => {
    const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
    const anyTile = fc.record({ level, index: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(
      fc.property(anyTile, (one) => {
        expect(parseTilePath(tilePath(one))).toEqual(one);
      }),
    );
    const piece = fc.constantFrom('tile', '/', '0', '1', 'x', '000', '999', '.p/', 'entries', '64', '255');
    const pathLike = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 9 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(pathLike, (path) => {
        const code = faultCodeOf(() => expect(tilePath(parseTilePath(path))).toBe(path));
        expect([undefined, 'malformed-tile']).toContain(code);
      }),
    );
  });
});

describe('the tiles of a tree', () => {
  it('are those of the example of tlog-tiles, 70,000 leaves', () => {
    const tiles = newTiles(0, 70_000);
    const full = (level: number) => tiles.filter((one) => one.level === level && one.width === 256).length;
    const partial = (level: number) =>
      tiles.filter((one) => one.level === level && one.width < 256).map(({ index, width }) => [index, width]);
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect([partial(0), partial(1), partial(2)]).toEqual([[[273, 112]], [[1, 17]], [[0, 1]]]);
    expect(newTiles(0, 256)).toEqual([tile(0, 0), tile(1, 0, 1)]);
    expect(newTiles(0, 0)).toEqual([]);
  });

  it('that growth adds come once each, with the partial ones at its end', () => {
    const sizes = fc.array(fc.nat(200_000), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (steps) => {
        const written = new Set<string>();
        let size = 0;
        for (const step of steps) {
          const tiles = newTiles(size, size + step);
          size += step;
          for (const one of tiles) {
            expect(written.has(tilePath(one))).toBe(false);
            written.add(tilePath(one));
          }
        }
        for (const one of newTiles(0, size)) expect(written.has(tilePath(one)), tilePath(one)).toBe(true);
      }),
      { numRuns: 20 },
    );
    expect(faultCodeOf(() => newTiles(5, 4))).toBe('invalid-input');
    expect(faultCodeOf(() => newTiles(0, 2 ** 53))).toBe('invalid-input');
    expect(newTiles(2 ** 53 - 2, 2 ** 53 - 1).map(({ level, width }) => [level, width])).toEqual([[0, 255]]);
    expect(tileWidth(0, 3, 700)).toBe(0);
  });

  it('include one partial tile for each level that has one', () => {
    const hashes = numberedHashes(256);
    const first = append(0, [], hashes.slice(0, 10));
    const { partials } = growTiles(0, 10, first.runs, new Map());
    expect([...partials.keys()]).toEqual([0]);
    const second = append(10, first.edge, hashes.slice(10));
    expect([...growTiles(10, 256, second.runs, partials).partials.keys()]).toEqual([1]);
  });

  it('cannot grow from a partial tile that is not the old one', () => {
    const hashes = numberedHashes(11);
    const first = append(0, [], hashes.slice(0, 10));
    const second = append(10, first.edge, hashes.slice(10));
    const grow = (partials: Map<number, Uint8Array>) => () => growTiles(10, 11, second.runs, partials);
    expect(faultCodeOf(grow(new Map()))).toBe('invalid-input');
    expect(faultCodeOf(grow(new Map([[0, Buffer.alloc(32 * 9)]])))).toBe('invalid-input');
    expect(faultCodeOf(grow(new Map([[0, Buffer.concat(hashes.slice(0, 10))]])))).toBe(undefined);
    expect(faultCodeOf(() => growTiles(0, 300, first.runs, new Map()))).toBe('invalid-input');
  });
});

describe('entry bundles', () => {
  it('hold their entries, and end where the tree ends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 256 }), (entries) => {
        const bundle = encodeEntries(entries);
        expect(decodeEntries(bundle, entries.length).map(hexOf)).toEqual(entries.map(hexOf));
        const half = Math.floor(entries.length / 2);
        const parts = [encodeEntries(entries.slice(0, half)), encodeEntries(entries.slice(half))];
        expect(hexOf(Buffer.concat(parts))).toBe(hexOf(bundle));
      }),
    );
  });

  it('have entries of 65,535 bytes at most', () => {
    const largest = Buffer.alloc(65_535, 1);
    expect(decodeEntries(encodeEntries([largest]), 1)[0]?.length).toBe(65_535);
    expect(faultCodeOf(() => encodeEntries([Buffer.alloc(65_536)]))).toBe('value-too-large');
  });

  it('give entries that encode to the same bytes, or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(6), (bytes, width) => {
        const code = faultCodeOf(() =>
          expect(hexOf(encodeEntries(decodeEntries(bytes, width)))).toBe(hexOf(bytes)),
        );
        expect([undefined, 'malformed-tile']).toContain(code);
      }),
      { numRuns: 500 },
    );
    const bundle = encodeEntries([Buffer.from('a'), Buffer.from('bc')]);
    expect(faultCodeOf(() => decodeEntries(bundle, 1))).toBe('malformed-tile');
    expect(faultCodeOf(() => decodeEntries(bundle, 3))).toBe('malformed-tile');
    expect(faultCodeOf(() => decodeEntries(bundle.subarray(0, -1), 2))).toBe('malformed-tile');
  });
});

describe('reading a tree from its tiles', () => {
  const SIZE = 66_700;
  const all = Array.from({ length: SIZE }, (_, i) => leafHash(numberedLeaf(i)));
  const rootOf = (size: number): Uint8Array => foldRoot(append(0, [], all.slice(0, size)).edge);
  const files = growFiles(all, 9_300);
  for (let i = 0; i * 256 < SIZE; i++) {
    const entries = Array.from({ length: tileWidth(0, i, SIZE) }, (_, j) => numberedLeaf(i * 256 + j));
    files.set(tilePath(tile('entries', i, entries.length)), encodeEntries(entries));
  }
  const readFile = async (path: string) => files.get(path);

  it('gives the nodes of the slow definition, for batches of any size', async () => {
    const few = numberedHashes(700);
    for (const batch of [1, 3, 255, 256, 257, 700]) {
      const grown = growFiles(few, batch);
      const reader = new TileReader({ size: 700, root: slowRoot(few) }, async (path) => grown.get(path));
      for (const size of [0, 1, 2, 255, 256, 257, 512, 699, 700]) {
        expect(hexOf(await reader.rootAt(size))).toBe(hexOf(slowRoot(few.slice(0, size))));
      }
    }
  });

  it('proves leaves and prefixes', async () => {
    const root = rootOf(SIZE);
    const reader = new TileReader({ size: SIZE, root }, readFile);
    for (const index of [0, 1, 255, 256, 40_000, 65_535, 65_536, 66_559, 66_560, SIZE - 1]) {
      const hashes = await proveInclusion(reader.hashes, index, SIZE);
      verifyInclusion({ leafHash: leafHash(numberedLeaf(index)), index, size: SIZE, root, hashes });
    }
    for (const oldSize of [1, 2, 256, 300, 65_535, 65_536, 65_537, SIZE - 1, SIZE]) {
      const hashes = await proveConsistency(reader.hashes, oldSize, SIZE);
      verifyConsistency({ oldSize, oldRoot: rootOf(oldSize), size: SIZE, root, hashes });
    }
    const old = new TileReader({ size: 9_300, root: rootOf(9_300) }, readFile);
    const hashes = await proveConsistency(old.hashes, 777, 9_300);
    verifyConsistency({ oldSize: 777, oldRoot: rootOf(777), size: 9_300, root: rootOf(9_300), hashes });
  });

  it('goes on growing from the partial tiles that it read', async () => {
    const reader = new TileReader({ size: 9_300, root: rootOf(9_300) }, readFile);
    const growth = append(9_300, append(0, [], all.slice(0, 9_300)).edge, all.slice(9_300, 18_600));
    for (const { tile: one, bytes } of growTiles(9_300, 18_600, growth.runs, await reader.partials()).tiles) {
      expect(hexOf(bytes)).toBe(hexOf(files.get(tilePath(one)) ?? new Uint8Array(0)));
    }
  });

  it('gives the entries that the tree has, also from a wider bundle', async () => {
    const reader = new TileReader({ size: SIZE, root: rootOf(SIZE) }, readFile);
    const texts = async (from: TileReader, index: number) =>
      (await from.entries(index)).map((entry) => Buffer.from(entry).toString());
    expect((await texts(reader, 7))[255]).toBe('leaf 2047');
    expect(await texts(reader, 260)).toHaveLength(SIZE % 256);
    const old = new TileReader({ size: 9_300, root: rootOf(9_300) }, readFile);
    expect(await texts(old, 36)).toEqual(Array.from({ length: 84 }, (_, i) => `leaf ${9_216 + i}`));
    expect(await rejectedCodeOf(reader.entries(261))).toBe('invalid-input');
    expect(await rejectedCodeOf(reader.entries(-1))).toBe('invalid-input');
  });

  it('takes a full tile if the partial one is gone', async () => {
    const tree = { size: 9_300, root: rootOf(9_300) };
    const later = new Map(files);
    expect(later.delete('tile/0/036.p/84')).toBe(true);
    const reader = new TileReader(tree, async (path) => later.get(path));
    expect(hexOf(await reader.rootAt(9_299))).toBe(hexOf(rootOf(9_299)));
    later.delete('tile/0/036');
    const without = new TileReader(tree, async (path) => later.get(path));
    expect(await rejectedCodeOf(without.rootAt(9_299))).toBe('tile-missing');
  });

  it('refuses every file that does not lead to the root', async () => {
    const tree = { size: SIZE, root: rootOf(SIZE) };
    const spoilt = (path: string, change: (bytes: Buffer) => Uint8Array) =>
      new TileReader(tree, async (asked) => {
        const bytes = files.get(asked);
        return asked === path && bytes !== undefined ? change(Buffer.from(bytes)) : bytes;
      });
    const flip = (at: number) => (bytes: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    const prove = (reader: TileReader, index: number) =>
      rejectedCodeOf(proveInclusion(reader.hashes, index, SIZE));
    // A leaf's proof reads its own tile, the full one above it and all partial ones.
    for (const path of ['tile/0/005', 'tile/1/000', 'tile/0/260.p/140', 'tile/1/001.p/4', 'tile/2/000.p/1']) {
      expect(files.has(path), path).toBe(true);
      expect(await prove(spoilt(path, flip(0)), 5 * 256), path).toBe('log-inconsistent');
      expect(await prove(spoilt(path, flip(31)), 5 * 256), path).toBe('log-inconsistent');
      expect(
        await prove(
          spoilt(path, (bytes) => bytes.subarray(32)),
          5 * 256,
        ),
        path,
      ).toBe('malformed-tile');
      expect(
        await prove(
          spoilt(path, (bytes) => Buffer.concat([bytes, bytes])),
          5 * 256,
        ),
      ).toBe('malformed-tile');
    }
    const bundle = spoilt('tile/entries/005', flip(9));
    expect(await rejectedCodeOf(bundle.entries(5))).toBe('log-inconsistent');
    expect(await rejectedCodeOf(bundle.entries(6))).toBe(undefined);
    const otherRoot = new TileReader({ size: SIZE, root: rootOf(SIZE - 1) }, readFile);
    expect(await prove(otherRoot, 0)).toBe('log-inconsistent');
    const shorter = new TileReader({ size: 9_300, root: tree.root }, readFile);
    expect(await rejectedCodeOf(shorter.partials())).toBe('log-inconsistent');
  });

  it('repeats failed reads, and reads nothing twice that it holds', async () => {
    let broken = true;
    const asked = new Map<string, number>();
    const reader = new TileReader({ size: SIZE, root: rootOf(SIZE) }, async (path) => {
      asked.set(path, (asked.get(path) ?? 0) + 1);
      if (broken && path === 'tile/0/005') return undefined;
      return files.get(path);
    });
    expect(await rejectedCodeOf(proveInclusion(reader.hashes, 5 * 256, SIZE))).toBe('tile-missing');
    broken = false;
    for (const index of [1280, 1281, 1535]) await proveInclusion(reader.hashes, index, SIZE);
    expect(asked.get('tile/0/005')).toBe(2);
    expect([...asked.values()].filter((times) => times > 1)).toEqual([2]);
  });

  it('holds a bounded number of tiles', async () => {
    let asked = 0;
    const reader = new TileReader({ size: SIZE, root: rootOf(SIZE) }, async (path) => {
      asked++;
      return files.get(path);
    });
    for (let i = 0; i < 260; i++) await reader.hashes([{ level: 0, index: i * 256 }]);
    const before = asked;
    await reader.hashes([{ level: 0, index: 0 }]);
    expect(asked).toBeGreaterThan(before);
  });

  it('reads the tree without leaves', async () => {
    const none = async () => undefined;
    expect(hexOf(await new TileReader({ size: 0, root: EMPTY_ROOT }, none).rootAt(0))).toBe(
      hexOf(EMPTY_ROOT),
    );
    expect((await new TileReader({ size: 0, root: EMPTY_ROOT }, none).partials()).size).toBe(0);
    const wrong = new TileReader({ size: 0, root: Buffer.alloc(32) }, none);
    expect(await rejectedCodeOf(wrong.partials())).toBe('log-inconsistent');
    const reader = new TileReader({ size: 5, root: rootOf(5) }, async () => Buffer.concat(all.slice(0, 5)));
    expect(await rejectedCodeOf(reader.hashes([{ level: 0, index: 5 }]))).toBe('invalid-input');
    expect(await rejectedCodeOf(reader.hashes([{ level: 2, index: 1 }]))).toBe('invalid-input');
    expect(await rejectedCodeOf(reader.hashes([{ level: 0, index: -256 }]))).toBe('invalid-input');
    expect(await rejectedCodeOf(reader.hashes([{ level: 0, index: 0.5 }]))).toBe('invalid-input');
  });
});
