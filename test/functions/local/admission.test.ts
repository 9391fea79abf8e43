import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openConnections } from '../../../functions/local/connections.ts';
import { LIMITS } from '../../../functions/local/limits.ts';
import type { Served } from '../../../functions/local/server.ts';
import { openSources } from '../../../functions/local/sources.ts';
import { type Network, readNetwork } from '../../../lib/network.ts';
import { CA, REQUEST, SERIAL, type TestApp, testApp } from '../app.ts';
import { codeOf, exchange, get, open, openssl, operations, Wire } from '../wire.ts';

/** Who is answered and who waits, where more is asked than can be answered. */

/** OCSPResponses: tryLater, and what the stand-in answers here (RFC 6960 4.2.1). */
const TRY_LATER = '30030a0103';
const QUESTION = get('/ocsp/MAMKAQE=');
const ANSWER = '30030a0101';
const CRL = get(`/crl/${CA}/full.crl`);
const TILE = get('/log/tile/0/000.p/1');

const network = (text: string): Network => readNetwork(text) as Network;
const hexOf = (reply: Awaited<ReturnType<typeof exchange>>): string | undefined =>
  reply?.body.toString('hex');

const bearer = async (app: TestApp, role: 'officer' | 'relyingParty' | 'auditor'): Promise<string> =>
  `authorization: Bearer ${await app.tokenOf(role)}`;

const revocation = (...headers: readonly string[]): string => {
  const body = JSON.stringify({ reason: 'superseded' });
  return `${get(`/api/v1/certificates/${CA}/${SERIAL}/revocation`, 'content-type: application/json', `content-length: ${body.length}`, ...headers).replace('GET', 'POST')}${body}`;
};

/** Uses up what a source of this rate has saved. */
const SAVED = 10;

describe('a source without credentials', () => {
  let app: TestApp;
  let served: Served;
  beforeAll(async () => {
    app = testApp();
    served = await open(app, { rate: 1 });
    for (let n = 0; n < SAVED; n++) expect(hexOf(await exchange(served.port, QUESTION))).toBe(ANSWER);
  });
  afterAll(() => served.stop());

  it('that asks too often is told to come back, by OCSP in its own words', async () => {
    const calls = app.ocspCalls.length;
    const asked = await exchange(served.port, QUESTION);
    expect([asked?.status, hexOf(asked), asked?.headers['cache-control']]).toEqual([
      200,
      TRY_LATER,
      'no-store',
    ]);
    expect(app.ocspCalls).toHaveLength(calls);
    for (const request of [TILE, CRL, get('/ca'), get('/openapi.json')]) {
      const reply = await exchange(served.port, request);
      expect([reply?.status, codeOf(reply), reply?.headers['retry-after']]).toEqual([
        429,
        'rate-exceeded',
        '1',
      ]);
    }
    expect((await exchange(served.port, get('/healthz')))?.status).toBe(200);
    // Nothing of this fills the log.
    expect(app.logged.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('keeps nobody out who proves who it is, from the same address', async () => {
    const authorization = await bearer(app, 'relyingParty');
    for (let n = 0; n < 2 * SAVED; n++) {
      expect(hexOf(await exchange(served.port, get('/ocsp/MAMKAQE=', authorization)))).toBe(ANSWER);
      expect((await exchange(served.port, get('/log/tile/0/000.p/1', authorization)))?.status).toBe(200);
    }
    const officer = await bearer(app, 'officer');
    expect((await exchange(served.port, get(`/api/v1/requests/${REQUEST}`, officer)))?.status).toBe(200);
    expect((await exchange(served.port, revocation(officer)))?.status).toBe(200);
  });

  it('is none the better for credentials that prove nothing', async () => {
    const forged = 'authorization: Bearer e30.e30.AAAA';
    expect(hexOf(await exchange(served.port, get('/ocsp/MAMKAQE=', forged)))).toBe(TRY_LATER);
    expect((await exchange(served.port, get('/log/tile/0/000.p/1', forged)))?.status).toBe(429);
  });

  it('is none the better for a header that names another source, and the log says once what that may be', async () => {
    for (const header of ['X-Forwarded-For: 203.0.113.7', 'Forwarded: for=203.0.113.8'])
      expect(hexOf(await exchange(served.port, get('/ocsp/MAMKAQE=', header)))).toBe(TRY_LATER);
    const warnings = app.logged.filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('TRUSTED_PROXIES') }),
    ]);
  });
});

