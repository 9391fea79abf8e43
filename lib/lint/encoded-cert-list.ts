import {
  constructed,
  type Der,
  DerCursor,
  DerReader,
  type Extension,
  type Name,
  readExtensions,
  readName,
  TAG,
} from '../pki/pki.ts';
import {
  comparableTime,
  type EncodedExtension,
  type EncodedTime,
  isTypedByYear,
  isWholeSeconds,
  readEncodedExtensions,
  readEncodedTime,
  repeatedOid,
} from './encoded-certificate.ts';

/** The bytes of a TBSCertList (RFC 5280 5.1), without reading the entries. */
export interface EncodedCertList {
  readonly der: Der;
  /** As written: 1 is v2; absent when left out. */
  readonly version?: number;
  readonly signature: Der;
  readonly issuer: Name;
  readonly thisUpdate: EncodedTime;
  readonly nextUpdate?: EncodedTime;
  /** The contents of revokedCertificates; absent when it is left out. */
  readonly revokedCertificates?: Uint8Array;
  readonly encodedExtensions: readonly EncodedExtension[];
}

export interface DecodedCertList extends EncodedCertList {
  readonly extensions: readonly Extension[];
}

/**
 * One entry. A pass over a CRL uses one object for all entries, so a check may keep numbers from it and nothing else.
 */
export interface CertListEntry {
  /** The contents of revokedCertificates. */
  readonly bytes: Uint8Array;
  /** Where the INTEGER's content octets are in `bytes`. */
  readonly serialStart: number;
  readonly serialEnd: number;
  /** YYYYMMDDHHMMSS as a number, which sorts by time. NaN where RFC 5280 5.1.2.6 does not allow the form. */
  readonly revocationDate: number;
}

/** A crlEntryExtensions. */
export interface EntryExtensions {
  readonly encodedExtensions: readonly EncodedExtension[];
  /** Empty if an extension comes twice. */
  readonly extensions: readonly Extension[];
}

/** 1 GiB: twenty million entries. */
const MAX_BYTES = 1024 ** 3;

const isTime = (tag: number | undefined): boolean => tag === TAG.utcTime || tag === TAG.generalizedTime;

/** The Extensions element of a TBSCertList; its content is not read. */
const readExplicit = (tbs: DerReader): Der | undefined => {
  const explicit = tbs.optionalInto(constructed(0));
  const der = explicit?.element().der;
  explicit?.finish();
  return der;
};

/** Faults: `malformed-der` and its kin. */
export const readEncodedCertList = (
  der: Uint8Array,
): { readonly list: EncodedCertList; readonly decode: () => DecodedCertList } => {
  const tbs = DerReader.whole(der, MAX_BYTES).sequence();
  const version = tbs.peek() === TAG.integer ? tbs.small() : undefined;
  const signature = tbs.der();
  const issuer = readName(tbs);
  const thisUpdate = readEncodedTime(tbs);
  const nextUpdate = isTime(tbs.peek()) ? readEncodedTime(tbs) : undefined;
  const revokedCertificates = tbs.peek() === TAG.sequence ? tbs.element().content : undefined;
  const extensions = readExplicit(tbs);
  tbs.finish();
  const list: EncodedCertList = {
    der: der as Der,
    ...(version !== undefined && { version }),
    signature,
    issuer,
    thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    ...(revokedCertificates && { revokedCertificates }),
    encodedExtensions: extensions === undefined ? [] : readEncodedExtensions(new DerReader(extensions)),
  };
  const decode = (): DecodedCertList => ({
    ...list,
    extensions: extensions === undefined ? [] : readExtensions(new DerReader(extensions)),
  });
  return { list, decode };
};

const readEntryExtensions = (der: Uint8Array): EntryExtensions => {
  const reader = new DerReader(der);
  const encodedExtensions = readEncodedExtensions(reader);
  reader.finish();
  const decodable = encodedExtensions.length > 0 && repeatedOid(encodedExtensions) === undefined;
  return { encodedExtensions, extensions: decodable ? readExtensions(new DerReader(der)) : [] };
};

/** How many different crlEntryExtensions a pass remembers as judged. A CRL usually has only a few. */
const MAX_KNOWN = 16;

/** Whether `bytes` has `known` at `start`. Compares from the end, where the number of a reason is. */
const hasAt = (bytes: Uint8Array, start: number, known: Uint8Array): boolean => {
  for (let i = known.length - 1; i >= 0; i--) if (bytes[start + i] !== known[i]) return false;
  return true;
};

