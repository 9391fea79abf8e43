import fc from 'fast-check';
import { constructed, TAG } from '../../lib/pki/der.ts';
import { derOid, derSequence, derSetOf, derText, tlv } from '../../lib/pki/der-encoder.ts';
import {
  CRL_REASONS,
  type CrlReason,
  type DistributionPoint,
  type Extension,
  type ExtensionBody,
  KEY_USAGES,
} from '../../lib/pki/extension-bodies.ts';
import type { GeneralName } from '../../lib/pki/general-name.ts';
import { buildName, type Name } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { type SerialHex, serialFromOctets } from '../../lib/pki/serial.ts';

/** Arcs up to what pkijs can read. */
export const oids = fc
  .tuple(fc.nat(2), fc.nat(39), fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 4 }))
  .map(([root, second, rest]) => parseOid([root, second, ...rest].join('.')));

export const serials: fc.Arbitrary<SerialHex> = fc
  .tuple(fc.integer({ min: 1, max: 0x7f }), fc.uint8Array({ maxLength: 19 }), fc.boolean())
  .map(([first, rest, high]) =>
    serialFromOctets(Uint8Array.of(high && rest.length < 19 ? first | 0x80 : first, ...rest)),
  );

/** Dates in whole seconds between two bounds, such as those of UTCTime or of GeneralizedTime. */
export const dates = (from: string, to: string): fc.Arbitrary<Date> =>
  fc
    .integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 })
    .map((seconds) => new Date(seconds * 1000));
export const times = fc.oneof(
  { weight: 4, arbitrary: dates('1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z') },
  dates('2050-01-01T00:00:00Z', '9999-12-31T23:59:59Z'),
);

const text = fc.constantFrom('証', '公的個人認証サービス', 'Nara', 'Ōsaka', '𠮷野', '髙橋');
export const names: fc.Arbitrary<Name> = fc
  .array(fc.tuple(fc.constantFrom('O', 'OU', 'L', 'CN'), text), { minLength: 1, maxLength: 4 })
  .map((attributes) => buildName([['C', 'JP'], ...attributes]));

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const utf8 = text.map((value) => derText(TAG.utf8String, value));

export const generalNames: fc.Arbitrary<GeneralName> = fc.oneof(
  fc.record({ kind: fc.constant('otherName' as const), type: oids, value: utf8 }),
  fc.record({
    kind: fc.constantFrom('rfc822Name' as const, 'dNSName' as const, 'uniformResourceIdentifier' as const),
    value: ascii,
  }),
  fc.record({ kind: fc.constant('directoryName' as const), value: names }),
  fc.record({
    kind: fc.constant('iPAddress' as const),
    value: fc.constantFrom(4, 16).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  }),
  fc.record({ kind: fc.constant('registeredID' as const), value: oids }),
  fc.record({
    kind: fc.constant('other' as const),
    value: fc
      .constantFrom(constructed(3), constructed(5))
      .chain((tag) => utf8.map((value) => tlv(tag, value))),
  }),
);
const someNames = fc.array(generalNames, { minLength: 1, maxLength: 3 });

/** Content octets of a BIT STRING of named bits: the last bit in use is one. */
const reasonFlags = fc.subarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 1 }).map((bits) => {
  const highest = Math.max(...bits);
  const flags = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) flags[bit >> 3] = (flags[bit >> 3] as number) | (0x80 >> (bit & 7));
  return Uint8Array.of(7 - (highest & 7), ...flags);
});

const relativeName = text.map((value) =>
  tlv(constructed(1), derSetOf(derSequence(derOid(OID.CN), derText(TAG.utf8String, value))).subarray(2)),
);

const points: fc.Arbitrary<DistributionPoint> = fc.oneof(
  fc.record(
    { fullName: someNames, reasons: reasonFlags, cRLIssuer: someNames },
    { requiredKeys: ['fullName'] },
  ),
  fc.record(
    { nameRelativeToCRLIssuer: relativeName, reasons: reasonFlags, cRLIssuer: someNames },
    { requiredKeys: ['nameRelativeToCRLIssuer'] },
  ),
  fc.record({ cRLIssuer: someNames, reasons: reasonFlags }, { requiredKeys: ['cRLIssuer'] }),
);

export const reasons = fc.constantFrom(...(Object.keys(CRL_REASONS) as CrlReason[]));

const body = <B extends ExtensionBody>(
  id: B['id'],
  fields: fc.Arbitrary<object>,
): fc.Arbitrary<ExtensionBody> => fields.map((value) => ({ id, ...value }) as unknown as B);
type Of<I> = Extract<ExtensionBody, { id: I }>;

const numbers = fc.record({ number: fc.bigInt(0n, (1n << 159n) - 1n) });
const flag = fc.constant(true as const);
const keyIdentifier = fc.uint8Array();