describe('the log', () => {
  it('has a line for each request of a known caller, and the number of those that anybody can send', async () => {
    const app = testApp();
    const served = await open(app, { rate: 1, underWay: { ...LIMITS.underWay, revocation: 0 } });
    const officer = await bearer(app, 'officer');
    const path = `/api/v1/requests/${REQUEST}`;
    const statuses: (number | undefined)[] = [];
    const foreign = 'sec-fetch-site: cross-site';
    for (let n = 0; n < SAVED + 5; n++)
      statuses.push((await exchange(served.port, get(path, ...(n === 0 ? [officer, foreign] : []))))?.status);
    expect(statuses[0]).toBe(403);
    expect(statuses[1]).toBe(401);
    // A source that never proves who it is has its rate here too.
    expect(statuses.at(-1)).toBe(429);
    const text = get('/api/v1/requests', 'content-type: text/plain', 'content-length: 0').replace(
      'GET',
      'POST',
    );
    expect((await exchange(served.port, text))?.status).toBe(415);
    expect((await exchange(served.port, revocation(officer)))?.status).toBe(503);
    expect((await exchange(served.port, get(path, officer)))?.status).toBe(200);
    expect((await exchange(served.port, get('/api/v1/recovery', officer)))?.status).not.toBe(401);
    await served.stop();
    expect(app.logged.filter(({ message }) => message === 'request')).toHaveLength(2);
    const refused = app.logged.filter(({ message }) => message === 'requests refused');
    const facts = refused.map((line) => line.facts as { readonly status: number; readonly requests: number });
    const numbers = Object.fromEntries(facts.map(({ status, requests }) => [status, requests]));
    expect(Object.keys(numbers)).toEqual(['401', '403', '415', '429', '503']);
    expect(numbers).toMatchObject({ 403: 1, 415: 1, 503: 1 });
    expect(Number(numbers[401]) + Number(numbers[429])).toBe(SAVED + 4);
  });
});

describe('behind a trusted proxy', () => {
  it('each client has its own rate, large recipients have theirs, and a lie costs the liar', async () => {
    const served = await open(
      testApp(),
      { rate: 1 },
      {
        sources: {
          proxies: [network('127.0.0.1')],
          rates: [{ network: network('192.0.2.0/24'), rate: 20 }],
        },
      },
    );
    const answered = async (tries: number, ...headers: readonly string[]): Promise<number> => {
      let count = 0;
      for (let n = 0; n < tries; n++)
        if (hexOf(await exchange(served.port, get('/ocsp/MAMKAQE=', ...headers))) === ANSWER) count++;
      return count;
    };
    const few = { min: SAVED, max: SAVED + 4 };
    const within = (count: number): boolean => count >= few.min && count <= few.max;
    expect(within(await answered(20, 'X-Forwarded-For: 198.51.100.99, 203.0.113.7'))).toBe(true);
    // The left end is the client's own invention.
    expect(await answered(3, 'X-Forwarded-For: 198.51.100.1, 203.0.113.7')).toBeLessThan(3);
    expect(await answered(1, 'Forwarded: for=203.0.113.8')).toBe(1);
    expect(await answered(100, 'X-Forwarded-For: 192.0.2.33')).toBe(100);
    // Malformed, or contradictory: one rate, which all of these share.
    const lies = ['X-Forwarded-For: nobody', 'Forwarded: for=unknown'];
    const both = ['X-Forwarded-For: 203.0.113.9', 'Forwarded: for=203.0.113.10'];
    const shared =
      (await answered(10, lies[0] as string)) +
      (await answered(10, lies[1] as string)) +
      (await answered(10, ...both));
    expect(shared).toBeLessThan(20);
    expect(await answered(1, 'X-Forwarded-For: 203.0.113.9')).toBe(1);
    await served.stop();
  });
});

