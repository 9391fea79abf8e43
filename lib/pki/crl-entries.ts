import { Fault } from '../fault.ts';
import { type Der, TAG } from './der.ts';
import { CRL_REASONS, type CrlReason, type Extension } from './extension-bodies.ts';
import { encodeExtensions } from './extensions.ts';
import { parseSerial } from './serial.ts';
import { encodeTime } from './time.ts';

export const reasonExtension = (reason: CrlReason): Extension => ({
  id: 'reasonCode',
  reason,
  critical: false,
});

/** The crlEntryExtensions that hold a reason and nothing else, by reason. */
export const REASON_ALONE = Object.fromEntries(
  (Object.keys(CRL_REASONS) as CrlReason[]).map((reason) => [
    reason,
    encodeExtensions([reasonExtension(reason)]),
  ]),
) as Readonly<Record<CrlReason, Der>>;

/** A CRL's entry for one certificate, without the serial number. Times are in Unix seconds. */
export interface CertListEntryFields {
  readonly revocationTime: number;
  /** `unspecified` is written by leaving the reason out (RFC 5280 5.3.1). */
  readonly reason: CrlReason;
  readonly invalidityDate?: number;
}

const NONE = new Uint8Array();

/** The octets of crlEntryExtensions; empty where the entry has none. */
const extensionsOf = ({ reason, invalidityDate }: CertListEntryFields): Uint8Array => {
  if (invalidityDate === undefined) return reason === 'unspecified' ? NONE : REASON_ALONE[reason];
  return encodeExtensions([
    ...(reason === 'unspecified' ? [] : [reasonExtension(reason)]),
    { id: 'invalidityDate', date: new Date(invalidityDate * 1000), critical: false },
  ]);
};

/** An upper bound for the entries written here: a serial number of 20 octets, a GeneralizedTime and both extensions. */
const LARGEST = 128;
const BLOCK = 4 * 1024;

/** Octets left free before the entries, for the fields that precede them in a CRL. */
const ROOM_BEFORE = 4 * 1024;
/** The limit of the buffer: 1 GiB holds twenty million entries. Memory is used only for octets that are written. */
const MAX_BYTES = 1024 ** 3;
/** The buffer grows by at least this much. */
const MIB = 1024 * 1024;

/** The longest header of one more element around everything. */
const HEADER = 6;

const DAY = 86_400;
const ZERO = 0x30;
/** The years in which UTCTime is used (RFC 5280 5.1.2.6), 1950 to 2049, in Unix seconds. */
const UTC_TIME_FROM = Date.UTC(1950, 0, 1) / 1000;
const UTC_TIME_TO = Date.UTC(2050, 0, 1) / 1000;

/** The value of a lower-case hex digit by its character code. Other characters have -1, which sets all bits. */
const NIBBLE = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) NIBBLE[digit.charCodeAt(0)] = value;

const nibbleAt = (text: string, at: number): number => NIBBLE[text.charCodeAt(at)] ?? -1;

/**
 * The entries of a CRL's revokedCertificates, encoded one by one as they come. A national list has millions of them. An
 * object for each entry, or a list that is collected first and encoded at the end, would take a multiple of the memory
 * and block the rest of the process. For the same reason the entries stand in one buffer that grows in place and has
 * room on both sides: the CRL is written around them without a copy.
 */
export class CertListEntries {
  #length = 0;
  readonly #buffer = new ArrayBuffer(ROOM_BEFORE, { maxByteLength: MAX_BYTES });
  /** Where the entries in the buffer end. The entries in the block follow them; the block is faster to write to. */
  #end = ROOM_BEFORE;
  readonly #block = Buffer.alloc(BLOCK);
  #at = 0;
  #surrounded = false;
  /** YYMMDD as a number, by days since 1970. It is a cache: a list has few days and many entries. */
  readonly #days = new Map<number, number>();

  get length(): number {
    return this.#length;
  }

  /** Octets that the entries take. */
  get size(): number {
    return this.#end - ROOM_BEFORE + this.#at;
  }

  /** Adds `count` entries that are encoded already. */
  append(encoded: Uint8Array, count: number): void {
    this.#flush();
    this.#write(encoded);
    this.#length += count;
  }