const issuingPoints = fc
  .record(
    {
      distributionPoint: fc.record({ fullName: someNames }),
      scope: fc.constantFrom('onlyContainsUserCerts', 'onlyContainsCACerts', 'onlyContainsAttributeCerts'),
      onlySomeReasons: reasonFlags,
      indirectCRL: flag,
      nameRelativeToCRLIssuer: relativeName,
    },
    { requiredKeys: [] },
  )
  .filter((point) => Object.keys(point).length > 0)
  .map(
    ({ scope, nameRelativeToCRLIssuer, ...point }): ExtensionBody => ({
      id: 'issuingDistributionPoint',
      ...(scope && { [scope]: true }),
      ...(nameRelativeToCRLIssuer && !point.distributionPoint && { nameRelativeToCRLIssuer }),
      ...(nameRelativeToCRLIssuer && { indirectCRL: true }),
      ...point,
    }),
  );

const policies = fc.uniqueArray(
  fc.record(
    {
      policyIdentifier: oids,
      cps: fc.array(ascii, { minLength: 1, maxLength: 2 }),
      otherQualifiers: fc.array(
        fc.tuple(oids, utf8).map(([oid, value]) => derSequence(derOid(oid), derSequence(value))),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: ['policyIdentifier'] },
  ),
  { selector: ({ policyIdentifier }) => policyIdentifier, minLength: 1, maxLength: 3 },
);

export const BODIES: { readonly [I in ExtensionBody['id']]: fc.Arbitrary<ExtensionBody> } = {
  basicConstraints: body<Of<'basicConstraints'>>(
    'basicConstraints',
    fc.record({ cA: fc.boolean(), pathLenConstraint: fc.nat() }, { requiredKeys: ['cA'] }),
  ),
  keyUsage: body<Of<'keyUsage'>>(
    'keyUsage',
    fc.record({ usages: fc.subarray([...KEY_USAGES], { minLength: 1 }) }),
  ),
  extKeyUsage: body<Of<'extKeyUsage'>>(
    'extKeyUsage',
    fc.record({ purposes: fc.array(oids, { minLength: 1, maxLength: 4 }) }),
  ),
  subjectKeyIdentifier: body<Of<'subjectKeyIdentifier'>>(
    'subjectKeyIdentifier',
    fc.record({ keyIdentifier }),
  ),
  authorityKeyIdentifier: body<Of<'authorityKeyIdentifier'>>(
    'authorityKeyIdentifier',
    fc.oneof(
      fc.record({ keyIdentifier }, { requiredKeys: [] }),
      fc.record(
        { keyIdentifier, authorityCertIssuer: someNames, authorityCertSerialNumber: serials },
        { requiredKeys: ['authorityCertIssuer', 'authorityCertSerialNumber'] },
      ),
    ),
  ),
  certificatePolicies: body<Of<'certificatePolicies'>>('certificatePolicies', fc.record({ policies })),
  subjectAltName: body<Of<'subjectAltName'>>('subjectAltName', fc.record({ names: someNames })),
  issuerAltName: body<Of<'issuerAltName'>>('issuerAltName', fc.record({ names: someNames })),
  certificateIssuer: body<Of<'certificateIssuer'>>('certificateIssuer', fc.record({ names: someNames })),
  cRLDistributionPoints: body<Of<'cRLDistributionPoints'>>(
    'cRLDistributionPoints',
    fc.record({ points: fc.array(points, { minLength: 1, maxLength: 3 }) }),
  ),
  freshestCRL: body<Of<'freshestCRL'>>(
    'freshestCRL',
    fc.record({ points: fc.array(points, { minLength: 1, maxLength: 2 }) }),
  ),
  authorityInfoAccess: body<Of<'authorityInfoAccess'>>(
    'authorityInfoAccess',
    fc.record({
      accesses: fc.array(fc.record({ method: oids, location: generalNames }), { minLength: 1, maxLength: 3 }),
    }),
  ),
  ocspNoCheck: fc.constant({ id: 'ocspNoCheck' }),
  cRLNumber: body<Of<'cRLNumber'>>('cRLNumber', numbers),
  deltaCRLIndicator: body<Of<'deltaCRLIndicator'>>('deltaCRLIndicator', numbers),
  issuingDistributionPoint: issuingPoints,
  reasonCode: body<Of<'reasonCode'>>('reasonCode', fc.record({ reason: reasons })),
  invalidityDate: body<Of<'invalidityDate'>>(
    'invalidityDate',
    fc.record({ date: dates('1950-01-01T00:00:00Z', '9999-12-31T23:59:59Z') }),
  ),
  other: fc
    .tuple(oids, fc.uint8Array())
    .map(([oid, value]) => ({ id: 'other', oid: parseOid(`${oid}.1.2.3`), value })),
};

/** Extensions of the given kinds, none twice. */
export const extensionsOf = (
  kinds: readonly ExtensionBody['id'][],
  constraints: { minLength: number; maxLength?: number },
): fc.Arbitrary<Extension[]> =>
  fc.uniqueArray(
    fc
      .tuple(fc.oneof(...kinds.map((kind) => BODIES[kind])), fc.boolean())
      .map(([one, critical]): Extension => ({ ...one, critical })),
    { ...constraints, selector: (extension) => (extension.id === 'other' ? extension.oid : extension.id) },
  );

export const EVERY_KIND = Object.keys(BODIES) as ExtensionBody['id'][];
