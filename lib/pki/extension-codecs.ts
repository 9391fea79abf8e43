import { Fault, phrase } from '../fault.ts';
import { constructed, type Der, IA5, malformedDer, type Oid, primitive, TAG } from './der.ts';
import {
  derBitString,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derText,
  tlv,
} from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';
import { encodeIssuingPoint, encodePoints, readIssuingPoint, readPoints } from './distribution-point.ts';
import {
  type BodyOf,
  CRL_REASONS,
  crlReasonOf,
  type ExtensionBody,
  type ExtensionId,
  KEY_USAGES,
  type PolicyInformation,
} from './extension-bodies.ts';
import { readFlag, readList, readNamedBits } from './extension-fields.ts';
import { encodeGeneralName, encodeGeneralNames, readGeneralName, readGeneralNames } from './general-name.ts';
import { OID } from './oids.ts';
import { encodeSerial, serialFromOctets } from './serial.ts';
import { encodeGeneralizedTime, readGeneralizedTime } from './time.ts';

/** Reads and writes the content of extnValue. The caller of `read` checks for trailing bytes. */
export interface ExtensionCodec {
  readonly id: ExtensionId;
  readonly oid: Oid;
  read(value: DerReader): ExtensionBody;
  /** A method, because methods are bivariant: it is called with the body of its own id only. */
  encode(body: ExtensionBody): Der;
}

const codec = <I extends ExtensionId>(
  id: I,
  oid: string,
  read: (value: DerReader) => Omit<BodyOf<I>, 'id'>,
  encode: (body: BodyOf<I>) => Der,
): ExtensionCodec => ({
  id,
  oid: oid as Oid,
  read: (value) => ({ id, ...read(value) }) as BodyOf<I>,
  encode: encode as ExtensionCodec['encode'],
});

/* Names and numbers, which several extensions hold ------------------------------------------------------- */

const readNames = (value: DerReader) => ({ names: readGeneralNames(value, TAG.sequence) });
const encodeNames = ({ names }: BodyOf<'subjectAltName' | 'issuerAltName' | 'certificateIssuer'>): Der =>
  encodeGeneralNames(names, TAG.sequence);

const CRL_NUMBER_OCTETS = 20;

/** RFC 5280 5.2.3: not negative. Issuers write at most 20 octets, and more are refused. */
const readNumber = (value: DerReader) => {
  const at = value.offset;
  const content = value.integerContent();
  if ((content[0] as number) & 0x80) throw malformedDer(phrase`a negative CRL number`, at);
  if (content.length > CRL_NUMBER_OCTETS) throw malformedDer(phrase`a CRL number of more than 20 octets`, at);
  return { number: BigInt(`0x${Buffer.from(content).toString('hex')}`) };
};

const encodeNumber = ({ number }: BodyOf<'cRLNumber' | 'deltaCRLIndicator'>): Der => {
  if (number < 0n || number >> BigInt(8 * CRL_NUMBER_OCTETS - 1) !== 0n) {
    throw new Fault('invalid-input', 'A CRL number is not negative and has at most 20 octets.');
  }
  return derInteger(number);
};

/* Certificate policies (RFC 5280 4.2.1.4) ---------------------------------------------------------------- */

const readQualifier = (reader: DerReader): { cps?: string; der: Der } => {
  const der = reader.der();
  const qualifier = reader.over(der).sequence();
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
    throw malformedDer(phrase`certificatePolicies with one policy twice`, at);
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

/* Authority key identifier (RFC 5280 4.2.1.1) ------------------------------------------------------------ */

const readAuthorityKey = (value: DerReader): Omit<BodyOf<'authorityKeyIdentifier'>, 'id'> => {
  const at = value.offset;
  const fields = value.sequence();
  const keyIdentifier = fields.peek() === primitive(0) ? fields.octetString(primitive(0)) : undefined;
  const authorityCertIssuer =
    fields.peek() === constructed(1) ? readGeneralNames(fields, constructed(1)) : undefined;
  const serial = fields.peek() === primitive(2) ? fields.integerContent(primitive(2)) : undefined;
  fields.finish();
  if ((authorityCertIssuer === undefined) !== (serial === undefined))
    throw malformedDer(phrase`authorityCertIssuer and authorityCertSerialNumber one without the other`, at);
  if (serial !== undefined && (serial[0] as number) & 0x80)
    throw new Fault('malformed-serial', 'The serial number in authorityKeyIdentifier is negative.');
  return {
    ...(keyIdentifier && { keyIdentifier }),
    ...(authorityCertIssuer && { authorityCertIssuer }),
    ...(serial && { authorityCertSerialNumber: serialFromOctets(serial) }),
  };
};

const encodeAuthorityKey = (body: BodyOf<'authorityKeyIdentifier'>): Der =>
  derSequence(
    ...(body.keyIdentifier ? [derOctetString(body.keyIdentifier, primitive(0))] : []),
    ...(body.authorityCertIssuer ? [encodeGeneralNames(body.authorityCertIssuer, constructed(1))] : []),
    // IMPLICIT: the INTEGER's content under another tag. The content has at most 20 octets, so tag and length take two.
    ...(body.authorityCertSerialNumber
      ? [tlv(primitive(2), encodeSerial(body.authorityCertSerialNumber).subarray(2))]
      : []),
  );

/* Key usage (RFC 5280 4.2.1.3) --------------------------------------------------------------------------- */

const readUsages = (value: DerReader) => {
  const content = readNamedBits(value, TAG.bitString, KEY_USAGES.length);
  return {
    usages: KEY_USAGES.filter((_, bit) => (content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))),
  };
};

const encodeUsages = ({ usages }: BodyOf<'keyUsage'>): Der => {
  const bits = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const highest = Math.max(...bits);
  if (bits.length === 0)
    throw new Fault('invalid-input', 'A keyUsage extension names at least one usage (RFC 5280 4.2.1.3).');
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
  return derBitString(bytes, 7 - (highest & 7));
};

/* The table ---------------------------------------------------------------------------------------------- */

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
      if (reason === undefined) throw malformedDer(phrase`a CRLReason of no known number`, at);
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
