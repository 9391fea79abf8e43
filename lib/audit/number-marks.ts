import { hash } from 'node:crypto';

/**
 * Marks any number of certificates in a fixed number of bytes: a Bloom filter. It never forgets a mark. It takes a certificate for
 * a marked one by chance once in 30,000 times where 5 million are marked.
 */
export interface NumberMarks {
  add(certificate: string): void;
  has(certificate: string): boolean;
}

const MARKS = 4;
/** 2^28 bits are 32 MiB. */
const BITS = 2 ** 28;

export const openNumberMarks = (): NumberMarks => {
  const bits = new Uint8Array(BITS / 8);

  const placesOf = (certificate: string): readonly number[] => {
    const digest = hash('sha256', certificate, 'buffer');
    return Array.from({ length: MARKS }, (_, i) => digest.readUInt32BE(4 * i) % BITS);
  };

  return {
    add: (certificate) => {
      for (const at of placesOf(certificate)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    },
    has: (certificate) => placesOf(certificate).every((at) => ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0),
  };
};
