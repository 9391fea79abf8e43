import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proveConsistency, verifyConsistency } from '../../lib/tlog/consistency.ts';
import { proveInclusion, verifyInclusion } from '../../lib/tlog/inclusion.ts';
import {
  append,
  EMPTY_ROOT,
  foldRoot,
  leafHash,
  nodeHash,
  nodesOf,
  rangeRoots,
  rightEdge,
  storedHashCount,
  storedHashIndex,
  subtreeRoot,
} from '../../lib/tlog/merkle.ts';
import {
  faultCodeOf,
  hexes,
  hexOf,
  memoryReader,
  numberedHashes,
  rejectedCodeOf,
  slowPath,
  slowProof,
  slowReader,
  slowRoot,
} from './reference.ts';
import { consistencyProofs, inclusionProofs, leaves, roots } from './vectors/rfc6962.ts';

const leafHashes = leaves.map((leaf) => Buffer.from(leafHash(leaf)));

const rootOfSize = (n: number): Buffer => roots[n] ?? Buffer.alloc(0);

describe('the published vectors of RFC 6962 trees', () => {
  it('gives every root, from one append and from one leaf at a time', () => {
    let edge: readonly Uint8Array[] = [];
    expect(hexOf(EMPTY_ROOT)).toBe(hexOf(rootOfSize(0)));
    for (const [i, hash] of leafHashes.entries()) {
      edge = append(i, edge, [hash]).edge;
      expect(hexOf(foldRoot(edge))).toBe(hexOf(rootOfSize(i + 1)));
      expect(hexOf(foldRoot(append(0, [], leafHashes.slice(0, i + 1)).edge))).toBe(hexOf(rootOfSize(i + 1)));
    }
  });

  it.each(inclusionProofs)('makes and verifies the inclusion of leaf $index in $size', async (vector) => {
    const { index, size, hashes } = vector;
    expect(hexes(await proveInclusion(slowReader(leafHashes), index, size))).toEqual(hexes(hashes));
    const leaf = leafHash(leaves[index] ?? Buffer.alloc(0));
    verifyInclusion({ leafHash: leaf, index, size, root: rootOfSize(size), hashes });
  });

  it.each(consistencyProofs)('makes and verifies the consistency of $oldSize and $size', async (vector) => {
    const { oldSize, size, hashes } = vector;
    expect(hexes(await proveConsistency(slowReader(leafHashes), oldSize, size))).toEqual(hexes(hashes));
    verifyConsistency({ oldSize, oldRoot: rootOfSize(oldSize), size, root: rootOfSize(size), hashes });
  });

  it('gives the proofs that RFC 9162 2.1.5 shows for seven leaves', async () => {
    const [a, b, c, d, e, f, j] = leafHashes.map((hash) => hash);
    if (!a || !b || !c || !d || !e || !f || !j) throw new Error('eight leaves');
    const read = slowReader(leafHashes.slice(0, 7));
    const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)];
    const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
    expect(hexOf(nodeHash(k, l))).toBe(hexOf(rootOfSize(7)));
    expect(hexes(await proveInclusion(read, 0, 7))).toEqual(hexes([b, h, l]));
    expect(hexes(await proveInclusion(read, 3, 7))).toEqual(hexes([c, g, l]));
    expect(hexes(await proveInclusion(read, 4, 7))).toEqual(hexes([f, j, k]));
    expect(hexes(await proveInclusion(read, 6, 7))).toEqual(hexes([i, k]));
    expect(hexes(await proveConsistency(read, 3, 7))).toEqual(hexes([c, d, g, l]));
    expect(hexes(await proveConsistency(read, 4, 7))).toEqual(hexes([l]));
    expect(hexes(await proveConsistency(read, 6, 7))).toEqual(hexes([i, j, k]));
  });
});

