import { phrase } from '../fault.ts';
import { type Der, malformedDer, TAG } from './der.ts';
import { DerReader, type Header } from './der-reader.ts';

const CONSTRUCTED = 0x20;

/**
 * Reads BER (X.690 clause 8), for the parts of a structure that other software wrote and that are not used here. Tools
 * write such parts with padded or indefinite lengths, a SET OF in any order, defaults that are written out, and
 * characters that their string type does not have. Nothing that this reader read may be taken for DER: what is used, or
 * signed, is read by `DerReader`.
 */
export class BerReader extends DerReader {
  override get rules(): 'BER' {
    return 'BER';
  }

  override over(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0): BerReader {
    return new BerReader(bytes, start, end, depth);
  }

  protected override header(): Header {
    const { bytes, at, end } = this;
    if (at + 2 > end) throw malformedDer(phrase`cut short`, at);
    const tag = bytes[at] as number;
    if ((tag & 0x1f) === 0x1f) throw malformedDer(phrase`a tag number above 30`, at);
    if (tag === 0) throw malformedDer(phrase`a zero tag`, at);
    let content = at + 2;
    let length = bytes[at + 1] as number;
    if (length === 0x80) {
      if (!(tag & CONSTRUCTED)) throw malformedDer(phrase`an indefinite length`, at);
      const last = this.endOfContents(content);
      return { tag, content, end: last, next: last + 2 };
    }
    if (length > 0x80) {
      const count = length & 0x7f;
      if (content + count > end) throw malformedDer(phrase`cut short`, at);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[content + i] as number);
      content += count;
    }
    if (content + length > end) throw malformedDer(phrase`cut short`, at);
    return { tag, content, end: content + length, next: content + length };
  }

  /** Where the two zero octets are that end an indefinite length (X.690 8.1.5). */
  private endOfContents(content: number): number {
    let at = content;
    while (this.bytes[at] !== 0 || this.bytes[at + 1] !== 0 || at + 2 > this.end)
      at = this.over(this.bytes, at, this.end, this.depth + 1).header().next;
    return at;
  }

  override setOf(tag: number = TAG.set): DerReader {
    return this.into(tag);
  }

  /** A string may come in pieces (X.690 8.7.3), which are put together here. */
  override content(tag: number): Uint8Array {
    if (this.peek() !== (tag | CONSTRUCTED) || tag & CONSTRUCTED) return super.content(tag);
    const pieces: Uint8Array[] = [];
    for (const list = this.into(tag | CONSTRUCTED); !list.done; )
      pieces.push(list.content((list.peek() ?? 0) & ~CONSTRUCTED));
    return Buffer.concat(pieces);
  }

  /** The next element as it came, its content unread. */
  override der(): Der {
    return this.element().der;
  }

  override boolean(): boolean {
    const content = this.content(TAG.boolean);
    if (content.length !== 1) throw malformedDer(phrase`a BOOLEAN`, this.at);
    return content[0] !== 0;
  }

  override integerContent(tag: number = TAG.integer): Uint8Array {
    let content = this.content(tag);
    if (content.length === 0) throw malformedDer(phrase`an empty INTEGER`, this.at);
    const sign = (content[0] as number) & 0x80 ? 0xff : 0;
    while (content.length > 1 && content[0] === sign && ((content[1] as number) & 0x80) === (sign & 0x80))
      content = content.subarray(1);
    return content;
  }

  override bitString(tag: number = TAG.bitString): { unused: number; bytes: Uint8Array } {
    const content = this.content(tag);
    const unused = content[0];
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0))
      throw malformedDer(phrase`a BIT STRING`, this.at);
    return { unused, bytes: content.subarray(1) };
  }

  override utf8(tag: number = TAG.utf8String): string {
    return Buffer.from(this.content(tag)).toString('utf8');
  }

  override ascii(tag: number): string {
    return Buffer.from(this.content(tag)).toString('latin1');
  }
}