  /**
   * The entries with these octets before and behind them. The first call writes the octets around the entries in the
   * buffer; no entry can be added after it. Each later call makes a copy.
   */
  surround(before: Uint8Array, behind: Uint8Array): Uint8Array {
    this.#flush();
    const entries = new Uint8Array(this.#buffer, ROOM_BEFORE, this.size);
    if (this.#surrounded || before.length > ROOM_BEFORE - HEADER)
      return Buffer.concat([before, entries, behind]);
    this.#surrounded = true;
    const start = ROOM_BEFORE - before.length;
    this.#buffer.resize(this.#end + behind.length);
    const whole = new Uint8Array(this.#buffer, start);
    whole.set(before);
    whole.set(behind, whole.length - behind.length);
    return new Uint8Array(this.#buffer, start, whole.length);
  }

  /** `serial` in hex. Faults: `malformed-serial`; `invalid-input` for a time outside 1950 to 9999. */
  push(serial: string, fields: CertListEntryFields): void {
    if (this.#at + LARGEST > BLOCK) this.#flush();
    // The entry counts only when it is whole: until then `#at` stays where it is.
    this.#at = this.#encode(serial, fields);
    this.#length++;
  }

  /** Whether `push` would add the octets from `start` to `end` of `encoded`. Nothing is added. Faults: as `push`. */
  isEncoded(
    serial: string,
    fields: CertListEntryFields,
    encoded: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (this.#at + LARGEST > BLOCK) this.#flush();
    return this.#block.compare(encoded, start, end, this.#at, this.#encode(serial, fields)) === 0;
  }

  /** Writes an entry behind the last one and returns its end. */
  #encode(serial: string, fields: CertListEntryFields): number {
    const extensions = extensionsOf(fields);
    const start = this.#at;
    let at = this.#serial(start + 2, serial);
    at = this.#time(at, fields.revocationTime);
    this.#block.set(extensions, at);
    at += extensions.length;
    this.#block[start] = TAG.sequence;
    // An entry is shorter than 128 octets (LARGEST), so its length takes one octet.
    this.#block[start + 1] = at - start - 2;
    return at;
  }

  #flush(): void {
    if (this.#at > 0) this.#write(this.#block.subarray(0, this.#at));
    this.#at = 0;
  }

  #write(encoded: Uint8Array): void {
    if (this.#surrounded) throw new Fault('internal', 'The entries are in a CRL already.');
    const end = this.#end + encoded.length;
    if (end > this.#buffer.byteLength) this.#buffer.resize(Math.min(end + MIB, MAX_BYTES));
    new Uint8Array(this.#buffer, this.#end).set(encoded);
    this.#end = end;
  }

  /** Writes a CertificateSerialNumber at `at` and returns its end. */
  #serial(at: number, serial: string): number {
    const block = this.#block;
    const octets = serial.length >> 1;
    const first = nibbleAt(serial, 0);
    const padding = first >= 8 ? 1 : 0;
    let end = at + 2 + padding;
    // Becomes negative as soon as one character is no digit.
    let all = first;
    for (let i = 0; i < serial.length; i += 2) {
      const octet = (nibbleAt(serial, i) << 4) | nibbleAt(serial, i + 1);
      all |= octet;
      block[end++] = octet;
    }
    const usual = all >= 0 && 2 * octets === serial.length && octets > 0 && octets + padding <= 20;
    // The serial number has another form, or is none: `parseSerial` decides.
    if (!usual || (block[at + 2] === 0 && padding === 0)) return this.#serial(at, parseSerial(serial));
    block[at] = TAG.integer;
    block[at + 1] = octets + padding;
    if (padding === 1) block[at + 2] = 0;
    return end;
  }

  /** Writes a Time (RFC 5280 4.1.2.5) at `at` and returns its end. */
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

/**
 * `octets` with these before and behind them. They are written around `octets` in its buffer if `octets` comes from
 * `surround` and ends where the buffer ends; otherwise the result is a copy. So no call writes over bytes that an
 * earlier call returned.
 */
export const surroundAgain = (before: Uint8Array, octets: Uint8Array, behind: Uint8Array): Uint8Array => {
  const { buffer, byteOffset } = octets;
  const end = byteOffset + octets.length;
  const inPlace =
    buffer instanceof ArrayBuffer &&
    buffer.resizable &&
    buffer.byteLength === end &&
    byteOffset >= before.length &&
    end + behind.length <= buffer.maxByteLength;
  if (!inPlace) return Buffer.concat([before, octets, behind]);
  buffer.resize(end + behind.length);
  const start = byteOffset - before.length;
  const whole = new Uint8Array(buffer, start, end + behind.length - start);
  whole.set(before);
  whole.set(behind, end - start);
  return whole;
};
