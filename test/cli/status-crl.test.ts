import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phrase } from '../../lib/fault.ts';
import {
  type Certificate,
  type CrlReason,
  constructed,
  derInteger,
  derSequence,
  encodeCertificateList,
  encodeExtensions,
  encodeName,
  encodePem,
  encodeSerial,
  encodeTbsCertList,
  type Name,
  tlv,
} from '../../lib/pki/pki.ts';
import { encodeTime } from '../../lib/pki/time.ts';
import type { Finding, Silence } from '../../lib/status-check/contract.ts';
import { type CrlFinding, judgeCrls } from '../../lib/status-check/crl.ts';
import { readCrls } from '../../lib/status-check/crl-file.ts';
import { Unusable } from '../../lib/status-check/finding.ts';
import { type Issued, OpensslCa } from './openssl-ca.ts';

/** CRLs by `openssl ca -gencrl`, judged. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-crl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POINT = 'http://crl.example/full.crl';
const AKI = 'authorityKeyIdentifier=keyid';

let ca: OpensslCa;
let good: Issued;
let revoked: Issued;
let held: Issued;

beforeAll(() => {
  ca = new OpensslCa(join(folder, 'ca'));
  good = ca.issue('good', `crlDistributionPoints=URI:${POINT}`);
  revoked = ca.issue('revoked', `crlDistributionPoints=URI:${POINT}`);
  held = ca.issue('held', `crlDistributionPoints=URI:${POINT}`);
  ca.revoke(revoked, 'superseded');
  ca.revoke(held, 'certificateHold');
});

/** Nobody but the CA itself may sign. */
const judgeAll = (
  crls: readonly Buffer[],
  certificate: Certificate,
  { issuer = ca.certificate, at = Date.now() }: { issuer?: Certificate; at?: number } = {},
): Promise<CrlFinding> =>
  judgeCrls(
    crls.flatMap((crl, index) => readCrls(crl, `${index}.crl`)),
    { certificate, issuer },
    {
      clock: { at, maxAge: 0 },
      certificates: [],
      trust: () => Promise.reject(new Unusable('test', phrase`none`)),
    },
  );

const judge = async (crl: Buffer, subject: Issued = good, at = Date.now()): Promise<Finding> =>
  (await judgeAll([crl], subject.certificate, { at })).finding;

const unusable = (finding: Finding, detail: RegExp): void => {
  expect(finding).toMatchObject({ says: 'nothing', why: 'unusable' });
  expect(String((finding as Silence).detail)).toMatch(detail);
};

const idp = (...lines: readonly string[]): string =>
  `${AKI}\nissuingDistributionPoint=critical,@idp\n[idp]\n${lines.join('\n')}`;

/** The two times of a CRL. */
const times = (): Buffer =>
  Buffer.concat([encodeTime(new Date()), encodeTime(new Date(Date.now() + 3_600_000))]);

/** A CRL of these fields: its times, a version before everything if there is one, and what follows the times. */
const bare = (at: Uint8Array, version?: Uint8Array, ...more: readonly Uint8Array[]): Buffer => {
  const { signatureAlgorithm, subject } = ca.certificate;
  const tbs = derSequence(
    ...(version ? [version] : []),
    signatureAlgorithm,
    encodeName(subject),
    at,
    ...more,
  );
  return Buffer.from(encodeCertificateList(tbs, signatureAlgorithm, ca.signature(tbs)));
};

/** A CRL with a number, or a delta for the base of another. `later` is in milliseconds. */
const numbered = (reasonCode: CrlReason | undefined, number: bigint, base?: bigint, later = 0): Buffer => {
  const { serialNumber } = good.certificate;
  const { signatureAlgorithm, subject } = ca.certificate;
  const tbs = encodeTbsCertList({
    signature: signatureAlgorithm,
    issuer: subject,
    thisUpdate: new Date(BEGUN + later),
    nextUpdate: new Date(BEGUN + 3_600_000),
    revokedCertificates: reasonCode ? [{ serialNumber, revocationDate: new Date(), reasonCode }] : [],
    crlExtensions: [
      { id: 'cRLNumber', number, critical: false },
      ...(base === undefined ? [] : [{ id: 'deltaCRLIndicator', number: base, critical: true } as const]),
    ],
  });
  return Buffer.from(encodeCertificateList(tbs, signatureAlgorithm, ca.signature(tbs)));
};

const BEGUN = Date.now() - 60_000;

const says = async (...crls: readonly Buffer[]): Promise<string> =>
  (await judgeAll(crls, good.certificate)).finding.says;

