import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeOcspRequest, encodePem } from '../../lib/pki/pki.ts';
import { akashi } from './in-process.ts';
import { type Issued, OpensslCa, RESPONDER } from './openssl-ca.ts';

/** `akashi status` against an HTTP server whose answers stock openssl makes. */
type Serve = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

const folder = mkdtempSync(join(tmpdir(), 'akashi-status-'));
let server: Server;
let base: string;
let ca: OpensslCa;
let good: Issued;
let revoked: Issued;
let held: Issued;
let asked: { method: string; path: string; headers: IncomingMessage['headers']; body: Buffer }[] = [];
let routes: Record<string, Serve> = {};

const bytes =
  (content: () => Uint8Array, type: string): Serve =>
  (_request, _body, response) => {
    response.writeHead(200, { 'content-type': type }).end(content());
  };

const status =
  (code: number, headers: Record<string, string> = {}): Serve =>
  (_request, _body, response) => {
    response.writeHead(code, headers).end();
  };

const ocsp =
  (responder: string): Serve =>
  (_request, body, response) => {
    response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(ca.ocsp(body, responder));
  };

const extensions = (at: string): string =>
  [
    `authorityInfoAccess=OCSP;URI:${at}/ocsp,caIssuers;URI:${at}/ca.cer`,
    `crlDistributionPoints=URI:${at}/full.crl`,
  ].join('\n');

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const path = request.url ?? '';
      asked.push({ method: request.method ?? '', path, headers: request.headers, body });
      (routes[path] ?? status(404))(request, body, response);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ca = new OpensslCa(join(folder, 'ca'));
  good = ca.issue('good', extensions(base));
  revoked = ca.issue('revoked', extensions(base));
  held = ca.issue('held', extensions(base));
  ca.issue('responder', RESPONDER);
  ca.revoke(revoked, 'keyCompromise');
  ca.revoke(held, 'certificateHold');
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  asked = [];
  routes = {
    '/ca.cer': bytes(() => ca.certificate.der, 'application/pkix-cert'),
    '/ocsp': ocsp('responder'),
    // A minute old: one made a second after the OCSP answer would count as the newer of both.
    '/full.crl': bytes(() => ca.crl('authorityKeyIdentifier=keyid', -1 / 60), 'application/pkix-crl'),
  };
});

/** Without a root, the issuer is fetched from where the certificate says. */
const checkUnrooted = (subject: Issued, ...more: readonly string[]) =>
  akashi(['status', ca.pem(subject.name), ...more]);

const check = (subject: Issued, ...more: readonly string[]) =>
  checkUnrooted(subject, '--root', ca.pem('ca'), ...more);

