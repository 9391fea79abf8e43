import { Fault } from '../fault.ts';
import {
  constructed,
  type Der,
  DerReader,
  derBitString,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derText,
  IA5,
  malformedDer,
  type Oid,
  primitive,
  TAG,
  tlv,
} from './der.ts';
import {
  CRL_REASONS,
  crlReasonOf,
  type DistributionPoint,
  type ExtensionBody,
  type ExtensionId,
  KEY_USAGES,
  type PolicyInformation,
} from './extension-bodies.ts';
import { encodeGeneralName, encodeGeneralNames, readGeneralName, readGeneralNames } from './general-name.ts';
import { OID } from './oids.ts';
import { encodeSerial, serialFromOctets } from './serial.ts';
import { encodeGeneralizedTime, readGeneralizedTime } from './time.ts';

type Body<I extends ExtensionId> = Extract<ExtensionBody, { id: I }>;

/** What stands inside extnValue. `read` leaves the check for trailing bytes to its caller. */
export interface ExtensionCodec {
  readonly id: ExtensionId;
  readonly oid: Oid;
  read(value: DerReader): ExtensionBody;
  /** A method, hence bivariant: it is called with the body of its own id only. */
  encode(body: ExtensionBody): Der;
}

const codec = <I extends ExtensionId>(
  id: I,
  oid: string,
  read: (value: DerReader) => Omit<Body<I>, 'id'>,
  encode: (body: Body<I>) => Der,
): ExtensionCodec => ({
  id,
  oid: oid as Oid,
  read: (value) => ({ id, ...read(value) }) as Body<I>,
  encode: encode as ExtensionCodec['encode'],
});

/* Pieces that several extensions share ------------------------------------------------------------------------ */

/** The elements of a SEQUENCE SIZE (1..MAX) OF. */
const readList = <T>(value: DerReader, readOne: (reader: DerReader) => T): readonly T[] => {
  const at = value.offset;
  const items: T[] = [];
  for (const list = value.sequence(); !list.done; ) items.push(readOne(list));
  if (items.length === 0) throw malformedDer('an empty SEQUENCE where at least one element belongs', at);
  return items;
};

/** BOOLEAN DEFAULT FALSE: absent or TRUE, since a default is not encoded (X.690 11.5). */
const readFlag = (reader: DerReader, tag: number): boolean => {
  if (reader.peek() !== tag) return false;
  const at = reader.offset;
  const content = reader.content(tag);
  if (content.length !== 1 || content[0] !== 0xff)
    throw malformedDer('a BOOLEAN that is neither absent nor TRUE', at);
  return true;
};

/**
 * The content octets of a BIT STRING that is a list of named bits: its lowest bit in use is one, since trailing
 * zero bits are not encoded (X.690 11.2.2), and the empty list means nothing in any extension.
 */
const readNamedBits = (reader: DerReader, tag: number, names: number): Uint8Array => {
  const at = reader.offset;
  const content = reader.content(tag);
  const unused = content[0] ?? 8;
  const last = content.length > 1 ? (content[content.length - 1] as number) : 0;
  if (unused > 7 || (last & -last) !== 1 << unused)
    throw malformedDer('a list of named bits that is empty or not in its shortest form', at);
  if (8 * (content.length - 1) - unused > names) throw malformedDer('a bit that has no name', at);
  return content;
};

/** ReasonFlags has names for the bits 0 to 8 (RFC 5280 4.2.1.13). */
const readReasonFlags = (reader: DerReader, tag: number): Uint8Array | undefined =>
  reader.peek() === tag ? readNamedBits(reader, tag, 9) : undefined;

const readNames = (value: DerReader) => ({ names: readGeneralNames(value, TAG.sequence) });
const encodeNames = ({ names }: Body<'subjectAltName' | 'issuerAltName' | 'certificateIssuer'>): Der =>
  encodeGeneralNames(names, TAG.sequence);

const CRL_NUMBER_OCTETS = 20;

