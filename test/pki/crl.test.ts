import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../lib/fault.ts';
import { encodeSigned } from '../../lib/pki/certificate.ts';
import {
  type CertificateList,
  decodeCertificateList,
  encodeTbsCertList,
  type RevokedCertificate,
  type TbsCertList,
} from '../../lib/pki/crl.ts';
import { asDer, type Der, TAG } from '../../lib/pki/der.ts';
import {
  derBoolean,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derText,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { CRL_REASONS } from '../../lib/pki/extension-bodies.ts';
import { encodeExtensions, findExtension } from '../../lib/pki/extensions.ts';
import { buildName, encodeName, formatName } from '../../lib/pki/name.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { encodeSerial, parseSerial, serialFromOctets } from '../../lib/pki/serial.ts';
import { encodeGeneralizedTime, encodeTime } from '../../lib/pki/time.ts';
import { dates, extensionsOf, names, reasons, serials, times } from './arbitraries.ts';
import { NO_OPENSSL, openssl } from './foreign.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { EC_SHA256 } from './self-signed.ts';

const refused = (code: FaultCode) => expect.objectContaining({ name: 'Fault', code });

const SIGNATURE = Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1);
const signed = (tbs: Uint8Array): Der => encodeSigned(tbs, EC_SHA256, SIGNATURE);
const reencoded = (crl: CertificateList): Der =>
  encodeSigned(encodeTbsCertList(crl), crl.signatureAlgorithm, crl.signatureValue);

/* The foreign vectors ------------------------------------------------------------------------------------ */

const folder = new URL('../../../shared/vectors/webpki-crls/', import.meta.url);
const vectors = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.der')) : [];
if (vectors.length === 0)
  console.log('../shared/vectors/webpki-crls is absent: the tests that read it are skipped.');

/**
 * The result that each vector must give: the fault, or a check of the value. If the result differs from the hint in the
 * file's name, or another defect than the named one decides, the comment says why.
 */
