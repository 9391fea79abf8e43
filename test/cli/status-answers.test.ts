import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../cli/api-client.ts';
import {
  type Certificate,
  type CertStatus,
  decodeCertificate,
  decodeOcspRequest,
  encodeCertId,
  encodeCertificateList,
  encodeName,
  encodeOcspResponse,
  encodeResponseData,
  encodeSigned,
  encodeTbsCertificate,
  encodeTbsCertList,
  nonceExtension,
  type RevokedCertificate,
  type SingleResponse,
} from '../../lib/pki/pki.ts';
import { openFetcher } from '../../lib/status-check/fetcher.ts';
import { akashi, type Ended } from './in-process.ts';
import { OpensslCa, RESPONDER } from './openssl-ca.ts';
import { type Reply, ReplyServer } from './reply-server.ts';

/** Answers that no stock responder gives: they contradict themselves, or their signer does not fit. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-answers-'));
const HOUR = 3_600_000;

let server: ReplyServer;
let ca: OpensslCa;
let file: string;
let responders: Record<'checked' | 'unchecked' | 'listed', Certificate>;

beforeAll(async () => {
  server = await ReplyServer.open();
  ca = new OpensslCa(join(folder, 'ca'));
  const crl = `crlDistributionPoints=URI:${server.base}/ca.crl`;
  ca.issue('leaf', `authorityInfoAccess=OCSP;URI:${server.base}/ocsp\n${crl}`);
  file = ca.pem('leaf');
  const plain = RESPONDER.replace(/\nnoCheck=.*/, '');
  responders = {
    checked: ca.issue('checked', `${plain}\n${crl}`).certificate,
    unchecked: ca.issue('unchecked', plain).certificate,
    listed: ca.issue('listed', RESPONDER).certificate,
  };
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  server.replies = {};
});

const check = (...more: readonly string[]): Promise<Ended> =>
  akashi(['status', file, '--root', ca.pem('ca'), ...more]);

type Draft = Pick<SingleResponse, 'certStatus'> & Partial<SingleResponse>;

/** An OCSP answer signed by the CA itself. */
const ocspAt =
  (producedAt: Date) =>
  (...singles: readonly Draft[]): Reply =>
  (body) => {
    const request = decodeOcspRequest(body);
    const certId = request.requestList[0]?.certId.der as SingleResponse['certId'];
    const tbs = encodeResponseData({
      responderId: { byName: ca.certificate.subject },
      producedAt,
      responses: singles.map((single) => ({ certId, thisUpdate: new Date(), ...single })),
      extensions: [nonceExtension(request.nonce as Uint8Array)],
    });
    return {
      type: 'application/ocsp-response',
      body: encodeOcspResponse({
        tbs,
        signatureAlgorithm: ca.certificate.signatureAlgorithm,
        signatureValue: ca.signature(tbs),
        certs: [],
      }),
    };
  };

const ocsp = (...singles: readonly Draft[]): Reply => ocspAt(new Date())(...singles);

/** A CRL of the CA; entries have the reason `unspecified`. */
const crl =
  (thisUpdate: Date, ...revokedCertificates: readonly RevokedCertificate[]): Reply =>
  () => {
    const { signatureAlgorithm, subject } = ca.certificate;
    const tbs = encodeTbsCertList({
      signature: signatureAlgorithm,
      issuer: subject,
      thisUpdate,
      nextUpdate: new Date(Date.now() + HOUR),
      revokedCertificates,
      crlExtensions: [],
    });
    return { body: encodeCertificateList(tbs, signatureAlgorithm, ca.signature(tbs)) };
  };

const GOOD: CertStatus = { status: 'good' };
const REVOKED = { status: 'revoked', revocationTime: new Date(Date.now() - HOUR) } as const;