describe('akashi status', () => {
  it('says good, from the sources that the certificate names, with a fresh nonce of 32 octets', async () => {
    const first = await check(good);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^OCSP +good$/m);
    expect(first.out).toMatch(/^CRL +not listed$/m);
    expect(first.out).toMatch(/^result +good: /m);
    await check(good);
    const questions = asked.filter(({ path }) => path === '/ocsp');
    const nonces = questions.map(({ body }) => decodeOcspRequest(body).nonce);
    expect(questions[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
    });
    expect(nonces.map((nonce) => nonce?.length)).toEqual([32, 32]);
    expect(nonces[0]).not.toEqual(nonces[1]);
  });

  it('ends with 1 for a certificate that is revoked or on hold, and says which', async () => {
    const no = await check(revoked);
    expect(no.code).toBe(1);
    expect(no.out).toMatch(/^OCSP +revoked since .*keyCompromise$/m);
    expect(no.out).toMatch(/^result +REVOKED: /m);
    const hold = await check(held);
    expect(hold.code).toBe(1);
    expect(hold.out).toMatch(/^result +ON HOLD: /m);
  });

  it('takes DER, PEM, and PEM followed by the chain, which then is the issuer', async () => {
    const der = join(folder, 'good.cer');
    writeFileSync(der, good.certificate.der);
    expect((await akashi(['status', der, '--root', ca.pem('ca')])).code).toBe(0);
    const chain = join(folder, 'chain.pem');
    writeFileSync(chain, readFileSync(ca.pem('good'), 'utf8') + readFileSync(ca.pem('ca'), 'utf8'));
    routes['/ca.cer'] = status(500);
    const { code, out } = await akashi(['status', chain]);
    expect(code).toBe(5);
    expect(out).toMatch(/^ {2}from +the certificate's file$/m);
    expect(out).toMatch(/^trust +nothing: .* not compared/m);
    expect(out).toMatch(/^result +NOT TRUSTED: /m);
  });

  it('takes the issuer, the OCSP address and the CRL from the command line', async () => {
    const plain = ca.issue('plain', 'keyUsage=digitalSignature');
    const crl = join(folder, 'full.crl');
    writeFileSync(
      crl,
      `Certificate Revocation List (CRL):\r\n    Version 2\r\n${encodePem('X509 CRL', ca.crl())}`,
    );
    const given = ['--root', ca.pem('ca'), '--ocsp', `${base}/ocsp`, '--crl', crl];
    const { code, out } = await checkUnrooted(plain, ...given);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}from +--root$/m);
    expect(out).toMatch(/^trust +a root that you gave$/m);
    expect((await checkUnrooted(plain, '--issuer', ca.pem('ca'), '--crl', crl)).out).toMatch(
      /^OCSP +none: /m,
    );
    expect(await checkUnrooted(plain)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/is not at hand/),
    });
  });

  it('leaves out what cannot be read behind the certificate and among the roots, and says how many', async () => {
    const odd = encodePem('CERTIFICATE', Buffer.from([0x30, 0x00]));
    const file = (name: string, ...pem: readonly string[]): string =>
      ca.write(name, Buffer.from(pem.join('')));
    const [own, root] = [ca.pem('good'), ca.pem('ca')].map((path) => readFileSync(path, 'utf8')) as [
      string,
      string,
    ];
    const files = [file('own.odd.pem', own, odd), '--root', file('root.odd.pem', odd, root)];
    const { code, out } = await akashi(['status', ...files]);
    expect(code).toBe(0);
    expect(out).toMatch(/^left out +Certificates in the files that cannot be read: 2\. \S/m);
    expect(JSON.parse((await akashi(['status', ...files, '--json'])).out)).toMatchObject({
      leftOut: [{ detail: expect.stringMatching(/./) }, {}],
    });
    expect((await akashi(['status', file('odd.pem', odd, own), '--root', ca.pem('ca')])).code).toBe(2);
    expect((await akashi(['status', ca.pem('good'), '--root', file('no.pem', odd)])).code).toBe(2);
  });

  it('takes every --root', async () => {
    const second = new OpensslCa(join(folder, 'second'), 'Second');
    const both = ['--root', second.pem('ca'), '--root', ca.pem('ca')];
    expect((await checkUnrooted(good, ...both)).code).toBe(0);
    expect((await checkUnrooted(good, ...both.slice(2), ...both.slice(0, 2))).code).toBe(0);
  });

  it('is in doubt if a CRL that is given cannot be had or read, unless another tells enough', async () => {
    const full = ca.write('given.crl', ca.crl());
    expect((await check(good, '--crl', full)).code).toBe(0);
    for (const bad of [
      `${base}/gone.crl`,
      'http://127.0.0.1:1/',
      ca.write('text.crl', Buffer.from('text')),
    ]) {
      for (const given of [
        ['--crl', full, '--crl', bad],
        ['--crl', bad, '--crl', full],
      ]) {
        const { code, out } = await check(good, ...given);
        expect({ code, out }).toEqual({
          code: 5,
          out: expect.stringMatching(/IN DOUBT: .* that you named, /),
        });
        expect(out).toContain(`named, ${bad}, says nothing`);
        expect((await check(revoked, ...given)).code).toBe(1);
      }
    }
  });

  it('refuses a certificate that the issuer did not sign, wherever the issuer comes from', async () => {
    const other = new OpensslCa(join(folder, 'other'));
    routes['/ca.cer'] = bytes(() => other.certificate.der, 'application/pkix-cert');
    for (const more of [['--root', other.pem('ca')], []]) {
      expect(await checkUnrooted(good, ...more)).toMatchObject({
        code: 5,
        out: expect.stringMatching(/^result .*does not verify under the key of its issuer/m),
      });
    }
    expect(asked.some(({ path }) => path === '/ocsp')).toBe(false);
  });

  it('is in doubt if OCSP fails beside a CRL, and if a CRL is false beside OCSP', async () => {
    routes['/ocsp'] = status(503);
    expect(await check(good)).toMatchObject({ code: 5, out: expect.stringMatching(/IN DOUBT/) });
    routes['/ocsp'] = ocsp('responder');
    const stranger = new OpensslCa(join(folder, 'stranger'));
    routes['/full.crl'] = bytes(() => stranger.crl(), 'application/pkix-crl');
    expect(await check(good)).toMatchObject({ code: 5, out: expect.stringMatching(/IN DOUBT/) });
    routes['/full.crl'] = status(404);
    expect((await check(good)).code).toBe(0);
  });

  it('does not take an OCSP answer of another media type', async () => {
    routes['/ocsp'] = (_request, body, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(ca.ocsp(body, 'responder'));
    };
    expect(await check(good)).toMatchObject({ code: 5, out: expect.stringMatching(/^OCSP +unusable/m) });
  });

  it('does not believe a responder whose own certificate the CRL lists', async () => {
    const lost = ca.issue('lost', RESPONDER);
    ca.revoke(lost, 'keyCompromise');
    routes['/ocsp'] = ocsp('lost');
    const { code, out } = await check(good);
    expect(code).toBe(5);
    expect(out).toMatch(/lists the OCSP responder's own certificate/);
  });

  it('follows no redirect and no address but http and https', async () => {
    const elsewhere = { location: `${base}/ca.cer` };
    routes['/moved.cer'] = status(302, elsewhere);
    const moved = ca.issue('moved', `authorityInfoAccess=caIssuers;URI:${base}/moved.cer`);
    expect(await checkUnrooted(moved)).toMatchObject({ code: 5, out: expect.stringMatching(/answered 302/) });
    expect(asked.map(({ path }) => path)).toEqual(['/moved.cer']);
    const file = ca.issue('file', `authorityInfoAccess=caIssuers;URI:file://${ca.pem('ca')}`);
    expect(await checkUnrooted(file)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/no address of it/),
    });
  });

  it('shows the caller’s credentials to the service itself, and to no other address', async () => {
    const authorizations = async (url: string): Promise<readonly (string | undefined)[]> => {
      asked = [];
      expect((await check(good, '--token', 'secret', '--url', url)).code).toBe(0);
      return [...new Set(asked.map(({ headers }) => headers.authorization))];
    };
    expect(await authorizations(base)).toEqual(['Bearer secret']);
    // The same server under another name counts as another service, and so does an address with a longer host name.
    expect(await authorizations(base.replace('127.0.0.1', 'localhost'))).toEqual([undefined]);
    expect(await authorizations(base.slice(0, -1))).toEqual([undefined]);
  });

  it('refuses a file larger than a certificate can be', async () => {
    routes['/ca.cer'] = bytes(() => new Uint8Array(1024 * 1024), 'application/pkix-cert');
    expect(await checkUnrooted(good)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/more than the \d+ bytes/),
    });
  });

  it('refuses a certificate that has expired, unless it was valid at the time that is asked about', async () => {
    const expired = ca.issue('expired', extensions(base), -48, -24);
    expect(await check(expired)).toMatchObject({
      code: 6,
      out: expect.stringMatching(/NOT VALID: .* has expired/),
    });
    ca.revoke(expired, 'superseded');
    expect(await check(expired)).toMatchObject({ code: 1, out: expect.stringMatching(/REVOKED/) });
  });

  it('ends with 3 where nothing is reachable', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const at = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    const lonely = ca.issue('lonely', extensions(at));
    expect(await checkUnrooted(lonely)).toMatchObject({ code: 3, out: expect.stringContaining(at) });
    expect((await checkUnrooted(lonely, '--issuer', ca.pem('ca'))).code).toBe(3);
  });

  it('says it in Japanese, with the same clauses', async () => {
    const { code, out } = await checkUnrooted(revoked, '--language', 'ja');
    expect(code).toBe(1);
    expect(out).toMatch(/^証明書 +C=JP, O=Test, CN=revoked$/m);
    expect(out).toMatch(/^OCSP +失効（.*、keyCompromise）$/m);
    expect(out).toMatch(/^信頼の根拠 +ありません。.*--root/m);
    expect(out).toMatch(/^根拠の条項 +RFC 6960 2\.2$/m);
    expect(out).toMatch(/^結果 +失効: OCSP の回答は失効です。$/m);
    // No English is left but names, reasons and clauses.
    expect(out.replace(/^.*(SHA-256|CN=|http).*$/gm, '')).not.toMatch(/[a-z]{3,} [a-z]{2,}/);
    expect(JSON.parse((await check(revoked, '--language', 'ja', '--json')).out)).toMatchObject({
      result: 'revoked',
      because: 'OCSP の回答は失効です。',
      rule: 'RFC 6960 2.2',
    });
  });

  it('gives one JSON value, and problems as JSON on standard error', async () => {
    const { out, err } = await checkUnrooted(revoked, '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      result: 'revoked',
      rule: 'RFC 6960 2.2',
      trust: 'selfSigned',
      path: [
        {
          subject: 'C=JP, O=Test, CN=revoked',
          result: 'revoked',
          ocsp: { says: 'revoked', revocation: { reason: 'keyCompromise' }, sha256: expect.any(String) },
          crl: { says: 'revoked', rule: 'RFC 5280 6.3.3 (j)' },
        },
        { subject: 'C=JP, O=Test, CN=CA', from: `${base}/ca.cer` },
      ],
    });
    expect(JSON.parse((await checkUnrooted(good, '--json')).out)).toMatchObject({ result: 'untrusted' });
    expect(JSON.parse((await check(good, '--json')).out)).toMatchObject({
      result: 'good',
      trust: 'root',
      path: [{ crl: { says: 'notListed' } }, {}],
    });
    const broken = join(folder, 'broken.pem');
    writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const bad = await akashi(['status', broken, '--json']);
    expect(bad).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(bad.err)).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
    expect((await akashi(['status', ca.pem('nobody')])).code).toBe(2);
  });
});