const LEDGER: Readonly<Record<string, FaultCode | ((crl: CertificateList) => unknown)>> = {
  // deltaCRLIndicator is not critical here, although 5.2.4 requires it. It is read, and lint judges the criticality.
  'crl.delta.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'deltaCRLIndicator')?.number).toBe(1665432727442340449n),
  // Nothing is revoked, which is fine; the issuer is an empty name, which 5.1.2.3 forbids.
  'crl.empty.der': 'malformed-crl',
  // Extensions is SIZE (1..MAX); other readers forgive the empty SEQUENCE.
  'crl.entry.empty.ext.seq.der': 'malformed-crl',
  'crl.entry.invalid.reason.der': 'malformed-crl',
  // Named for the feature, but its date is a UTCTime, and InvalidityDate is GeneralizedTime (5.3.2).
  'crl.entry.invalidity.date.der': 'malformed-crl',
  // Named for the feature, but the value is a PrintableString placeholder instead of GeneralNames (5.3.3).
  'crl.entry.issuer.ext.der': 'malformed-crl',
  'crl.entry.unknown.crit.ext.der': 'unknown-critical-extension',
  'crl.idp.explicit.false.bool.der': 'malformed-crl',
  'crl.idp.indirect_crl.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.indirectCRL).toBe(true),
  'crl.idp.invalid.bool.der': 'malformed-crl',
  'crl.idp.invalid.name.der': 'malformed-crl',
  // Other readers refuse this form of a name. 5.2.5 defines it, and it is kept unchanged.
  'crl.idp.name_relative_to_issuer.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.nameRelativeToCRLIssuer?.[0]).toBe(
      0xa1,
    ),
  // distributionPoint is OPTIONAL (5.2.5).
  'crl.idp.no_distribution_point_name.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')).toEqual({
      id: 'issuingDistributionPoint',
      onlyContainsUserCerts: true,
      critical: true,
    }),
  'crl.idp.only_attribute_certs.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.onlyContainsAttributeCerts).toBe(
      true,
    ),
  'crl.idp.only_ca_certs.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.onlyContainsCACerts).toBe(true),
  // keyCompromise (1) and affiliationChanged (3).
  'crl.idp.only_some_reasons.der': (crl) =>
    expect(
      Buffer.from(
        findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.onlySomeReasons ?? [],
      ).toString('hex'),
    ).toBe('0450'),
  'crl.idp.only_user_certs.der': (crl) =>
    expect(findExtension(crl.crlExtensions, 'issuingDistributionPoint')?.onlyContainsUserCerts).toBe(true),
  'crl.idp.unknown.tag.der': 'malformed-crl',
  'crl.idp.valid.der': (crl) => {
    expect(crl.revokedCertificates.map(({ reasonCode }) => reasonCode)).toEqual(
      Array(6).fill('affiliationChanged'),
    );
    // The top bit of the third serial number is set: its DER has a zero octet that its hex has not.
    expect(crl.revokedCertificates[2]?.serialNumber).toBe('e48f22273b2269be776cb000');
  },
  // The issuer, empty, is read before the time; the time has a test of its own below.
  'crl.invalid.this.update.time.der': 'malformed-crl',
  'crl.mismatched.sigalg.der': 'malformed-crl',
  // 5.2 requires authorityKeyIdentifier and cRLNumber of the issuer; a reader does not need them.
  'crl.missing.exts.der': (crl) => expect(crl.crlExtensions).toEqual([]),
  // OPTIONAL in ASN.1, required by 5.1.2.5.
  'crl.missing.next.update.der': 'malformed-crl',
  // Its issuer is empty too; the number has a test of its own below.
  'crl.negative.crl.number.der': 'malformed-crl',
  'crl.negative.serial.der': 'malformed-serial',
  'crl.no.entry.exts.der': (crl) =>
    expect(crl.revokedCertificates).toEqual([
      { serialNumber: '03ae51db51155a3c', revocationDate: new Date('2022-10-10T19:12:07Z') },
    ]),
  'crl.too.long.crl.number.der': 'malformed-crl',
  // Not a defect: a positive number whose first bit is one, correctly written with a zero octet.
  'crl.topbit.serial.der': (crl) => expect(crl.revokedCertificates[0]?.serialNumber).toBe('80feedf00d'),
  'crl.unknown.crit.ext.der': 'unknown-critical-extension',
  'crl.valid.der': (crl) => {
    expect(formatName(crl.issuer)).toBe('C=XX, O=Boulder Test, CN=(TEST) Elegant Elephant E1');
    expect(crl.thisUpdate).toEqual(new Date('2022-10-10T20:12:07Z'));
    expect(crl.nextUpdate).toEqual(new Date('2022-10-19T20:12:06Z'));
    expect(crl.revokedCertificates).toEqual([
      {
        serialNumber: '03ae51db51155a3c',
        revocationDate: new Date('2022-10-10T19:12:07Z'),
        reasonCode: 'keyCompromise',
      },
    ]);
    expect(findExtension(crl.crlExtensions, 'cRLNumber')?.number).toBe(1665432727442340449n);
  },
  'crl.wrong.version.der': 'unsupported-version',
};

describe.skipIf(vectors.length === 0)('the CRLs of webpki', () => {
  it('are all in the ledger', () => {
    expect(Object.keys(LEDGER).sort()).toEqual([...vectors].sort());
  });

  it.each(Object.entries(LEDGER))('%s', (file, expected) => {
    const bytes = new Uint8Array(readFileSync(new URL(file, folder)));
    if (typeof expected === 'string') {
      expect(() => decodeCertificateList(bytes)).toThrow(refused(expected));
      return;
    }
    const crl = decodeCertificateList(bytes);
    expected(crl);
    expect(Buffer.compare(reencoded(crl), bytes)).toBe(0);
  });
});

/* Grammar ------------------------------------------------------------------------------------------------- */

