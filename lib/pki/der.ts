import { Fault } from '../fault.ts';

/**
 * A strict reader and a writer of DER (X.690 clauses 8 to 11). The reader takes nothing that is BER only:
 * no indefinite or padded length, no padded INTEGER, no BOOLEAN but 00 and FF, no constructed string, no
 * multi-byte tag, no byte after the end. It never copies: values are views of the bytes that it was given.
 */
declare const derBrand: unique symbol;
declare const oidBrand: unique symbol;

/** Exactly one complete DER element. */
export type Der = Uint8Array & { readonly [derBrand]: true };

/** Dotted decimal. */
export type Oid = string & { readonly [oidBrand]: true };

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific tags: `[n]` constructed (EXPLICIT, or IMPLICIT over a constructed type) and primitive. */
export const constructed = (n: number): number => 0xa0 | n;
export const primitive = (n: number): number => 0x80 | n;

/** Deeper nesting than any structure of RFC 5280, 2986 or 6960 needs. */
const MAX_DEPTH = 32;

/** For this file and the small types beside it (names, times): `why` is a noun phrase without personal data. */
export const malformedDer = (why: string, at: number): Fault =>
  new Fault('malformed-der', `Malformed DER: ${why}.`, { at });

/** Octets of content, or characters of the dotted form. */
const MAX_OID = 128;

