import { Fault, type Phrase, phrase } from '../fault.ts';
import { BerReader } from './ber-reader.ts';
import { readSigned, readSubjectPublicKeyInfo } from './certificate.ts';
import { constructed, type Der, type Oid } from './der.ts';
import { derInteger, derSequence, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { readExtensions } from './extensions.ts';
import { encodeName, type Name, readName } from './name.ts';
import { OID } from './oids.ts';

/** PKCS#10 (RFC 2986). */
export interface CertificationRequest {
  /** certificationRequestInfo as it came: the bytes that are signed. */
  readonly info: Uint8Array;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Der;
  /** The values as they came, in DER or not. */
  readonly attributes: readonly { readonly type: Oid; readonly values: readonly Uint8Array[] }[];
  /** From the extensionRequest attribute (RFC 2985 5.4.2); empty where there is none. */
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

type Attributes = CertificationRequest['attributes'];

/** 64 KiB. */
export const MAX_CSR_BYTES = 65_536;

const refused = (why: Phrase): Fault =>
  new Fault('malformed-csr', phrase`Malformed certification request: ${why}.`);

const readAttributes = (info: DerReader): Attributes => {
  // RFC 2986 4.1 does not make the field optional: a request without attributes carries an empty [0]. Old tools left it
  // out, and OpenSSL takes that too.
  const set = info.optionalInto(constructed(0));
  const attributes: { type: Oid; values: Uint8Array[] }[] = [];
  while (set?.done === false) {
    const attribute = set.sequence();
    const type = attribute.oid();
    const values: Uint8Array[] = [];
    for (const valueSet = attribute.setOf(); !valueSet.done; ) values.push(valueSet.der());
    attribute.finish();
    if (values.length === 0) throw refused(phrase`an attribute has no value`);
    attributes.push({ type, values });
  }
  if (new Set(attributes.map(({ type }) => type)).size < attributes.length) {
    throw refused(phrase`an attribute is there twice`);
  }
  return attributes;
};

const readExtensionRequest = (attributes: Attributes): readonly Extension[] => {
  const attribute = attributes.find(({ type }) => type === OID.extensionRequest);
  if (attribute === undefined) return [];
  const [value, ...more] = attribute.values;
  // RFC 2985 5.4.2: single-valued.
  if (value === undefined || more.length > 0) throw refused(phrase`extensionRequest has more than one value`);
  return readExtensions(new BerReader(value), 'malformed-csr');
};

/**
 * A certification request. The signature is not verified here. A challengePassword stays among the attributes and means
 * nothing to this service. Values are views of `bytes`, which must not change afterwards.
 *
 * Registration takes the public key, and the signature over `info` as it came. Both are strict DER. The rest (subject,
 * attributes, requested extensions) goes into no certificate and may be BER, because it is other people's tools that
 * write it: certmonger writes `critical FALSE`, strongSwan does not sort the attributes. What RFC 2986 and RFC 5280 say
 * about the content of these parts holds nevertheless.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-csr`, `malformed-name`, `malformed-serial`
 * (in an extension that names one), `unsupported-version`.
 */
export const decodeCertificationRequest = (bytes: Uint8Array): CertificationRequest => {
  const { tbs, signatureAlgorithm, signatureValue } = readSigned(BerReader.whole(bytes, MAX_CSR_BYTES));
  const info = new BerReader(tbs).sequence();
  if (info.small() !== 0) {
    throw new Fault('unsupported-version', 'Only PKCS#10 requests of version 1 are taken.');
  }
  const subject = readName(info);
  const { der: subjectPublicKeyInfo } = readSubjectPublicKeyInfo(new DerReader(info.element().der));
  const attributes = readAttributes(info);
  info.finish();
  return {
    info: tbs,
    subject,
    subjectPublicKeyInfo,
    attributes,
    extensions: readExtensionRequest(attributes),
    signatureAlgorithm,
    signatureValue,
  };
};

/**
 * The certificationRequestInfo of a key (RFC 2986 4.1), without a name and without attributes. Its signature shows who has the
 * key; `encodeSigned` puts both together. Faults: `malformed-der`, `trailing-data`, `input-too-large`.
 */
export const encodeCertificationRequestInfo = (subjectPublicKeyInfo: Uint8Array): Der => {
  const { der } = readSubjectPublicKeyInfo(DerReader.whole(subjectPublicKeyInfo, MAX_CSR_BYTES));
  return derSequence(derInteger(0), encodeName([]), der, tlv(constructed(0)));
};
