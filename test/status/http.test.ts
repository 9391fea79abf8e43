import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derOctetString } from '../../lib/pki/der-encoder.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { OID } from '../../lib/pki/oids.ts';
import { codeOf, exchange, get, type Reply } from '../functions/wire.ts';
import { serveService } from '../served-service.ts';
import { type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { certIdOf, encodeQuestion, other } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** OCSP and CRLs over HTTP, byte for byte through real sockets: RFC 6960 A.1, RFC 9919 6, RFC 9110. */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let port: number;
let one: Held;
let plain: Buffer;
/** A request whose base64 has `+`, `/` and padding, so that all its spellings differ. */
let rich: string;

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  port = Number(new URL(service.url).port);
  one = await issueTo(service, 'official-position', 'order-1');
  plain = Buffer.from(await encodeQuestion({ certIds: [await certIdOf(service, one.ref)] }));
  for (let octets = 1; rich === undefined; octets++) {
    const certIds = [await certIdOf(service, one.ref, 'sha1')];
    const text = Buffer.from(
      await encodeQuestion({
        certIds,
        extensions: [other(OID.ocspNonce, derOctetString(randomBytes((octets % 128) + 1)))],
      }),
    ).toString('base64');
    if (/\+/.test(text) && /\//.test(text) && text.endsWith('=')) rich = text;
    // Nonces are drawn: a thousand are more than enough.
    if (octets > 1000) throw new Error('no request of that kind');
  }
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const ask = async (request: string | Uint8Array): Promise<Reply> => {
  const reply = await exchange(port, request);
  if (!reply) throw new Error('the connection ended without an answer');
  return reply;
};
const path = (): string => `/ocsp/${encodeURIComponent(plain.toString('base64'))}`;
const request = (method: string, target: string, ...headers: readonly string[]): string =>
  get(target, ...headers).replace(/^GET/, method);
const post = (body: Uint8Array, ...headers: readonly string[]): Buffer =>
  Buffer.concat([
    Buffer.from(
      request(
        'POST',
        '/ocsp',
        'content-type: application/ocsp-request',
        `content-length: ${body.length}`,
        ...headers,
      ),
    ),
    body,
  ]);
const statusIn = ({ body }: Reply): string | undefined => {
  const answer = decodeOcspResponse(body);
  return answer.status === 'successful' ? answer.basic.responses[0]?.certStatus.status : answer.status;
};

describe('GET', () => {
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
  it.each<[string, (base64: string) => string]>([
    ['with everything percent-encoded that can be', encodeURIComponent],
    ['with escapes in lower case', (base64) => lower(encodeURIComponent(base64))],
    [
      'with each character as an escape',
      (base64) => base64.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    ],
    ['with + and / and = as they are', (base64) => base64],
    ['with / alone encoded', (base64) => base64.replaceAll('/', '%2F')],
    ['with + alone encoded', (base64) => base64.replaceAll('+', '%2b')],
    ['without padding', (base64) => base64.replace(/=+$/, '')],
    ['in the URL-safe alphabet', (base64) => base64.replaceAll('+', '-').replaceAll('/', '_')],
    [
      'in the URL-safe alphabet, without padding',
      (base64) => Buffer.from(base64, 'base64').toString('base64url'),
    ],
    ['behind two slashes', (base64) => `/${base64}`],
  ])('takes base64 %s', async (_, spell) => {
    const reply = await ask(get(`/ocsp/${spell(rich)}`));
    expect([reply.status, statusIn(reply)]).toEqual([200, 'good']);
    expect(reply.headers['content-type']).toBe('application/ocsp-response');
  });

  it('in absolute form, as proxies send it, is the same', async () => {
    const reply = await ask(get(`${service.url}${path()}`));
    expect([reply.status, statusIn(reply)]).toEqual([200, 'good']);
  });

  it.each<[string, string]>([
    ['nothing of a request', 'AAAA'],
    ['no base64', '****'],
    ['a request in hex', '30030a0101'],
    ['padding in the middle', 'MA==MA=='],
    ['base64 of the wrong length', 'MAMKA'],
  ])('of %s is malformedRequest, which nobody keeps', async (_, text) => {
    const reply = await ask(get(`/ocsp/${text}`));
    expect([reply.status, statusIn(reply)]).toEqual([200, 'malformedRequest']);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.headers.etag).toBeUndefined();
  });

  it.each<[string, number, string]>([
    ['/ocsp/', 404, 'unknown-route'],
    ['/ocsp/%', 400, 'invalid-input'],
    ['/ocsp/%ff', 400, 'invalid-input'],
    ['/ocsp/MAMK?x=1', 400, 'invalid-input'],
    ['/OCSP/MAMK', 404, 'unknown-route'],
  ])('of %s is an HTTP error of %i', async (target, status, code) => {
    const reply = await ask(get(target));
    expect([reply.status, codeOf(reply)]).toEqual([status, code]);
  });

  it('has the headers of RFC 9919 6.2, with values that match the answer', async () => {
    const { headers, body } = await ask(get(path()));
    const answer = decodeOcspResponse(body);
    const single = answer.status === 'successful' ? answer.basic.responses[0] : undefined;
    const [, seconds] =
      /^public, max-age=(\d+), no-transform, must-revalidate$/.exec(headers['cache-control'] ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(300);
    expect(headers['last-modified']).toBe(single?.thisUpdate.toUTCString());
    expect(headers.expires).toBe(single?.nextUpdate?.toUTCString());
    expect(headers.etag).toBe(`"${hash('sha256', body)}"`);
    expect(headers['content-length']).toBe(String(body.length));
    // Max-age ends before the answer does.
    expect(Number(seconds) * 1000).toBeLessThan(Date.parse(headers.expires ?? '') - service.now());
  });

  it('with a nonce is for one caller, and no cache keeps it', async () => {
    const { headers } = await ask(get(`/ocsp/${encodeURIComponent(rich)}`));
    expect(headers['cache-control']).toBe('private, max-age=0, must-revalidate');
    expect([headers.etag, headers.expires, headers['last-modified']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('HEAD', () => {
  it('is GET without the bytes, and has a record that says so', async () => {
    const whole = await ask(get(path()));
    const before = (await allRecords(service)).length;
    const head = await ask(request('HEAD', path()));
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'expires'])
      expect(head.headers[name], name).toBe(whole.headers[name]);
    const records = await allRecords(service);
    expect(records).toHaveLength(before + 1);
    expect(records[0]).toMatchObject({ method: 'HEAD', responseDigest: hash('sha256', whole.body) });
  });

  it('gets the same status as GET for an invalid request', async () => {
    expect((await ask(request('HEAD', '/ocsp/'))).status).toBe(404);
    expect((await ask(request('HEAD', '/ocsp'))).status).toBe(405);
  });
});

describe('a CRL', () => {
  const target = '/crl/signature-1/full.crl';
  const publish = () => service.app.status.publish('signature-1', 'operator-noda');

  it('is sent to a client whose copy is an older one of the same second', async () => {
    await publish();
    const old = await ask(get(target));
    // A client may take the date from the CRL or from its own clock; the second may have changed meanwhile.
    const { der } = await publish();
    const now = new Date(service.now() + 1000).toUTCString();
    const replies = [
      await ask(get(target, `if-modified-since: ${now}`)),
      await ask(get(target, `if-none-match: ${old.headers.etag}`, `if-modified-since: ${now}`)),
    ];
    for (const { status, headers, body } of replies) {
      expect([status, headers['last-modified']]).toEqual([200, undefined]);
      expect(body.equals(der)).toBe(true);
    }
    const current = await ask(get(target, `if-none-match: ${replies[0]?.headers.etag}`));
    expect(current.status).toBe(304);
  });

  it('whose headers alone were asked for has a record that says so', async () => {
    const { der } = await publish();
    const reply = await ask(request('HEAD', target));
    expect([reply.status, reply.body.length, reply.headers['content-length']]).toEqual([
      200,
      0,
      String(der.length),
    ]);
    expect((await allRecords(service))[0]).toMatchObject({
      channel: 'crl',
      method: 'HEAD',
      responseDigest: hash('sha256', der),
    });
  });
});

describe("the client's copy", () => {
  it('by its ETag, in a list, weak or `*`, gives 304 with the headers that may have changed, and no body', async () => {
    const { headers } = await ask(get(path()));
    const { etag } = headers;
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const reply = await ask(get(path(), `if-none-match: ${given}`));
      expect([reply.status, reply.body.length], given).toEqual([304, 0]);
      for (const name of ['etag', 'last-modified', 'expires'])
        expect(reply.headers[name], name).toBe(headers[name]);
      expect(reply.headers['cache-control']).toMatch(/^public, max-age=\d+, /);
      expect(reply.headers['content-length']).toBeUndefined();
    }
    expect((await ask(request('HEAD', path(), `if-none-match: ${etag}`))).status).toBe(304);
    expect((await ask(get(path(), 'if-none-match: "other"'))).status).toBe(200);
  });

  it('by its date alone is sent again: two answers may be of one second, and only one of them true', async () => {
    const { headers } = await ask(get(path()));
    const last = headers['last-modified'] as string;
    for (const given of [last, new Date(Date.parse(last) + 60_000).toUTCString(), 'not a date'])
      expect((await ask(get(path(), `if-modified-since: ${given}`))).status, given).toBe(200);
    const both = [`if-modified-since: ${last}`, `if-none-match: ${headers.etag}`];
    expect((await ask(get(path(), ...both))).status).toBe(304);
  });

  it('is recorded as an answer, because 304 says that it still holds', async () => {
    const { headers, body } = await ask(get(path()));
    const before = (await allRecords(service)).length;
    expect((await ask(get(path(), `if-none-match: ${headers.etag}`))).status).toBe(304);
    const records = await allRecords(service);
    expect(records).toHaveLength(before + 1);
    expect(records[0]).toMatchObject({ responseDigest: hash('sha256', body) });
  });

  it('does not matter to POST', async () => {
    const { headers } = await ask(get(path()));
    const reply = await ask(post(plain, `if-none-match: ${headers.etag}`));
    expect([reply.status, statusIn(reply)]).toEqual([200, 'good']);
    expect(reply.headers['cache-control']).toBe('private, max-age=0, must-revalidate');
    expect(reply.headers.etag).toBeUndefined();
  });

  it('is not the current one after a revocation', async () => {
    const gone = await issueTo(service, 'official-position', 'order-gone');
    const der = await encodeQuestion({ certIds: [await certIdOf(service, gone.ref)] });
    const target = `/ocsp/${encodeURIComponent(Buffer.from(der).toString('base64'))}`;
    const { headers } = await ask(get(target));
    const conditions = [
      `if-none-match: ${headers.etag}`,
      `if-modified-since: ${headers['last-modified']}`,
    ] as const;
    expect((await ask(get(target, conditions[0]))).status).toBe(304);
    await service.app.authority.revoke(service.principal('operator-noda'), gone.ref, {
      reason: 'keyCompromise',
    });
    for (const condition of conditions) {
      const reply = await ask(get(target, condition));
      expect([reply.status, statusIn(reply)], condition).toEqual([200, 'revoked']);
    }
  });
});

describe('another method', () => {
  it.each([
    ['GET', '/ocsp', 'POST, OPTIONS'],
    ['PUT', '/ocsp', 'POST, OPTIONS'],
    ['DELETE', '/ocsp', 'POST, OPTIONS'],
    ['POST', '/ocsp/MAMKAQE=', 'GET, HEAD, OPTIONS'],
    ['PUT', '/ocsp/MAMKAQE=', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/ocsp/MAMKAQE=', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/ocsp/MAMKAQE=', 'GET, HEAD, OPTIONS'],
  ])('%s of %s is 405, which says which ones there are', async (method, target, allow) => {
    const reply = await ask(request(method, target, 'content-length: 0'));
    expect([reply.status, reply.headers.allow, codeOf(reply)]).toEqual([405, allow, 'method-not-allowed']);
  });

  it('OPTIONS says them without a fault', async () => {
    const reply = await ask(request('OPTIONS', '/ocsp'));
    expect([reply.status, reply.headers.allow]).toEqual([204, 'POST, OPTIONS']);
  });
});

describe('POST', () => {
  it.each([
    ['text/plain', 415],
    ['application/ocsp-response', 415],
    ['', 415],
    ['application/ocsp-request', 200],
    ['Application/OCSP-Request', 200],
    ['application/ocsp-request; x=y', 200],
  ])('of %j is %i', async (type, status) => {
    const head = request('POST', '/ocsp', `content-type: ${type}`, `content-length: ${plain.length}`);
    const reply = await ask(Buffer.concat([Buffer.from(head), plain]));
    expect(reply.status).toBe(status);
    if (status === 415) expect(reply.headers.accept).toBe('application/ocsp-request');
  });

  it('in chunks, or after asking whether to go on, is the same', async () => {
    const half = plain.length >> 1;
    const chunks = [plain.subarray(0, half), plain.subarray(half)].flatMap((part) => [
      Buffer.from(`${part.length.toString(16)}\r\n`),
      part,
      Buffer.from('\r\n'),
    ]);
    const type = 'content-type: application/ocsp-request';
    const chunked = Buffer.concat([
      Buffer.from(request('POST', '/ocsp', type, 'transfer-encoding: chunked')),
      ...chunks,
      Buffer.from('0\r\n\r\n'),
    ]);
    expect(statusIn(await ask(chunked))).toBe('good');
    expect((await ask(post(plain, 'expect: 100-continue'))).status).toBe(100);
  });

  it('with nothing in it is malformedRequest', async () => {
    expect(statusIn(await ask(post(new Uint8Array())))).toBe('malformedRequest');
  });
});
