import { Fault, phrase } from '../fault.ts';
import { type HashReader, isSize, type LeafRange, nodeHash, rangeRoots, splitPoint } from './merkle.ts';

/**
 * The inclusion proof of a leaf in the tree of `size` leaves (PATH of RFC 6962 2.1.1), from the leaf's sibling up.
 * Faults: `invalid-input` unless 0 <= index < size; the reader's faults.
 */
export const proveInclusion = async (
  read: HashReader,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> => {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new Fault('invalid-input', phrase`A tree of ${size} leaves has no leaf ${index}.`, { index, size });
  }
  return rangeRoots(read, siblingRanges(index, size));
};

const siblingRanges = (index: number, size: number): LeafRange[] => {
  const ranges: LeafRange[] = [];
  let lo = 0;
  let hi = size;
  while (hi - lo > 1) {
    const middle = lo + splitPoint(hi - lo);
    if (index < middle) {
      ranges.push({ lo: middle, hi });
      hi = middle;
    } else {
      ranges.push({ lo, hi: middle });
      lo = middle;
    }
  }
  return ranges.reverse();
};

export interface Inclusion {
  /** RFC 6962 2.1: SHA-256(0x00 || leaf), not the leaf. */
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/** Resolves to nothing when the proof holds (RFC 9162 2.1.3.2); faults with `proof-invalid` when it does not. */
export const verifyInclusion = ({ leafHash, index, size, root, hashes }: Inclusion): void => {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new Fault('proof-invalid', phrase`A tree of ${size} leaves has no leaf ${index}.`, { index, size });
  }
  if (![leafHash, root, ...hashes].every((one) => one.length === 32)) {
    throw new Fault('proof-invalid', 'The proof has a hash that is not 32 bytes long.');
  }
  let fn = index;
  let sn = size - 1;
  let computed = leafHash;
  for (const sibling of hashes) {
    if (sn === 0)
      throw new Fault('proof-invalid', 'The inclusion proof has too many hashes.', { index, size });
    if (fn % 2 === 1 || fn === sn) {
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
  if (sn !== 0) throw new Fault('proof-invalid', 'The inclusion proof has too few hashes.', { index, size });
  if (Buffer.compare(computed, root) !== 0) {
    throw new Fault('proof-invalid', 'The inclusion proof does not lead to the root of the tree.', {
      index,
      size,
    });
  }
};
