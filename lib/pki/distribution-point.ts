import { phrase } from '../fault.ts';
import { constructed, type Der, malformedDer, primitive } from './der.ts';
import { derSequence, tlv } from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';
import type { BodyOf, DistributionPoint } from './extension-bodies.ts';
import { readFlag, readList, readReasonFlags } from './extension-fields.ts';
import { encodeGeneralNames, readGeneralNames } from './general-name.ts';

/* RFC 5280 4.2.1.13 (cRLDistributionPoints), 4.2.1.15 (freshestCRL), 5.2.5 (issuingDistributionPoint). */

type PointName = Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'>;

/** DistributionPointName, a CHOICE and so under an EXPLICIT [0]. */
const readPointName = (reader: DerReader): PointName => {
  const explicit = reader.optionalInto(constructed(0));
  if (explicit === undefined) return {};
  const relative = explicit.peek() === constructed(1);
  const name = relative
    ? { nameRelativeToCRLIssuer: explicit.der() }
    : { fullName: readGeneralNames(explicit, constructed(0)) };
  explicit.finish();
  return name;
};

const encodePointName = ({ fullName, nameRelativeToCRLIssuer }: PointName): readonly Der[] => {
  const name = nameRelativeToCRLIssuer ?? (fullName && encodeGeneralNames(fullName, constructed(0)));
  return name === undefined ? [] : [tlv(constructed(0), name)];
};

const readPoint = (reader: DerReader): DistributionPoint => {
  const at = reader.offset;
  const point = reader.sequence();
  const name = readPointName(point);
  const reasons = readReasonFlags(point, primitive(1));
  const cRLIssuer = point.peek() === constructed(2) ? readGeneralNames(point, constructed(2)) : undefined;
  point.finish();
  if (!name.fullName && !name.nameRelativeToCRLIssuer && !cRLIssuer) {
    // RFC 5280 4.2.1.13: reasons alone make no distribution point.
    throw malformedDer(phrase`a DistributionPoint that names neither a place nor an issuer`, at);
  }
  return { ...name, ...(reasons && { reasons }), ...(cRLIssuer && { cRLIssuer }) };
};

const encodePoint = (point: DistributionPoint): Der =>
  derSequence(
    ...encodePointName(point),
    ...(point.reasons ? [tlv(primitive(1), point.reasons)] : []),
    ...(point.cRLIssuer ? [encodeGeneralNames(point.cRLIssuer, constructed(2))] : []),
  );

export const readPoints = (value: DerReader) => ({ points: readList(value, readPoint) });
export const encodePoints = ({ points }: BodyOf<'cRLDistributionPoints' | 'freshestCRL'>): Der =>
  derSequence(...points.map(encodePoint));

export const readIssuingPoint = (value: DerReader): Omit<BodyOf<'issuingDistributionPoint'>, 'id'> => {
  const at = value.offset;
  const point = value.sequence();
  // RFC 5280 5.2.5: if every member had its default the SEQUENCE would be empty, which is forbidden.
  if (point.done) throw malformedDer(phrase`an empty issuingDistributionPoint`, at);
  const { fullName, nameRelativeToCRLIssuer } = readPointName(point);
  const onlyContainsUserCerts = readFlag(point, primitive(1));
  const onlyContainsCACerts = readFlag(point, primitive(2));
  const onlySomeReasons = readReasonFlags(point, primitive(3));
  const indirectCRL = readFlag(point, primitive(4));
  const onlyContainsAttributeCerts = readFlag(point, primitive(5));
  point.finish();
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    throw malformedDer(phrase`a CRL that says of two kinds of certificates that it has only that kind`, at);
  }
  return {
    ...(fullName && { distributionPoint: { fullName } }),
    ...(nameRelativeToCRLIssuer && { nameRelativeToCRLIssuer }),
    ...(onlyContainsUserCerts && { onlyContainsUserCerts }),
    ...(onlyContainsCACerts && { onlyContainsCACerts }),
    ...(onlySomeReasons && { onlySomeReasons }),
    ...(indirectCRL && { indirectCRL }),
    ...(onlyContainsAttributeCerts && { onlyContainsAttributeCerts }),
  };
};

const TRUE = Uint8Array.of(0xff);
const flag = (n: number, value: boolean | undefined): readonly Der[] =>
  value ? [tlv(primitive(n), TRUE)] : [];

export const encodeIssuingPoint = (body: BodyOf<'issuingDistributionPoint'>): Der =>
  derSequence(
    ...encodePointName({ ...body.distributionPoint, ...body }),
    ...flag(1, body.onlyContainsUserCerts),
    ...flag(2, body.onlyContainsCACerts),
    ...(body.onlySomeReasons ? [tlv(primitive(3), body.onlySomeReasons)] : []),
    ...flag(4, body.indirectCRL),
    ...flag(5, body.onlyContainsAttributeCerts),
  );