describe('appending', () => {
  const all = numberedHashes(600);

  it('gives each new complete node once, for batches of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 12 }), (batches) => {
        let size = 0;
        let edge: readonly Uint8Array[] = [];
        const nodes = new Map<string, string>();
        for (const batch of batches) {
          const added = all.slice(size, size + batch);
          const growth = append(size, edge, added);
          for (const [level, run] of growth.runs.entries()) {
            expect(run.level).toBe(level);
            for (let i = 0; i * 32 < run.hashes.length; i++) {
              const name = `${level}/${run.start + i}`;
              expect(nodes.has(name)).toBe(false);
              nodes.set(name, hexOf(run.hashes.subarray(i * 32, i * 32 + 32)));
            }
          }
          ({ size, edge } = growth);
          expect(hexOf(foldRoot(edge))).toBe(hexOf(slowRoot(all.slice(0, size))));
        }
        expect(nodes.size).toBe(storedHashCount(size));
        for (const [name, hash] of nodes) {
          const [level = 0, index = 0] = name.split('/').map(Number);
          const slow = slowRoot(all.slice(index * 2 ** level, (index + 1) * 2 ** level));
          expect(hash).toBe(hexOf(slow));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('refuses an edge of another size, hashes of another length, and sizes past 2^53 - 1', () => {
    const [a, b] = all;
    if (a === undefined || b === undefined) throw new Error('leaves');
    expect(faultCodeOf(() => append(3, [a], [b]))).toBe('invalid-input');
    expect(faultCodeOf(() => append(1, [a.subarray(1)], [b]))).toBe('invalid-input');
    expect(faultCodeOf(() => append(0, [], [Buffer.alloc(33)]))).toBe('invalid-input');
    expect(faultCodeOf(() => append(-1, [], [a]))).toBe('invalid-input');
    const edge = rightEdge(Number.MAX_SAFE_INTEGER).map(() => a);
    expect(faultCodeOf(() => append(Number.MAX_SAFE_INTEGER, edge, [b]))).toBe('invalid-input');
    expect(faultCodeOf(() => nodeHash(a, b.subarray(1)))).toBe('invalid-input');
  });

  it('counts beyond 32 bits', () => {
    const size = 2 ** 53 - 2;
    const edge = rightEdge(size).map(({ level }) => Buffer.alloc(32, level));
    expect(edge.length).toBe(52);
    const growth = append(size, edge, [Buffer.alloc(32, 200)]);
    expect(growth.size).toBe(Number.MAX_SAFE_INTEGER);
    expect(growth.edge.length).toBe(53);
    expect(hexOf(foldRoot(growth.edge))).toBe(hexOf(foldRoot([...edge, Buffer.alloc(32, 200)])));
    const all52 = append(2 ** 52 - 1, edge.slice(1).concat(Buffer.alloc(32, 0)), [Buffer.alloc(32, 7)]);
    expect(all52.runs.length).toBe(53);
    expect(all52.runs.at(-1)).toMatchObject({ level: 52, start: 0 });
  });
});

describe('nodes', () => {
  it('covers each range of a tree from left to right with the largest complete nodes', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), (size) => {
        const edge = rightEdge(size);
        expect(edge.length).toBe(size.toString(2).replaceAll('0', '').length);
        let at = 0;
        for (const { level, index } of edge) {
          expect(index * 2 ** level).toBe(at);
          at += 2 ** level;
        }
        expect(at).toBe(size);
      }),
    );
    expect(nodesOf({ lo: 8, hi: 13 })).toEqual([
      { level: 2, index: 2 },
      { level: 0, index: 12 },
    ]);
    expect(nodesOf({ lo: 5, hi: 5 })).toEqual([]);
  });

  it('numbers stored nodes in the order in which they become complete', () => {
    const order = new Map<number, string>();
    let next = 0;
    for (let leaf = 0; leaf < 300; leaf++) {
      expect(storedHashCount(leaf)).toBe(next);
      for (let level = 0; (leaf + 1) % 2 ** level === 0; level++) {
        order.set(next++, `${level}/${(leaf + 1) / 2 ** level - 1}`);
      }
    }
    for (const [at, name] of order) {
      const [level = 0, index = 0] = name.split('/').map(Number);
      expect(storedHashIndex({ level, index })).toBe(at);
    }
  });

  it('takes the root of any power of two of hashes', () => {
    const all = numberedHashes(256);
    for (const width of [1, 2, 4, 64, 256]) {
      const hashes = all.slice(0, width);
      expect(hexOf(subtreeRoot(Buffer.concat(hashes)))).toBe(hexOf(slowRoot(hashes)));
    }
  });
});