/** RFC 5280 5.2.3: not negative; issuers write at most 20 octets, and no more are taken. */
const readNumber = (value: DerReader) => {
  const at = value.offset;
  const content = value.integerContent();
  if ((content[0] as number) & 0x80) throw malformedDer('a negative CRL number', at);
  if (content.length > CRL_NUMBER_OCTETS) throw malformedDer('a CRL number of more than 20 octets', at);
  return { number: BigInt(`0x${Buffer.from(content).toString('hex')}`) };
};

const encodeNumber = ({ number }: Body<'cRLNumber' | 'deltaCRLIndicator'>): Der => {
  if (number < 0n || number >> BigInt(8 * CRL_NUMBER_OCTETS - 1) !== 0n) {
    throw new Fault('invalid-input', 'A CRL number is not negative and has at most 20 octets.');
  }
  return derInteger(number);
};

/* Distribution points (RFC 5280 4.2.1.13, 4.2.1.15, 5.2.5) ------------------------------------------------------ */

/** DistributionPointName, a CHOICE and so under an EXPLICIT [0]. */
const readPointName = (
  reader: DerReader,
): Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'> => {
  const explicit = reader.optionalInto(constructed(0));
  if (explicit === undefined) return {};
  const relative = explicit.peek() === constructed(1);
  const name = relative
    ? { nameRelativeToCRLIssuer: explicit.der() }
    : { fullName: readGeneralNames(explicit, constructed(0)) };
  explicit.finish();
  return name;
};

const encodePointName = ({
  fullName,
  nameRelativeToCRLIssuer,
}: Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'>): readonly Der[] => {
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
    throw malformedDer('a DistributionPoint that names neither a place nor an issuer', at);
  }
  return { ...name, ...(reasons && { reasons }), ...(cRLIssuer && { cRLIssuer }) };
};

const encodePoint = (point: DistributionPoint): Der =>
  derSequence(
    ...encodePointName(point),
    ...(point.reasons ? [tlv(primitive(1), point.reasons)] : []),
    ...(point.cRLIssuer ? [encodeGeneralNames(point.cRLIssuer, constructed(2))] : []),
  );

const readPoints = (value: DerReader) => ({ points: readList(value, readPoint) });
const encodePoints = ({ points }: Body<'cRLDistributionPoints' | 'freshestCRL'>): Der =>
  derSequence(...points.map(encodePoint));

