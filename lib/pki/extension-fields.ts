import { phrase } from '../fault.ts';
import { malformedDer } from './der.ts';
import type { DerReader } from './der-reader.ts';

/** The elements of a SEQUENCE SIZE (1..MAX) OF. */
export const readList = <T>(value: DerReader, readOne: (reader: DerReader) => T): readonly T[] => {
  const at = value.offset;
  const items: T[] = [];
  for (const list = value.sequence(); !list.done; ) items.push(readOne(list));
  if (items.length === 0)
    throw malformedDer(phrase`an empty SEQUENCE where at least one element belongs`, at);
  return items;
};

/** BOOLEAN DEFAULT FALSE: absent or TRUE in DER, since a default is not encoded (X.690 11.5). */
export const readFlag = (reader: DerReader, tag: number): boolean => {
  if (reader.peek() !== tag) return false;
  const at = reader.offset;
  const content = reader.content(tag);
  if (reader.rules === 'BER' && content.length === 1) return content[0] !== 0;
  if (content.length !== 1 || content[0] !== 0xff)
    throw malformedDer(phrase`a BOOLEAN that is neither absent nor TRUE`, at);
  return true;
};

/** The same list of named bits without the zero bits at its end. */
const shortened = (content: Uint8Array): Uint8Array => {
  let length = content.length;
  while (length > 1 && content[length - 1] === 0) length--;
  const last = length > 1 ? (content[length - 1] as number) : 0;
  return Uint8Array.of(last === 0 ? 0 : 31 - Math.clz32(last & -last), ...content.subarray(1, length));
};

/**
 * The content octets of a BIT STRING that is a list of named bits. Its last bit must be one in DER, because trailing
 * zero bits are not encoded (X.690 11.2.2). An empty list is refused: it has no meaning in any extension.
 */
export const readNamedBits = (reader: DerReader, tag: number, names: number): Uint8Array => {
  const at = reader.offset;
  const content = reader.rules === 'BER' ? shortened(reader.content(tag)) : reader.content(tag);
  const unused = content[0] ?? 8;
  const last = content.length > 1 ? (content[content.length - 1] as number) : 0;
  if (unused > 7 || (last & -last) !== 1 << unused)
    throw malformedDer(phrase`a list of named bits that is empty or not in its shortest form`, at);
  if (8 * (content.length - 1) - unused > names) throw malformedDer(phrase`a bit that has no name`, at);
  return content;
};

/** ReasonFlags has names for the bits 0 to 8 (RFC 5280 4.2.1.13). */
export const readReasonFlags = (reader: DerReader, tag: number): Uint8Array | undefined =>
  reader.peek() === tag ? readNamedBits(reader, tag, 9) : undefined;
