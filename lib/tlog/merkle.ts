import { hash } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';

/**
 * The Merkle tree of RFC 6962 2.1 over SHA-256, described by its complete nodes. A complete node is the root of a full
 * subtree: level 0 has the leaf hashes, and node (level, index) covers the 2^level leaves from index * 2^level on. A
 * complete node never changes once its last leaf exists, so only complete nodes are stored. Every root and every proof
 * is folded from them.
 *
 * Sizes and indexes are JavaScript integers up to 2^53 - 1. Bit operators cut at 32 bits, so none is used here.
 */
export interface Node {
  readonly level: number;
  readonly index: number;
}

export const HASH_BYTES = 32;

/** MTH({}): the hash of no bytes (RFC 6962 2.1). */
export const EMPTY_ROOT: Uint8Array = hash('sha256', new Uint8Array(0), 'buffer');

/** SHA-256(0x00 || leaf). */
export const leafHash = (leaf: Uint8Array): Uint8Array => {
  const preimage = Buffer.allocUnsafe(1 + leaf.length);
  preimage[0] = 0;
  preimage.set(leaf, 1);
  return hash('sha256', preimage, 'buffer');
};

// All nodes share one preimage: hashing is synchronous, so no two nodes use it at the same time.
const nodePreimage = new Uint8Array(1 + 2 * HASH_BYTES);
nodePreimage[0] = 1;

/** SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw wrongHashLength();
  nodePreimage.set(left, 1);
  nodePreimage.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodePreimage, 'buffer');
};

const wrongHashLength = (): Fault => new Fault('invalid-input', 'A tree hash has 32 bytes.');

export const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;

/** The largest level whose nodes have no more than `width` leaves; `width` is at least 1. */
const levelWithin = (width: number): number =>
  width < 2 ** 32 ? 31 - Math.clz32(width) : 63 - Math.clz32(Math.floor(width / 2 ** 32));

/** k of RFC 6962 2.1: the largest power of two smaller than `width`, which is at least 2. */
export const splitPoint = (width: number): number => 2 ** levelWithin(width - 1);

/** The leaves from `lo` to before `hi`. A subtree of RFC 6962 2.1 can begin at `lo`. */
export interface LeafRange {
  readonly lo: number;
  readonly hi: number;
}

/** The complete nodes that make up a range, left to right, each the largest that fits. */
export const nodesOf = ({ lo, hi }: LeafRange): Node[] => {
  const nodes: Node[] = [];
  for (let at = lo; at < hi; ) {
    const level = levelWithin(hi - at);
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
};

/** The right edge of a tree: one node for each set bit of its size, the largest first. */
export const rightEdge = (size: number): Node[] => nodesOf({ lo: 0, hi: size });

/** The root over the hashes of the nodes that `nodesOf` gives. For `rightEdge` that is the root of the tree. */
export const foldRoot = (hashes: readonly Uint8Array[]): Uint8Array =>
  hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));

/** Hashes of consecutive nodes of one level, 32 bytes each, the first at index `start`. */
export interface NodeRun {
  readonly level: number;
  readonly start: number;
  readonly hashes: Uint8Array;
}

export interface Growth {
  readonly size: number;
  /** The hashes of `rightEdge(size)`. */
  readonly edge: readonly Uint8Array[];
  /** Every node that became complete, by level from 0; a level without any ends the list. */
  readonly runs: readonly NodeRun[];
}

/**
 * Appends leaves to a tree, given only its right edge. Costs one hash for each new complete node, so about one for each
 * leaf, whatever the tree's size. Faults: `invalid-input` when the edge does not fit a tree of that size, a hash does
 * not have 32 bytes, or the tree would outgrow 2^53 - 1 leaves.
 */
export const append = (
  size: number,
  edge: readonly Uint8Array[],
  leafHashes: readonly Uint8Array[],
): Growth => {
  const newSize = size + leafHashes.length;
  if (!isSize(size) || !isSize(newSize)) throw new Fault('invalid-input', 'The tree size is out of range.');
  const oldEdge = edgeByLevel(size, edge);
  const runs: NodeRun[] = [];
  let run: NodeRun = { level: 0, start: size, hashes: joinHashes(leafHashes) };
  while (run.hashes.length > 0) {
    runs.push(run);
    run = parentsOf(run, oldEdge.get(run.level));
  }
  return { size: newSize, edge: rightEdge(newSize).map(hashFrom(runs, oldEdge)), runs };
};

