import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phrase } from '../../lib/fault.ts';
import { encodeCertId, encodeName, encodeOcspError, encodeOcspRequest } from '../../lib/pki/pki.ts';
import type { Finding, Silence } from '../../lib/status-check/contract.ts';
import { judgeOcsp, type OcspQuestion, ocspQuestion } from '../../lib/status-check/ocsp.ts';
import { type Issued, OpensslCa, RESPONDER } from './openssl-ca.ts';

/** Answers by `openssl ocsp`, judged. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-ocsp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let ca: OpensslCa;
let good: Issued;
let revoked: Issued;
let held: Issued;

beforeAll(() => {
  ca = new OpensslCa(join(folder, 'ca'));
  good = ca.issue('good', 'keyUsage=digitalSignature');
  revoked = ca.issue('revoked', 'keyUsage=digitalSignature');
  held = ca.issue('held', 'keyUsage=digitalSignature');
  ca.issue('responder', RESPONDER);
  ca.revoke(revoked, 'keyCompromise');
  ca.revoke(held, 'certificateHold');
});

const ask = (subject: Issued, nonce: Uint8Array = randomBytes(32)): OcspQuestion =>
  ocspQuestion({ certificate: subject.certificate, issuer: ca.certificate }, nonce);

const HOUR = 3_600_000;

const judged = (bytes: Uint8Array, question: OcspQuestion, at: number): Finding =>
  judgeOcsp(bytes, question, { at, maxAge: 24 * HOUR }).finding;

const answer = (subject: Issued, responder = 'responder', now = Date.now()): Finding => {
  const question = ask(subject);
  return judged(ca.ocsp(question.der, responder), question, now);
};

const unusable = (finding: Finding, detail: RegExp): void => {
  expect(finding).toMatchObject({ says: 'nothing', why: 'unusable' });
  expect(String((finding as Silence).detail)).toMatch(detail);
};

describe('OCSP answers', () => {
  it('of a delegated responder are taken: good, revoked with its reason, on hold', () => {
    expect(answer(good)).toMatchObject({ says: 'good', signer: 'C=JP, O=Test, CN=responder' });
    expect(answer(revoked)).toMatchObject({ says: 'revoked', revocation: { reason: 'keyCompromise' } });
    expect(answer(held)).toMatchObject({ says: 'hold', revocation: { reason: 'certificateHold' } });
  });

  it('of the CA itself are taken', () => {
    expect(answer(good, 'ca')).toMatchObject({ says: 'good', signer: phrase`the CA itself` });
  });

  it('about a serial number that the responder never saw say unknown', () => {
    const other = new OpensslCa(join(folder, 'unseen'));
    const unseen = { ...good.certificate, serialNumber: other.certificate.serialNumber };
    expect(answer({ name: 'unseen', certificate: unseen })).toMatchObject({ says: 'unknown' });
  });

  it('with the nonce of another question are refused', () => {
    const question = ask(good);
    unusable(judged(ca.ocsp(ask(good).der, 'responder'), question, Date.now()), /nonce of another question/);
  });

  it('without a nonce are refused, since they may be old ones', () => {
    const certId = encodeCertId({
      hash: 'sha1',
      issuerName: encodeName(ca.certificate.subject),
      issuerPublicKeyInfo: ca.certificate.subjectPublicKeyInfo,
      serialNumber: good.certificate.serialNumber,
    });
    const bytes = ca.ocsp(encodeOcspRequest({ certIds: [certId] }), 'responder');
    unusable(judged(bytes, ask(good), Date.now()), /no nonce/);
  });

  it('about another certificate are refused', () => {
    const nonce = randomBytes(32);
    unusable(
      judged(ca.ocsp(ask(good, nonce).der, 'responder'), ask(revoked, nonce), Date.now()),
      /another cert/,
    );
  });

  it('before their thisUpdate and after their nextUpdate are refused, with five minutes of tolerance', () => {
    const day = 24 * 3_600_000;
    const minute = 60_000;
    expect(answer(good, 'responder', Date.now() + day + 4 * minute)).toMatchObject({ says: 'good' });
    unusable(answer(good, 'responder', Date.now() + day + 6 * minute), /too old/);
    expect(answer(good, 'responder', Date.now() - 4 * minute)).toMatchObject({ says: 'good' });
    unusable(answer(good, 'responder', Date.now() - 6 * minute), /of the future/);
  });

  it('without a nextUpdate are good for as long as the caller says, and no longer', () => {
    const question = ask(good);
    const bytes = ca.ocsp(question.der, 'responder', []);
    const at = (hours: number, maxAge: number): Finding =>
      judgeOcsp(bytes, question, { at: Date.now() + hours * HOUR, maxAge: maxAge * HOUR }).finding;
    expect(at(24, 24)).toMatchObject({ says: 'good' });
    unusable(at(25, 24), /no nextUpdate/);
    expect(at(25, 26)).toMatchObject({ says: 'good' });
  });

  it('of a responder whose certificate has expired, or is not valid yet, are refused', () => {
    ca.issue('expired', RESPONDER, -48, -1);
    ca.issue('early', RESPONDER, 1, 48);
    unusable(answer(good, 'expired'), /has expired/);
    unusable(answer(good, 'early'), /not valid yet/);
  });

  it('of a delegate without the purpose OCSPSigning, or with another key usage, are refused', () => {
    ca.issue('server', 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth');
    ca.issue('plain', 'keyUsage=digitalSignature');
    ca.issue('encipher', 'keyUsage=keyAgreement\nextendedKeyUsage=OCSPSigning');
    unusable(answer(good, 'server'), /not for signing OCSP/);
    unusable(answer(good, 'plain'), /not for signing OCSP/);
    unusable(answer(good, 'encipher'), /not for signatures/);
  });

  it('of a delegate with a critical extension that nobody knows are refused', () => {
    ca.issue('strange', `${RESPONDER}\n1.2.3.4.5=critical,ASN1:NULL`);
    unusable(answer(good, 'strange'), /critical extension/);
  });

  it.each(['responder', 'ca'])(
    'signed by the %s of a CA of the same name and another key are refused',
    (who) => {
      const other = new OpensslCa(join(folder, `other-${who}`));
      other.issue('responder', RESPONDER);
      const question = ask(good);
      const theirs = ocspQuestion(
        { certificate: good.certificate, issuer: other.certificate },
        question.nonce,
      );
      const finding = judged(other.ocsp(theirs.der, who), question, Date.now());
      unusable(finding, /not issued by the certificate's own CA/);
    },
  );

  it('that were altered anywhere are refused and never throw', () => {
    const question = ask(revoked);
    const bytes = ca.ocsp(question.der, 'responder');
    const genuine = judged(bytes, question, Date.now());
    expect(genuine).toMatchObject({ says: 'revoked' });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] as number) ^ flip;
        const finding = judged(altered, question, Date.now());
        // Only bytes that nobody signed and nobody needs may change without harm.
        if (finding.says !== 'nothing') expect(finding).toEqual(genuine);
      }),
      { numRuns: 300 },
    );
  });

  it('that are error statuses or no OCSP at all say nothing', () => {
    expect(judged(encodeOcspError('tryLater'), ask(good), Date.now())).toMatchObject({
      says: 'nothing',
      why: 'unavailable',
      detail: phrase`The responder says ${'tryLater'}.`,
    });
    unusable(judged(Buffer.from('<html>'), ask(good), Date.now()), /./);
  });
});