const readRevocationDate = (reader: DerReader): number => {
  const time = readEncodedTime(reader);
  return isWholeSeconds(time) && isTypedByYear(time) ? Number(comparableTime(time).slice(0, -1)) : Number.NaN;
};

const UTC_TIME_CONTENT = 13;
const NINE = 0x39;
const ZERO = 0x30;
const Z = 0x5a;

/** Days that each month has in every year. */
const DAYS = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Greater than every part of a time. It stays so when digits are added to it. */
const NO_DIGITS = 1000;

const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at] as number;
  const ones = bytes[at + 1] as number;
  if (tens < ZERO || tens > NINE || ones < ZERO || ones > NINE) return NO_DIGITS;
  return 10 * (tens - ZERO) + (ones - ZERO);
};

/** The same for the usual UTCTime, without allocating. Undefined where the full check has to decide. */
const usualRevocationDate = (bytes: Uint8Array, at: number, end: number): number | undefined => {
  if (at + 2 + UTC_TIME_CONTENT > end || bytes[at] !== TAG.utcTime || bytes[at + 1] !== UTC_TIME_CONTENT)
    return undefined;
  const year = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 4);
  const day = twoDigits(bytes, at + 6);
  const hour = twoDigits(bytes, at + 8);
  const minute = twoDigits(bytes, at + 10);
  const second = twoDigits(bytes, at + 12);
  const plain =
    bytes[at + 14] === Z &&
    year < 100 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= (DAYS[month] as number) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!plain) return undefined;
  // Two parts that fit into 32 bits each, because that arithmetic is fast.
  const date = ((year < 50 ? 2000 : 1900) + year) * 10_000 + month * 100 + day;
  return date * 1e6 + (hour * 10_000 + minute * 100 + second);
};

/** This many entries take some milliseconds. Other work then gets its turn. */
const ENTRIES_IN_ONE_GO = 10_000;

/**
 * One pass over the entries, in order. `onExtensions` gets each different crlEntryExtensions at least once. Gives way
 * to its caller after every `ENTRIES_IN_ONE_GO` entries, so that other work gets its turn. Faults: `malformed-der` and
 * its kin.
 */
export const visitEntries = function* (
  bytes: Uint8Array,
  onEntry: (entry: CertListEntry) => void,
  onExtensions: (extensions: EntryExtensions) => void,
): Generator<void, void, void> {
  const known: Uint8Array[] = [];
  const entry = { bytes, serialStart: 0, serialEnd: 0, revocationDate: 0 };
  const cursor = new DerCursor(bytes);

  const visitSerial = (end: number): void => {
    const { at } = cursor;
    entry.serialEnd = cursor.enter(TAG.integer, end);
    entry.serialStart = cursor.at;
    const first = bytes[cursor.at];
    if (entry.serialEnd === entry.serialStart || first === 0 || first === 0xff) {
      // The serial number is perhaps not in its shortest form: the reader decides.
      cursor.at = at;
      cursor.with(end, (reader) => reader.integerContent());
    }
    cursor.at = entry.serialEnd;
  };

  const visitDate = (end: number): void => {
    const usual = usualRevocationDate(bytes, cursor.at, end);
    if (usual === undefined) {
      entry.revocationDate = cursor.with(end, readRevocationDate);
    } else {
      entry.revocationDate = usual;
      cursor.at += 2 + UTC_TIME_CONTENT;
    }
  };

  const isKnown = (start: number, end: number): boolean => {
    for (const one of known) if (one.length === end - start && hasAt(bytes, start, one)) return true;
    return false;
  };

  const visitExtensions = (end: number): void => {
    const start = cursor.at;
    if (!isKnown(start, end)) {
      const der = bytes.subarray(start, end);
      onExtensions(readEntryExtensions(der));
      if (known.length < MAX_KNOWN) known.push(der);
    }
    cursor.at = end;
  };

  const visitSome = (): void => {
    for (let left = ENTRIES_IN_ONE_GO; left > 0 && cursor.at < bytes.length; left--) {
      const end = cursor.enter(TAG.sequence, bytes.length);
      visitSerial(end);
      visitDate(end);
      if (cursor.at < end) visitExtensions(end);
      onEntry(entry);
    }
  };

  for (;;) {
    visitSome();
    if (cursor.at >= bytes.length) return;
    yield;
  }
};
