import { randomFillSync } from 'node:crypto';
import type { Random } from '../lib/ports.ts';

const POOL = Buffer.alloc(4096);
/** A longer request is drawn without the pool. */
const LARGEST = 256;
let used = POOL.length;

/**
 * Bytes from the system's cryptographic source, drawn a few thousand at a time: one call costs as much as the rest of a
 * record. Bytes that are given out are wiped from the pool.
 */
export const random: Random = (n) => {
  if (n > LARGEST) return randomFillSync(new Uint8Array(n));
  if (used + n > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const bytes = new Uint8Array(n);
  bytes.set(POOL.subarray(used, used + n));
  POOL.fill(0, used, used + n);
  used += n;
  return bytes;
};