describe('an answer', () => {
  it('that says two things of the certificate says nothing', async () => {
    for (const singles of [
      [{ certStatus: GOOD }, { certStatus: REVOKED }],
      [{ certStatus: REVOKED }, { certStatus: GOOD }],
    ]) {
      server.replies = { '/ocsp': ocsp(...singles) };
      expect(await check()).toMatchObject({
        code: 5,
        out: expect.stringMatching(/^OCSP +unusable: .* speaks twice .*\(RFC 6960 3\.2 \(1\)\)$/m),
      });
    }
  });

  it('that says two things of the certificate by two digests says nothing', async () => {
    const { subject, subjectPublicKeyInfo } = ca.certificate;
    const certId = encodeCertId({
      hash: 'sha256',
      issuerName: encodeName(subject),
      issuerPublicKeyInfo: subjectPublicKeyInfo,
      serialNumber: ca.issued('leaf').certificate.serialNumber,
    });
    const contradicts = async (one: CertStatus, other: CertStatus): Promise<void> => {
      server.replies = { '/ocsp': ocsp({ certStatus: one }, { certStatus: other, certId }) };
      expect(await check()).toMatchObject({
        code: 5,
        out: expect.stringMatching(/^OCSP +unusable: .* speaks twice .*\(RFC 6960 3\.2 \(1\)\)$/m),
      });
    };
    await contradicts(GOOD, REVOKED);
    await contradicts(REVOKED, GOOD);
    await contradicts({ ...REVOKED, revocationReason: 'certificateHold' }, REVOKED);
    server.replies = { '/ocsp': ocsp({ certStatus: GOOD }, { certStatus: GOOD, certId }) };
    expect((await check()).code).toBe(0);
  });

  it('of a hold that began after the CRL is on hold, however early its thisUpdate is', async () => {
    const minutes = (count: number): Date => new Date(Date.now() - count * 60_000);
    const held = (since: number): Reply =>
      ocsp({
        certStatus: { ...REVOKED, revocationTime: minutes(since), revocationReason: 'certificateHold' },
        thisUpdate: minutes(60),
      });
    server.replies = { '/ocsp': held(10), '/ca.crl': crl(minutes(30)) };
    expect(await check()).toMatchObject({ code: 1, out: expect.stringMatching(/^result +ON HOLD: /m) });
    server.replies['/ocsp'] = held(50);
    expect((await check()).code).toBe(0);
  });

  it('that was produced in the future, or too long ago, is refused by its producedAt', async () => {
    const produced = async (hours: number): Promise<Ended> => {
      server.replies = { '/ocsp': ocspAt(new Date(Date.now() + hours * HOUR))({ certStatus: GOOD }) };
      return check();
    };
    const refused = (text: RegExp) => ({ code: 5, out: expect.stringMatching(text) });
    expect(await produced(1)).toMatchObject(
      refused(/is of the future: its producedAt is .*\(RFC 6960 2\.4\)$/m),
    );
    expect(await produced(-48)).toMatchObject(refused(/no nextUpdate, and its producedAt was /));
    expect((await produced(-1)).code).toBe(0);
  });

  it('that can be had at no address that is asked is out, not absent', async () => {
    const at = `authorityInfoAccess=OCSP;URI:ldap://x.example/y,OCSP;URI:file:///etc/hosts`;
    ca.issue('ldap', `${at}\ncrlDistributionPoints=URI:${server.base}/ca.crl`);
    server.replies = { '/ca.crl': crl(new Date()) };
    expect(await akashi(['status', ca.pem('ldap'), '--root', ca.pem('ca')])).toMatchObject({
      code: 5,
      out: expect.stringMatching(/^OCSP +unavailable: .*only http and https are\./m),
    });
  });

  it('of ten years ago without a nextUpdate is too old', async () => {
    const old = { certStatus: GOOD, thisUpdate: new Date(Date.now() - 87_600 * HOUR) };
    server.replies = { '/ocsp': ocsp(old) };
    expect(await check()).toMatchObject({
      code: 5,
      out: expect.stringMatching(/^OCSP +unusable: .* no nextUpdate/m),
    });
    const recent = { certStatus: GOOD, thisUpdate: new Date(Date.now() - 2 * HOUR) };
    server.replies = { '/ocsp': ocsp(recent) };
    expect((await check()).code).toBe(0);
    expect((await check('--max-age', '60')).code).toBe(5);
  });

  it('of a revocation that is yet to come is a revocation', async () => {
    const revocationTime = new Date(Date.now() + 24 * HOUR);
    server.replies = { '/ocsp': ocsp({ certStatus: { status: 'revoked', revocationTime } }) };
    expect((await check()).code).toBe(1);
    server.replies = {
      '/ca.crl': crl(new Date(), {
        serialNumber: ca.issued('leaf').certificate.serialNumber,
        revocationDate: revocationTime,
      }),
    };
    expect((await check()).code).toBe(1);
  });

  it('finds its signer among its certificates by key, in whatever order they are', async () => {
    const { listed, checked, unchecked } = responders;
    for (const certs of [
      [listed, unchecked, checked],
      [checked, listed, unchecked],
    ]) {
      server.replies = {
        '/ca.crl': () => ({ body: ca.crl() }),
        '/ocsp': (body) => ({
          type: 'application/ocsp-response',
          body: ca.ocsp(body, 'checked', [...['-ndays', '1', '-rother'], ca.bundle('others', certs)]),
        }),
      };
      expect(await check()).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^ {2}signed by +.*CN=checked$/m),
      });
    }
  });

  it('of a responder without id-pkix-ocsp-nocheck needs the status of its certificate', async () => {
    const by =
      (responder: string): Reply =>
      (body) => ({
        type: 'application/ocsp-response',
        body: ca.ocsp(body, responder),
      });
    server.replies = { '/ocsp': by('unchecked') };
    expect(await check()).toMatchObject({
      code: 5,
      out: expect.stringMatching(/its own status is not known\. \(RFC 6960 4\.2\.2\.2\.1\)/),
    });
    server.replies['/ca.crl'] = () => ({ body: ca.crl() });
    expect((await check()).code).toBe(0);
    ca.revoke({ name: 'checked' }, 'keyCompromise');
    server.replies['/ocsp'] = by('checked');
    expect(await check()).toMatchObject({
      code: 5,
      out: expect.stringMatching(/lists the OCSP responder's own certificate/),
    });
  });
});

