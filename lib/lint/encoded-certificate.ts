import { constructed, type Der, DerReader, type Oid, primitive, TAG } from '../pki/pki.ts';

/** A Time as it is written. */
export interface EncodedTime {
  readonly tag: number;
  readonly text: string;
}

/** Read off a TBSCertificate's bytes (RFC 5280 4.1), because the decoder would refuse these defects or hide them. */
export interface EncodedCertificate {
  readonly der: Der;
  /** The encoded number, where 2 means v3. Undefined where the certificate has no version field, which means v1. */
  readonly version?: number;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Contents of the Name. */
  readonly issuer: Uint8Array;
  readonly validity: readonly EncodedTime[];
  readonly hasUniqueIdentifier: boolean;
  readonly extensions: readonly EncodedExtension[];
}

export interface EncodedExtension {
  readonly oid: Oid;
  /** Content of extnValue. */
  readonly value: Uint8Array;
}

/** Larger than any certificate that is issued here. */
const MAX_BYTES = 64 * 1024;

export const readEncodedTime = (reader: DerReader): EncodedTime => {
  const { tag, content } = reader.element();
  return { tag, text: Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1') };
};

/** The parts that every extension of an Extensions has. Their values are not decoded. */
export const readEncodedExtensions = (reader: DerReader): readonly EncodedExtension[] => {
  const list: EncodedExtension[] = [];
  for (const extensions = reader.sequence(); !extensions.done; ) {
    const extension = extensions.sequence();
    const oid = extension.oid();
    if (extension.peek() === TAG.boolean) extension.boolean();
    list.push({ oid, value: extension.octetString() });
  }
  return list;
};

/** The first extension identifier that comes twice. */
export const repeatedOid = (extensions: readonly EncodedExtension[]): Oid | undefined => {
  const seen = new Set<Oid>();
  return extensions.find(({ oid }) => seen.size === seen.add(oid).size)?.oid;
};

/** The elements of the extension's value, which is a SEQUENCE. Undefined where the extension is absent. */
export const elementsOf = (
  { extensions }: { readonly extensions: readonly EncodedExtension[] },
  oid: string,
): readonly { readonly tag: number; readonly der: Der; readonly content: Uint8Array }[] | undefined => {
  const value = extensions.find((extension) => extension.oid === oid)?.value;
  if (value === undefined) return undefined;
  const elements: ReturnType<DerReader['element']>[] = [];
  for (const reader = new DerReader(value).sequence(); !reader.done; ) elements.push(reader.element());
  return elements;
};

/** Faults: `malformed-der` and its kin. */
export const readEncodedCertificate = (der: Uint8Array): EncodedCertificate => {
  const tbs = DerReader.whole(der, MAX_BYTES).sequence();
  const version = tbs.optionalInto(constructed(0))?.small();
  const serialNumber = tbs.integerContent();
  tbs.element(); // signature
  const issuer = tbs.element().content;
  const validity: EncodedTime[] = [];
  for (const times = tbs.sequence(); !times.done; ) validity.push(readEncodedTime(times));
  tbs.element(); // subject
  tbs.element(); // subjectPublicKeyInfo
  let hasUniqueIdentifier = false;
  while (tbs.peek() === primitive(1) || tbs.peek() === primitive(2)) {
    tbs.element();
    hasUniqueIdentifier = true;
  }
  const explicit = tbs.optionalInto(constructed(3));
  return {
    der: der as Der,
    ...(version === undefined ? {} : { version }),
    serialNumber,
    issuer,
    validity,
    hasUniqueIdentifier,
    extensions: explicit === undefined ? [] : readEncodedExtensions(explicit),
  };
};

/** `YYYYMMDDHHMMSSZ`, which sorts by time; two digits from 50 belong to the twentieth century (RFC 5280 4.1.2.5.1). */
export const comparableTime = ({ tag, text }: EncodedTime): string =>
  tag === TAG.utcTime ? `${text < '50' ? '20' : '19'}${text}` : text;

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysOf = (year: number, month: number): number => {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (MONTHS[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
};

/**
 * Whether the text is a time of the calendar, in UTC and whole seconds, in the form that RFC 5280 4.1.2.5.1 (UTCTime)
 * or 4.1.2.5.2 (GeneralizedTime) asks for.
 */
export const isWholeSeconds = (time: EncodedTime): boolean => {
  if (time.tag !== TAG.utcTime && time.tag !== TAG.generalizedTime) return false;
  const text = comparableTime(time);
  if (!/^\d{14}Z$/.test(text)) return false;
  const day = Number(text.slice(6, 8));
  return (
    day >= 1 &&
    day <= daysOf(Number(text.slice(0, 4)), Number(text.slice(4, 6))) &&
    text.slice(8, 10) < '24' &&
    text.slice(10, 12) < '60' &&
    text.slice(12, 14) < '60'
  );
};

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). */
export const isTypedByYear = ({ tag, text }: EncodedTime): boolean =>
  tag === TAG.utcTime || (tag === TAG.generalizedTime && text.slice(0, 4) >= '2050');
