import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../functions/http/http.ts';
import { PROBLEMS, problem } from '../../../functions/http/problems.ts';
import { sha256Hex } from '../../../functions/http/provide.ts';
import { pathMatcher, type Route } from '../../../functions/http/route.ts';
import { finish, stack } from '../../../functions/http/stack.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { FAULT_CODES, Fault } from '../../../lib/fault.ts';
import type { Role } from '../../../lib/principal.ts';
import { CA, NOW, RECORD, REQUEST, requestOf, SERIAL, type TestApp, testApp } from '../app.ts';

const routeOf = (id: string): Route => {
  const route = routes.find((candidate) => candidate.id === id);
  if (!route) throw new Error(`There is no route ${id}.`);
  return route;
};

interface Given {
  readonly as?: Role;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const ask = async (app: TestApp, id: string, target: string, given: Given = {}): Promise<HttpResponse> => {
  const route = routeOf(id);
  const [path = '', query = ''] = target.split('?');
  const request: HttpRequest = requestOf({
    method: given.method ?? route.method,
    path,
    params: pathMatcher(route.path)(path) ?? {},
    query: new URLSearchParams(query),
    headers: {
      ...(given.body !== undefined ? { 'content-type': 'application/json' } : {}),
      ...(given.as ? { authorization: `Bearer ${await app.tokenOf(given.as)}` } : {}),
      ...given.headers,
    },
    body: Buffer.from(given.body ?? ''),
  });
  return finish(await stack(route)(app.edge, request), request);
};

const parse = (response: HttpResponse) => JSON.parse(String(response.body));

const submission = { profile: 'seal', csr: 'PEM', fields: { CN: '市長' } };
const submit = (app: TestApp, body: string | Uint8Array, headers: Given['headers'] = {}) =>
  ask(app, 'submitRequest', '/api/v1/requests', { as: 'officer', body, headers });

describe('a JSON body', () => {
  const app = testApp();

  it('reaches its room as it was, Japanese text included', async () => {
    expect((await submit(app, JSON.stringify(submission))).status).toBe(201);
    expect(app.submissions.at(-1)?.submission).toEqual(submission);
  });

  it.each([
    ['empty', ''],
    ['cut short', '{"profile":"seal"'],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['with a byte order mark', `\u{feff}${JSON.stringify(submission)}`],
    ['a list', '[]'],
    ['null', 'null'],
    ['with an unknown member', JSON.stringify({ ...submission, state: 'issued' })],
    ['with a member twice', '{"profile":"seal","csr":"a","csr":"b","fields":{}}'],
    ['with a member twice, once escaped', '{"profile":"seal","csr":"a","\\u0063sr":"b","fields":{}}'],
    ['with a member twice within', '{"profile":"seal","csr":"a","fields":{"CN":"x","CN":"y"}}'],
    ['with __proto__', '{"profile":"seal","csr":"a","fields":{"__proto__":"x"}}'],
    ['with half of a surrogate pair', '{"profile":"seal","csr":"\\ud800","fields":{}}'],
    ['nested 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nested 17 deep', `${'['.repeat(17)}${']'.repeat(17)}`],
    ['with a number for text', JSON.stringify({ ...submission, csr: 1 })],
    ['with a field name that is none', JSON.stringify({ ...submission, fields: { '<b>': 'x' } })],
  ])('%s is refused with 400 and reaches no room', async (_what, body) => {
    const before = app.submissions.length;
    const response = await submit(app, body);
    expect(response.status).toBe(400);
    expect(parse(response).code).toBe('invalid-input');
    expect(app.submissions).toHaveLength(before);
  });

  it('may hold brackets, quotes and repeated words inside strings', async () => {
    const fields = { CN: '"{[,:}]\\', OU: ['CN', 'CN'], O: 'CN' };
    expect((await submit(app, JSON.stringify({ ...submission, fields }))).status).toBe(201);
    expect(app.submissions.at(-1)?.submission.fields).toEqual(fields);
  });

  it('of any JSON at all gives an answer of 201 or 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        expect([201, 400]).toContain((await submit(app, body)).status);
      }),
      { numRuns: 100 },
    );
  });

  it('is refused with the path of each fault', async () => {
    const response = await submit(app, JSON.stringify({ ...submission, fields: { CN: 7 } }));
    expect(parse(response)).toMatchObject({
      type: 'urn:akashi:fault:invalid-input',
      status: 400,
      requestId: 'request-1',
      facts: { problems: [{ at: 'body.fields.CN' }] },
    });
  });

  it.each([
    ['text/plain', {}],
    ['', {}],
    ['application/json; charset=shift_jis', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('of type "%s" with %o is refused with 415', async (type, headers) => {
    const response = await submit(app, JSON.stringify(submission), { 'content-type': type, ...headers });
    expect(response.status).toBe(415);
    expect(response.headers.accept).toBe('application/json');
  });

  it('of more than 256 KiB is refused with 413, and of exactly 256 KiB for its content', async () => {
    const fill = (length: number) => {
      const body = JSON.stringify(submission);
      return body + ' '.repeat(length - Buffer.byteLength(body));
    };
    expect((await submit(app, fill(256 * 1024))).status).toBe(201);
    expect((await submit(app, fill(256 * 1024 + 1))).status).toBe(413);
  });

  it('is refused if the route takes none', async () => {
    const response = await ask(app, 'getRequest', `/api/v1/requests/${REQUEST}`, {
      as: 'officer',
      body: '{}',
    });
    expect(parse(response).code).toBe('body-too-large');
  });
});

describe('an idempotency key', () => {
  const app = testApp();

  it('is handed on, and the earlier request is answered with 200', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await submit(app, JSON.stringify(submission), headers);
    const again = await submit(app, JSON.stringify(submission), headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.headers.location).toBe(`/api/v1/requests/${REQUEST}`);
    expect(app.submissions.map(({ key }) => key)).toEqual(['k-1', 'k-1']);
  });

  it.each(['', ' ', 'a b', '鍵', 'x'.repeat(256)])('"%s" is refused', async (key) => {
    const response = await submit(app, JSON.stringify(submission), { 'idempotency-key': key });
    expect(parse(response).code).toBe('idempotency-key-invalid');
  });
});