const readIssuingPoint = (value: DerReader): Omit<Body<'issuingDistributionPoint'>, 'id'> => {
  const at = value.offset;
  const point = value.sequence();
  // RFC 5280 5.2.5: nothing but defaults would be an empty SEQUENCE, which is forbidden.
  if (point.done) throw malformedDer('an empty issuingDistributionPoint', at);
  const { fullName, nameRelativeToCRLIssuer } = readPointName(point);
  const onlyContainsUserCerts = readFlag(point, primitive(1));
  const onlyContainsCACerts = readFlag(point, primitive(2));
  const onlySomeReasons = readReasonFlags(point, primitive(3));
  const indirectCRL = readFlag(point, primitive(4));
  const onlyContainsAttributeCerts = readFlag(point, primitive(5));
  point.finish();
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    throw malformedDer('a CRL that says of two kinds of certificates that it has only that kind', at);
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

const encodeIssuingPoint = (body: Body<'issuingDistributionPoint'>): Der =>
  derSequence(
    ...encodePointName({ ...body.distributionPoint, ...body }),
    ...flag(1, body.onlyContainsUserCerts),
    ...flag(2, body.onlyContainsCACerts),
    ...(body.onlySomeReasons ? [tlv(primitive(3), body.onlySomeReasons)] : []),
    ...flag(4, body.indirectCRL),
    ...flag(5, body.onlyContainsAttributeCerts),
  );

/* Certificate policies (RFC 5280 4.2.1.4) ------------------------------------------------------------------------ */

const readQualifier = (reader: DerReader): { cps?: string; der: Der } => {
  const der = reader.der();
  const qualifier = new DerReader(der).sequence();
  const id = qualifier.oid();
  const cps = id === OID.cps ? qualifier.ascii(TAG.ia5String, IA5) : undefined;
  if (cps === undefined) qualifier.der();
  qualifier.finish();
  return cps === undefined ? { der } : { cps, der };
};

const readPolicy = (reader: DerReader): PolicyInformation => {
  const policy = reader.sequence();
  const policyIdentifier = policy.oid();
  const qualifiers = policy.done ? [] : readList(policy, readQualifier);
  policy.finish();
  const cps = qualifiers.flatMap((qualifier) => qualifier.cps ?? []);
  const cpsFirst = qualifiers.every((qualifier, i) => (qualifier.cps !== undefined) === i < cps.length);
  const otherQualifiers = qualifiers
    .filter((qualifier) => !cpsFirst || qualifier.cps === undefined)
    .map(({ der }) => der);
  return {
    policyIdentifier,
    ...(cpsFirst && cps.length > 0 && { cps }),
    ...(otherQualifiers.length > 0 && { otherQualifiers }),
  };
};

const readPolicies = (value: DerReader) => {
  const at = value.offset;
  const policies = readList(value, readPolicy);
  if (new Set(policies.map(({ policyIdentifier }) => policyIdentifier)).size < policies.length) {
    throw malformedDer('certificatePolicies with one policy twice', at);
  }
  return { policies };
};

const encodePolicy = ({ policyIdentifier, cps = [], otherQualifiers = [] }: PolicyInformation): Der => {
  const qualifiers = [
    ...cps.map((uri) => derSequence(derOid(OID.cps), derText(TAG.ia5String, uri))),
    ...otherQualifiers,
  ];
  return derSequence(
    derOid(policyIdentifier),
    ...(qualifiers.length > 0 ? [derSequence(...qualifiers)] : []),
  );
};

/* Authority key identifier (RFC 5280 4.2.1.1) --------------------------------------------------------------------- */

const readAuthorityKey = (value: DerReader): Omit<Body<'authorityKeyIdentifier'>, 'id'> => {
  const at = value.offset;
  const fields = value.sequence();
  const keyIdentifier = fields.peek() === primitive(0) ? fields.octetString(primitive(0)) : undefined;
  const authorityCertIssuer =
    fields.peek() === constructed(1) ? readGeneralNames(fields, constructed(1)) : undefined;
  const serial = fields.peek() === primitive(2) ? fields.integerContent(primitive(2)) : undefined;
  fields.finish();
  if ((authorityCertIssuer === undefined) !== (serial === undefined))
    throw malformedDer('authorityCertIssuer and authorityCertSerialNumber one without the other', at);
  if (serial !== undefined && (serial[0] as number) & 0x80)
    throw new Fault('malformed-serial', 'The serial number in authorityKeyIdentifier is negative.');
  return {
    ...(keyIdentifier && { keyIdentifier }),
    ...(authorityCertIssuer && { authorityCertIssuer }),
    ...(serial && { authorityCertSerialNumber: serialFromOctets(serial) }),
  };
};

const encodeAuthorityKey = (body: Body<'authorityKeyIdentifier'>): Der =>
  derSequence(
    ...(body.keyIdentifier ? [derOctetString(body.keyIdentifier, primitive(0))] : []),
    ...(body.authorityCertIssuer ? [encodeGeneralNames(body.authorityCertIssuer, constructed(1))] : []),
    // IMPLICIT: the INTEGER's content under another tag; 20 octets have a length of one octet.
    ...(body.authorityCertSerialNumber
      ? [tlv(primitive(2), encodeSerial(body.authorityCertSerialNumber).subarray(2))]
      : []),
  );

/* Key usage (RFC 5280 4.2.1.3) -------------------------------------------------------------------------------------- */

const readUsages = (value: DerReader) => {
  const content = readNamedBits(value, TAG.bitString, KEY_USAGES.length);
  return {
    usages: KEY_USAGES.filter((_, bit) => (content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))),
  };
};