const ISSUER = buildName([
  ['C', 'JP'],
  ['O', '奈良県橿原市'],
  ['CN', 'Akashi 認証局'],
]);
const BASE: TbsCertList = {
  signature: EC_SHA256,
  issuer: ISSUER,
  thisUpdate: new Date('2026-11-22T00:00:00Z'),
  nextUpdate: new Date('2026-11-23T00:00:00Z'),
  revokedCertificates: [],
  crlExtensions: [
    { id: 'authorityKeyIdentifier', keyIdentifier: new Uint8Array(20).fill(7), critical: false },
    { id: 'cRLNumber', number: 12n, critical: false },
  ],
};

const entries: fc.Arbitrary<RevokedCertificate> = fc.record(
  {
    serialNumber: serials,
    revocationDate: times,
    reasonCode: reasons.filter((reason) => reason !== 'unspecified'),
    invalidityDate: dates('1950-01-01T00:00:00Z', '9999-12-31T23:59:59Z'),
    otherExtensions: extensionsOf(['other'], { minLength: 1, maxLength: 2 }).map((extensions) =>
      extensions.map((extension) => ({ ...extension, critical: false })),
    ),
  },
  { requiredKeys: ['serialNumber', 'revocationDate'] },
);
const lists: fc.Arbitrary<TbsCertList> = fc.record({
  signature: fc.constant(EC_SHA256),
  issuer: names,
  thisUpdate: times,
  nextUpdate: times,
  revokedCertificates: fc.array(entries, { maxLength: 12 }),
  crlExtensions: extensionsOf(
    ['authorityKeyIdentifier', 'cRLNumber', 'issuingDistributionPoint', 'freshestCRL', 'issuerAltName'],
    { minLength: 0, maxLength: 4 },
  ),
});