const edgeByLevel = (size: number, edge: readonly Uint8Array[]): Map<number, Uint8Array> => {
  const nodes = rightEdge(size);
  if (nodes.length !== edge.length) {
    throw new Fault(
      'invalid-input',
      phrase`The right edge of a tree of ${size} leaves has ${nodes.length} hashes.`,
    );
  }
  const byLevel = new Map<number, Uint8Array>();
  for (const [i, { level }] of nodes.entries()) {
    const edgeHash = edge[i];
    if (edgeHash?.length !== HASH_BYTES) throw wrongHashLength();
    byLevel.set(level, edgeHash);
  }
  return byLevel;
};

/**
 * The parents that a run's nodes complete. The first parent may have its left child in the old tree: that child is the
 * old edge's node at the run's level.
 */
const parentsOf = ({ level, start, hashes }: NodeRun, oldEdge: Uint8Array | undefined): NodeRun => {
  const parentStart = Math.floor(start / 2);
  const count = Math.floor((start + hashes.length / HASH_BYTES) / 2) - parentStart;
  const parents = new Uint8Array(count * HASH_BYTES);
  let at = 0;
  let done = 0;
  if (count > 0 && start % 2 === 1) {
    if (oldEdge === undefined) throw new Fault('internal', 'An odd level has a node on the right edge.');
    parents.set(nodeHash(oldEdge, hashes.subarray(0, HASH_BYTES)), 0);
    at = HASH_BYTES;
    done = HASH_BYTES;
  }
  for (; done < parents.length; done += HASH_BYTES, at += 2 * HASH_BYTES) {
    nodePreimage.set(hashes.subarray(at, at + 2 * HASH_BYTES), 1);
    parents.set(hash('sha256', nodePreimage, 'buffer'), done);
  }
  return { level: level + 1, start: parentStart, hashes: parents };
};

/** The root over a power of two of consecutive hashes, 32 bytes each. */
export const subtreeRoot = (hashes: Uint8Array): Uint8Array => {
  let run: NodeRun = { level: 0, start: 0, hashes };
  while (run.hashes.length > HASH_BYTES) run = parentsOf(run, undefined);
  return run.hashes;
};

const hashFrom =
  (runs: readonly NodeRun[], oldEdge: ReadonlyMap<number, Uint8Array>) =>
  ({ level, index }: Node): Uint8Array => {
    const run = runs[level];
    const at = run === undefined ? -1 : (index - run.start) * HASH_BYTES;
    // A copy, so that an edge kept for long does not keep the whole run.
    const found = run !== undefined && at >= 0 ? run.hashes.slice(at, at + HASH_BYTES) : oldEdge.get(level);
    if (found === undefined) throw new Fault('internal', 'The right edge is incomplete.');
    return found;
  };

export const joinHashes = (hashes: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [i, one] of hashes.entries()) {
    if (one.length !== HASH_BYTES) throw wrongHashLength();
    joined.set(one, i * HASH_BYTES);
  }
  return joined;
};

/**
 * The hashes of complete nodes of one tree, in the order asked. A proof asks for all the nodes that it needs in one
 * call.
 */
export type HashReader = (nodes: readonly Node[]) => Promise<readonly Uint8Array[]>;

/** The root of each range. */
export const rangeRoots = async (
  read: HashReader,
  ranges: readonly LeafRange[],
): Promise<readonly Uint8Array[]> => {
  const parts = ranges.map(nodesOf);
  const hashes = await read(parts.flat());
  let at = 0;
  return parts.map((nodes) => {
    const from = at;
    at += nodes.length;
    return foldRoot(hashes.slice(from, at));
  });
};

/**
 * The position of node (level, index) in a flat file that holds complete nodes in the order in which they become
 * complete (the order of golang.org/x/mod/sumdb/tlog): a leaf, then each node that this leaf completes.
 */
export const storedHashIndex = ({ level, index }: Node): number => {
  const lastLeaf = (index + 1) * 2 ** level - 1;
  return storedHashCount(lastLeaf) + level;
};

/** How many complete nodes a tree has: for n leaves, n + n/2 + n/4 + ... */
export const storedHashCount = (size: number): number => {
  let count = 0;
  for (let width = size; width > 0; width = Math.floor(width / 2)) count += width;
  return count;
};
