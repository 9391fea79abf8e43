import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Served } from '../../../functions/local/server.ts';
import type { Issued } from '../../principals/openssl.ts';
import { CA, REQUEST, type TestApp, testApp } from '../app.ts';
import { open, openssl, operations, Wire } from '../wire.ts';

openssl.ca('foreign', undefined, '/CN=Foreign CA');
const officer = openssl.client('operations-1', { subject: '/CN=登録 花子/serialNumber=officer-1' });
const foreign = openssl.client('foreign', { subject: '/serialNumber=officer-1' });

describe('the TLS door', () => {
  let app: TestApp;
  let served: Served;
  beforeAll(async () => {
    app = testApp([{ ca: 'operations-1', certificate: operations.der }]);
    app.now = Date.now() + 60_000;
    served = await open(app, { headersMs: 500 });
  });
  afterAll(() => served.stop());

  const ask = (
    path: string,
    given: { as?: Issued; method?: string; headers?: Record<string, string>; maxVersion?: 'TLSv1.2' } = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: served.tlsPort,
          path,
          method: given.method ?? 'GET',
          headers: given.headers ?? {},
          servername: 'localhost',
          ca: operations.cert,
          agent: false,
          ...(given.as ? { cert: given.as.cert, key: given.as.key } : {}),
          ...(given.maxVersion ? { maxVersion: given.maxVersion } : {}),
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) }),
          );
        },
      );
      call.on('error', reject);
      call.end();
    });

  it.each([undefined, 'TLSv1.2'] as const)('names a caller by certificate (%s)', async (maxVersion) => {
    const { status, body } = await ask(`/api/v1/requests/${REQUEST}`, {
      as: officer,
      ...(maxVersion ? { maxVersion } : {}),
    });
    expect([status, body.id]).toEqual([200, REQUEST]);
    expect(app.records.at(-1)).toMatchObject({ recipient: 'officer-1', channel: 'requests' });
  });

  it('gives callers without a certificate public answers only', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask(`/api/v1/requests/${REQUEST}`)).body.code).toBe('unauthenticated');
  });

  it('completes the handshake with a certificate of another CA, and then refuses the caller', async () => {
    expect((await ask('/healthz', { as: foreign })).status).toBe(200);
    const { status, body } = await ask(`/api/v1/requests/${REQUEST}`, { as: foreign });
    expect([status, body.code]).toEqual([401, 'client-certificate-invalid']);
  });

  it('gives a token for the certificate, and then accepts the token in its place', async () => {
    const issued = await ask('/token', { method: 'POST', as: officer });
    const headers = { authorization: `Bearer ${issued.body.token}` };
    expect((await ask(`/api/v1/requests/${REQUEST}`, { headers })).status).toBe(200);
    expect((await ask('/token', { method: 'POST', headers })).body.code).toBe('unauthenticated');
  });

  it('works with stock curl', async () => {
    const { folder } = openssl;
    for (const [name, text] of Object.entries({
      'c.pem': officer.cert,
      'k.pem': officer.key,
      'ca.pem': operations.cert,
    })) {
      writeFileSync(join(folder, name), text);
    }
    const { stdout } = await promisify(execFile)(
      'curl',
      [
        ...[
          '-sS',
          '--cert',
          'c.pem',
          '--key',
          'k.pem',
          '--cacert',
          'ca.pem',
          '-o',
          'out.json',
          '-w',
          '%{http_code}',
        ],
        ...['--resolve', `localhost:${served.tlsPort}:127.0.0.1`, '-X', 'POST'],
        `https://localhost:${served.tlsPort}/token`,
      ],
      { cwd: folder },
    );
    expect(stdout).toBe('200');
  });

  it('does not speak TLS 1.1', async () => {
    const socket = connect({
      port: served.tlsPort,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: operations.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(String(error)).toMatch(/protocol version/i);
  });

  it('finishes requests under way at a stop, and does not wait for clients that sent none', async () => {
    const other = testApp();
    let release = () => {};
    other.gate = new Promise((resolve) => {
      release = resolve;
    });
    other.crl = Buffer.alloc(16 * 1024 * 1024, 'crl');
    const stopping = await open(other);
    const secured = () => {
      const socket = connect({
        port: stopping.tlsPort,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: operations.cert,
      });
      return new Promise<TLSSocket>((resolve) => socket.once('secureConnect', () => resolve(socket)));
    };
    const read = async (socket: TLSSocket): Promise<Buffer> => {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    const [silent, asking, reading] = await Promise.all([secured(), secured(), secured()]);
    asking.write('GET /ocsp/MAMKAQE= HTTP/1.1\r\nhost: localhost\r\n\r\n');
    reading.write(`GET /crl/${CA}/full.crl HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stopped = stopping.stop();
    expect(await read(silent)).toHaveLength(0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    release();
    expect(String(await read(asking))).toMatch(/^HTTP\/1\.1 200 OK/);
    expect((await read(reading)).length).toBeGreaterThan(other.crl.length);
    const began = performance.now();
    await stopped;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('closes on plain HTTP, and on a handshake that does not come', async () => {
    const plain = await Wire.to(served.tlsPort);
    plain.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await plain.closed;
    const silent = await Wire.to(served.tlsPort);
    await silent.closed;
    expect((await ask('/healthz')).status).toBe(200);
  });
});
