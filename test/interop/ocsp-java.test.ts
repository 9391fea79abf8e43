import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCertificate, keyIdentifier } from '../../lib/pki/certificate.ts';
import { asDer, type Der } from '../../lib/pki/der.ts';
import { encodeOcspResponse, encodeResponseData, type ResponseData } from '../../lib/pki/ocsp-response.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { REVOCATION_REASONS } from '../../lib/pki/pki.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { type DomainFile, temporaryFolder } from '../service.ts';
import { certIdOf, encodeQuestion, PUBLIC } from '../status/asking.ts';
import { forgetCeremony } from '../status/office.ts';
import { ocspStatus } from '../world.ts';
import { type Counter, type Held, openCounter } from './counter.ts';
import { type Case, hasJava, javaVerdicts } from './judges.ts';

/** cACompromise is for certificates of CAs only. */
const REASONS = REVOCATION_REASONS.filter((reason) => reason !== 'cACompromise');

/** Java's PKIXRevocationChecker judges our answers: by default, with a nonce, from a file, under several CAs. */

const DAY = 86_400_000;
const folder = temporaryFolder();
/** The reason in Java's words. */
const javaReason = (reason: string): string =>
  reason
    .replace(/^cAC/, 'caC')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();

describe.skipIf(!hasJava)('Java', { timeout: 60_000 }, () => {
  let counter: Counter;
  /** Files of CAs, and the certificate of a generation before. */
  let old: Held;
  const cas: string[] = [];

  const domain =
    (generation: number) =>
    ({ authorities }: DomainFile): void => {
      for (const authority of authorities) {
        if (authority.id === 'organisation') Object.assign(authority, { generation });
        if (authority.id === 'signature') authority.ocsp.furtherAlgorithms = ['ecdsa-p384-sha384'];
        if (authority.id === 'authentication') authority.ocsp.neverIssued = 'revoked';
      }
    };

  beforeAll(async () => {
    const before = await openCounter(folder.path, { domain: domain(1) });
    old = await before.issue('old', 'official-position');
    await before.service.close();
    forgetCeremony(join(folder.path, 'data'));
    counter = await openCounter(folder.path, { domain: domain(2) });
    const { service, issue, forge } = counter;
    await issue('organisation', 'official-position');
    await issue('server', 'organisation-server');
    await issue('signature', 'person-signature');
    await issue('authentication', 'person-authentication');
    const operator = service.principal('operator-noda');
    for (const reason of REASONS) {
      const { ref } = await issue(reason, 'official-position');
      await service.app.authority.revoke(operator, ref, { reason });
    }
    await service.app.authority.hold(operator, (await issue('held', 'official-position')).ref);
    const released = await issue('released', 'official-position');
    await service.app.authority.hold(operator, released.ref);
    await service.app.authority.release(operator, released.ref);
    await forge('forged', 'organisation');
    await forge('forged-extended', 'authentication');
    cas.push(...['old', 'organisation', 'signature', 'authentication'].map((name) => held(name).ca));
  }, 120_000);
  afterAll(async () => {
    await counter.service.close();
    folder.remove();
  });

  const held = (name: string): Held => (name === 'old' ? old : counter.get(name));
  /** The CAs of the first ceremony named another port in their certificates. */
  const url = (): string => `${counter.service.url}/ocsp`;
  const caseOf = (by: Case['by'], name: string, ...more: NonNullable<Case['more']>): Case => {
    const { certificate, ca } = held(name);
    return { by, certificate, ca, more };
  };
  const revocationTime = async (name: string): Promise<string> => {
    const status = await ocspStatus(counter.service, held(name).ref);
    if (status.status !== 'revoked') throw new Error(`${name} is ${status.status}`);
    return status.revocationTime.toISOString().replace('.000', '');
  };

  it.each(['ocsp', 'nonce'] as const)('by %s believes every answer', async (by) => {
    const good = ['organisation', 'server', 'signature', 'authentication', 'released'];
    const revoked = [...REASONS, 'held'];
    const verdicts = await javaVerdicts([...good, ...revoked].map((name) => caseOf(by, name, url())));
    const expected = await Promise.all(
      revoked.map(async (name) => {
        const reason = name === 'held' ? 'CERTIFICATE_HOLD' : javaReason(name);
        return `REVOKED ${reason} ${await revocationTime(name)}`;
      }),
    );
    expect(verdicts).toEqual([...good.map(() => 'GOOD'), ...expected]);
  });

  it('understands the answer about a serial number that was never issued', async () => {
    const [unknown, extended] = await javaVerdicts([
      caseOf('ocsp', 'forged'),
      caseOf('nonce', 'forged-extended', url()),
    ]);
    expect(unknown).toMatch(/^REFUSED UNDETERMINED_REVOCATION_STATUS .*unknown/);
    expect(extended).toBe('REVOKED CERTIFICATE_HOLD 1970-01-01T00:00:00Z');
  });

  it('tells the generations of a CA apart among all CAs that it trusts', async () => {
    const ca = cas.join(',');
    const cases = ['old', 'organisation', 'signature', 'authentication'].map(
      (name): Case => ({ by: 'ocsp', ca, certificate: held(name).certificate, more: [url()] }),
    );
    expect(await javaVerdicts(cases)).toEqual(['GOOD', 'GOOD', 'GOOD', 'GOOD']);
    // With one generation alone, Java finds no issuer for the certificates of the other.
    const [crossed] = await javaVerdicts([
      { by: 'ocsp', ca: held('organisation').ca, certificate: old.certificate, more: [url()] },
    ]);
    expect(crossed).toMatch(/^REFUSED/);
  });

  /* Answers from files ------------------------------------------------------------------------------------- */

  /** Java knows only CertIDs with SHA-1. */
  const answerFor = async (ref: CertificateRef): Promise<Uint8Array> => {
    const certIds = [await certIdOf(counter.service, ref, 'sha1')];
    return (await counter.service.app.status.ocsp(await encodeQuestion({ certIds }), PUBLIC)).der;
  };
  const responderOf = (answer: Uint8Array) => {
    const decoded = decodeOcspResponse(answer);
    if (decoded.status !== 'successful') throw new Error(decoded.status);
    return { basic: decoded.basic, responder: decodeCertificate(decoded.basic.certs[0] as Der) };
  };
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(counter.at(name), bytes);
    return counter.at(name);
  };
  /** An answer that our responder must never sign, signed with its key. */
  const signAnyway = async (ca: string, change: (data: ResponseData) => ResponseData, name: string) => {
    const { basic, responder } = responderOf(await answerFor(held(name).ref));
    const row = await counter.service.table.get<{ keyId: string }>({
      pk: 'responders',
      sk: `${ca}/ecdsa-p256-sha256`,
    });
    const signer = await counter.service.keys.open(row?.value.keyId as string);
    const tbs = encodeResponseData(
      change({
        responderId: { byKey: keyIdentifier(responder.subjectPublicKeyInfo) },
        producedAt: basic.producedAt,
        responses: basic.responses.map((single) => ({ ...single, certId: single.certId.der })),
      }),
    );
    return encodeOcspResponse({
      tbs,
      signatureAlgorithm: asDer(signer.algorithm.signatureAlgorithm),
      signatureValue: await signer.sign(tbs),
      certs: [responder.der],
    });
  };

  it('believes an answer from a file, and not one that was damaged or is about another certificate', async () => {
    const answer = await answerFor(held('keyCompromise').ref);
    const spoilt = Buffer.from(answer);
    const { basic, responder } = responderOf(answer);
    const signature = Buffer.from(basic.signatureValue);
    const last = spoilt.indexOf(signature) + signature.length - 1;
    spoilt[last] = (spoilt[last] as number) ^ 1;
    const verdicts = await javaVerdicts([
      caseOf('given', 'keyCompromise', file('answer.der', answer)),
      caseOf('given', 'keyCompromise', file('spoilt.der', spoilt)),
      caseOf('given', 'organisation', counter.at('answer.der')),
      caseOf(
        'trusted',
        'keyCompromise',
        file('responder.pem', Buffer.from(encodePem('CERTIFICATE', responder.der))),
      ),
    ]);
    expect(verdicts[0]).toBe(`REVOKED KEY_COMPROMISE ${await revocationTime('keyCompromise')}`);
    expect(verdicts[1]).toMatch(/^REFUSED .*(signature|verif)/i);
    expect(verdicts[2]).toMatch(/^REFUSED .*does not include a response/);
    expect(verdicts[3]).toBe(verdicts[0]);
  });

  it('refuses an answer that we never give: one that holds longer than its responder’s certificate', async () => {
    const { responder } = responderOf(await answerFor(held('organisation').ref));
    const past = responder.notAfter.getTime() + DAY;
    const longer = (data: ResponseData): ResponseData => ({
      ...data,
      responses: data.responses.map((single) => ({ ...single, nextUpdate: new Date(past + DAY) })),
    });
    const answer = file('longer.der', await signAnyway('organisation-2', longer, 'organisation'));
    const verdicts = await javaVerdicts([
      caseOf('given', 'organisation', answer),
      caseOf('given', 'organisation', answer, past),
    ]);
    // At that time the responder has expired, and not the certificate that was asked about.
    expect(
      Date.parse(new X509Certificate(readFileSync(held('organisation').certificate)).validTo),
    ).toBeGreaterThan(past);
    expect(verdicts).toEqual(['GOOD', 'EXPIRED']);
  });

  it('refuses an answer that has come to its end', async () => {
    const answer = file('short.der', await answerFor(held('organisation').ref));
    const later = counter.service.now() + DAY;
    const [refused] = await javaVerdicts([caseOf('given', 'organisation', answer, later)]);
    expect(refused).toMatch(/^REFUSED .*validity interval is out-of-date/);
  });

  it('refuses an answer of a CA that did not issue the certificate', async () => {
    const { basic } = responderOf(await answerFor(held('organisation').ref));
    const claimed = (data: ResponseData): ResponseData => ({
      ...data,
      responses: basic.responses.map((single) => ({ ...single, certId: single.certId.der })),
    });
    const answer = file('claimed.der', await signAnyway('authentication-1', claimed, 'authentication'));
    const [refused] = await javaVerdicts([
      { by: 'given', ca: cas.join(','), certificate: held('organisation').certificate, more: [answer] },
    ]);
    expect(refused).toMatch(/^REFUSED/);
  });

  it('accepts the responder for the extensions of its certificate', () => {
    const text = readFileSync(counter.at('responder.pem'), 'utf8');
    expect(new X509Certificate(text).keyUsage).toEqual(['1.3.6.1.5.5.7.3.9']);
  });
});