describe('a path or a query', () => {
  const app = testApp();
  const list = (query: string) => ask(app, 'listRecords', `/api/v1/records?${query}`, { as: 'auditor' });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=1e2',
    'limit=',
    'limit=5&limit=6',
    'kind=nonsense',
    'from=yesterday',
    'from=2026-01-01T00:00:00+09:00',
    'from=2026-02-30T00:00:00Z',
    `ca=${CA}`,
    `serial=${SERIAL}`,
    'recipient=%E7%99%BB',
    'unknown=1',
    '__proto__=1',
    'cursor=',
    `cursor=${'c'.repeat(4097)}`,
  ])('?%s is refused with 400', async (query) => {
    const response = await list(query);
    expect([response.status, parse(response).code]).toEqual([400, 'invalid-input']);
  });

  it('with a cursor of another query is refused', async () => {
    const response = await list('cursor=tampered');
    expect([response.status, parse(response).code]).toEqual([400, 'cursor-invalid']);
  });

  it('reaches the ledger as the query it is, the serial in its one form', async () => {
    await list(`ca=${CA}&serial=0A2B&kind=revocation&to=2026-02-01T00:00:00Z&limit=7&cursor=c-1`);
    expect(app.queries.at(-1)).toEqual({
      certificate: { ca: CA, serial: SERIAL },
      kind: 'revocation',
      to: '2026-02-01T00:00:00Z',
      limit: 7,
      cursor: 'c-1',
    });
  });

  it.each([
    ['getRequest', '/api/v1/requests/%E0%A4%A', 'invalid-input'],
    ['getRequest', '/api/v1/requests/%ff', 'invalid-input'],
    ['getRequest', '/api/v1/requests/..%2f..%2fetc', 'invalid-input'],
    ['getRequest', '/api/v1/requests/r%00', 'invalid-input'],
    ['getRequest', `/api/v1/requests/${'r'.repeat(65)}`, 'invalid-input'],
    ['getRequest', '/api/v1/requests/r-2', 'unknown-request'],
    ['getCertificate', `/api/v1/certificates/${CA}/xyz`, 'invalid-input'],
    ['getCertificate', `/api/v1/certificates/${CA}/00`, 'malformed-serial'],
    ['getCertificate', `/api/v1/certificates/${CA}/ff${'00'.repeat(19)}`, 'malformed-serial'],
    ['getCertificate', `/api/v1/certificates/${CA}/77`, 'unknown-certificate'],
    ['getCertificate', `/api/v1/certificates/elsewhere-1/${SERIAL}`, 'unknown-certificate'],
  ])('%s %s gives %s', async (id, target, code) => {
    expect(parse(await ask(app, id, target, { as: 'officer' })).code).toBe(code);
  });

  it('of a record that is not there gives unknown-record', async () => {
    const response = await ask(app, 'getRecord', '/api/v1/records/none', { as: 'auditor' });
    expect([response.status, parse(response).code]).toEqual([404, 'unknown-record']);
  });

  it('with a percent-encoded letter is the same path', async () => {
    const response = await ask(app, 'getRequest', '/api/v1/requests/%72-1', { as: 'officer' });
    expect(response.status).toBe(200);
  });
});

