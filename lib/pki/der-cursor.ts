import { TAG } from './der.ts';
import { DerReader } from './der-reader.ts';
import { readSerial, readSerialIfPossible, type SerialHex } from './serial.ts';
import { readTime } from './time.ts';

/**
 * Reads DER where every microsecond counts: OCSP requests and the entries of CRLs. One object reads a whole input, and
 * compares offsets to leave a level instead of making a reader for each. It recognises the usual form of an element by
 * itself. Any other form (a long length, a defect) goes to `DerReader` and the other readers, so they alone hold the
 * rules and the faults.
 */
export class DerCursor {
  readonly bytes: Uint8Array;
  at: number;
  private readonly text: Buffer;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Whether an element of this tag comes next before `limit`. */
  is(tag: number, limit: number): boolean {
    return this.at < limit && this.bytes[this.at] === tag;
  }

  /**
   * Moves to the content of the next element, which must have this tag, and returns the content's end. Fault:
   * `malformed-der`.
   */
  enter(tag: number, limit: number): number {
    const { bytes, at } = this;
    const end = at + 2 + (bytes[at + 1] as number);
    if (at + 2 <= limit && bytes[at] === tag && (bytes[at + 1] as number) < 0x80 && end <= limit) {
      this.at = at + 2;
      return end;
    }
    const inner = new DerReader(bytes, at, limit).into(tag);
    this.at = inner.offset;
    return inner.end;
  }

  /** The content of the next element, which must be primitive and have this tag. Fault: `malformed-der`. */
  content(tag: number, limit: number): Uint8Array {
    const end = this.enter(tag, limit);
    const content = this.bytes.subarray(this.at, end);
    this.at = end;
    return content;
  }

  /** Faults with `malformed-der` unless everything before `end` was read. */
  leave(end: number): void {
    if (this.at !== end) new DerReader(this.bytes, this.at, end).finish();
  }

  /** Reads with a `DerReader` an element that is too rare for fast code of its own. */
  with<T>(limit: number, read: (reader: DerReader) => T): T {
    const reader = new DerReader(this.bytes, this.at, limit);
    const value = read(reader);
    this.at = reader.offset;
    return value;
  }

  /** CertificateSerialNumber. Faults: `malformed-der`, `malformed-serial`. */
  serial(limit: number): SerialHex {
    return this.usualSerial(limit) ?? this.with(limit, readSerial);
  }

  /** The same; undefined for an INTEGER that no certificate can have (RFC 5280 4.1.2.2). Fault: `malformed-der`. */
  serialIfPossible(limit: number): SerialHex | undefined {
    return this.usualSerial(limit) ?? this.with(limit, readSerialIfPossible);
  }

  private usualSerial(limit: number): SerialHex | undefined {
    const { bytes, at } = this;
    const length = bytes[at + 1] as number;
    const first = bytes[at + 2] as number;
    const padded = first === 0;
    const usual =
      at + 2 + length <= limit &&
      bytes[at] === TAG.integer &&
      (padded ? length > 1 && (bytes[at + 3] as number) >= 0x80 : length > 0 && first < 0x80) &&
      length <= 20;
    if (!usual) return undefined;
    this.at = at + 2 + length;
    return this.text.toString('hex', at + (padded ? 3 : 2), this.at) as SerialHex;
  }

  /** Time (RFC 5280 4.1.2.5). Fault: `malformed-der`. */
  time(limit: number): Date {
    const { bytes, at } = this;
    if (at + 15 > limit || bytes[at] !== TAG.utcTime || bytes[at + 1] !== 13 || bytes[at + 14] !== 0x5a) {
      return this.with(limit, readTime);
    }
    const year = this.twoDigits(at + 2);
    const month = this.twoDigits(at + 4);
    const day = this.twoDigits(at + 6);
    const hour = this.twoDigits(at + 8);
    const minute = this.twoDigits(at + 10);
    const second = this.twoDigits(at + 12);
    // Days above 28 go to the full check of the calendar. A part that is no number is NaN, and goes there too.
    const plain =
      year >= 0 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= 28 &&
      hour < 24 &&
      minute < 60 &&
      second < 60;
    if (!plain) return this.with(limit, readTime);
    this.at = at + 15;
    return new Date(Date.UTC(year < 50 ? 2000 + year : 1900 + year, month - 1, day, hour, minute, second));
  }

  private twoDigits(at: number): number {
    const tens = (this.bytes[at] as number) - 0x30;
    const ones = (this.bytes[at + 1] as number) - 0x30;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
  }
}