describe('proofs against the slow definition', () => {
  const MAX = 200;
  const all = numberedHashes(MAX);
  const slowRoots = Array.from({ length: MAX + 1 }, (_, n) => slowRoot(all.slice(0, n)));
  const rootAt = (n: number): Buffer => slowRoots[n] ?? Buffer.alloc(0);
  const leafAt = (n: number): Buffer => all[n] ?? Buffer.alloc(0);

  // The nodes of all trees are the same, so they are hashed once.
  const read = memoryReader(all);

  it(`proves every leaf of every tree of up to ${MAX} leaves`, async () => {
    for (let size = 1; size <= MAX; size++) {
      for (let index = 0; index < size; index++) {
        const hashes = await proveInclusion(read, index, size);
        if (size % 7 === 0 || size > MAX - 3) {
          expect(hexes(hashes)).toEqual(hexes(slowPath(index, all.slice(0, size))));
        }
        verifyInclusion({ leafHash: leafAt(index), index, size, root: rootAt(size), hashes });
      }
    }
  });

  it(`proves every pair of trees of up to ${MAX} leaves`, async () => {
    for (let size = 0; size <= MAX; size++) {
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const hashes = await proveConsistency(read, oldSize, size);
        if (oldSize > 0 && (size % 7 === 0 || size > MAX - 3)) {
          expect(hexes(hashes)).toEqual(hexes(slowProof(oldSize, all.slice(0, size))));
        }
        verifyConsistency({ oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size), hashes });
      }
    }
  });

  it('gives the root of every prefix', async () => {
    const ranges = Array.from({ length: MAX + 1 }, (_, hi) => ({ lo: 0, hi }));
    expect(hexes(await rangeRoots(read, ranges))).toEqual(hexes(slowRoots));
  });

  /** Ways to damage a list of hashes, each of which really changes it. */
  const spoilt = (hashes: readonly Uint8Array[], root: Uint8Array): (readonly Uint8Array[])[] => [
    [...hashes, Buffer.alloc(32)],
    [...hashes, root],
    [Buffer.alloc(32), ...hashes],
    [root, ...hashes],
    ...(hashes.length > 0 ? [hashes.slice(1), hashes.slice(0, -1), []] : []),
    ...hashes.map((_, i) => hashes.map((hash, j) => (i === j ? flipped(hash, i % 32) : hash))),
    ...hashes.map((_, i) => hashes.map((hash, j) => (i === j ? hash.subarray(1) : hash))),
    ...hashes.map((_, i) =>
      hashes.map((hash, j) => (i === j ? Buffer.concat([hash, [0]].map(Buffer.from)) : hash)),
    ),
  ];
  const flipped = (hash: Uint8Array, at: number): Buffer => {
    const copy = Buffer.from(hash);
    copy[at] = (copy[at] ?? 0) ^ 4;
    return copy;
  };

  it('refuses an inclusion proof with any part changed', async () => {
    for (const size of [1, 2, 3, 5, 7, 8, 21, 64, 127, 128, 129]) {
      for (const index of new Set([0, 1, Math.floor(size / 2), size - 2, size - 1])) {
        if (index < 0 || index >= size) continue;
        const hashes = await proveInclusion(read, index, size);
        const good = { leafHash: leafAt(index), index, size, root: rootAt(size), hashes };
        const bad = [
          ...spoilt(hashes, good.root).map((wrong) => ({ ...good, hashes: wrong })),
          { ...good, index: index - 1 },
          { ...good, index: index + 1 },
          { ...good, index: -index - 1 },
          { ...good, index: index + 0.5 },
          { ...good, index: index + 2 ** 32 },
          { ...good, index: Number.NaN },
          { ...good, size: size * 2 },
          { ...good, size: Math.floor(size / 2) },
          { ...good, size: 0 },
          { ...good, size: -1 },
          { ...good, size: 2 ** 53 },
          { ...good, leafHash: flipped(good.leafHash, 0) },
          { ...good, leafHash: good.leafHash.subarray(1) },
          { ...good, root: flipped(good.root, 31) },
          { ...good, root: EMPTY_ROOT },
          { ...good, root: good.root.subarray(0, 31) },
        ];
        for (const one of bad) expect(faultCodeOf(() => verifyInclusion(one))).toBe('proof-invalid');
      }
    }
  });

  it('refuses a consistency proof with any part changed', async () => {
    for (const size of [2, 3, 5, 7, 8, 21, 64, 127, 128, 129]) {
      for (const oldSize of new Set([1, 2, 4, Math.floor(size / 2), size - 1])) {
        if (oldSize >= size) continue;
        const hashes = await proveConsistency(read, oldSize, size);
        const good = { oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size), hashes };
        const bad = [
          ...spoilt(hashes, good.root).map((wrong) => ({ ...good, hashes: wrong })),
          ...spoilt(hashes, good.oldRoot).map((wrong) => ({ ...good, hashes: wrong })),
          { ...good, oldSize: size + 1 },
          { ...good, oldSize: -1 },
          { ...good, oldSize: Number.NaN },
          { ...good, size: size * 2 },
          { ...good, size: 2 ** 53 },
          { ...good, oldRoot: flipped(good.oldRoot, 0) },
          { ...good, oldRoot: good.oldRoot.subarray(1) },
          { ...good, root: flipped(good.root, 0) },
          { ...good, root: EMPTY_ROOT },
          { ...good, oldRoot: good.root, root: good.oldRoot },
          // Size 0 takes no proof, and these have one. With an old size that is one off, the roots differ.
          { ...good, oldSize: 0 },
          { ...good, oldSize: oldSize - 1 },
        ];
        for (const one of bad) {
          if (one.oldSize === 0 && one.hashes.length === 0) continue;
          expect(faultCodeOf(() => verifyConsistency(one))).toBe('proof-invalid');
        }
      }
    }
  });

  it('refuses a proof that has more hashes than trees of these sizes allow, even if it leads to the roots', () => {
    const [leaf, more, extra] = [leafAt(0), leafAt(1), leafAt(2)];
    const above = { leafHash: leaf, index: 0, size: 1, root: nodeHash(extra, leaf), hashes: [extra] };
    expect(faultCodeOf(() => verifyInclusion(above))).toBe('proof-invalid');
    const root = nodeHash(extra, nodeHash(leaf, more));
    const before = { leafHash: more, index: 1, size: 2, root, hashes: [leaf, extra] };
    expect(faultCodeOf(() => verifyInclusion(before))).toBe('proof-invalid');
    const hashes = [leaf, more, extra, leaf];
    // Three and four leaves: the third leaf, the fourth, the first two, and then one hash too many.
    const both = {
      oldSize: 3,
      size: 4,
      oldRoot: nodeHash(leaf, nodeHash(extra, leaf)),
      root: nodeHash(leaf, nodeHash(extra, nodeHash(leaf, more))),
      hashes,
    };
    expect(faultCodeOf(() => verifyConsistency(both))).toBe('proof-invalid');
    verifyConsistency({
      ...both,
      oldRoot: nodeHash(extra, leaf),
      root: nodeHash(extra, nodeHash(leaf, more)),
      hashes: hashes.slice(0, 3),
    });
  });

  it('calls two roots of one size an inconsistent log', () => {
    const same = { oldSize: 5, size: 5, oldRoot: rootAt(5), root: rootAt(5), hashes: [] };
    verifyConsistency(same);
    expect(faultCodeOf(() => verifyConsistency({ ...same, root: rootAt(6) }))).toBe('log-inconsistent');
    expect(faultCodeOf(() => verifyConsistency({ ...same, hashes: [rootAt(5)] }))).toBe('proof-invalid');
    const fromEmpty = { ...same, oldSize: 0, oldRoot: EMPTY_ROOT };
    verifyConsistency(fromEmpty);
    expect(faultCodeOf(() => verifyConsistency({ ...fromEmpty, oldRoot: rootAt(1) }))).toBe(
      'log-inconsistent',
    );
    const empty = { ...same, oldSize: 0, size: 0, oldRoot: rootAt(1), root: rootAt(1) };
    expect(faultCodeOf(() => verifyConsistency(empty))).toBe('log-inconsistent');
  });

  it('makes no proof of a leaf that is not in the tree', async () => {
    expect(await rejectedCodeOf(proveInclusion(read, 5, 5))).toBe('invalid-input');
    expect(await rejectedCodeOf(proveInclusion(read, -1, 5))).toBe('invalid-input');
    expect(await rejectedCodeOf(proveInclusion(read, 0, 0))).toBe('invalid-input');
    expect(await rejectedCodeOf(proveInclusion(read, 0, 1.5))).toBe('invalid-input');
    expect(await rejectedCodeOf(proveConsistency(read, 6, 5))).toBe('invalid-input');
    expect(await rejectedCodeOf(proveConsistency(read, -1, 5))).toBe('invalid-input');
  });
});