describe('OCSP over GET', () => {
  const app = testApp();
  const bytes = Buffer.from('fbf0ff003ef0', 'hex'); // base64 with + and / in it
  const sent = async (rest: string) => {
    await ask(app, 'askStatusByUrl', `/ocsp/${rest}`);
    return Buffer.from(app.ocspCalls.at(-1)?.request ?? 'none').toString('hex');
  };

  it.each([
    ['plain', '+/D/AD7w'],
    ['percent-encoded', '%2B%2FD%2FAD7w'],
    ['in the URL-safe alphabet', '-_D_AD7w'],
    ['half encoded', '%2B/D%2fAD7w'],
  ])('takes base64 %s', async (_how, rest) => {
    expect(await sent(rest)).toBe(bytes.toString('hex'));
  });

  it.each([
    ['padded', 'MAMKAQE='],
    ['with encoded padding', 'MAMKAQE%3D'],
    ['without padding', 'MAMKAQE'],
  ])('takes base64 %s', async (_how, rest) => {
    expect(await sent(rest)).toBe('30030a0101');
  });

  it.each([
    ['with slashes one after the other', 'MP//', '30ffff'],
    ['behind slashes that are not part of it', '//MAMKAQE=', '30030a0101'],
  ])('takes base64 %s', async (_how, rest, hex) => {
    expect(await sent(rest)).toBe(hex);
  });

  it.each(['M', 'MA=M', '****', 'MA==%20', 'MA===', '%E7%99%BB'])(
    'hands nothing on for "%s"',
    async (rest) => {
      expect(await sent(rest)).toBe('');
    },
  );

  it('may be cached until a newer one is signed, over POST never', async () => {
    const get = await ask(app, 'askStatusByUrl', '/ocsp/MAMKAQE=');
    expect(get.headers).toMatchObject({
      'content-type': 'application/ocsp-response',
      'cache-control': 'public, max-age=240, no-transform, must-revalidate',
      expires: new Date(NOW + 600_000).toUTCString(),
      'last-modified': new Date(NOW - 60_000).toUTCString(),
      etag: `"${sha256Hex(get.body)}"`,
    });
    const headers = { 'content-type': 'application/ocsp-request' };
    const post = await ask(app, 'askStatus', '/ocsp', { headers, body: 'x' });
    expect(post.headers['cache-control']).toBe('private, max-age=0, must-revalidate');
  });
});

