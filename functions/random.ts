import { randomFillSync } from 'node:crypto';
import type { Random } from '../lib/ports.ts';

const POOL = Buffer.alloc(4096);
/** More is drawn by itself. */
const LARGEST = 256;
let used = POOL.length;

/**
 * Bytes of the system's cryptographic source, drawn some thousands at a time: a call to it costs as much as all else
 * that goes into a record. Bytes that were given out are wiped here.
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