describe('a CRL', () => {
  it('reads as it was written, and writes as it was read', () => {
    fc.assert(
      fc.property(lists, (tbs) => {
        const crl = decodeCertificateList(signed(encodeTbsCertList(tbs)));
        expect(crl).toMatchObject(tbs);
        expect(crl.revokedCertificates).toEqual(tbs.revokedCertificates);
        expect(crl.signatureValue).toEqual(SIGNATURE);
        expect(Buffer.compare(reencoded(crl), crl.der)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('reads in pkijs as it was written', () => {
    fc.assert(
      fc.property(lists, (tbs) => {
        const theirs = new pkijs.CertificateRevocationList({
          schema: asn1js.fromBER(signed(encodeTbsCertList(tbs))).result,
        });
        expect(theirs.version).toBe(1);
        expect(theirs.thisUpdate.value).toEqual(tbs.thisUpdate);
        expect(theirs.nextUpdate?.value).toEqual(tbs.nextUpdate);
        expect(theirs.crlExtensions?.extensions.length ?? 0).toBe(tbs.crlExtensions.length);
        const revoked = (theirs.revokedCertificates ?? []).map((entry) => {
          const number = entry.userCertificate.valueBlock.valueHexView;
          const reason = entry.crlEntryExtensions?.extensions.find(({ extnID }) => extnID === '2.5.29.21');
          const value = (reason?.parsedValue as asn1js.Enumerated | undefined)?.valueBlock.valueDec;
          return [serialFromOctets(number), entry.revocationDate.value, value];
        });
        expect(revoked).toEqual(
          tbs.revokedCertificates.map(({ serialNumber, revocationDate, reasonCode }) => [
            serialNumber,
            revocationDate,
            reasonCode && CRL_REASONS[reasonCode],
          ]),
        );
      }),
    );
  });

  it('without revoked certificates has no list of them, and without extensions none', () => {
    const bare = encodeTbsCertList({ ...BASE, crlExtensions: [] });
    const parts = [
      derInteger(1),
      EC_SHA256,
      encodeName(ISSUER),
      encodeTime(BASE.thisUpdate),
      encodeTime(BASE.nextUpdate),
    ];
    expect(bare).toEqual(derSequence(...parts));
  });

  it('is of version 2, and omits the reason `unspecified`', () => {
    const entry = {
      serialNumber: parseSerial('80'),
      revocationDate: new Date('2026-11-21T10:11:12Z'),
      reasonCode: 'unspecified',
    } as const;
    const tbs = encodeTbsCertList({ ...BASE, revokedCertificates: [entry] });
    const written = derSequence(encodeSerial(parseSerial('80')), encodeTime(entry.revocationDate));
    expect(Buffer.from(tbs).includes(Buffer.from(derSequence(written)))).toBe(true);
    const [read] = decodeCertificateList(signed(tbs)).revokedCertificates;
    expect(read).toEqual({ serialNumber: '80', revocationDate: entry.revocationDate });
  });

  it('takes the extensions of entries in any order and writes them as they were', () => {
    const [date, reason] = [
      encodeExtensions([{ id: 'invalidityDate', date: BASE.thisUpdate, critical: false }]),
      encodeExtensions([{ id: 'reasonCode', reason: 'superseded', critical: true }]),
    ].map((extensions) => extensions.subarray(2));
    const unspecified = encodeExtensions([{ id: 'reasonCode', reason: 'unspecified', critical: false }]);
    const crl = decodeCertificateList(
      withEntries(
        entry(tlv(TAG.sequence, date as Uint8Array, reason as Uint8Array)),
        entry(tlv(TAG.sequence, reason as Uint8Array, date as Uint8Array)),
        entry(unspecified),
      ),
    );
    expect(crl.revokedCertificates).toMatchObject([
      { reasonCode: 'superseded', invalidityDate: BASE.thisUpdate },
      { reasonCode: 'superseded', invalidityDate: BASE.thisUpdate },
      { reasonCode: 'unspecified' },
    ]);
    expect(Buffer.compare(reencoded(crl), crl.der)).toBe(0);
  });

  it.each([100_000])('of %i entries is written and read in well under a second each', (count) => {
    const revokedCertificates = Array.from(
      { length: count },
      (_, i): RevokedCertificate => ({
        serialNumber: parseSerial(`a1${i.toString(16).padStart(30, '0')}`),
        revocationDate: new Date(1.7e12 + i * 1000),
        reasonCode: 'superseded',
      }),
    );
    const start = performance.now();
    const bytes = signed(encodeTbsCertList({ ...BASE, revokedCertificates }));
    const written = performance.now();
    const crl = decodeCertificateList(bytes);
    const end = performance.now();
    expect(crl.revokedCertificates).toHaveLength(count);
    expect(crl.revokedCertificates[count - 1]).toEqual(revokedCertificates[count - 1]);
    expect(written - start).toBeLessThan(1000);
    expect(end - written).toBeLessThan(1000);
  });
});

describe.skipIf(NO_OPENSSL)('openssl', () => {
  it('reads a CRL of ours', () => {
    const crl = signed(
      encodeTbsCertList({
        ...BASE,
        revokedCertificates: [
          {
            serialNumber: parseSerial('8f01'),
            revocationDate: new Date('2026-11-20T01:02:03Z'),
            reasonCode: 'certificateHold',
            invalidityDate: new Date('2026-11-19T00:00:00Z'),
          },
          { serialNumber: parseSerial('7f'), revocationDate: new Date('2051-01-01T00:00:00Z') },
        ],
        crlExtensions: [
          ...BASE.crlExtensions,
          {
            id: 'issuingDistributionPoint',
            distributionPoint: {
              fullName: [{ kind: 'uniformResourceIdentifier', value: 'http://crl.example.jp/full.crl' }],
            },
            onlyContainsUserCerts: true,
            critical: true,
          },
        ],
      }),
    );
    const text = openssl(
      ['crl', '-inform', 'DER', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus'],
      crl,
    );
    for (const line of [
      'Version 2 (0x1)',
      'Issuer: C=JP,O=奈良県橿原市,CN=Akashi 認証局',
      'Last Update: Nov 22 00:00:00 2026 GMT',
      'Next Update: Nov 23 00:00:00 2026 GMT',
      'Serial Number: 8F01',
      'Revocation Date: Nov 20 01:02:03 2026 GMT',
      'Certificate Hold',
      'Invalidity Date',
      'Nov 19 00:00:00 2026 GMT',
      'Revocation Date: Jan  1 00:00:00 2051 GMT',
      'X509v3 Issuing Distribution Point: critical',
      'URI:http://crl.example.jp/full.crl',
      'Only User Certificates',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('writes the same bytes after it read them', () => {
    const crl = signed(encodeTbsCertList(BASE));
    const pem = openssl(['crl', '-inform', 'DER'], crl).replace(/-----[^-]+-----|\s/g, '');
    expect(Buffer.from(pem, 'base64').equals(crl)).toBe(true);
  });
});

/* Refusals ------------------------------------------------------------------------------------------------ */

const SERIAL = encodeSerial(parseSerial('31'));
const entry = (...more: readonly Uint8Array[]): Der =>
  derSequence(SERIAL, encodeTime(BASE.thisUpdate), ...more);
const build = (changes: {
  version?: Uint8Array;
  issuer?: Uint8Array;
  times?: readonly Uint8Array[];
  list?: readonly Uint8Array[];
  extensions?: readonly Uint8Array[];
}): Der =>
  signed(
    derSequence(
      changes.version ?? derInteger(1),
      EC_SHA256,
      changes.issuer ?? encodeName(ISSUER),
      ...(changes.times ?? [encodeTime(BASE.thisUpdate), encodeTime(BASE.nextUpdate)]),
      ...(changes.list ?? []),
      ...(changes.extensions ?? [tlv(0xa0, encodeExtensions(BASE.crlExtensions))]),
    ),
  );
const withEntries = (...list: readonly Uint8Array[]): Der => build({ list: [derSequence(...list)] });
const extension = (oid: string, value: Uint8Array, critical = false): Der =>
  derSequence(derOid(parseOid(oid)), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
const withExtension = (oid: string, value: Uint8Array, critical = false): Der =>
  build({ extensions: [tlv(0xa0, derSequence(extension(oid, value, critical)))] });

describe('refusals', () => {
  it('the parts that the refusals change are valid by themselves', () => {
    expect(Buffer.compare(build({}), signed(encodeTbsCertList(BASE)))).toBe(0);
    expect(decodeCertificateList(withEntries(entry(), entry())).revokedCertificates).toHaveLength(2);
    expect(decodeCertificateList(withExtension('1.2.3.4', derInteger(1))).crlExtensions).toHaveLength(1);
  });

  const utc = (text: string): Der => derText(TAG.utcTime, text);
  const next = encodeTime(BASE.nextUpdate);
  it.each<[string, FaultCode, Uint8Array]>([
    ['version 1', 'unsupported-version', build({ version: new Uint8Array() })],
    ['version 3', 'unsupported-version', build({ version: derInteger(2) })],
    ['an empty issuer', 'malformed-crl', build({ issuer: derSequence() })],
    ['no nextUpdate', 'malformed-crl', build({ times: [next] })],
    [
      'a GeneralizedTime before 2050',
      'malformed-der',
      build({ times: [encodeGeneralizedTime(BASE.thisUpdate), next] }),
    ],
    ['a time without seconds', 'malformed-der', build({ times: [utc('2611220000Z'), next] })],
    ['a time with an offset', 'malformed-der', build({ times: [utc('261122000000+0900'), next] })],
    ['30 February', 'malformed-der', build({ times: [utc('260230000000Z'), next] })],
    ['an empty list', 'malformed-crl', build({ list: [derSequence()] })],
    ['an empty extension list', 'malformed-crl', build({ extensions: [tlv(0xa0, derSequence())] })],
    [
      'extensions and one thing more',
      'malformed-der',
      build({ extensions: [tlv(0xa0, derSequence(extension('1.2.3', derInteger(1))), derInteger(1))] }),
    ],
    ['an element after the extensions', 'malformed-der', build({ extensions: [derInteger(1)] })],
    ['a negative CRL number', 'malformed-crl', withExtension('2.5.29.20', derInteger(-42424242))],
    ['a CRL number of 21 octets', 'malformed-crl', withExtension('2.5.29.20', derInteger(1n << 160n))],
    [
      'an unknown critical extension',
      'unknown-critical-extension',
      withExtension('1.2.3.4', derInteger(1), true),
    ],
    [
      'a critical extension of certificates',
      'unknown-critical-extension',
      withExtension('2.5.29.37', derSequence(derOid(parseOid('1.2.3'))), true),
    ],
    ['an entry of serial zero', 'malformed-serial', withEntries(derSequence(derInteger(0), next))],
    ['an entry of a negative serial', 'malformed-serial', withEntries(derSequence(derInteger(-5), next))],
    [
      'an entry of a serial of 21 octets',
      'malformed-serial',
      withEntries(derSequence(derInteger(1n << 160n), next)),
    ],
    [
      'an entry of a padded serial',
      'malformed-der',
      withEntries(derSequence(tlv(TAG.integer, Uint8Array.of(0, 5)), next)),
    ],
    ['an entry without a date', 'malformed-der', withEntries(derSequence(SERIAL))],
    ['an entry with an empty extension list', 'malformed-crl', withEntries(entry(derSequence()))],
    [
      'an entry with two extension lists',
      'malformed-der',
      withEntries(entry(derSequence(extension('1.2.3', SERIAL)), derSequence(extension('1.2.4', SERIAL)))),
    ],
    [
      'an entry inside an entry',
      'malformed-der',
      withEntries(entry(derSequence(extension('1.2.3', SERIAL)), entry())),
    ],
    [
      'an entry with reason 7',
      'malformed-crl',
      withEntries(entry(derSequence(extension('2.5.29.21', derInteger(7, TAG.enumerated))))),
    ],
    [
      'an entry with a critical extension of CRLs',
      'unknown-critical-extension',
      withEntries(entry(derSequence(extension('2.5.29.20', derInteger(1), true)))),
    ],
    ['an entry that is cut short', 'malformed-der', withEntries(Uint8Array.of(0x30, 5, 2, 1, 1))],
  ])('%s', (_, code, bytes) => {
    expect(() => decodeCertificateList(bytes)).toThrow(refused(code));
  });

  it('other signature algorithms inside and outside', () => {
    const tbs = encodeTbsCertList({ ...BASE, signature: derSequence(derOid(parseOid('1.2.3'))) });
    expect(() => decodeCertificateList(signed(tbs))).toThrow(refused('malformed-crl'));
  });

  it('octets after the end, and more than the limit', () => {
    const bytes = build({});
    expect(() => decodeCertificateList(Buffer.concat([bytes, SERIAL]))).toThrow(refused('trailing-data'));
    expect(() => decodeCertificateList(bytes, bytes.length - 1)).toThrow(refused('input-too-large'));
    expect(decodeCertificateList(bytes, bytes.length).crlExtensions).toHaveLength(2);
  });

  it('a time that cannot be written is refused by the encoder', () => {
    for (const thisUpdate of [new Date(Number.NaN), new Date('1949-12-31T00:00:00Z')])
      expect(() => encodeTbsCertList({ ...BASE, thisUpdate })).toThrow(refused('invalid-input'));
  });
});

describe('arbitrary and damaged bytes', () => {
  const seeds = fc.sample(lists, { numRuns: 30, seed: 2 }).map((tbs) => signed(encodeTbsCertList(tbs)));
  const real = vectors.map((file) => new Uint8Array(readFileSync(new URL(file, folder))));

  it('give a CRL that encodes to the same bytes, or a Fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated([...seeds, ...real])), (bytes) => {
        const crl = valueOrFault(() => decodeCertificateList(bytes));
        if (crl) expect(Buffer.compare(reencoded(crl), asDer(bytes))).toBe(0);
      }),
      { numRuns: 6000 },
    );
  });
});