describe('a CRL', () => {
  const app = testApp();
  const fetch = (headers: Given['headers'] = {}, method = 'GET') =>
    ask(app, 'getCrl', `/crl/${CA}/full.crl`, { headers, method });

  it('may be cached for five minutes, as another may come out of turn, and not after its nextUpdate', async () => {
    const { headers } = await fetch();
    expect(headers).toMatchObject({
      'content-type': 'application/pkix-crl',
      'cache-control': 'public, max-age=300, no-transform, must-revalidate',
    });
    app.now = NOW + 7_200_000;
    expect((await fetch()).headers['cache-control']).toContain('max-age=0,');
    app.now = NOW;
  });

  it('is not sent again to a client that has it', async () => {
    const { headers } = await fetch();
    const etag = String(headers.etag);
    const status = async (given: Given['headers'], method?: string) => (await fetch(given, method)).status;
    expect(await status({ 'if-none-match': etag })).toBe(304);
    expect(await status({ 'if-none-match': `"other", W/${etag}` }, 'HEAD')).toBe(304);
    expect(await status({ 'if-none-match': '*' })).toBe(304);
    expect(await status({ 'if-none-match': '"other"' })).toBe(200);
    const later = new Date(NOW + 60_000).toUTCString();
    expect(await status({ 'if-modified-since': later, 'if-none-match': etag })).toBe(304);
    expect(await status({ 'if-modified-since': later, 'if-none-match': '"other"' })).toBe(200);
    expect((await fetch({ 'if-none-match': etag })).body).toBe('');
  });

  it('has no date, because two CRLs may be made in one second', async () => {
    const { headers } = await fetch();
    expect(headers['last-modified']).toBeUndefined();
    for (const given of [NOW - 1000, NOW + 60_000])
      expect((await fetch({ 'if-modified-since': new Date(given).toUTCString() })).status).toBe(200);
  });

  it.each([
    [`/crl/${CA}/other.crl`, 'unknown-crl'],
    ['/crl/none-1/full.crl', 'unknown-authority'],
    ['/crl/UPPER/full.crl', 'invalid-input'],
  ])('%s gives %s', async (target, code) => {
    expect(parse(await ask(app, 'getCrl', target)).code).toBe(code);
  });
});

describe('an annual report', () => {
  it('is not sent again to a client that has this version, by its tag and not by a date', async () => {
    const app = testApp();
    const fetch = (headers: Given['headers'] = {}) =>
      ask(app, 'getAnnualReportCsv', '/api/v1/reports/annual/2024.csv', { headers });
    const { etag, ...others } = (await fetch()).headers;
    expect(others['last-modified']).toBeUndefined();
    expect((await fetch({ 'if-none-match': String(etag) })).status).toBe(304);
    expect((await fetch({ 'if-modified-since': new Date(NOW + 60_000).toUTCString() })).status).toBe(200);
  });
});