const hexTag = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`;

/** A cursor over the elements between `at` and `end` of `bytes`. Every method faults with `malformed-der`. */
export class DerReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  private readonly depth: number;
  private at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    if (depth > MAX_DEPTH) throw malformedDer(`nested deeper than ${MAX_DEPTH}`, start);
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = depth;
  }

  /** The single element of `bytes`, which must not go on after it (`trailing-data`). */
  static whole(bytes: Uint8Array, maxBytes: number): DerReader {
    if (bytes.length > maxBytes) {
      throw new Fault(
        'input-too-large',
        `The input has ${bytes.length} bytes; at most ${maxBytes} are taken.`,
        {
          limit: maxBytes,
        },
      );
    }
    const reader = new DerReader(bytes);
    const { end } = reader.header();
    if (end !== bytes.length) {
      throw new Fault('trailing-data', `${bytes.length - end} bytes follow the end of the DER element.`, {
        at: end,
      });
    }
    return reader;
  }

  get offset(): number {
    return this.at;
  }

  get done(): boolean {
    return this.at === this.end;
  }

  /** The next element's tag, or undefined at the end. */
  peek(): number | undefined {
    return this.at < this.end ? this.bytes[this.at] : undefined;
  }

  /** Faults unless everything was read. */
  finish(): void {
    if (this.at !== this.end)
      throw malformedDer('an element is followed by more than its type allows', this.at);
  }

  private header(): { tag: number; content: number; end: number } {
    const { bytes, at, end } = this;
    if (at + 2 > end) throw malformedDer('cut short', at);
    const tag = bytes[at] as number;
    if ((tag & 0x1f) === 0x1f) throw malformedDer('a tag number above 30', at);
    if (tag === 0) throw malformedDer('a zero tag', at);
    let length = bytes[at + 1] as number;
    let content = at + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0) throw malformedDer('an indefinite length', at);
      if (count > 4) throw malformedDer('a length of more than four octets', at);
      if (content + count > end) throw malformedDer('cut short', at);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[content + i] as number);
      if (length < 0x80 || length < 2 ** (8 * (count - 1)))
        throw malformedDer('a length not in its shortest form', at);
      content += count;
    }
    if (content + length > end) throw malformedDer('cut short', at);
    return { tag, content, end: content + length };
  }

  private take(tag: number): { content: number; end: number } {
    const header = this.header();
    if (header.tag !== tag)
      throw malformedDer(`tag ${hexTag(tag)} expected, ${hexTag(header.tag)} found`, this.at);
    this.at = header.end;
    return header;
  }

  /** The contents of a constructed element. */
  into(tag: number): DerReader {
    const { content, end } = this.take(tag);
    return new DerReader(this.bytes, content, end, this.depth + 1);
  }

  sequence(): DerReader {
    return this.into(TAG.sequence);
  }

  /** The contents of a SET OF, whose elements must come in the order of their encodings (X.690 11.6). */
  setOf(tag: number = TAG.set): DerReader {
    const reader = this.into(tag);
    const probe = new DerReader(this.bytes, reader.at, reader.end, reader.depth);
    for (let previous: Der | undefined; !probe.done; ) {
      const start = probe.at;
      const { der } = probe.element();
      if (previous !== undefined && Buffer.compare(previous, der) > 0)
        throw malformedDer('a SET OF not in the order of its encodings', start);
      previous = der;
    }
    return reader;
  }

  /** The contents of an element if the next one has this tag; nothing is read otherwise. */
  optionalInto(tag: number): DerReader | undefined {
    return this.peek() === tag ? this.into(tag) : undefined;
  }

  /** The content octets of a primitive element. */
  content(tag: number): Uint8Array {
    const { content, end } = this.take(tag);
    return this.bytes.subarray(content, end);
  }

  /** The next element whole, checked no deeper than its own header. */
  element(): { tag: number; der: Der; content: Uint8Array } {
    const start = this.at;
    const { tag, content, end } = this.header();
    this.at = end;
    return { tag, der: this.bytes.subarray(start, end) as Der, content: this.bytes.subarray(content, end) };
  }

  /** The next element whole, checked to every depth where it is constructed. */
  der(): Der {
    const start = this.at;
    const { der } = this.element();
    new DerReader(this.bytes, start, this.at, this.depth).verify();
    return der;
  }

  private verify(): void {
    while (!this.done) {
      const { tag, content, end } = this.header();
      if (tag & 0x20) {
        // Of the universal types only SEQUENCE and SET are constructed; a string in pieces is BER (X.690 10.2).
        if (tag < 0x40 && tag !== TAG.sequence && tag !== TAG.set)
          throw malformedDer('a constructed string', this.at);
        new DerReader(this.bytes, content, end, this.depth + 1).verify();
      } else if (tag < 0x80) this.verifyPrimitive(tag);
      this.at = end;
    }
  }

  private verifyPrimitive(tag: number): void {
    const probe = new DerReader(this.bytes, this.at, this.end, this.depth);
    if (tag === TAG.boolean) probe.boolean();
    else if (tag === TAG.integer || tag === TAG.enumerated) probe.integerContent(tag);
    else if (tag === TAG.bitString) probe.bitString();
    else if (tag === TAG.oid) probe.oid();
    else if (tag === TAG.null) probe.null();
    else if (tag === TAG.sequence - 0x20 || tag === TAG.set - 0x20)
      throw malformedDer('a primitive SEQUENCE or SET', this.at);
  }

  boolean(): boolean {
    const content = this.content(TAG.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
      throw malformedDer('a BOOLEAN', this.at);
    return content[0] === 0xff;
  }

  null(): void {
    if (this.content(TAG.null).length !== 0) throw malformedDer('a NULL with content', this.at);
  }

  /** Two's complement content octets of an INTEGER (or another tag with INTEGER's content), shortest form. */
  integerContent(tag: number = TAG.integer): Uint8Array {
    const content = this.content(tag);
    const [first, second] = content;
    if (first === undefined) throw malformedDer('an empty INTEGER', this.at);
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw malformedDer('an INTEGER not in its shortest form', this.at);
    }
    return content;
  }

  bigint(tag: number = TAG.integer): bigint {
    const content = this.integerContent(tag);
    const magnitude = BigInt(`0x${Buffer.from(content).toString('hex')}`);
    return (content[0] as number) & 0x80 ? magnitude - (1n << BigInt(8 * content.length)) : magnitude;
  }

  /** An INTEGER from 0 to 2^31 - 1. */
  small(tag: number = TAG.integer): number {
    const content = this.integerContent(tag);
    if (content.length > 4 || (content[0] as number) & 0x80)
      throw malformedDer('an INTEGER out of range', this.at);
    return content.reduce((value, octet) => value * 256 + octet, 0);
  }

  /** A BIT STRING's bits; unused bits must be zero (X.690 11.2.1). */
  bitString(tag: number = TAG.bitString): { unused: number; bytes: Uint8Array } {
    const content = this.content(tag);
    const unused = content[0];
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0))
      throw malformedDer('a BIT STRING', this.at);
    const last = content[content.length - 1] as number;
    if (content.length > 1 && last & ((1 << unused) - 1))
      throw malformedDer('a BIT STRING with unused bits set', this.at);
    return { unused, bytes: content.subarray(1) };
  }

  /** A BIT STRING of whole octets. */
  bitStringOctets(tag: number = TAG.bitString): Uint8Array {
    const { unused, bytes } = this.bitString(tag);
    if (unused !== 0) throw malformedDer('a BIT STRING that is not whole octets', this.at);
    return bytes;
  }

  octetString(tag: number = TAG.octetString): Uint8Array {
    return this.content(tag);
  }

  oid(tag: number = TAG.oid): Oid {
    return decodeOid(this.content(tag), this.at);
  }

  utf8(tag: number = TAG.utf8String): string {
    try {
      return strictUtf8.decode(this.content(tag));
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw malformedDer('text that is not UTF-8', this.at);
    }
  }

  /** Text of the seven-bit string types, checked against `allowed`. */
  ascii(tag: number, allowed: RegExp): string {
    const content = this.content(tag);
    const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
    if (!allowed.test(text)) throw malformedDer(`characters that tag ${hexTag(tag)} does not have`, this.at);
    return text;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: IA5String is all of ASCII, control characters included
export const IA5 = /^[\x00-\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what one octet to a character can hold
const LATIN1 = /^[\x00-\xff]*$/;

const decodeOid = (content: Uint8Array, at: number): Oid => {
  if (content.length === 0 || content.length > MAX_OID) throw malformedDer('an OBJECT IDENTIFIER', at);
  if (((content[content.length - 1] as number) & 0x80) !== 0)
    throw malformedDer('an OBJECT IDENTIFIER cut short', at);
  let text = '';
  for (let start = 0; start < content.length; ) {
    if (content[start] === 0x80) throw malformedDer('an OBJECT IDENTIFIER arc not in its shortest form', at);
    let end = start + 1;
    while (((content[end - 1] as number) & 0x80) !== 0) end++;
    text += start === 0 ? firstArcs(content, end) : `.${readArc(content, start, end)}`;
    start = end;
  }
  return text as Oid;
};

/** So many octets of seven bits are below 2^53 and can be counted in numbers, as nearly all arcs are. */
const SMALL_ARC_OCTETS = 7;

const readArc = (content: Uint8Array, start: number, end: number): number | bigint => {
  if (end - start <= SMALL_ARC_OCTETS) {
    let arc = 0;
    for (let i = start; i < end; i++) arc = arc * 128 + ((content[i] as number) & 0x7f);
    return arc;
  }
  let arc = 0n;
  for (let i = start; i < end; i++) arc = (arc << 7n) | BigInt((content[i] as number) & 0x7f);
  return arc;
};

/** X.690 8.19.4: the first subidentifier holds two arcs, root x 40 + second. */
const firstArcs = (content: Uint8Array, end: number): string => {
  const head = readArc(content, 0, end);
  if (head < 40) return `0.${head}`;
  if (head < 80) return `1.${Number(head) - 40}`;
  return `2.${typeof head === 'number' ? head - 80 : head - 80n}`;
};

/* Writing ------------------------------------------------------------------------------------------------ */

/** One element: tag, shortest length, the parts' bytes in order. */
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
 * UTF8String, or a type of one octet to a character under any other tag. Fault: `invalid-input` where the text has
 * characters that the type cannot hold, since Buffer would replace or cut them silently.
 */
export const derText = (tag: number, text: string): Der => {
  const utf8 = tag === TAG.utf8String;
  if (utf8 ? !text.isWellFormed() : !(tag === TAG.teletexString ? LATIN1 : IA5).test(text)) {
    throw new Fault('invalid-input', 'The text has characters that its string type cannot hold.');
  }
  return tlv(tag, Buffer.from(text, utf8 ? 'utf8' : 'latin1'));
};

export const derOid = (oid: Oid, tag: number = TAG.oid): Der => {
  const octets: number[] = [];
  const second = oid.indexOf('.') + 1;
  let more = Number(oid.slice(0, second - 1)) * 40;
  for (let start = second; start > 0; more = 0) {
    const end = oid.indexOf('.', start);
    pushArc(octets, end < 0 ? oid.slice(start) : oid.slice(start, end), more);
    start = end + 1;
  }
  return tlv(tag, Uint8Array.from(octets));
};

/** Fifteen digits, and 80 more, are below 2^53. */
const SMALL_ARC_DIGITS = 15;

/** Appends `arc + more` in base 128, most significant first. */
const pushArc = (octets: number[], arc: string, more: number): void => {
  if (arc.length <= SMALL_ARC_DIGITS) {
    const value = Number(arc) + more;
    let unit = 1;
    while (value >= unit * 128) unit *= 128;
    for (; unit > 1; unit /= 128) octets.push((Math.floor(value / unit) % 128) | 0x80);
    octets.push(value % 128);
    return;
  }
  const groups: number[] = [];
  for (let left = BigInt(arc) + BigInt(more); left > 0n; left >>= 7n) groups.push(Number(left & 0x7fn));
  for (let i = groups.length - 1; i > 0; i--) octets.push((groups[i] as number) | 0x80);
  octets.push(groups[0] as number);
};

/**
 * A dotted OID, rightly spelled (X.660: root 0 to 2, second arc below 40 under roots 0 and 1). At most 128
 * characters, and so never more octets than the reader takes.
 */
export const isOid = (text: string): text is Oid =>
  text.length <= MAX_OID && /^([01]\.[1-3]?\d|2\.(0|[1-9]\d*))(\.(0|[1-9]\d*))*$/.test(text);

/** A dotted OID from outside. Fault: `invalid-input`. */
export const parseOid = (text: string): Oid => {
  if (!isOid(text)) {
    throw new Fault('invalid-input', 'An object identifier is written as dotted decimal, like 2.5.4.3.');
  }
  return text;
};

/** `Der` from bytes of ours or from a store of ours; bytes from outside go through a decoder instead. */
export const asDer = (bytes: Uint8Array): Der => bytes as Der;
