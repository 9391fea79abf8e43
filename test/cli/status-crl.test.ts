import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeCrl } from '../../cli/status-check/crl.ts';
import type { Finding, Silence } from '../../cli/status-check/finding.ts';
import { encodePem } from '../../lib/pki/pki.ts';
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

const judge = (crl: Buffer, subject: Issued = good, now = Date.now()): Finding =>
  judgeCrl(crl, { certificate: subject.certificate, issuer: ca.certificate }, now).finding;

const unusable = (finding: Finding, detail: RegExp): void => {
  expect(finding).toMatchObject({ says: 'nothing', why: 'unusable' });
  expect(String((finding as Silence).detail)).toMatch(detail);
};

const idp = (...lines: readonly string[]): string =>
  `${AKI}\nissuingDistributionPoint=critical,@idp\n[idp]\n${lines.join('\n')}`;

describe('CRLs', () => {
  it('list what is revoked and on hold, in DER and in PEM', () => {
    const der = ca.crl();
    const pem = Buffer.from(encodePem('X509 CRL', der));
    for (const crl of [der, pem]) {
      expect(judge(crl, good)).toMatchObject({ says: 'good' });
      expect(judge(crl, revoked)).toMatchObject({ says: 'revoked', revocation: { reason: 'superseded' } });
      expect(judge(crl, held)).toMatchObject({ says: 'hold', revocation: { reason: 'certificateHold' } });
    }
  });

  it('are asked about other certificates of the CA, such as a responder', () => {
    const { lists } = judgeCrl(
      ca.crl(),
      { certificate: good.certificate, issuer: ca.certificate },
      Date.now(),
    );
    expect(lists(revoked.certificate.serialNumber)).toBe(true);
    expect(lists(good.certificate.serialNumber)).toBe(false);
  });

  it('past their nextUpdate or of the future are refused, with five minutes of tolerance', () => {
    unusable(judge(ca.crl(AKI, -48, -1)), /too old/);
    unusable(judge(ca.crl(AKI, 1, 24)), /of the future/);
    expect(judge(ca.crl(AKI, -48, -0.05))).toMatchObject({ says: 'good' });
  });

  it('of a CA of the same name and another key are refused', () => {
    const other = new OpensslCa(join(folder, 'other'));
    unusable(judge(other.crl()), /another key/);
    unusable(
      judge(other.crl('crlNumber=ASN1:INTEGER:1'.replace('crlNumber', '2.5.29.20'))),
      /does not verify/,
    );
  });

  it('of a CA of another name are refused', () => {
    unusable(judge(new OpensslCa(join(folder, 'stranger'), 'Stranger').crl()), /not of the certificate's CA/);
  });

  it('of a CA that may not sign CRLs are refused', () => {
    const silent = new OpensslCa(join(folder, 'silent'), 'Silent', 'keyUsage=critical,keyCertSign');
    const subject = silent.issue('one', 'keyUsage=digitalSignature');
    const finding = judgeCrl(
      silent.crl(),
      { certificate: subject.certificate, issuer: silent.certificate },
      Date.now(),
    ).finding;
    unusable(finding, /not allowed to sign CRLs/);
  });

  it('whose signature or contents were altered are refused', () => {
    const crl = ca.crl();
    for (const at of [crl.length - 1, 60, Math.floor(crl.length / 2)]) {
      const altered = Buffer.from(crl);
      altered[at] = (altered[at] as number) ^ 1;
      expect(judge(altered, revoked)).toMatchObject({ says: 'nothing', why: 'unusable' });
    }
  });

  it('of the distribution point that the certificate names are taken', () => {
    expect(judge(ca.crl(idp(`fullname=URI:${POINT}`, 'onlyuser=TRUE')), revoked)).toMatchObject({
      says: 'revoked',
    });
  });

  it('of another distribution point are refused', () => {
    unusable(
      judge(ca.crl(idp('fullname=URI:http://crl.example/other.crl')), revoked),
      /another distribution point/,
    );
  });

  it('with a distribution point are refused for a certificate that names none', () => {
    const bare = ca.issue('bare', 'keyUsage=digitalSignature');
    unusable(judge(ca.crl(idp(`fullname=URI:${POINT}`)), bare), /another distribution point/);
    expect(judge(ca.crl(), bare)).toMatchObject({ says: 'good' });
  });

  it('for other kinds of certificates, for some reasons, indirect ones and deltas are refused', () => {
    const point = `fullname=URI:${POINT}`;
    unusable(judge(ca.crl(idp(point, 'onlyCA=TRUE'))), /of CAs only/);
    unusable(judge(ca.crl(idp(point, 'onlyAA=TRUE'))), /attribute certificates only/);
    unusable(judge(ca.crl(idp(point, 'onlysomereasons=keyCompromise'))), /some reasons only/);
    unusable(judge(ca.crl(idp(point, 'indirectCRL=TRUE'))), /indirect/);
    unusable(judge(ca.crl(`${AKI}\n2.5.29.27=critical,ASN1:INTEGER:1`)), /delta/);
    const sub = ca.issue('sub', `basicConstraints=critical,CA:TRUE\ncrlDistributionPoints=URI:${POINT}`);
    unusable(judge(ca.crl(idp(point, 'onlyuser=TRUE')), sub), /does not cover certificates of CAs/);
  });

  it('with a critical extension that nobody knows are refused', () => {
    unusable(judge(ca.crl(`${AKI}\n1.2.3.4.5=critical,ASN1:NULL`)), /not understood/);
  });

  it('that are no CRL say nothing', () => {
    unusable(judge(Buffer.from('no list')), /PEM/);
    unusable(judge(Buffer.from([0x30, 0x00])), /./);
  });
});
