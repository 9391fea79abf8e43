import { Fault, type Phrase, phrase } from '../fault.ts';
import { readAlgorithmIdentifier, readSigned } from './certificate.ts';
import { CertListEntries, REASON_ALONE, reasonExtension, surroundAgain } from './crl-entries.ts';
import { asDer, constructed, type Der, TAG } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import { derBitString, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import { DerWriter } from './der-writer.ts';
import { type CrlReason, crlReasonOf, type Extension, type ExtensionBody } from './extension-bodies.ts';
import { encodeExtensions, findExtension, readExtensions } from './extensions.ts';
import { encodeName, type Name, readName } from './name.ts';
import type { SerialHex } from './serial.ts';
import { encodeTime, readTime } from './time.ts';

export interface RevokedCertificate {
  readonly serialNumber: SerialHex;
  readonly revocationDate: Date;
  /** Absent and `unspecified` mean the same; the encoder leaves the reason out (RFC 5280 5.3.1). */
  readonly reasonCode?: CrlReason;
  readonly invalidityDate?: Date;
  /**
   * Any further entry extensions. A reasonCode or invalidityDate that stood in an unusual place, was critical or said
   * `unspecified` is here as well as above; the encoder takes it from here.
   */
  readonly otherExtensions?: readonly Extension[];
}

/** Version is always v2. */
export interface TbsCertList {
  readonly signature: Der;
  readonly issuer: Name;
  /** Whole seconds, UTC. */
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revokedCertificates: readonly RevokedCertificate[];
  readonly crlExtensions: readonly Extension[];
}

/** A CertList that is yet to be encoded. */
export interface TbsCertListDraft extends Omit<TbsCertList, 'revokedCertificates'> {
  readonly revokedCertificates: readonly RevokedCertificate[] | CertListEntries;
}

export interface CertificateList extends TbsCertList {
  readonly der: Der;
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

const refused = (why: Phrase): Fault => new Fault('malformed-crl', phrase`Malformed CRL: ${why}.`);

const V2 = 1;
const VERSION = Uint8Array.of(TAG.integer, 1, V2);

/* Writing ------------------------------------------------------------------------------------------------ */

/** The size of a usual entry: SEQUENCE, a serial of 16 octets, UTCTime and a reason. */
const USUAL_ENTRY = 2 + 18 + 15 + REASON_ALONE.keyCompromise.length;

const writtenReason = ({ reasonCode }: RevokedCertificate): CrlReason | undefined =>
  reasonCode === 'unspecified' ? undefined : reasonCode;

const richExtensions = (entry: RevokedCertificate): readonly Extension[] => {
  const { invalidityDate, otherExtensions = [] } = entry;
  const reason = writtenReason(entry);
  return [
    ...(reason && !findExtension(otherExtensions, 'reasonCode') ? [reasonExtension(reason)] : []),
    ...(invalidityDate && !findExtension(otherExtensions, 'invalidityDate')
      ? [{ id: 'invalidityDate', date: invalidityDate, critical: false } as const]
      : []),
    ...otherExtensions,
  ];
};

const writeEntry = (writer: DerWriter, entry: RevokedCertificate): void => {
  const { mark } = writer;
  if (entry.invalidityDate || entry.otherExtensions) {
    const extensions = richExtensions(entry);
    if (extensions.length > 0) writer.raw(encodeExtensions(extensions));
  } else {
    const reason = writtenReason(entry);
    if (reason) writer.raw(REASON_ALONE[reason]);
  }
  writer.time(entry.revocationDate);
  writer.serial(entry.serialNumber);
  writer.wrap(TAG.sequence, mark);
};

/** Tag and length of an element whose content has `length` octets. */
const header = (tag: number, length: number): Uint8Array => {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
};

/** Writes the other fields around entries that are encoded already. */
const surround = (entries: CertListEntries, tbs: TbsCertListDraft): Der => {
  const extensions =
    tbs.crlExtensions.length > 0
      ? tlv(constructed(0), encodeExtensions(tbs.crlExtensions))
      : new Uint8Array();
  const fields = Buffer.concat([
    VERSION,
    tbs.signature,
    encodeName(tbs.issuer),
    encodeTime(tbs.thisUpdate),
    encodeTime(tbs.nextUpdate),
    header(TAG.sequence, entries.size),
  ]);
  const length = fields.length + entries.size + extensions.length;
  return asDer(entries.surround(Buffer.concat([header(TAG.sequence, length), fields]), extensions));
};

/**
 * The bytes to sign (RFC 5280 5.1.2). revokedCertificates is left out when nothing is revoked (5.1.2.6), and so
 * are crlExtensions when there are none. Fault: `invalid-input` for a time outside 1950 to 9999.
 */
export const encodeTbsCertList = (tbs: TbsCertListDraft): Der => {
  const { revokedCertificates, crlExtensions } = tbs;
  if (revokedCertificates instanceof CertListEntries && revokedCertificates.length > 0)
    return surround(revokedCertificates, tbs);
  const writer = new DerWriter(1024 + USUAL_ENTRY * revokedCertificates.length);
  if (crlExtensions.length > 0) {
    writer.raw(encodeExtensions(crlExtensions));
    writer.wrap(constructed(0), 0);
  }
  if (!(revokedCertificates instanceof CertListEntries) && revokedCertificates.length > 0) {
    const { mark } = writer;
    for (const entry of revokedCertificates.toReversed()) writeEntry(writer, entry);
    writer.wrap(TAG.sequence, mark);
  }
  writer.time(tbs.nextUpdate);
  writer.time(tbs.thisUpdate);
  writer.raw(encodeName(tbs.issuer));
  writer.raw(tbs.signature);
  writer.raw(VERSION);
  writer.wrap(TAG.sequence, 0);
  return writer.finish();
};

/**
 * The signed list (RFC 5280 5.1). It is written around `tbs` in its buffer, without a copy, if `tbs` came from
 * `encodeTbsCertList` with entries that were encoded before and has not been signed yet; otherwise the list is a copy.
 * The bytes of `tbs` do not change.
 */
export const encodeCertificateList = (tbs: Der, signatureAlgorithm: Der, signatureValue: Uint8Array): Der => {
  const behind = Buffer.concat([signatureAlgorithm, derBitString(signatureValue)]);
  return asDer(surroundAgain(header(TAG.sequence, tbs.length + behind.length), tbs, behind));
};

/* Reading ------------------------------------------------------------------------------------------------ */

/** The extensions of RFC 5280 5.2 and 5.3 that this decoder understands. */
const CRL_EXTENSIONS: ReadonlySet<ExtensionBody['id']> = new Set([
  'authorityKeyIdentifier',
  'issuerAltName',
  'cRLNumber',
  'deltaCRLIndicator',
  'issuingDistributionPoint',
  'freshestCRL',
  'authorityInfoAccess',
]);
const ENTRY_EXTENSIONS: ReadonlySet<ExtensionBody['id']> = new Set([
  'reasonCode',
  'invalidityDate',
  'certificateIssuer',
]);

/** RFC 5280 5.2, 5.3: a CRL with a critical extension that is not understood must not be used to judge a certificate. */
const refuseUnknownCritical = (
  extensions: readonly Extension[],
  known: ReadonlySet<ExtensionBody['id']>,
): void => {
  for (const { id, critical, ...body } of extensions) {
    if (!critical || known.has(id)) continue;
    throw new Fault(
      'unknown-critical-extension',
      'The CRL has a critical extension that is not understood, so it cannot be used.',
      { extension: 'oid' in body ? body.oid : id },
    );
  }
};

const readEntryExtensions = (
  reader: DerReader,
): Pick<RevokedCertificate, 'reasonCode' | 'invalidityDate' | 'otherExtensions'> => {
  const extensions = readExtensions(reader, 'malformed-crl');
  refuseUnknownCritical(extensions, ENTRY_EXTENSIONS);
  const reasonCode = findExtension(extensions, 'reasonCode')?.reason;
  const invalidityDate = findExtension(extensions, 'invalidityDate')?.date;
  let usual = 0;
  const isUsual = (id: 'reasonCode' | 'invalidityDate'): boolean =>
    extensions[usual]?.id === id && extensions[usual]?.critical === false;
  if (isUsual('reasonCode') && reasonCode !== 'unspecified') usual++;
  if (isUsual('invalidityDate')) usual++;
  return {
    ...(reasonCode && { reasonCode }),
    ...(invalidityDate && { invalidityDate }),
    ...(usual < extensions.length && { otherExtensions: extensions.slice(usual) }),
  };
};

/** The octets before the reason's number in `REASON_ALONE`. */
const REASON_PREFIX = REASON_ALONE.keyCompromise.subarray(0, -1);

/** The reason, if the entry's extensions are exactly one of the encodings in `REASON_ALONE`. */
const reasonAlone = ({ bytes, at }: DerCursor, end: number): CrlReason | undefined => {
  if (end - at !== REASON_PREFIX.length + 1) return undefined;
  for (let i = 0; i < REASON_PREFIX.length; i++) if (bytes[at + i] !== REASON_PREFIX[i]) return undefined;
  const reason = crlReasonOf(bytes[end - 1] as number);
  return reason === 'unspecified' ? undefined : reason;
};

const readEntries = (list: DerReader): readonly RevokedCertificate[] => {
  const { end } = list;
  const cursor = new DerCursor(list.bytes, list.offset);
  const entries: RevokedCertificate[] = [];
  while (cursor.at < end) {
    const entryEnd = cursor.enter(TAG.sequence, end);
    const serialNumber = cursor.serial(entryEnd);
    const revocationDate = cursor.time(entryEnd);
    if (cursor.at === entryEnd) {
      entries.push({ serialNumber, revocationDate });
      continue;
    }
    const reasonCode = reasonAlone(cursor, entryEnd);
    if (reasonCode) {
      entries.push({ serialNumber, revocationDate, reasonCode });
      cursor.at = entryEnd;
      continue;
    }
    entries.push({ serialNumber, revocationDate, ...cursor.with(entryEnd, readEntryExtensions) });
    cursor.leave(entryEnd);
  }
  // RFC 5280 5.1.2.6: where nothing is revoked the list must be absent.
  if (entries.length === 0) throw refused(phrase`revokedCertificates is there and empty`);
  return entries;
};

const readVersion = (tbs: DerReader): void => {
  // v1 is the default and so left out. A v1 list cannot have the extensions that say what a CRL covers.
  if (tbs.peek() !== TAG.integer || tbs.small() !== V2)
    throw new Fault('unsupported-version', 'Only CRLs of version 2 are taken.');
};

const readNextUpdate = (tbs: DerReader): Date => {
  // ASN.1 leaves nextUpdate optional; RFC 5280 5.1.2.5 requires it, and without it a CRL never grows old.
  if (tbs.peek() !== TAG.utcTime && tbs.peek() !== TAG.generalizedTime)
    throw refused(phrase`nextUpdate is missing`);
  return readTime(tbs);
};

const readCrlExtensions = (tbs: DerReader): readonly Extension[] => {
  const wrapper = tbs.optionalInto(constructed(0));
  // RFC 5280 5.2 obliges issuers to write authorityKeyIdentifier and cRLNumber. A reader still knows who is revoked
  // without them (6.3 needs neither for a complete CRL), so a CRL without them is not refused here.
  if (wrapper === undefined) return [];
  const extensions = readExtensions(wrapper, 'malformed-crl');
  wrapper.finish();
  refuseUnknownCritical(extensions, CRL_EXTENSIONS);
  return extensions;
};

const readTbsCertList = (reader: DerReader): TbsCertList => {
  const tbs = reader.sequence();
  readVersion(tbs);
  const signature = readAlgorithmIdentifier(tbs);
  const issuer = readName(tbs);
  // RFC 5280 5.1.2.3.
  if (issuer.length === 0) throw refused(phrase`the issuer is empty`);
  const thisUpdate = readTime(tbs);
  const nextUpdate = readNextUpdate(tbs);
  const list = tbs.optionalInto(TAG.sequence);
  const revokedCertificates = list === undefined ? [] : readEntries(list);
  const crlExtensions = readCrlExtensions(tbs);
  tbs.finish();
  return { signature, issuer, thisUpdate, nextUpdate, revokedCertificates, crlExtensions };
};

/**
 * A CRL of at most `maxBytes` (64 MiB unless given). The decoder does not verify the signature and does not judge the
 * times. The caller must look at the scope (deltaCRLIndicator, issuingDistributionPoint: partitions, indirect CRLs)
 * before it concludes anything from an absent serial number. A CRL that decodes also encodes to the same bytes. Values
 * are views of `bytes`, which must not change afterwards.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-crl`, `malformed-serial`, `malformed-name`,
 * `unsupported-version`, `unknown-critical-extension`.
 */
export const decodeCertificateList = (bytes: Uint8Array, maxBytes = 64 * 1024 * 1024): CertificateList => {
  const signed = readSigned(DerReader.whole(bytes, maxBytes));
  const fields = readTbsCertList(new DerReader(signed.tbs));
  // RFC 5280 5.1.1.2.
  if (Buffer.compare(fields.signature, signed.signatureAlgorithm) !== 0)
    throw refused(phrase`the signed and the outer signature algorithm differ`);
  return { ...fields, ...signed, der: asDer(bytes) };
};
