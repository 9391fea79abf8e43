import { Fault, type Phrase, phrase } from '../fault.ts';
import { readSigned, readSubjectPublicKeyInfo } from './certificate.ts';
import { asDer, constructed, type Der, type Oid } from './der.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { readExtensions } from './extensions.ts';
import { type Name, readName } from './name.ts';
import { OID } from './oids.ts';

/** PKCS#10 (RFC 2986). */
export interface CertificationRequest {
  readonly der: Der;
  /** certificationRequestInfo: the bytes that are signed. */
  readonly info: Der;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Der;
  readonly attributes: readonly { readonly type: Oid; readonly values: readonly Der[] }[];
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

/**
 * The attributes are a SET OF, and so are each attribute's values; DER sorts both by encoding. The reader demands the
 * order: `openssl req` writes it, however its configuration lists the attributes, and no request may depend on the
 * order of a set.
 */
const readAttributes = (info: DerReader): Attributes => {
  // RFC 2986 4.1 does not make the field optional: a request without attributes carries an empty [0].
  const set = info.setOf(constructed(0));
  const attributes: { type: Oid; values: Der[] }[] = [];
  while (!set.done) {
    const attribute = set.sequence();
    const type = attribute.oid();
    const values: Der[] = [];
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
  return readExtensions(new DerReader(value), 'malformed-csr');
};

/**
 * A certification request. The signature is not verified here. A challengePassword stays among the attributes and means
 * nothing to this service. Values are views of `bytes`, which must not change afterwards.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-csr`, `malformed-name`, `malformed-serial`
 * (in an extension that names one), `unsupported-version`.
 */
export const decodeCertificationRequest = (bytes: Uint8Array): CertificationRequest => {
  const { tbs, signatureAlgorithm, signatureValue } = readSigned(DerReader.whole(bytes, MAX_CSR_BYTES));
  const info = new DerReader(tbs).sequence();
  if (info.small() !== 0) {
    throw new Fault('unsupported-version', 'Only PKCS#10 requests of version 1 are taken.');
  }
  const subject = readName(info);
  const { der: subjectPublicKeyInfo } = readSubjectPublicKeyInfo(info);
  const attributes = readAttributes(info);
  info.finish();
  return {
    der: asDer(bytes),
    info: tbs,
    subject,
    subjectPublicKeyInfo,
    attributes,
    extensions: readExtensionRequest(attributes),
    signatureAlgorithm,
    signatureValue,
  };
};