describe('an answer that is recorded', () => {
  it.each([
    ['getCertificate', `/api/v1/certificates/${CA}/${SERIAL}`, 'status', [{ ca: CA, serial: SERIAL }]],
    ['getRequest', `/api/v1/requests/${REQUEST}`, 'requests', [{ ca: CA, serial: SERIAL }]],
    ['listRequests', '/api/v1/requests', 'requests', [{ ca: CA, serial: SERIAL }]],
    [
      'listProvisions',
      `/api/v1/provisions?ca=${CA}&serial=${SERIAL}`,
      'records',
      [{ ca: CA, serial: SERIAL }],
    ],
    ['listRecords', '/api/v1/records', 'records', []],
    ['getRecord', `/api/v1/records/${RECORD}`, 'records', []],
  ])('%s is recorded with the digest of what was sent', async (id, target, channel, certificates) => {
    const app = testApp();
    const response = await ask(app, id, target, { as: 'auditor' });
    expect(response.status).toBe(200);
    expect(app.records).toEqual([
      expect.objectContaining({
        kind: 'provision',
        recipient: 'auditor-1',
        channel,
        certificates,
        count: 1,
        responseDigest: sha256Hex(response.body),
      }),
    ]);
  });

  it.each([
    ['getCertificate', `/api/v1/certificates/${CA}/${SERIAL}`],
    ['getRequest', `/api/v1/requests/${REQUEST}`],
    ['listRequests', '/api/v1/requests'],
    ['listProvisions', '/api/v1/provisions'],
    ['listRecords', '/api/v1/records'],
    ['getRecord', `/api/v1/records/${RECORD}`],
  ])('%s does not leave when its record cannot be written', async (id, target) => {
    const app = testApp();
    const failing = {
      ...app,
      ledger: {
        ...app.ledger,
        append: async () => {
          throw new Fault('store-unavailable', 'The table at 10.0.0.7 does not answer.');
        },
      },
    };
    const route = routeOf(id);
    const [path = '', query = ''] = target.split('?');
    const response = await stack(route)(
      { ...app.edge, app: failing },
      requestOf({
        path,
        params: pathMatcher(route.path)(path) ?? {},
        query: new URLSearchParams(query),
        headers: { authorization: `Bearer ${await app.tokenOf('auditor')}` },
      }),
    );
    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    expect(String(response.body)).not.toContain('10.0.0.7');
    expect(String(response.body)).not.toContain(SERIAL);
    expect(app.logged).toEqual([
      expect.objectContaining({
        level: 'error',
        facts: expect.objectContaining({ request: 'request-1', code: 'store-unavailable' }),
      }),
    ]);
  });
});

describe('a failure', () => {
  it('of an unexpected kind shows the caller no internals and the log no personal data', async () => {
    const app = testApp();
    const secret = '山田太郎 passphrase';
    const broken = {
      ...app,
      registration: {
        ...app.registration,
        get: async () => {
          throw new TypeError(secret, { cause: new Error(secret) });
        },
      },
    };
    const response = await stack(routeOf('getRequest'))(
      { ...app.edge, app: broken },
      requestOf({
        path: '/api/v1/requests/r-1',
        params: { id: 'r-1' },
        headers: { authorization: `Bearer ${await app.tokenOf('officer')}` },
      }),
    );
    expect(response.status).toBe(500);
    expect(parse(response)).toMatchObject({ code: 'internal', requestId: 'request-1' });
    expect(String(response.body)).not.toMatch(/山田|TypeError|stack|at /);
    expect(JSON.stringify(app.logged)).not.toContain('山田');
    expect(app.logged[0]?.facts).toMatchObject({ error: 'TypeError', cause: { error: 'Error' } });
  });

  it.each(FAULT_CODES)('%s becomes a problem document of its status', async (code) => {
    const fault = new Fault(code, 'Inside.', { allow: ['GET'], limit: 3 });
    const response = await problem(fault, { id: 'id-1', headers: {} });
    const { status, title } = PROBLEMS[code];
    const document = parse(response);
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(document).toMatchObject({ status, requestId: 'id-1', type: `urn:akashi:fault:${document.code}` });
    expect(document.title).toBe(status === 500 ? PROBLEMS.internal.title : title);
    expect(document.code).toBe(status === 500 ? 'internal' : code);
    // 501 is a mistake of the caller's, who learns what to send.
    expect(String(response.body).includes('Inside.')).toBe(status < 500 || status === 501);
    expect('retry-after' in response.headers).toBe(status === 503 || status === 429);
    expect('www-authenticate' in response.headers).toBe(status === 401);
    expect('allow' in response.headers).toBe(status === 405);
  });
});

describe('headers', () => {
  it('forbid storing and content sniffing for every API answer, and name its request', async () => {
    const response = await ask(testApp(), 'getRequest', `/api/v1/requests/${REQUEST}`, { as: 'officer' });
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'request-1',
    });
  });

  it('name the allowed methods if another was used', async () => {
    const response = await ask(testApp(), 'getRequest', `/api/v1/requests/${REQUEST}`, { method: 'PUT' });
    expect([response.status, response.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});
