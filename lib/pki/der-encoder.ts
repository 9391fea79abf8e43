import { Fault } from '../fault.ts';
import { type Der, IA5, type Oid, TAG } from './der.ts';
import { encodeOid } from './oid.ts';

/** One element: the tag, the shortest form of the length, and the bytes of the parts in order. */
export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Der => {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets =
    length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const out = new Uint8Array(2 + lengthOctets + length);
  out[0] = tag;
  out[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  for (let i = 0; i < lengthOctets; i++)
    out[2 + i] = Math.floor(length / 256 ** (lengthOctets - 1 - i)) & 0xff;
  let at = 2 + lengthOctets;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out as Der;
};

export const derSequence = (...parts: readonly Uint8Array[]): Der => tlv(TAG.sequence, ...parts);

/** SET OF: elements sorted by their encodings (X.690 11.6). */
export const derSetOf = (...elements: readonly Uint8Array[]): Der =>
  tlv(TAG.set, ...[...elements].sort(Buffer.compare));

export const derBoolean = (value: boolean): Der => tlv(TAG.boolean, Uint8Array.of(value ? 0xff : 0));

export const derNull = (): Der => tlv(TAG.null);

/** The shortest two's complement octets of `value`. */
export const integerOctets = (value: bigint | number): Uint8Array => {
  const n = BigInt(value);
  let length = 1;
  while (n < -(1n << BigInt(8 * length - 1)) || n >= 1n << BigInt(8 * length - 1)) length++;
  return Buffer.from(
    BigInt.asUintN(8 * length, n)
      .toString(16)
      .padStart(2 * length, '0'),
    'hex',
  );
};

export const derInteger = (value: bigint | number, tag: number = TAG.integer): Der =>
  tlv(tag, integerOctets(value));

export const derBitString = (bytes: Uint8Array, unused = 0, tag: number = TAG.bitString): Der =>
  tlv(tag, Uint8Array.of(unused), bytes);

export const derOctetString = (bytes: Uint8Array, tag: number = TAG.octetString): Der => tlv(tag, bytes);

/**
 * A UTF8String or, under any other tag, a string type of one octet to a character. Fault: `invalid-input` where the
 * text has characters that the type cannot hold: Buffer would replace or cut them silently.
 */
export const derText = (tag: number, text: string): Der => {
  const utf8 = tag === TAG.utf8String;
  if (utf8 ? !text.isWellFormed() : !(tag === TAG.teletexString ? LATIN1 : IA5).test(text)) {
    throw new Fault('invalid-input', 'The text has characters that its string type cannot hold.');
  }
  return tlv(tag, Buffer.from(text, utf8 ? 'utf8' : 'latin1'));
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what one octet to a character can hold
const LATIN1 = /^[\x00-\xff]*$/;

export const derOid = (oid: Oid, tag: number = TAG.oid): Der => tlv(tag, encodeOid(oid));