const encodeUsages = ({ usages }: Body<'keyUsage'>): Der => {
  const bits = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const highest = Math.max(...bits);
  if (bits.length === 0)
    throw new Fault('invalid-input', 'A keyUsage extension names at least one usage (RFC 5280 4.2.1.3).');
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
  return derBitString(bytes, 7 - (highest & 7));
};

/* The table ----------------------------------------------------------------------------------------------------------- */

export const EXTENSION_CODECS: readonly ExtensionCodec[] = [
  codec(
    'basicConstraints',
    '2.5.29.19',
    (value) => {
      const fields = value.sequence();
      const cA = readFlag(fields, TAG.boolean);
      const pathLenConstraint = fields.done ? undefined : fields.small();
      fields.finish();
      return { cA, ...(pathLenConstraint !== undefined && { pathLenConstraint }) };
    },
    ({ cA, pathLenConstraint }) =>
      derSequence(
        ...(cA ? [derBoolean(true)] : []),
        ...(pathLenConstraint === undefined ? [] : [derInteger(pathLenConstraint)]),
      ),
  ),
  codec('keyUsage', '2.5.29.15', readUsages, encodeUsages),
  codec(
    'extKeyUsage',
    '2.5.29.37',
    (value) => ({ purposes: readList(value, (reader) => reader.oid()) }),
    ({ purposes }) => derSequence(...purposes.map((purpose) => derOid(purpose))),
  ),
  codec(
    'subjectKeyIdentifier',
    '2.5.29.14',
    (value) => ({ keyIdentifier: value.octetString() }),
    ({ keyIdentifier }) => derOctetString(keyIdentifier),
  ),
  codec('authorityKeyIdentifier', '2.5.29.35', readAuthorityKey, encodeAuthorityKey),
  codec('certificatePolicies', '2.5.29.32', readPolicies, ({ policies }) =>
    derSequence(...policies.map(encodePolicy)),
  ),
  codec('subjectAltName', '2.5.29.17', readNames, encodeNames),
  codec('issuerAltName', '2.5.29.18', readNames, encodeNames),
  codec('certificateIssuer', '2.5.29.29', readNames, encodeNames),
  codec('cRLDistributionPoints', '2.5.29.31', readPoints, encodePoints),
  codec('freshestCRL', '2.5.29.46', readPoints, encodePoints),
  codec(
    'authorityInfoAccess',
    '1.3.6.1.5.5.7.1.1',
    (value) => ({
      accesses: readList(value, (reader) => {
        const access = reader.sequence();
        const method = access.oid();
        const location = readGeneralName(access);
        access.finish();
        return { method, location };
      }),
    }),
    ({ accesses }) =>
      derSequence(
        ...accesses.map(({ method, location }) => derSequence(derOid(method), encodeGeneralName(location))),
      ),
  ),
  codec(
    'ocspNoCheck',
    '1.3.6.1.5.5.7.48.1.5',
    (value) => {
      value.null();
      return {};
    },
    () => derNull(),
  ),
  codec('cRLNumber', '2.5.29.20', readNumber, encodeNumber),
  codec('deltaCRLIndicator', '2.5.29.27', readNumber, encodeNumber),
  codec('issuingDistributionPoint', '2.5.29.28', readIssuingPoint, encodeIssuingPoint),
  codec(
    'reasonCode',
    '2.5.29.21',
    (value) => {
      const at = value.offset;
      const reason = crlReasonOf(value.small(TAG.enumerated));
      if (reason === undefined) throw malformedDer('a CRLReason of no known number', at);
      return { reason };
    },
    ({ reason }) => derInteger(CRL_REASONS[reason], TAG.enumerated),
  ),
  codec(
    'invalidityDate',
    '2.5.29.24',
    (value) => ({ date: readGeneralizedTime(value) }),
    ({ date }) => encodeGeneralizedTime(date),
  ),
];
