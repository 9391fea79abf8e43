import type { Der } from './der.ts';
import { TAG } from './der.ts';
import { CRL_REASONS, type CrlReason, type Extension, encodeExtensions } from './extensions.ts';
import { parseSerial } from './serial.ts';
import { encodeTime } from './time.ts';

export const reasonExtension = (reason: CrlReason): Extension => ({
  id: 'reasonCode',
  reason,
  critical: false,
});

/** crlEntryExtensions of an entry with a reason and nothing else, by reason. */
export const REASON_ALONE = Object.fromEntries(
  (Object.keys(CRL_REASONS) as CrlReason[]).map((reason) => [
    reason,
    encodeExtensions([reasonExtension(reason)]),
  ]),
) as Readonly<Record<CrlReason, Der>>;

/** What a CRL says of one certificate; times in Unix seconds. */
export interface CertListEntryFields {
  readonly revocationTime: number;
  /** `unspecified` is written as no reason at all (RFC 5280 5.3.1). */
  readonly reason: CrlReason;
  readonly invalidityDate?: number;
}

const NONE = new Uint8Array();

/** The octets of crlEntryExtensions, none where there are none. */
const extensionsOf = ({ reason, invalidityDate }: CertListEntryFields): Uint8Array => {
  if (invalidityDate === undefined) return reason === 'unspecified' ? NONE : REASON_ALONE[reason];
  return encodeExtensions([
    ...(reason === 'unspecified' ? [] : [reasonExtension(reason)]),
    { id: 'invalidityDate', date: new Date(invalidityDate * 1000), critical: false },
  ]);
};

/** More than any entry takes that is written here: a serial number of 20 octets, a GeneralizedTime, both extensions. */
const LARGEST = 128;
const FIRST_BLOCK = 4 * 1024;
const LARGEST_BLOCK = 1024 * 1024;

const DAY = 86_400;
const ZERO = 0x30;
/** Where UTCTime begins and ends (RFC 5280 5.1.2.6), in Unix seconds: 1950 to 2049. */
const UTC_TIME_FROM = Date.UTC(1950, 0, 1) / 1000;
const UTC_TIME_TO = Date.UTC(2050, 0, 1) / 1000;

/** The value of a hex digit in lower case by its character code; what is none has all bits set. */
const NIBBLE = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) NIBBLE[digit.charCodeAt(0)] = value;

const nibbleAt = (text: string, at: number): number => NIBBLE[text.charCodeAt(at)] ?? -1;

/**
 * The entries of a CRL's revokedCertificates, encoded one by one as they come. A national list has millions of them: an
 * object for each, or a list that is kept in one form and then encoded in one go, would take a multiple of the
 * memory and keep everybody else in the process waiting.
 */
export class CertListEntries {
  #length = 0;
  /** What is in order already; behind it comes what is in the block from `from` to `at`. */
  readonly #pieces: Uint8Array[] = [];
  #block = Buffer.allocUnsafeSlow(FIRST_BLOCK);
  #from = 0;
  #at = 0;
  /** YYMMDD as a number by day since 1970: a list has few days and many entries. */
  readonly #days = new Map<number, number>();

  get length(): number {
    return this.#length;
  }

  /** The encoded entries in order, in pieces; views that later entries do not change. */
  get encoded(): readonly Uint8Array[] {
    return [...this.#pieces, this.#block.subarray(this.#from, this.#at)];
  }

  /** So many entries that are encoded already. They are not copied, and not to be written to any more. */
  append(encoded: Uint8Array, count: number): void {
    if (count === 0) return;
    this.#endPiece();
    this.#pieces.push(encoded);
    this.#length += count;
  }

  /** `serial` in hex. Faults: `malformed-serial`; `invalid-input` for a time outside 1950 to 9999. */
  push(serial: string, fields: CertListEntryFields): void {
    if (this.#at + LARGEST > this.#block.length) this.#turnOver();
    const extensions = extensionsOf(fields);
    const start = this.#at;
    // Until the entry is whole nothing of it counts.
    let at = this.#serial(start + 2, serial);
    at = this.#time(at, fields.revocationTime);
    this.#block.set(extensions, at);
    at += extensions.length;
    this.#block[start] = TAG.sequence;
    // Less than 128, as LARGEST says: one octet of length.
    this.#block[start + 1] = at - start - 2;
    this.#at = at;
    this.#length++;
  }

  #endPiece(): void {
    if (this.#at > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #turnOver(): void {
    this.#endPiece();
    this.#block = Buffer.allocUnsafeSlow(Math.min(2 * this.#block.length, LARGEST_BLOCK));
    this.#from = 0;
    this.#at = 0;
  }

  /** CertificateSerialNumber from `at` on; gives its end. */
  #serial(at: number, serial: string): number {
    const block = this.#block;
    const octets = serial.length >> 1;
    const first = nibbleAt(serial, 0);
    const padding = first >= 8 ? 1 : 0;
    let end = at + 2 + padding;
    // Negative as soon as one digit is none.
    let all = first;
    for (let i = 0; i < serial.length; i += 2) {
      const octet = (nibbleAt(serial, i) << 4) | nibbleAt(serial, i + 1);
      all |= octet;
      block[end++] = octet;
    }
    const usual = all >= 0 && 2 * octets === serial.length && octets > 0 && octets + padding <= 20;
    // One that is written in another form, or none at all: whoever reads serial numbers knows.
    if (!usual || (block[at + 2] === 0 && padding === 0)) return this.#serial(at, parseSerial(serial));
    block[at] = TAG.integer;
    block[at + 1] = octets + padding;
    if (padding === 1) block[at + 2] = 0;
    return end;
  }

  /** Time (RFC 5280 4.1.2.5) from `at` on; gives its end. */
  #time(at: number, seconds: number): number {
    const block = this.#block;
    if (!(Number.isInteger(seconds) && seconds >= UTC_TIME_FROM && seconds < UTC_TIME_TO)) {
      const time = encodeTime(new Date(seconds * 1000));
      block.set(time, at);
      return at + time.length;
    }
    const day = Math.floor(seconds / DAY);
    const date = this.#days.get(day) ?? this.#dayOf(day);
    const time = seconds - day * DAY;
    block[at] = TAG.utcTime;
    block[at + 1] = 13;
    this.#twoDigits(at + 2, (date / 10_000) | 0);
    this.#twoDigits(at + 4, ((date / 100) | 0) % 100);
    this.#twoDigits(at + 6, date % 100);
    this.#twoDigits(at + 8, (time / 3600) | 0);
    this.#twoDigits(at + 10, ((time / 60) | 0) % 60);
    this.#twoDigits(at + 12, time % 60);
    block[at + 14] = 0x5a;
    return at + 15;
  }

  #dayOf(day: number): number {
    const date = new Date(day * DAY * 1000);
    const yymmdd =
      (date.getUTCFullYear() % 100) * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
    this.#days.set(day, yymmdd);
    return yymmdd;
  }

  #twoDigits(at: number, value: number): void {
    this.#block[at] = ZERO + ((value / 10) | 0);
    this.#block[at + 1] = ZERO + (value % 10);
  }
}
