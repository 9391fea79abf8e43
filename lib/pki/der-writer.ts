import { type Der, TAG } from './der.ts';
import type { SerialHex } from './serial.ts';
import { encodeGeneralizedTime, encodeTime } from './time.ts';

/** Value of a hex digit by its character code. */
const NIBBLE = Uint8Array.from({ length: 0x67 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return value < 0 ? 0 : value;
});

/**
 * Writes DER backwards, from its end to its beginning, into one buffer. When a header is written the length of its
 * content is known, so nothing has to be measured beforehand or copied. It serves what is large (CRLs) or frequent
 * (OCSP answers); everything else is clearer with `tlv`. A call for a part of an element comes after the call for the
 * part that follows it.
 */
export class DerWriter {
  private bytes: Uint8Array;
  private at: number;

  /** `capacity` is a guess in octets; the buffer grows when it was too small. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.at = capacity;
  }

  /** How much is written so far. `wrap` takes an earlier mark to know where an element's content ends. */
  get mark(): number {
    return this.bytes.length - this.at;
  }

  raw(octets: Uint8Array): void {
    this.reserve(octets.length);
    this.at -= octets.length;
    this.bytes.set(octets, this.at);
  }

  /** The header of an element whose content is everything written since `mark`. */
  wrap(tag: number, mark: number): void {
    let length = this.mark - mark;
    this.reserve(6);
    const { bytes } = this;
    if (length < 0x80) {
      bytes[--this.at] = length;
    } else {
      const end = this.at;
      for (; length > 0; length = Math.floor(length / 256)) bytes[--this.at] = length & 0xff;
      const octets = end - this.at;
      bytes[--this.at] = 0x80 | octets;
    }
    bytes[--this.at] = tag;
  }

  /** CertificateSerialNumber. */
  serial(serial: SerialHex): void {
    const length = serial.length >> 1;
    this.reserve(length + 3);
    const { bytes } = this;
    let at = this.at;
    for (let i = serial.length; i > 0; i -= 2) {
      bytes[--at] =
        ((NIBBLE[serial.charCodeAt(i - 2)] as number) << 4) | (NIBBLE[serial.charCodeAt(i - 1)] as number);
    }
    const padded = (bytes[at] as number) >= 0x80;
    if (padded) bytes[--at] = 0;
    bytes[--at] = padded ? length + 1 : length;
    bytes[--at] = TAG.integer;
    this.at = at;
  }

  /** Time (RFC 5280 4.1.2.5). Fault: `invalid-input` outside 1950 to 9999. */
  time(date: Date): void {
    const year = date.getUTCFullYear();
    if (year >= 1950 && year < 2050) {
      this.reserve(15);
      this.digits(date, year % 100);
      this.bytes[--this.at] = 13;
      this.bytes[--this.at] = TAG.utcTime;
    } else this.raw(encodeTime(date));
  }

  /** GeneralizedTime, cut to whole seconds. Fault: `invalid-input` outside the years that can be written. */
  generalizedTime(date: Date): void {
    const year = date.getUTCFullYear();
    if (year >= 1950 && year < 10_000) {
      this.reserve(17);
      this.digits(date, year % 100);
      this.twoDigits(Math.floor(year / 100));
      this.bytes[--this.at] = 15;
      this.bytes[--this.at] = TAG.generalizedTime;
    } else this.raw(encodeGeneralizedTime(date));
  }

  /** A view of the buffer; the unused room stays allocated behind it. */
  finish(): Der {
    return this.bytes.subarray(this.at) as Der;
  }

  private digits(date: Date, year: number): void {
    this.bytes[--this.at] = 0x5a;
    this.twoDigits(date.getUTCSeconds());
    this.twoDigits(date.getUTCMinutes());
    this.twoDigits(date.getUTCHours());
    this.twoDigits(date.getUTCDate());
    this.twoDigits(date.getUTCMonth() + 1);
    this.twoDigits(year);
  }

  private twoDigits(value: number): void {
    this.bytes[--this.at] = 0x30 + (value % 10);
    this.bytes[--this.at] = 0x30 + Math.floor(value / 10);
  }

  private reserve(octets: number): void {
    if (this.at >= octets) return;
    const { bytes, mark } = this;
    const grown = new Uint8Array(Math.max(2 * bytes.length, mark + octets));
    grown.set(bytes.subarray(this.at), grown.length - mark);
    this.bytes = grown;
    this.at = grown.length - mark;
  }
}