describe('a storm', () => {
  it('of strangers on the tiles of the log leaves officers, questions and revocations alone', async () => {
    const app = testApp();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { tile } = app.transparencyLog;
    Object.assign(app.transparencyLog, { tile: (path: string) => gate.then(() => tile(path)) });
    const served = await open(app);
    const officer = await bearer(app, 'officer');
    const wires = await Promise.all(Array.from({ length: 24 }, () => Wire.to(served.port)));
    for (const wire of wires) wire.send(TILE.repeat(8));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const refused = await exchange(served.port, get('/ca'));
    expect([refused?.status, codeOf(refused)]).toEqual([503, 'too-many-requests']);
    expect((await exchange(served.port, get(`/api/v1/requests/${REQUEST}`, officer)))?.status).toBe(200);
    expect((await exchange(served.port, revocation(officer)))?.status).toBe(200);
    expect(hexOf(await exchange(served.port, QUESTION))).toBe(ANSWER);
    release();
    for (const wire of wires) wire.socket.destroy();
    await served.stop();
  });

  it('of officers leaves revocations alone, and strangers take no place of either', async () => {
    const app = testApp();
    let release = () => {};
    app.gate = new Promise((resolve) => {
      release = resolve;
    });
    const served = await open(app, { underWay: { ...LIMITS.underWay, api: 1, revocation: 1 } });
    const officer = await bearer(app, 'officer');
    const body = JSON.stringify({ profile: 'seal', csr: 'PEM', fields: {} });
    const submission = `${get('/api/v1/requests', officer, 'content-type: application/json', `content-length: ${body.length}`).replace('GET', 'POST')}${body}`;
    const held = exchange(served.port, submission);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await exchange(served.port, get(`/api/v1/requests/${REQUEST}`, officer)))?.status).toBe(503);
    // Bodies of strangers are not read, and those of officers are read outside of the lane.
    const slow = await Promise.all(
      [[], [officer]].map(async (headers) => {
        const wire = await Wire.to(served.port);
        return wire.send(revocation(...headers).slice(0, -2));
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await exchange(served.port, revocation(officer)))?.status).toBe(200);
    release();
    expect((await held)?.status).toBe(201);
    for (const { socket } of slow) socket.destroy();
    await served.stop();
  });
});

describe('a disk with little space', () => {
  it('is kept for revocations: first OCSP of strangers waits, then all of OCSP, and CRLs', async () => {
    const app = testApp();
    const disk: { level: 'enough' | 'low' | 'lowest' } = { level: 'low' };
    Object.assign(app, { disk });
    const served = await open(app, {}, { disk });
    const [officer, recipient] = [await bearer(app, 'officer'), await bearer(app, 'relyingParty')];
    const found = async () => ({
      stranger: hexOf(await exchange(served.port, QUESTION)),
      recipient: hexOf(await exchange(served.port, get('/ocsp/MAMKAQE=', recipient))),
      crl: (await exchange(served.port, CRL))?.status,
      certificate: (await exchange(served.port, get(`/ca/${CA}.cer`)))?.status,
      revocation: (await exchange(served.port, revocation(officer)))?.status,
      health: JSON.parse(String((await exchange(served.port, get('/healthz')))?.body)).status,
    });
    const always = { certificate: 200, revocation: 200 };
    expect(await found()).toEqual({
      ...always,
      stranger: TRY_LATER,
      recipient: ANSWER,
      crl: 200,
      health: 'disk-low',
    });
    disk.level = 'lowest';
    expect(await found()).toEqual({
      ...always,
      stranger: TRY_LATER,
      recipient: TRY_LATER,
      crl: 503,
      health: 'disk-low',
    });
    const refused = await exchange(served.port, CRL);
    expect([codeOf(refused), refused?.headers['retry-after']]).toEqual(['storage-low', '2']);
    expect(app.logged.filter(({ level }) => level !== 'info')).toEqual([]);
    disk.level = 'enough';
    expect(await found()).toEqual({ ...always, stranger: ANSWER, recipient: ANSWER, crl: 200, health: 'ok' });
    await served.stop();
  });
});

