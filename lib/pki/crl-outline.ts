import { readSigned } from './certificate.ts';
import { constructed, type Der, TAG } from './der.ts';
import { DerReader } from './der-reader.ts';
import type { BodyOf } from './extension-bodies.ts';
import { findExtension, readExtensions } from './extensions.ts';
import { readTime } from './time.ts';

/** A CRL without a value for each entry: a national list has millions of them. All but the times are views of the bytes. */
export interface CrlOutline {
  /** What the signature covers. */
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
  /** The issuer's Name. */
  readonly issuer: Der;
  readonly thisUpdate: Date;
  /** The contents of revokedCertificates, empty where the field is absent. */
  readonly entries: Uint8Array;
  /** The cRLNumber. */
  readonly number?: bigint;
  readonly issuingDistributionPoint?: BodyOf<'issuingDistributionPoint'>;
}

/** Reads the fields around the entries, and no entry. Faults: `malformed-der` and its kin, `malformed-crl`. */
export const readCrlOutline = (der: Uint8Array): CrlOutline => {
  const { tbs, ...signed } = readSigned(DerReader.whole(der, der.length));
  const fields = new DerReader(tbs).sequence();
  // version, signature
  for (let i = 0; i < 2; i++) fields.element();
  const { der: issuer } = fields.element();
  const thisUpdate = readTime(fields);
  // nextUpdate
  fields.element();
  const entries =
    !fields.done && fields.peek() === TAG.sequence ? fields.element().content : new Uint8Array();
  const wrapper = fields.optionalInto(constructed(0));
  const extensions = wrapper === undefined ? [] : readExtensions(wrapper, 'malformed-crl');
  const number = findExtension(extensions, 'cRLNumber')?.number;
  const issuingDistributionPoint = findExtension(extensions, 'issuingDistributionPoint');
  return {
    tbs,
    ...signed,
    issuer,
    thisUpdate,
    entries,
    ...(number !== undefined && { number }),
    ...(issuingDistributionPoint && { issuingDistributionPoint }),
  };
};
