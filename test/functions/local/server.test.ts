import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../functions/local/limits.ts';
import type { Served } from '../../../functions/local/server.ts';
import { CA, REQUEST, type TestApp, testApp } from '../app.ts';
import { codeOf, exchange, get, open, openssl, Wire } from '../wire.ts';

/** An OCSPResponse that says tryLater (RFC 6960 4.2.1). */
const TRY_LATER = '30030a0103';

const OCSP = ['POST /ocsp HTTP/1.1', 'host: localhost', 'content-type: application/ocsp-request'];
const post = (...lines: readonly string[]) => [...OCSP, ...lines, '', ''].join('\r\n');
const submit = (...lines: readonly string[]) =>
  [
    'POST /api/v1/requests HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

describe('the plain door', () => {
  let app: TestApp;
  let served: Served;
  beforeAll(async () => {
    app = testApp();
    served = await open(app, { bodyMs: 400, headersMs: 600 });
  });
  afterAll(() => served.stop());

  const ask = (request: string | Uint8Array) => exchange(served.port, request);

  it('answers, and keeps the connection', async () => {
    const wire = await Wire.to(served.port);
    for (let i = 0; i < 3; i++) {
      const reply = await wire.send(get('/healthz')).response();
      expect([reply?.status, String(reply?.body)]).toEqual([200, '{"status":"ok"}']);
      expect(reply?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    wire.socket.destroy();
  });

  it('answers requests sent one behind the other in their order', async () => {
    const wire = await Wire.to(served.port);
    wire.send(get('/healthz') + get('/nowhere') + get('/ca'));
    expect(
      [await wire.response(), await wire.response(), await wire.response()].map((r) => r?.status),
    ).toEqual([200, 404, 200]);
    wire.socket.destroy();
  });

  it('answers HEAD like GET, without the body', async () => {
    const body = (await ask(get(`/crl/${CA}/full.crl`)))?.body;
    const wire = await Wire.to(served.port);
    wire.send(get(`/crl/${CA}/full.crl`).replace('GET', 'HEAD') + get('/healthz'));
    const head = await wire.response(true);
    expect([head?.status, head?.headers['content-length']]).toEqual([200, String(body?.length)]);
    // If a body had followed, this would not parse as a response.
    expect((await wire.response())?.status).toBe(200);
    wire.socket.destroy();
  });

  it.each([
    ['/nowhere', 404, 'unknown-route'],
    ['/', 404, 'unknown-route'],
    ['/healthz/', 404, 'unknown-route'],
    ['//healthz', 404, 'unknown-route'],
    ['/%68ealthz', 404, 'unknown-route'],
    ['/ca/../healthz', 404, 'unknown-route'],
    ['/ca/%2e%2e%2fhealthz.cer', 400, 'invalid-input'],
    ['/ca/none-1.cer', 404, 'unknown-authority'],
    ['/ca/%.cer', 400, 'invalid-input'],
    ['/ca/%c3%28.cer', 400, 'invalid-input'],
    [`/ca/${CA}.cer?download=1`, 400, 'invalid-input'],
    [`/ca/${'a'.repeat(8000)}.cer`, 400, 'invalid-input'],
    ['/ocsp/', 404, 'unknown-route'],
    [`/api/v1/requests/${REQUEST}`, 401, 'unauthenticated'],
    ['/api/v1/requests/none', 401, 'unauthenticated'],
  ])('GET %s gives %i %s', async (target, status, code) => {
    const reply = await ask(get(target));
    expect([reply?.status, codeOf(reply)]).toEqual([status, code]);
    expect(reply?.headers['content-type']).toBe('application/problem+json');
    expect(reply?.headers['cache-control']).toBe('no-store');
    expect(reply?.headers['x-content-type-options']).toBe('nosniff');
  });

  it('takes the absolute form', async () => {
    expect((await ask(get('http://localhost:8080/healthz')))?.status).toBe(200);
    expect((await ask(get('http://localhost')))?.status).toBe(404);
  });

  it.each([
    ['PUT', '/ocsp', 'POST, OPTIONS'],
    ['GET', '/ocsp', 'POST, OPTIONS'],
    ['DELETE', '/ca', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/v1/requests', 'POST, GET, HEAD, OPTIONS'],
    ['TRACE', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s %s gives 405 with the methods that are allowed', async (method, target, allow) => {
    const reply = await ask(get(target).replace('GET', method));
    expect([reply?.status, codeOf(reply), reply?.headers.allow]).toEqual([405, 'method-not-allowed', allow]);
  });

  it('answers OPTIONS', async () => {
    const one = await ask(get(`/api/v1/certificates/${CA}/0a/hold`).replace('GET', 'OPTIONS'));
    expect([one?.status, one?.headers.allow]).toEqual([204, 'POST, DELETE, OPTIONS']);
    const all = await ask(get('*').replace('GET', 'OPTIONS'));
    expect([all?.status, all?.headers.allow]).toEqual([204, 'GET, POST, DELETE, HEAD, OPTIONS']);
    expect((await ask(get('/nowhere').replace('GET', 'OPTIONS')))?.status).toBe(404);
  });

  it('takes a chunked body, and one that was announced', async () => {
    const chunked = `${post('transfer-encoding: chunked')}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;
    expect(String((await ask(chunked))?.body)).toBe('abcde');
    const wire = await Wire.to(served.port);
    wire.send(post('content-length: 3', 'expect: 100-continue'));
    expect((await wire.response(true))?.status).toBe(100);
    wire.send('xyz');
    expect(String((await wire.response())?.body)).toBe('xyz');
    wire.socket.destroy();
  });

  it('refuses a body under a coding that it does not know, and a second host', async () => {
    const coded = await ask(`${post('transfer-encoding: gzip, chunked')}3\r\nabc\r\n0\r\n\r\n`);
    expect([coded?.status, codeOf(coded)]).toEqual([501, 'transfer-coding-unknown']);
    const hosts = await ask(get('/healthz', 'Host: example.org'));
    expect([hosts?.status, codeOf(hosts)]).toEqual([400, 'invalid-input']);
  });

  it('refuses an announced body that is too large without asking for it', async () => {
    const reply = await ask(post('content-length: 65537', 'expect: 100-continue'));
    expect([reply?.status, codeOf(reply), reply?.headers.connection]).toEqual([
      413,
      'body-too-large',
      'close',
    ]);
  });

  it('refuses a body that grows too large, and the answer reaches a client that reads only once it has sent', async () => {
    const wire = await Wire.to(served.port);
    wire.socket.pause();
    wire.send(post('transfer-encoding: chunked'));
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    // Spread out, so that the answer leaves long before the client is done.
    for (let i = 0; i < 20; i++) {
      wire.send(chunk);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    wire.send('0\r\n\r\n');
    wire.socket.resume();
    const reply = await wire.response();
    expect([reply?.status, codeOf(reply), reply?.headers.connection]).toEqual([
      413,
      'body-too-large',
      'close',
    ]);
    await wire.closed;
    expect(wire.error).toBeUndefined();
  });

  it('ends a client that never stops sending', async () => {
    const wire = await Wire.to(served.port);
    wire.send(post('content-length: 999999999'));
    const flood = setInterval(() => wire.send(Buffer.alloc(1024)), 5);
    expect((await wire.response())?.status).toBe(413);
    await wire.closed;
    clearInterval(flood);
  });

  it('refuses a body that comes too slowly', async () => {
    const wire = await Wire.to(served.port);
    wire.send(post('content-length: 100'), 'a');
    const drip = setInterval(() => wire.send('a'), 100);
    const reply = await wire.response();
    clearInterval(drip);
    expect([reply?.status, codeOf(reply)]).toEqual([408, 'body-timeout']);
    await wire.closed;
  });

  it('refuses headers that come too slowly', async () => {
    const wire = await Wire.to(served.port);
    wire.send('GET /healthz HTTP/1.1\r\n');
    const drip = setInterval(() => wire.send('x: y\r\n'), 100);
    const reply = await wire.response();
    clearInterval(drip);
    expect(reply?.status).toBe(408);
    await wire.closed;
  });

  it('does not answer a body that was cut short', async () => {
    const before = app.ocspCalls.length;
    const wire = await Wire.to(served.port);
    wire.send(post('content-length: 100'), 'abc');
    wire.socket.end();
    await wire.closed;
    expect(app.ocspCalls).toHaveLength(before);
  });

  it.each([
    ['noise', 'GARBAGE\r\n\r\n', 400],
    ['a TLS hello', Buffer.from('16030100050100000100', 'hex'), 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['a space in a header name', get('/healthz', 'bad header: x'), 400],
    ['two lengths', post('content-length: 3', 'content-length: 4'), 400],
    ['a length and a coding', post('content-length: 3', 'transfer-encoding: chunked'), 400],
    ['a length that is none', post('content-length: x'), 400],
    ['a chunk that is none', `${post('transfer-encoding: chunked')}zz\r\n`, 400],
    ['a flood of headers', get('/healthz', `x: ${'y'.repeat(17_000)}`), 431],
    ['a flood of small headers', get('/healthz', ...Array.from({ length: 3000 }, (_, i) => `h${i}: v`)), 431],
    ['a target as long as the headers may be', get(`/ocsp/${'A'.repeat(17_000)}`), 431],
  ])('refuses %s', async (_what, bytes, status) => {
    const reply = await ask(bytes);
    expect([reply?.status, reply?.headers.connection]).toEqual([status, 'close']);
  });

  it('does not answer garbage after a request in place of that request', async () => {
    let release = () => {};
    app.gate = new Promise((resolve) => {
      release = resolve;
    });
    const wire = await Wire.to(served.port);
    wire.send(`${post('content-length: 1')}a`, '\0\0GARBAGE\r\n\r\n');
    await wire.closed;
    expect(wire.text).toBe('');
    release();
    app.gate = Promise.resolve();
  });

  it('takes a token from this machine', async () => {
    const authorization = `authorization: Bearer ${await app.tokenOf('officer')}`;
    expect((await ask(get(`/api/v1/requests/${REQUEST}`, authorization)))?.status).toBe(200);
  });

  it('survives whatever is thrown at it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 60 }).map((noise) => Buffer.concat([Buffer.from('GET /'), noise])),
          fc
            .tuple(fc.webPath(), fc.webQueryParameters())
            .map(([path, query]) => Buffer.from(get(`${path || '/'}?${query}`))),
        ),
        async (bytes) => {
          const wire = await Wire.to(served.port);
          wire.send(bytes);
          wire.socket.end();
          await wire.closed;
        },
      ),
      { numRuns: 150 },
    );
    expect((await ask(get('/healthz')))?.status).toBe(200);
    expect(app.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a storm', () => {
  it('on status leaves room for the API, and the other way round, and says when to come back', async () => {
    const app = testApp();
    const served = await open(app, { underWay: { ...LIMITS.underWay, status: 2, api: 1 } });
    let release = () => {};
    app.gate = new Promise((resolve) => {
      release = resolve;
    });
    const body = JSON.stringify({ profile: 'seal', csr: 'PEM', fields: {} });
    const token = `authorization: Bearer ${await app.tokenOf('officer')}`;
    const submission = submit(token, `content-length: ${body.length}`) + body;
    const held = [1, 2].map(() => exchange(served.port, get('/ocsp/MAMKAQE=')));
    const submitted = exchange(served.port, submission);
    await new Promise((resolve) => setTimeout(resolve, 100));

    const refused = await exchange(served.port, get('/ocsp/MAMKAQE='));
    expect([refused?.status, refused?.body.toString('hex')]).toEqual([200, TRY_LATER]);
    const other = await exchange(served.port, submission);
    expect([other?.status, codeOf(other), other?.headers['retry-after']]).toEqual([
      503,
      'too-many-requests',
      '2',
    ]);
    expect((await exchange(served.port, get('/healthz')))?.status).toBe(200);

    release();
    expect((await Promise.all(held)).map((reply) => reply?.status)).toEqual([200, 200]);
    expect((await submitted)?.status).toBe(201);
    expect((await exchange(served.port, get('/ocsp/MAMKAQE=')))?.status).toBe(200);
    await served.stop();
  });

  it('of slow bodies holds no place in a lane, whether or not their callers are identified', async () => {
    const app = testApp();
    const served = await open(app, { underWay: { ...LIMITS.underWay, status: 1, api: 1 } });
    const token = `authorization: Bearer ${await app.tokenOf('officer')}`;
    const slow = [post('content-length: 100'), submit(token, 'content-length: 100')].map(async (head) => {
      const wire = await Wire.to(served.port);
      return wire.send(head, 'a');
    });
    const wires = await Promise.all(slow);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await exchange(served.port, get('/ocsp/MAMKAQE=')))?.status).toBe(200);
    expect((await exchange(served.port, get(`/api/v1/requests/${REQUEST}`, token)))?.status).toBe(200);
    for (const { socket } of wires) socket.destroy();
    await served.stop();
  });

  it('of bodies from strangers takes no memory, and bodies of all others have one limit together', async () => {
    const app = testApp();
    const served = await open(app, { bodyBytes: 100_000 });
    const part = Buffer.alloc(60_000, 0x20);
    const token = `authorization: Bearer ${await app.tokenOf('officer')}`;

    const nobody = await Wire.to(served.port);
    nobody.send(submit('content-length: 200000'), part);
    const unknown = await nobody.response();
    expect([unknown?.status, codeOf(unknown), unknown?.headers.connection]).toEqual([
      401,
      'unauthenticated',
      'close',
    ]);
    const patient = await exchange(served.port, submit('content-length: 200000', 'expect: 100-continue'));
    expect(patient?.status).toBe(401);

    const first = await Wire.to(served.port);
    first.send(submit(token, 'content-length: 60010'), part);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await Wire.to(served.port);
    second.send(submit(token, 'content-length: 60010'), part);
    const refused = await second.response();
    expect([refused?.status, codeOf(refused)]).toEqual([503, 'too-many-requests']);
    // A refused body and a body that was read free their memory for others.
    first.send(Buffer.alloc(10, 0x20));
    expect(codeOf(await first.response())).toBe('invalid-input');
    const third = await Wire.to(served.port);
    third.send(submit(token, 'content-length: 60000'), part);
    expect(codeOf(await third.response())).toBe('invalid-input');
    for (const { socket } of [nobody, first, second, third]) socket.destroy();
    await served.stop();
  });
});

const gated = () => {
  let release = () => {};
  const app = testApp();
  app.gate = new Promise((resolve) => {
    release = resolve;
  });
  return { app, release };
};

describe('one connection', () => {
  it('has eight requests under way at most; what is sent beyond them is refused in its turn', async () => {
    const { app, release } = gated();
    const served = await open(app);
    const wire = await Wire.to(served.port);
    wire.send(get('/ocsp/MAMKAQE=').repeat(10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    const statuses: (number | undefined)[] = [];
    for (let n = 0; n < 9; n++) statuses.push((await wire.response())?.status);
    expect(statuses).toEqual([...Array(8).fill(200), 503]);
    const other = await Wire.to(served.port);
    other.send(get('/ocsp/MAMKAQE='));
    expect((await other.response())?.status).toBe(200);
    await served.stop();
  });
});

describe('a stop', () => {
  it('finishes the request under way, closes its connection and takes no other', async () => {
    const { app, release } = gated();
    const served = await open(app);
    const wire = await Wire.to(served.port);
    wire.send(get('/ocsp/MAMKAQE='));
    await new Promise((resolve) => setTimeout(resolve, 50));
    let done = false;
    const stopped = served.stop().then(() => {
      done = true;
    });
    await expect(Wire.to(served.port)).rejects.toThrow('ECONNREFUSED');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(done).toBe(false);
    release();
    const reply = await wire.response();
    expect([reply?.status, reply?.headers.connection]).toEqual([200, 'close']);
    await wire.closed;
    await stopped;
  });

  it('lets a client finish reading an answer that was already on its way, and then does not wait for it', async () => {
    const app = testApp();
    app.crl = Buffer.alloc(16 * 1024 * 1024, 'crl');
    const served = await open(app);
    const wire = await Wire.to(served.port);
    wire.socket.pause();
    wire.send(get(`/crl/${CA}/full.crl`));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const stopped = served.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.socket.resume();
    const reply = await wire.response();
    expect([reply?.headers.connection, reply?.body.equals(app.crl)]).toEqual(['keep-alive', true]);
    const began = performance.now();
    await stopped;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('refuses a request that had begun to arrive and was not there yet', async () => {
    const app = testApp();
    const served = await open(app);
    const wire = await Wire.to(served.port);
    wire.send('GET /ocsp/MAMKAQE= HTTP/1.1\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = served.stop();
    await new Promise((resolve) => setTimeout(resolve, 150));
    wire.send('host: localhost\r\n\r\n');
    const reply = await wire.response();
    expect([reply?.status, codeOf(reply), reply?.headers.connection]).toEqual([
      503,
      'shutting-down',
      'close',
    ]);
    await stopped;
    expect(app.ocspCalls).toEqual([]);
  });

  it('does not answer what is sent behind the last request of a connection', async () => {
    const { app, release } = gated();
    const served = await open(app);
    const wire = await Wire.to(served.port);
    wire.send(get('/ocsp/MAMKAQE='));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = served.stop();
    wire.send(get('/healthz'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    expect((await wire.response())?.status).toBe(200);
    await wire.closed;
    await stopped;
    expect(wire.text).not.toContain('200 OK');
  });

  it('does not wait for silent connections, at either door', async () => {
    const served = await open(testApp());
    const silent = [await Wire.to(served.port), await Wire.to(served.tlsPort)];
    const kept = await Wire.to(served.port);
    await kept.send(get('/healthz')).response();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await served.stop();
    expect(performance.now() - began).toBeLessThan(1000);
    await Promise.all([...silent, kept].map(({ closed }) => closed));
  });

  it('is bounded', async () => {
    const { app } = gated();
    const served = await open(app, { stopMs: 200 });
    const wire = await Wire.to(served.port);
    wire.send(get('/ocsp/MAMKAQE='));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await Promise.all([served.stop(), served.stop()]);
    expect(performance.now() - began).toBeLessThan(1000);
    await wire.closed;
    expect(app.logged).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });
});

it('a port that is taken is an error at once, and the other door closes again', async () => {
  const app = testApp();
  const first = await open(app);
  const { serve } = await import('../../../functions/local/server.ts');
  const tls = openssl.client('operations-1');
  const second = serve({
    app,
    routes: [],
    host: '127.0.0.1',
    port: 0,
    tlsPort: first.tlsPort,
    tls: { key: tls.key, cert: tls.cert, ca: [] },
    clock: () => 0,
    log: () => {},
  });
  await expect(second).rejects.toThrow('EADDRINUSE');
  await first.stop();
});
