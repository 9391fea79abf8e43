import { Fault, phrase } from '../fault.ts';
import { type Der, malformedDer, type Oid, TAG } from './der.ts';
import { decodeOid } from './oid.ts';

/** No structure of RFC 5280, 2986 or 6960 nests as deep as this. */
const MAX_DEPTH = 32;

/** An element's tag, where its content begins and ends, and where the next element begins. */
export interface Header {
  readonly tag: number;
  readonly content: number;
  readonly end: number;
  readonly next: number;
}

/**
 * A strict reader: a cursor over the elements between `at` and `end` of `bytes`. It refuses BER that is not DER: an
 * indefinite or padded length, a padded INTEGER, a BOOLEAN other than 00 and FF, a constructed string. It also refuses
 * a multi-byte tag and a byte after the end. It never copies: values are views of `bytes`. Every method faults with
 * `malformed-der`.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  protected readonly depth: number;
  protected at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    if (depth > MAX_DEPTH) throw malformedDer(phrase`nested deeper than ${MAX_DEPTH}`, start);
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = depth;
  }

  /** A reader over the single element of `bytes`. Fault: `trailing-data` where bytes follow the element. */
  static whole(bytes: Uint8Array, maxBytes: number): DerReader {
    if (bytes.length > maxBytes) {
      throw new Fault(
        'input-too-large',
        phrase`The input has ${bytes.length} bytes; at most ${maxBytes} are taken.`,
        {
          limit: maxBytes,
        },
      );
    }
    const reader = new this(bytes);
    const { next } = reader.header();
    if (next !== bytes.length) {
      throw new Fault(
        'trailing-data',
        phrase`${bytes.length - next} bytes follow the end of the DER element.`,
        {
          at: next,
        },
      );
    }
    return reader;
  }

  /** What this reader refuses: BER that is not DER, or only what is not BER either. */
  get rules(): 'DER' | 'BER' {
    return 'DER';
  }

  /** A reader by the same rules. */
  over(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0): DerReader {
    return new DerReader(bytes, start, end, depth);
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
      throw malformedDer(phrase`an element is followed by more than its type allows`, this.at);
  }

  protected header(): Header {
    const { bytes, at, end } = this;
    if (at + 2 > end) throw malformedDer(phrase`cut short`, at);
    const tag = bytes[at] as number;
    if ((tag & 0x1f) === 0x1f) throw malformedDer(phrase`a tag number above 30`, at);
    if (tag === 0) throw malformedDer(phrase`a zero tag`, at);
    let length = bytes[at + 1] as number;
    let content = at + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0) throw malformedDer(phrase`an indefinite length`, at);
      if (count > 4) throw malformedDer(phrase`a length of more than four octets`, at);
      if (content + count > end) throw malformedDer(phrase`cut short`, at);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[content + i] as number);
      if (length < 0x80 || length < 2 ** (8 * (count - 1)))
        throw malformedDer(phrase`a length not in its shortest form`, at);
      content += count;
    }
    if (content + length > end) throw malformedDer(phrase`cut short`, at);
    return { tag, content, end: content + length, next: content + length };
  }

  private take(tag: number): Header {
    const header = this.header();
    if (header.tag !== tag)
      throw malformedDer(phrase`tag ${hexTag(tag)} expected, ${hexTag(header.tag)} found`, this.at);
    this.at = header.next;
    return header;
  }

  /** The contents of a constructed element. */
  into(tag: number): DerReader {
    const { content, end } = this.take(tag);
    return this.over(this.bytes, content, end, this.depth + 1);
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
        throw malformedDer(phrase`a SET OF not in the order of its encodings`, start);
      previous = der;
    }
    return reader;
  }

  /** The contents of the next element if it has this tag; otherwise nothing is read. */
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
    const { tag, content, end, next } = this.header();
    this.at = next;
    return { tag, der: this.bytes.subarray(start, next) as Der, content: this.bytes.subarray(content, end) };
  }

  /** The next element whole, checked to its full depth. */
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
        // Only SEQUENCE and SET are constructed among the universal types; a string in pieces is BER (X.690 10.2).
        if (tag < 0x40 && tag !== TAG.sequence && tag !== TAG.set)
          throw malformedDer(phrase`a constructed string`, this.at);
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
      throw malformedDer(phrase`a primitive SEQUENCE or SET`, this.at);
  }

  boolean(): boolean {
    const content = this.content(TAG.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
      throw malformedDer(phrase`a BOOLEAN`, this.at);
    return content[0] === 0xff;
  }

  null(): void {
    if (this.content(TAG.null).length !== 0) throw malformedDer(phrase`a NULL with content`, this.at);
  }

  /** Two's complement content octets of an INTEGER (or another tag with INTEGER's content), shortest form. */
  integerContent(tag: number = TAG.integer): Uint8Array {
    const content = this.content(tag);
    const [first, second] = content;
    if (first === undefined) throw malformedDer(phrase`an empty INTEGER`, this.at);
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw malformedDer(phrase`an INTEGER not in its shortest form`, this.at);
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
      throw malformedDer(phrase`an INTEGER out of range`, this.at);
    return content.reduce((value, octet) => value * 256 + octet, 0);
  }

  /** A BIT STRING's bits; unused bits must be zero (X.690 11.2.1). */
  bitString(tag: number = TAG.bitString): { unused: number; bytes: Uint8Array } {
    const content = this.content(tag);
    const unused = content[0];
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0))
      throw malformedDer(phrase`a BIT STRING`, this.at);
    const last = content[content.length - 1] as number;
    if (content.length > 1 && last & ((1 << unused) - 1))
      throw malformedDer(phrase`a BIT STRING with unused bits set`, this.at);
    return { unused, bytes: content.subarray(1) };
  }

  /** A BIT STRING of whole octets. */
  bitStringOctets(tag: number = TAG.bitString): Uint8Array {
    const { unused, bytes } = this.bitString(tag);
    if (unused !== 0) throw malformedDer(phrase`a BIT STRING that is not whole octets`, this.at);
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
      throw malformedDer(phrase`text that is not UTF-8`, this.at);
    }
  }

  /** Text of the seven-bit string types, checked against `allowed`. */
  ascii(tag: number, allowed: RegExp): string {
    const content = this.content(tag);
    const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
    if (!allowed.test(text))
      throw malformedDer(phrase`characters that tag ${hexTag(tag)} does not have`, this.at);
    return text;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const hexTag = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`;