describe('connections', () => {
  it('a thousand that say nothing keep nobody out, at either door', { timeout: 60_000 }, async () => {
    const app = testApp([{ ca: 'operations-1', certificate: operations.der }]);
    app.now = Date.now() + 60_000;
    const served = await open(app, { connections: 200, sourceShare: 1 });
    for (const port of [served.port, served.tlsPort]) {
      const silent: Wire[] = [];
      for (let n = 0; n < 1000; n += 50)
        silent.push(...(await Promise.all(Array.from({ length: 50 }, () => Wire.to(port)))));
      if (port === served.port) {
        const officer = await bearer(app, 'officer');
        expect((await exchange(port, get(`/api/v1/requests/${REQUEST}`, officer)))?.status).toBe(200);
      } else {
        const { cert, key } = openssl.client('operations-1', { subject: '/CN=x/serialNumber=officer-1' });
        const path = `/api/v1/requests/${REQUEST}`;
        const { statusCode } = await new Promise<IncomingMessage>((resolve, reject) => {
          const host = { host: '127.0.0.1', port, path, servername: 'localhost', ca: operations.cert };
          request({ ...host, cert, key, agent: false }, resolve)
            .on('error', reject)
            .end();
        });
        expect(statusCode).toBe(200);
      }
      for (const { socket } of silent) socket.destroy();
    }
    await served.stop();
  });

  it('whose bodies never come give way, to the same source and to others, and cost its rate', async () => {
    const app = testApp();
    const from = network('127.0.0.0/8');
    const half = get('/ocsp', 'content-type: application/ocsp-request', 'content-length: 100').replace(
      'GET',
      'POST',
    );
    // All of a door is one source's, and then a part of it.
    for (const sourceShare of [1, 1 / 4]) {
      const served = await open(app, { connections: 40, sourceShare, rate: 1000, bodyMs: 60_000 });
      const wires: Wire[] = [];
      for (let n = 0; n < 100; n++) wires.push((await Wire.to(served.port)).send(half, 'x'));
      await wires[0]?.closed;
      expect(hexOf(await exchange(served.port, QUESTION))).toBe(ANSWER);
      // The newest still wait.
      const last = wires.at(-1) as Wire;
      last.send(Buffer.alloc(99, 0x30));
      expect((await last.response())?.status).toBe(200);
      for (const { socket } of wires) socket.destroy();
      await served.stop();
    }
    const slow = await open(
      app,
      { rate: 1 },
      { sources: { proxies: [], rates: [{ network: from, rate: 1 }] } },
    );
    const wires = await Promise.all(Array.from({ length: 2 * SAVED }, () => Wire.to(slow.port)));
    for (const wire of wires) wire.send(half, 'x');
    const told = await Promise.race(wires.map((wire) => wire.response()));
    expect(told?.body.toString('hex')).toBe(TRY_LATER);
    for (const { socket } of wires) socket.destroy();
    await slow.stop();
  });

  it('of many answers that nobody takes give way', async () => {
    const app = testApp();
    const served = await open(app, { connections: 8, sourceShare: 1 });
    const wires: Wire[] = [];
    for (let n = 0; n < 8; n++) {
      const wire = await Wire.to(served.port);
      wire.socket.pause();
      wires.push(wire.send(get('/openapi.json').repeat(8)));
    }
    await vi.waitFor(async () => expect((await exchange(served.port, get('/healthz')))?.status).toBe(200));
    for (const { socket } of wires) socket.destroy();
    await served.stop();
  });

  it('of a source that has few do not give way to sources that have more', async () => {
    const shares = { connections: 8, sourceShare: 1 / 2, rate: 100 };
    const ended: string[] = [];
    let port = 0;
    const socketOf = (remoteAddress: string): Socket =>
      Object.assign(new EventEmitter(), {
        remoteAddress,
        remotePort: ++port,
        localAddress: '::1',
        bytesRead: 0,
        destroy: () => ended.push(remoteAddress),
      }) as unknown as Socket;
    const sources = openSources(
      { proxies: [], rates: [{ network: network('192.0.2.0/24'), rate: 200 }] },
      shares.rate,
    );
    const door = openConnections(shares, sources, { waits: () => true });
    door.add(socketOf('203.0.113.1'));
    for (let n = 0; n < 100; n++) for (const last of [2, 3, 4]) door.add(socketOf(`203.0.113.${last}`));
    expect(ended).not.toContain('203.0.113.1');
    expect(door.open()).toHaveLength(8);
    // A larger rate by the settings, and a larger share.
    const roomy = openConnections(shares, sources, { waits: () => true });
    for (let n = 0; n < 20; n++)
      for (const address of ['192.0.2.1', '203.0.113.1']) roomy.add(socketOf(address));
    const held = roomy.open().map(({ remoteAddress }) => remoteAddress);
    expect(held.filter((address) => address === '203.0.113.1').length).toBeLessThanOrEqual(4);
    for (let n = 0; n < 20; n++) door.add(socketOf('203.0.113.9'));
    expect(
      door.open().filter(({ remoteAddress }) => remoteAddress === '203.0.113.9').length,
    ).toBeLessThanOrEqual(4);
  });

  it('of one source give way to its own new ones; a request under way is never cut short', async () => {
    const app = testApp();
    let release = () => {};
    app.gate = new Promise((resolve) => {
      release = resolve;
    });
    const served = await open(app, { connections: 100, sourceShare: 0.03 });
    const busy = await Wire.to(served.port);
    busy.send(QUESTION);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const idle = await Wire.to(served.port);
    for (let n = 0; n < 5; n++) expect((await exchange(served.port, get('/healthz')))?.status).toBe(200);
    const [second, third] = [await Wire.to(served.port), await Wire.to(served.port)];
    await idle.closed;
    second.send(QUESTION);
    third.send(QUESTION);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // All three wait for the service: there is no place for a fourth.
    const fourth = await Wire.to(served.port);
    await fourth.closed;
    release();
    for (const wire of [busy, second, third]) {
      expect((await wire.response())?.status).toBe(200);
      wire.socket.destroy();
    }
    await served.stop();
  });
});

describe('a question of 64 KiB', () => {
  it('is read by POST and no further, and does not fit into an address', async () => {
    const app = testApp();
    const served = await open(app);
    const post = (bytes: number): Buffer =>
      Buffer.concat([
        Buffer.from(
          get('/ocsp', 'content-type: application/ocsp-request', `content-length: ${bytes}`).replace(
            'GET',
            'POST',
          ),
        ),
        Buffer.alloc(bytes, 0x30),
      ]);
    expect((await exchange(served.port, post(65_536)))?.body).toHaveLength(65_536);
    const refused = await exchange(served.port, post(65_537));
    expect([refused?.status, codeOf(refused)]).toEqual([413, 'body-too-large']);
    const address = await exchange(
      served.port,
      get(`/ocsp/${Buffer.alloc(65_536, 0x30).toString('base64')}`),
    );
    expect([address?.status, address?.headers.connection]).toEqual([431, 'close']);
    expect(app.ocspCalls).toHaveLength(1);
    expect((await exchange(served.port, revocation(await bearer(app, 'officer'))))?.status).toBe(200);
    await served.stop();
  });
});