describe('an address that gives nothing of use', () => {
  it('is followed by the next, of OCSP and of the CRL', async () => {
    const at = (name: string): string => `${server.base}/${name}`;
    const two = ca.issue(
      'two',
      [
        `authorityInfoAccess=OCSP;URI:${at('no-ocsp')},OCSP;URI:${at('ocsp')}`,
        'crlDistributionPoints=point\n[point]',
        `fullname=URI:${at('no.crl')},URI:${at('ca.crl')}`,
      ].join('\n'),
    );
    const html = { type: 'application/ocsp-response', body: Buffer.from('<html>') };
    server.replies = {
      '/no-ocsp': () => html,
      '/no.crl': () => html,
      '/ocsp': ocsp({ certStatus: GOOD }),
      '/ca.crl': () => ({ body: ca.crl() }),
    };
    const asked = () => akashi(['status', ca.pem(two.name), '--root', ca.pem('ca')]);
    const { code, out } = await asked();
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^OCSP +good$/m) });
    expect(out).toMatch(/^CRL +not listed$/m);
    expect(out).toMatch(/^ {2}left out +unusable: .*PEM/m);
    server.replies['/ca.crl'] = undefined;
    expect((await asked()).code).toBe(5);
  });
});

describe('a certificate whose issuer is spelt in another way', () => {
  it('is chained by RFC 5280 7.1, and OCSP is asked with its own spelling', async () => {
    const { signatureAlgorithm } = ca.certificate;
    const { certificate } = ca.issued('leaf');
    const issuer = certificate.issuer.map((rdn) =>
      rdn.map((one) => (one.value === 'CA' ? { ...one, tag: 0x13, value: ' ca ' } : one)),
    );
    const tbs = encodeTbsCertificate({ ...certificate, issuer });
    const respelt = decodeCertificate(encodeSigned(tbs, signatureAlgorithm, ca.signature(tbs)));
    const path = ca.write('respelt.cer', respelt.der);
    let asked: Uint8Array | undefined;
    server.replies = {
      '/ca.crl': () => ({ body: ca.crl() }),
      '/ocsp': (body) => {
        asked = decodeOcspRequest(body).requestList[0]?.certId.issuerNameHash;
        return ocsp({ certStatus: GOOD })(body);
      },
    };
    expect((await akashi(['status', path, '--root', ca.pem('ca')])).code).toBe(0);
    expect(asked).toEqual(hash('sha1', encodeName(issuer), 'buffer'));
    ca.revoke({ name: 'leaf' }, 'superseded');
    expect((await akashi(['status', path, '--root', ca.pem('ca')])).code).toBe(1);
  });
});

describe('fetching', () => {
  const answer = { status: 200, headers: {}, body: Buffer.alloc(10) };
  const url = (name: number): URL => new URL(`http://a.example/${name}`);

  it('ends with the number of fetches, the bytes, or the time', async () => {
    let clock = 0;
    const asked: { maxBytes: number; timeoutMs: number }[] = [];
    const ask: ApiClient['ask'] = (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    };
    const silent = { says: 'nothing', why: 'unavailable', rule: 'RFC 5280 8' };
    const byCount = openFetcher(ask, () => clock, { fetches: 2, bytes: 1000, time: 1000 });
    for (const name of [1, 2, 1, 2]) expect(await byCount.file(url(name), 50)).toHaveProperty('body');
    expect(asked).toHaveLength(2);
    expect(await byCount.file(url(3), 50)).toMatchObject(silent);
    const byBytes = openFetcher(ask, () => clock, { fetches: 9, bytes: 15, time: 1000 });
    await byBytes.file(url(1), 50);
    await byBytes.file(url(2), 50);
    expect(asked.slice(2).map(({ maxBytes }) => maxBytes)).toEqual([15, 5]);
    expect(await byBytes.file(url(3), 50)).toMatchObject(silent);
    const byTime = openFetcher(ask, () => clock, { fetches: 9, bytes: 1000, time: 1000 });
    await byTime.ocsp(url(1), new Uint8Array());
    clock = 400;
    await byTime.file(url(2), 50);
    expect(asked.at(-1)?.timeoutMs).toBe(600);
    clock = 1000;
    expect(await byTime.file(url(3), 50)).toMatchObject(silent);
  });
});
