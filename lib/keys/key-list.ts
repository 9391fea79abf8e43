import { Fault, phrase } from '../fault.ts';

/**
 * A list of keys that are known to be compromised: one SHA-256 of a DER SubjectPublicKeyInfo a line, in lower-case hex, each
 * line ended by a line feed. A list is kept in parts, in the order of its digests.
 */

/** A part has at most this many keys, so that it fits into every store and through every door. */
export const MAX_KEYS_IN_PART = 8_192;
export const MAX_PARTS = 128;
const DIGEST_OCTETS = 32;
const LINE_BYTES = 2 * DIGEST_OCTETS + 1;
export const MAX_PART_BYTES = MAX_KEYS_IN_PART * LINE_BYTES;

const LINE_FEED = 0x0a;

/** The value of each octet that is a lower-case hex digit; -1 for the others. */
const NIBBLES = Int8Array.from({ length: 256 }, (_, octet) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(octet)),
);

const wrongLine = (line: number): Fault =>
  new Fault(
    'malformed-key-list',
    phrase`Line ${line} is not a SHA-256 in 64 lower-case hex digits; nothing of the list was taken.`,
    { line },
  );

const tooLong = (limit: number): Fault =>
  new Fault('malformed-key-list', phrase`The list has more than ${limit} keys; nothing of it was taken.`, {
    limit,
  });

/**
 * The digests of a list, as 32 octets each, in the order of the lines. The line feed after the last line may be missing.
 * Fault: `malformed-key-list`, with the number of the first wrong line, for a list without a line, or for a longer one.
 */
export const readKeyList = (text: Uint8Array, limit = MAX_PARTS * MAX_KEYS_IN_PART): Buffer => {
  const count = Math.ceil(text.length / LINE_BYTES);
  if (count === 0) throw wrongLine(1);
  const digests = Buffer.alloc(Math.min(count, limit) * DIGEST_OCTETS);
  for (let line = 0, at = 0; line < count; line++, at += LINE_BYTES) {
    if (line >= limit) throw tooLong(limit);
    const end = at + 2 * DIGEST_OCTETS;
    if (end > text.length || (end < text.length && text[end] !== LINE_FEED)) throw wrongLine(line + 1);
    for (let i = 0; i < DIGEST_OCTETS; i++) {
      const high = nibble(text, at + 2 * i);
      const low = nibble(text, at + 2 * i + 1);
      if (high < 0 || low < 0) throw wrongLine(line + 1);
      digests[line * DIGEST_OCTETS + i] = 16 * high + low;
    }
  }
  return digests;
};

const nibble = (text: Uint8Array, at: number): number => NIBBLES[text[at] as number] as number;

export const keyCount = (digests: Uint8Array): number => digests.length / DIGEST_OCTETS;

export const digestAt = (digests: Uint8Array, index: number): Buffer =>
  Buffer.from(digests.buffer, digests.byteOffset + index * DIGEST_OCTETS, DIGEST_OCTETS);

/** The text of the list: what it is the canonical form of. */
export const keyListText = (digests: Uint8Array): string => {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.length).toString('hex');
  return hex.replace(/.{64}/g, '$&\n');
};

/**
 * In the order of their octets, each once. The first four octets of a digest and its index are sorted as one number, which is
 * many times faster than comparing a million digests; those that agree in the four are then compared whole.
 */
export const sortedKeyList = (digests: Uint8Array): Buffer => {
  const all = Buffer.from(digests.buffer, digests.byteOffset, digests.length);
  const heads = Float64Array.from(
    { length: keyCount(all) },
    (_, i) => all.readUInt32BE(i * DIGEST_OCTETS) * INDEXES + i,
  ).sort();
  const sorted: Buffer[] = [];
  for (let from = 0; from < heads.length; ) {
    const head = headIn(heads, from);
    const same: Buffer[] = [];
    for (; from < heads.length && headIn(heads, from) === head; from++) {
      same.push(digestAt(all, (heads[from] as number) % INDEXES));
    }
    if (same.length > 1) same.sort(Buffer.compare);
    for (const [i, one] of same.entries())
      if (i === 0 || !one.equals(same[i - 1] as Buffer)) sorted.push(one);
  }
  return Buffer.concat(sorted);
};

/** More than a list has keys, and few enough for a number to hold both exactly. */
const INDEXES = 2 ** 20;
const headIn = (heads: Float64Array, at: number): number => Math.floor((heads[at] as number) / INDEXES);

/** The parts of a sorted list. */
export const keyListParts = (digests: Uint8Array): readonly Uint8Array[] => {
  const parts: Uint8Array[] = [];
  const size = MAX_KEYS_IN_PART * DIGEST_OCTETS;
  for (let at = 0; at < digests.length; at += size) parts.push(digests.subarray(at, at + size));
  return parts;
};

/** Fault: `malformed-key-list` where two neighbours are not in their order. */
export const assertSorted = (digests: Uint8Array): void => {
  for (let i = 1; i < keyCount(digests); i++) {
    if (Buffer.compare(digestAt(digests, i - 1), digestAt(digests, i)) < 0) continue;
    throw new Fault(
      'malformed-key-list',
      phrase`Line ${i + 1} is not after the line before it; the lines of a part are sorted, each once.`,
      { line: i + 1 },
    );
  }
};

/** The index of the greatest digest that is not above this one; -1 where all are. */
export const placeIn = (digests: Uint8Array, digest: Uint8Array): number => {
  let [low, high] = [0, keyCount(digests)];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(digestAt(digests, middle), digest) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