describe('CRLs', () => {
  it('list what is revoked and on hold, in DER and in PEM', async () => {
    const der = ca.crl();
    const pem = Buffer.from(encodePem('X509 CRL', der));
    for (const crl of [der, pem]) {
      expect(await judge(crl, good)).toMatchObject({ says: 'good' });
      expect(await judge(crl, revoked)).toMatchObject({
        says: 'revoked',
        revocation: { reason: 'superseded' },
      });
      expect(await judge(crl, held)).toMatchObject({
        says: 'hold',
        revocation: { reason: 'certificateHold' },
      });
    }
  });

  it('past their nextUpdate or of the future are refused, with five minutes of tolerance', async () => {
    unusable(await judge(ca.crl(AKI, -48, -1)), /too old/);
    unusable(await judge(ca.crl(AKI, 1, 24)), /of the future/);
    expect(await judge(ca.crl(AKI, -48, -0.05))).toMatchObject({ says: 'good' });
  });

  it('of a CA of the same name and another key are refused', async () => {
    const other = new OpensslCa(join(folder, 'other'));
    unusable(await judge(other.crl()), /another key/);
    unusable(
      await judge(other.crl('crlNumber=ASN1:INTEGER:1'.replace('crlNumber', '2.5.29.20'))),
      /does not verify/,
    );
  });

  it('of a CA of another name are refused', async () => {
    unusable(
      await judge(new OpensslCa(join(folder, 'stranger'), 'Stranger').crl()),
      /not of the certificate's CA/,
    );
  });

  it('of a CA that may not sign CRLs are refused', async () => {
    const silent = new OpensslCa(join(folder, 'silent'), 'Silent', 'keyUsage=critical,keyCertSign');
    const subject = silent.issue('one', 'keyUsage=digitalSignature');
    const { finding } = await judgeAll([silent.crl()], subject.certificate, { issuer: silent.certificate });
    unusable(finding, /not allowed to sign CRLs/);
  });

  it('whose signature or contents were altered are refused', async () => {
    const crl = ca.crl();
    for (const at of [crl.length - 1, 60, Math.floor(crl.length / 2)]) {
      const altered = Buffer.from(crl);
      altered[at] = (altered[at] as number) ^ 1;
      expect(await judge(altered, revoked)).toMatchObject({ says: 'nothing', why: 'unusable' });
    }
  });

  it('of the distribution point that the certificate names are taken', async () => {
    expect(await judge(ca.crl(idp(`fullname=URI:${POINT}`, 'onlyuser=TRUE')), revoked)).toMatchObject({
      says: 'revoked',
    });
  });

  it('of another distribution point are refused', async () => {
    unusable(
      await judge(ca.crl(idp('fullname=URI:http://crl.example/other.crl')), good),
      /another distribution point/,
    );
  });

  it('with a distribution point are refused for a certificate that names none', async () => {
    const bare = ca.issue('bare', 'keyUsage=digitalSignature');
    unusable(await judge(ca.crl(idp(`fullname=URI:${POINT}`)), bare), /another distribution point/);
    expect(await judge(ca.crl(), bare)).toMatchObject({ says: 'good' });
  });

  it('for other kinds of certificates, for some reasons, and deltas are refused', async () => {
    const point = `fullname=URI:${POINT}`;
    unusable(await judge(ca.crl(idp(point, 'onlyCA=TRUE'))), /of CAs only/);
    unusable(await judge(ca.crl(idp(point, 'onlyAA=TRUE'))), /attribute certificates only/);
    unusable(await judge(ca.crl(idp(point, 'onlysomereasons=keyCompromise'))), /some reasons only/);
    unusable(await judge(ca.crl(`${AKI}\n2.5.29.27=critical,ASN1:INTEGER:1`)), /delta/);
    const sub = ca.issue('sub', `basicConstraints=critical,CA:TRUE\ncrlDistributionPoints=URI:${POINT}`);
    unusable(await judge(ca.crl(idp(point, 'onlyuser=TRUE')), sub), /does not cover certificates of CAs/);
  });

  it('that list the certificate count against it, whatever they say that they cover', async () => {
    const point = `fullname=URI:${POINT}`;
    for (const scope of [
      ['fullname=URI:http://crl.example/other.crl'],
      [point, 'onlyCA=TRUE'],
      [point, 'onlysomereasons=keyCompromise'],
    ]) {
      expect(await judge(ca.crl(idp(...scope)), revoked)).toMatchObject({ says: 'revoked' });
    }
    unusable(await judge(ca.crl(idp(point, 'onlyAA=TRUE')), revoked), /attribute certificates only/);
  });

  it('that list a serial number twice say the worse, and of two times the earlier', async () => {
    const { serialNumber } = good.certificate;
    const day = (date: number): Date => new Date(Date.UTC(2026, 0, date));
    const list = (...entries: readonly (readonly [number, CrlReason])[]): Buffer => {
      const tbs = encodeTbsCertList({
        signature: ca.certificate.signatureAlgorithm,
        issuer: ca.certificate.subject,
        thisUpdate: new Date(),
        nextUpdate: new Date(Date.now() + 3_600_000),
        revokedCertificates: entries.map(([date, reasonCode]) => ({
          serialNumber,
          revocationDate: day(date),
          reasonCode,
        })),
        crlExtensions: [],
      });
      return Buffer.from(encodeCertificateList(tbs, ca.certificate.signatureAlgorithm, ca.signature(tbs)));
    };
    const revocation = { says: 'revoked', revocation: { time: day(2), reason: 'keyCompromise' } };
    const [one, hold] = [[2, 'keyCompromise'] as const, [1, 'certificateHold'] as const];
    expect(await judge(list(one, hold))).toMatchObject(revocation);
    expect(await judge(list(hold, one))).toMatchObject(revocation);
    expect(await judge(list([3, 'superseded'], one))).toMatchObject(revocation);
    expect(await judge(list(one, [3, 'superseded']))).toMatchObject(revocation);
    expect(await judge(list(hold, [3, 'removeFromCRL']))).toMatchObject({ says: 'hold' });
    unusable(await judge(list([3, 'removeFromCRL'])), /only a delta/);
  });

  it('together cover all reasons, or say nothing', async () => {
    const point = `fullname=URI:${POINT}`;
    const some = (reasons: string): Buffer => ca.crl(idp(point, `onlysomereasons=${reasons}`));
    const compromise = some('keyCompromise,CACompromise');
    const others = some(
      'affiliationChanged,superseded,cessationOfOperation,certificateHold,privilegeWithdrawn,AACompromise',
    );
    expect((await judgeAll([compromise, others], good.certificate)).finding).toMatchObject({ says: 'good' });
    unusable((await judgeAll([compromise], good.certificate)).finding, /some reasons only/);
    unusable((await judgeAll([compromise, compromise], good.certificate)).finding, /some reasons only/);
  });

  it('beside a good one are left out by name', async () => {
    const other = new OpensslCa(join(folder, 'beside'));
    const { finding, by, aside } = await judgeAll([other.crl(), ca.crl()], good.certificate);
    expect(finding).toMatchObject({ says: 'good' });
    expect(by.map(({ from }) => from)).toEqual(['1.crl']);
    expect(aside).toMatchObject([{ from: '0.crl', finding: { rule: 'RFC 5280 6.3.3 (g)' } }]);
  });

  it.each([
    ['a delta', () => ca.crl(`${AKI}\n2.5.29.27=critical,ASN1:INTEGER:1`), 'RFC 5280 5.2.4'],
    ['some reasons', () => ca.crl(idp('onlysomereasons=keyCompromise')), 'RFC 5280 6.3.3 (l)'],
    ['CAs only', () => ca.crl(idp('onlyCA=TRUE')), 'RFC 5280 6.3.3 (b) (2) (iii)'],
    ['attribute certificates', () => ca.crl(idp('onlyAA=TRUE')), 'RFC 5280 6.3.3 (b) (2) (iv)'],
    ['another place', () => ca.crl(idp('fullname=URI:http://x.example')), 'RFC 5280 6.3.3 (b) (2) (i)'],
    ['another key', () => new OpensslCa(join(folder, 'key2')).crl(), 'RFC 5280 6.3.3 (g)'],
    ['another CA', () => new OpensslCa(join(folder, 'ca2'), 'B').crl(), 'RFC 5280 6.3.3 (b) (1)'],
    ['an unknown extension', () => ca.crl(`${AKI}\n1.2.3=critical,ASN1:NULL`), 'RFC 5280 5.2, 5.3'],
    ['an old one', () => ca.crl(AKI, -48, -1), 'RFC 5280 6.3.3 (a)'],
    ['one without nextUpdate', () => bare(encodeTime(new Date()), derInteger(1)), 'RFC 5280 5.1'],
    ['version 1', () => bare(times()), 'RFC 5280 5.1'],
  ] as const)('that cannot be used are named by their clause: %s', async (_name, crl, rule) => {
    expect(await judge(crl())).toMatchObject({ says: 'nothing', why: 'unusable', rule });
  });

  it('with a delta on top change a hold, if the numbers go on, and never a revocation', async () => {
    const delta = (reason: CrlReason, base = 5n, number = 6n) => numbered(reason, number, base, 30_000);
    const [none, hold, gone] = [
      numbered(undefined, 5n),
      numbered('certificateHold', 5n),
      numbered('superseded', 5n),
    ];
    expect(await says(none, delta('keyCompromise'))).toBe('revoked');
    expect(await says(hold, delta('removeFromCRL'))).toBe('good');
    expect(await says(hold, delta('superseded'))).toBe('revoked');
    expect(await says(gone, delta('removeFromCRL'))).toBe('revoked');
    expect(await says(gone, delta('certificateHold'))).toBe('revoked');
    // A gap between the numbers, or a delta that is not newer: what it takes away does not count, what it lists does.
    for (const [base, number] of [
      [6n, 7n],
      [5n, 5n],
    ] as const) {
      expect(await says(hold, delta('removeFromCRL', base, number))).toBe('hold');
      expect(await says(none, delta('keyCompromise', base, number))).toBe('revoked');
    }
    const { aside } = await judgeAll([hold, delta('removeFromCRL', 6n, 7n)], good.certificate);
    expect(aside).toMatchObject([{ from: '1.crl', finding: { rule: 'RFC 5280 5.2.4' } }]);
  });

  it('with a delta of the same second or an earlier one are revoked if it says so, and else by the newer number', async () => {
    const [none, hold] = [numbered(undefined, 5n), numbered('certificateHold', 5n)];
    for (const later of [0, -30_000]) {
      expect(await says(none, numbered('keyCompromise', 6n, 5n, later))).toBe('revoked');
      expect(await says(hold, numbered('keyCompromise', 6n, 5n, later))).toBe('revoked');
    }
    expect(await says(none, numbered('certificateHold', 6n, 5n))).toBe('hold');
    expect(await says(hold, numbered('removeFromCRL', 6n, 5n))).toBe('good');
    expect(await says(hold, numbered('removeFromCRL', 6n, 5n, -30_000))).toBe('hold');
    const later = [numbered('keyCompromise', 6n, 5n, 10_000), numbered(undefined, 7n, 5n, 20_000)];
    expect(await says(none, ...later)).toBe('revoked');
    expect(await says(none, ...later.toReversed())).toBe('revoked');
  });

  it('beside a newer one of the same CA that cannot be read say nothing', async () => {
    const older = ca.crl(AKI, -2);
    const broken = bare(times(), derInteger(1), derSequence(derSequence(derInteger(1))));
    const unread = [ca.crl(`${AKI}\n1.2.3=critical,ASN1:NULL`), broken];
    for (const newer of unread) {
      for (const crls of [
        [older, newer],
        [newer, older],
      ]) {
        unusable(
          (await judgeAll(crls, good.certificate)).finding,
          /newer CRL of the CA, of .* cannot be judged/,
        );
        expect((await judgeAll(crls, revoked.certificate)).finding).toMatchObject({ says: 'revoked' });
      }
    }
    const current = ca.crl();
    const expired = ca.crl(`${AKI}\n1.2.3=critical,ASN1:NULL`, -48, -1);
    const stranger = new OpensslCa(join(folder, 'unread'), 'Unread').crl('1.2.3=critical,ASN1:NULL', 0.02);
    expect(await says(current, expired, stranger)).toBe('good');
    expect(await says(current, ca.crl(AKI, -48, -1))).toBe('good');
  });

  it('that are indirect, for entries of other CAs, are understood', async () => {
    const entry = (issuer: Name | undefined): Uint8Array =>
      derSequence(
        encodeSerial(good.certificate.serialNumber),
        encodeTime(new Date()),
        ...(issuer
          ? [
              encodeExtensions([
                {
                  id: 'certificateIssuer',
                  names: [{ kind: 'directoryName', value: issuer }],
                  critical: true,
                },
              ]),
            ]
          : []),
      );
    const indirect = tlv(
      constructed(0),
      encodeExtensions([{ id: 'issuingDistributionPoint', indirectCRL: true, critical: true }]),
    );
    const other = [...ca.certificate.subject, ...ca.certificate.subject];
    const list = (...more: readonly Uint8Array[]): Buffer => bare(times(), derInteger(1), ...more);
    expect(await judge(list(derSequence(entry(other)), indirect))).toMatchObject({ says: 'good' });
    expect(await judge(list(derSequence(entry(ca.certificate.subject)), indirect))).toMatchObject({
      says: 'revoked',
    });
    // The issuer of an entry is that of the entry before, unless it says another.
    const both = derSequence(entry(other), entry(undefined));
    expect(await judge(list(both, indirect))).toMatchObject({ says: 'good' });
    unusable(await judge(list(derSequence(entry(other)))), /without being an indirect one/);
  });

  it('with a critical extension that nobody knows are refused', async () => {
    unusable(await judge(ca.crl(`${AKI}\n1.2.3.4.5=critical,ASN1:NULL`)), /not understood/);
  });

  it('that are no CRL say nothing', async () => {
    unusable(await judge(Buffer.from('no list')), /PEM/);
    unusable(await judge(Buffer.from([0x30, 0x00])), /./);
  });
});
