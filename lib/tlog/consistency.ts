import { Fault, phrase } from '../fault.ts';
import {
  EMPTY_ROOT,
  type HashReader,
  isSize,
  type LeafRange,
  nodeHash,
  rangeRoots,
  splitPoint,
} from './merkle.ts';

/**
 * The proof that the tree of `oldSize` leaves is a prefix of the tree of `size` leaves (PROOF of RFC 6962 2.1.2). It is
 * empty when the sizes are equal, and when the old tree is empty: for that tree RFC 6962 defines no proof, and
 * tlog-witness asks for an empty one. Faults: `invalid-input` unless 0 <= oldSize <= size; the reader's faults.
 */
export const proveConsistency = async (
  read: HashReader,
  oldSize: number,
  size: number,
): Promise<readonly Uint8Array[]> => {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size) {
    throw new Fault('invalid-input', phrase`A tree of ${size} leaves has no prefix of ${oldSize}.`, {
      oldSize,
      size,
    });
  }
  return oldSize === 0 || oldSize === size ? [] : rangeRoots(read, prefixRanges(oldSize, size));
};

/** SUBPROOF of RFC 6962 2.1.2, as a loop instead of a recursion. */
const prefixRanges = (oldSize: number, size: number): LeafRange[] => {
  const ranges: LeafRange[] = [];
  let lo = 0;
  let hi = size;
  while (hi !== oldSize) {
    const middle = lo + splitPoint(hi - lo);
    if (oldSize <= middle) {
      ranges.push({ lo: middle, hi });
      hi = middle;
    } else {
      ranges.push({ lo, hi: middle });
      lo = middle;
    }
  }
  // With lo = 0 this range is the old tree itself, whose root the verifier has.
  if (lo > 0) ranges.push({ lo, hi });
  return ranges.reverse();
};

export interface Consistency {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/**
 * Returns when the old tree is a prefix of the new one (RFC 9162 2.1.4.2). Faults: `log-inconsistent` when two roots of
 * one size differ, or the root of an empty tree is not that of every empty tree; no proof can mend either.
 * `proof-invalid` when the proof does not hold, which may be the fault of the proof's maker.
 */
export const verifyConsistency = ({ oldSize, oldRoot, size, root, hashes }: Consistency): void => {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size) {
    throw new Fault('proof-invalid', phrase`A tree of ${size} leaves has no prefix of ${oldSize}.`, {
      oldSize,
      size,
    });
  }
  if (![oldRoot, root, ...hashes].every((one) => one.length === 32)) {
    throw new Fault('proof-invalid', 'The proof has a hash that is not 32 bytes long.');
  }
  if (oldSize === 0 || oldSize === size) {
    if (hashes.length > 0) throw new Fault('proof-invalid', 'No hash is needed to prove this consistency.');
    const expected = oldSize === size ? root : EMPTY_ROOT;
    if (Buffer.compare(oldRoot, expected) !== 0 || (size === 0 && Buffer.compare(root, EMPTY_ROOT) !== 0)) {
      throw new Fault('log-inconsistent', phrase`The log has two different roots for ${oldSize} leaves.`, {
        oldSize,
      });
    }
    return;
  }
  const roots = rootsFrom(oldSize, oldRoot, size, hashes);
  if (Buffer.compare(roots.old, oldRoot) !== 0 || Buffer.compare(roots.new, root) !== 0) {
    throw new Fault('proof-invalid', 'The consistency proof does not lead to both roots.', { oldSize, size });
  }
};

const rootsFrom = (
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  hashes: readonly Uint8Array[],
): { old: Uint8Array; new: Uint8Array } => {
  let fn = oldSize - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  // fn is 0 exactly when oldSize is a power of two: then the proof starts from the old root itself.
  const [first, ...rest] = fn === 0 ? [oldRoot, ...hashes] : hashes;
  if (first === undefined || hashes.length === 0) {
    throw new Fault('proof-invalid', 'The consistency proof has too few hashes.', { oldSize, size });
  }
  let oldComputed = first;
  let computed = first;
  for (const sibling of rest) {
    if (sn === 0) {
      throw new Fault('proof-invalid', 'The consistency proof has too many hashes.', { oldSize, size });
    }
    if (fn % 2 === 1 || fn === sn) {
      oldComputed = nodeHash(sibling, oldComputed);
      computed = nodeHash(sibling, computed);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      computed = nodeHash(computed, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0)
    throw new Fault('proof-invalid', 'The consistency proof has too few hashes.', { oldSize, size });
  return { old: oldComputed, new: computed };
};
