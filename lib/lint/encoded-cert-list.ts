import { constructed, type Der, DerReader, TAG } from '../pki/der.ts';
import { DerCursor } from '../pki/der-cursor.ts';
import { type Extension, readExtensions } from '../pki/extensions.ts';
import { type Name, readName } from '../pki/name.ts';
import {
  type EncodedExtension,
  type EncodedTime,
  readEncodedExtensions,
  readEncodedTime,
  repeatedOid,
} from './encoded-certificate.ts';

/** A TBSCertList's bytes but for its entries (RFC 5280 5.1). */
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

/** One entry. */
export interface CertListEntry {
  /** Content octets of the INTEGER, a view of the CRL's bytes. */
  readonly serialNumber: Uint8Array;
  readonly revocationDate: EncodedTime;
  /** Undefined when crlEntryExtensions is left out. */
  readonly encodedExtensions: readonly EncodedExtension[] | undefined;
  /** None while one comes twice. */
  readonly extensions: readonly Extension[];
}

/** 1 GiB: twenty million entries. */
const MAX_BYTES = 1024 ** 3;

const isTime = (tag: number | undefined): boolean => tag === TAG.utcTime || tag === TAG.generalizedTime;

/** Where the Extensions are in a TBSCertList, whatever is in them. */
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

type EntryExtensions = Pick<CertListEntry, 'encodedExtensions' | 'extensions'>;

const NO_EXTENSIONS: EntryExtensions = { encodedExtensions: undefined, extensions: [] };

const readEntryExtensions = (der: Uint8Array): EntryExtensions => {
  const encodedExtensions = readEncodedExtensions(new DerReader(der));
  const decodable = encodedExtensions.length > 0 && repeatedOid(encodedExtensions) === undefined;
  return { encodedExtensions, extensions: decodable ? readExtensions(new DerReader(der)) : [] };
};

/** How many different crlEntryExtensions one pass keeps decoded: most entries have one of a few. */
const MAX_KEPT = 256;

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** Calls `visit` with each entry, in order. Faults: `malformed-der` and its kin. */
export const visitEntries = (list: EncodedCertList, visit: (entry: CertListEntry) => void): void => {
  const { revokedCertificates } = list;
  if (revokedCertificates === undefined) return;
  const kept = new Map<string, EntryExtensions>();
  const extensionsOf = (der: Uint8Array): EntryExtensions => {
    const key = latin1(der);
    const known = kept.get(key);
    if (known) return known;
    const read = readEntryExtensions(der);
    if (kept.size < MAX_KEPT) kept.set(key, read);
    return read;
  };
  const cursor = new DerCursor(revokedCertificates);
  while (cursor.at < revokedCertificates.length) {
    const end = cursor.enter(TAG.sequence, revokedCertificates.length);
    const serialNumber = cursor.with(end, (reader) => reader.integerContent());
    const revocationDate = cursor.with(end, readEncodedTime);
    const start = cursor.at;
    if (start < end) {
      cursor.enter(TAG.sequence, end);
      cursor.at = end;
    }
    const { encodedExtensions, extensions } =
      start < end ? extensionsOf(revokedCertificates.subarray(start, end)) : NO_EXTENSIONS;
    visit({ serialNumber, revocationDate, encodedExtensions, extensions });
  }
};
