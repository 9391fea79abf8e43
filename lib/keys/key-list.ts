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
const DIGEST = /^[0-9a-f]{64}$/;

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
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  const digests = Buffer.alloc(Math.ceil(bytes.length / LINE_BYTES) * DIGEST_OCTETS);
  let count = 0;
  for (let at = 0; at < bytes.length; count++) {
    const found = bytes.indexOf(LINE_FEED, at);
    const end = found === -1 ? bytes.length : found;
    const line = end - at === 2 * DIGEST_OCTETS ? bytes.toString('latin1', at, end) : '';
    if (!DIGEST.test(line)) throw wrongLine(count + 1);
    if (count >= limit) throw tooLong(limit);
    digests.write(line, count * DIGEST_OCTETS, 'hex');
    at = end + 1;
  }
  if (count === 0) throw wrongLine(1);
  return digests.subarray(0, count * DIGEST_OCTETS);
};

export const keyCount = (digests: Uint8Array): number => digests.length / DIGEST_OCTETS;

export const digestAt = (digests: Uint8Array, index: number): Buffer =>
  Buffer.from(digests.buffer, digests.byteOffset + index * DIGEST_OCTETS, DIGEST_OCTETS);

/** The text of the list: what it is the canonical form of. */
export const keyListText = (digests: Uint8Array): string => {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.length).toString('hex');
  return hex.replace(/.{64}/g, '$&\n');
};

/** In the order of their octets, each once. */
export const sortedKeyList = (digests: Uint8Array): Buffer => {
  const all = Array.from({ length: keyCount(digests) }, (_, i) => digestAt(digests, i)).sort(Buffer.compare);
  return Buffer.concat(all.filter((one, i) => i === 0 || !one.equals(all[i - 1] as Buffer)));
};

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
