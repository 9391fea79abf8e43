import { hash } from 'node:crypto';
import { Fault, type Phrase, phrase } from '../fault.ts';
import { Recent } from '../recent.ts';
import { asDer, constructed, type Der, primitive } from './der.ts';
import { derBitString, derInteger, derSequence, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { encodeExtensions, readExtensions } from './extensions.ts';
import { encodeName, type Name, readName } from './name.ts';
import { encodeSerial, readSerial, type SerialHex } from './serial.ts';
import { encodeTime, readTime } from './time.ts';

/** Version is always v3 (RFC 5280 4.1.2.1 for certificates with extensions). AlgorithmIdentifiers stay DER: they are compared byte for byte. */
export interface TbsCertificate {
  readonly serialNumber: SerialHex;
  readonly signature: Der;
  readonly issuer: Name;
  /** Whole seconds, UTC. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Der;
  readonly extensions: readonly Extension[];
}

export interface Certificate extends TbsCertificate {
  readonly der: Der;
  /** The bytes that are signed. */
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

/** 64 KiB. */
export const MAX_CERTIFICATE_BYTES = 65_536;

const V3 = 2;

const refused = (why: Phrase): Fault =>
  new Fault('malformed-certificate', phrase`Malformed certificate: ${why}.`);

/* Parts that certificates share with CSRs, CRLs and OCSP --------------------------------------------------- */

/** AlgorithmIdentifier: an object identifier and at most one element of parameters. Fault: `malformed-der`. */
export const readAlgorithmIdentifier = (reader: DerReader): Der => {
  const der = reader.der();
  const algorithm = new DerReader(der).sequence();
  algorithm.oid();
  if (!algorithm.done) algorithm.element();
  algorithm.finish();
  return der;
};

/** A SubjectPublicKeyInfo. The key must be whole octets, as it is in every algorithm. Fault: `malformed-der`. */
export const readSubjectPublicKeyInfo = (reader: DerReader): { der: Der; key: Uint8Array } => {
  const { der } = reader.element();
  const info = new DerReader(der).sequence();
  readAlgorithmIdentifier(info);
  const key = info.bitStringOctets();
  info.finish();
  return { der, key };
};

/** The shape that certificates, CSRs and CRLs have in common; `tbs` is checked no deeper than its header. Fault: `malformed-der`. */
export const readSigned = (
  reader: DerReader,
): { tbs: Der; signatureAlgorithm: Der; signatureValue: Uint8Array } => {
  const signed = reader.sequence();
  const { der: tbs } = signed.element();
  const signatureAlgorithm = readAlgorithmIdentifier(signed);
  const signatureValue = signed.bitStringOctets();
  signed.finish();
  return { tbs, signatureAlgorithm, signatureValue };
};

/** `SEQUENCE { tbs, signatureAlgorithm, BIT STRING signatureValue }`: also the shape of CertificateList and CertificationRequest. */
export const encodeSigned = (
  tbs: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signatureValue: Uint8Array,
): Der => derSequence(tbs, signatureAlgorithm, derBitString(signatureValue));

/* Certificates --------------------------------------------------------------------------------------------- */

const readVersion = (tbs: DerReader): void => {
  // DER leaves out v1, the default. A v1 certificate has no extensions, so it cannot say what it may be used for.
  const version = tbs.optionalInto(constructed(0));
  if (version?.small() !== V3) {
    throw new Fault('unsupported-version', 'Only X.509 certificates of version 3 are taken.');
  }
  version.finish();
};

const readTbsCertificate = (reader: DerReader): TbsCertificate => {
  const tbs = reader.sequence();
  readVersion(tbs);
  const serialNumber = readSerial(tbs);
  const signature = readAlgorithmIdentifier(tbs);
  const issuer = readName(tbs);
  // RFC 5280 4.1.2.4: a non-empty distinguished name. The subject may be empty (4.1.2.6).
  if (issuer.length === 0) throw refused(phrase`the issuer is empty`);
  const validity = tbs.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.finish();
  const subject = readName(tbs);
  const { der: subjectPublicKeyInfo } = readSubjectPublicKeyInfo(tbs);
  // RFC 5280 4.1.2.8: a CA must not issue unique identifiers, and `TbsCertificate` has no place for them.
  const next = tbs.peek();
  if (next === primitive(1) || next === primitive(2)) throw refused(phrase`it has a unique identifier`);
  const wrapper = tbs.optionalInto(constructed(3));
  const extensions = wrapper === undefined ? [] : readExtensions(wrapper, 'malformed-certificate');
  wrapper?.finish();
  tbs.finish();
  return {
    serialNumber,
    signature,
    issuer,
    notBefore,
    notAfter,
    subject,
    subjectPublicKeyInfo,
    extensions,
  };
};

/**
 * A certificate (RFC 5280 4.1). The decoder does not verify the signature or judge the validity, and it keeps unknown
 * extensions, critical or not. A certificate that decodes also encodes to the same bytes. Values are views of `bytes`,
 * which must not change afterwards.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-certificate`, `malformed-serial`,
 * `malformed-name`, `unsupported-version`.
 */
export const decodeCertificate = (bytes: Uint8Array): Certificate => {
  const signed = readSigned(DerReader.whole(bytes, MAX_CERTIFICATE_BYTES));
  const fields = readTbsCertificate(new DerReader(signed.tbs));
  // RFC 5280 4.1.1.2. Two different identifiers would let the unsigned one choose how the signature is verified.
  if (Buffer.compare(fields.signature, signed.signatureAlgorithm) !== 0) {
    throw refused(phrase`the signed and the outer signature algorithm differ`);
  }
  return { ...fields, ...signed, der: asDer(bytes) };
};

/** A tbsCertificate on its own; faults as `decodeCertificate`. */
export const decodeTbsCertificate = (bytes: Uint8Array): TbsCertificate =>
  readTbsCertificate(DerReader.whole(bytes, MAX_CERTIFICATE_BYTES));

/** The bytes to sign. Times are cut to seconds. Without extensions the field is left out. */
export const encodeTbsCertificate = (tbs: TbsCertificate): Der =>
  derSequence(
    tlv(constructed(0), derInteger(V3)),
    encodeSerial(tbs.serialNumber),
    tbs.signature,
    encodeName(tbs.issuer),
    derSequence(encodeTime(tbs.notBefore), encodeTime(tbs.notAfter)),
    encodeName(tbs.subject),
    tbs.subjectPublicKeyInfo,
    ...(tbs.extensions.length === 0 ? [] : [tlv(constructed(3), encodeExtensions(tbs.extensions))]),
  );

/**
 * The octets of subjectPublicKey, over which issuerKeyHash is computed (RFC 6960 4.1.1). Faults: `malformed-der`,
 * `trailing-data`, `input-too-large`.
 */
export const subjectPublicKeyOctets = (subjectPublicKeyInfo: Uint8Array): Uint8Array =>
  readSubjectPublicKeyInfo(DerReader.whole(subjectPublicKeyInfo, MAX_CERTIFICATE_BYTES)).key;

/** SHA-1 of the subjectPublicKey BIT STRING's octets (RFC 5280 4.2.1.2 method 1): the key identifier, and OCSP's issuerKeyHash with SHA-1. Faults as `subjectPublicKeyOctets`. */
export const keyIdentifier = (subjectPublicKeyInfo: Uint8Array): Uint8Array =>
  // A copy, since the one that is kept is the next caller's too.
  new Uint8Array(
    recent.of(subjectPublicKeyInfo, () =>
      hash('sha1', subjectPublicKeyOctets(subjectPublicKeyInfo), 'buffer'),
    ),
  );

const recent = new Recent<Uint8Array>();
