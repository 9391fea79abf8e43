import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJsonService } from '../../lib/aws/json-service.ts';
import { NoAnswer, Refusal } from '../../lib/aws/outcome.ts';
import { type AwsAccess, openService } from '../../lib/aws/service.ts';
import { Fault } from '../../lib/fault.ts';
import { type Canned, startRecorder } from './recorder.ts';

const LIMITS = { connectMs: 300, answerMs: 600, maxBytes: 1000 };

type Echo = { readonly Ask: { readonly input: object; readonly output: { readonly a?: number } } };

const open = (access: AwsAccess) =>
  openJsonService<Echo>({ service: 'dynamodb', target: 'Target', version: '1.0' }, access, LIMITS);

const failureOf = async (access: AwsAccess): Promise<unknown> => {
  const service = open(access);
  try {
    return await service.call('Ask', {});
  } catch (error) {
    return error;
  } finally {
    service.close();
  }
};

/** A server below HTTP: `answer` gets each connection when the request's head has come. */
const startRaw = async (answer: (socket: Socket) => void) => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const at = (endpoint: string): AwsAccess => ({
  endpoint,
  region: 'ap-northeast-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-key', sessionToken: 'the-token' },
  clock: Date.now,
});

describe('an answer', () => {
  const answered = async (canned: Canned): Promise<unknown> => {
    await using recorder = await startRecorder(() => canned);
    return await failureOf(recorder.access);
  };
  const body = '{"a":1}';

  it('is taken with its checksum, and without one', async () => {
    expect(await answered({ body })).toEqual({ a: 1 });
    expect(await answered({ body, headers: { 'x-amz-crc32': String(crc32(body)) } })).toEqual({ a: 1 });
  });

  it.each<[string, string, Canned]>([
    ['WrongChecksum', 'altered', { body: '{"a":2}', headers: { 'x-amz-crc32': String(crc32(body)) } }],
    ['WrongChecksum', 'with half a checksum', { body, headers: { 'x-amz-crc32': '' } }],
    ['MalformedAnswer', 'not JSON', { body: '<html>' }],
    ['MalformedAnswer', 'cut JSON', { body: '{"a":' }],
    ['MalformedAnswer', 'not an object', { body: '[1]' }],
    ['MalformedAnswer', 'null', { body: 'null' }],
  ])('is none (%s) when it is %s', async (reason, _name, canned) => {
    const error = await answered(canned);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ reason, sent: true });
  });

  it('that refuses keeps its name, status and members', async () => {
    const error = await answered({ status: 400, body: '{"__type":"x#Busy","Reasons":[1]}' });
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ name: 'Busy', status: 400, members: { Reasons: [1] } });
    expect(await answered({ status: 502, body: '<html>' })).toMatchObject({ name: 'Unknown', status: 502 });
    expect(await answered({ status: 301, body: '' })).toMatchObject({ name: 'Unknown', status: 301 });
  });

  it('is refused beyond its limit, with a Content-Length or without', async () => {
    const fits = JSON.stringify({ a: 'x'.repeat(LIMITS.maxBytes - 8) });
    expect(fits).toHaveLength(LIMITS.maxBytes);
    expect(await answered({ body: fits })).toEqual(JSON.parse(fits));
    for (const headers of [{ 'content-length': '1001' }, { 'transfer-encoding': 'chunked' }]) {
      const error = await answered({ body: `${fits} `, headers });
      expect(Fault.is(error, 'store-unavailable')).toBe(true);
    }
  });
});

describe('a connection', () => {
  it('is kept for the next request', async () => {
    await using recorder = await startRecorder(() => ({}));
    const service = open(recorder.access);
    for (let i = 0; i < 5; i++) await service.call('Ask', {});
    expect([recorder.asked.length, recorder.connections()]).toEqual([5, 1]);
    service.close();
  });

  it('goes on to a request that waits for one', async () => {
    await using recorder = await startRecorder(() => pause(900, {}));
    const service = open({ ...recorder.access, limits: { connectMs: 600, answerMs: 20_000 } });
    await Promise.all(Array.from({ length: 50 }, () => service.call('Ask', {})));
    expect(recorder.connections()).toBe(50);
    await Promise.all(Array.from({ length: 70 }, () => service.call('Ask', {})));
    expect([recorder.asked.length, recorder.connections()]).toEqual([120, 50]);
    service.close();
  });

  it('that is refused sends nothing', async () => {
    const { port } = await startRaw(() => undefined).then(async (raw) => {
      await raw[Symbol.asyncDispose]();
      return raw;
    });
    expect(await failureOf(at(`http://127.0.0.1:${port}`))).toMatchObject({
      reason: 'ECONNREFUSED',
      sent: false,
    });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['cut before the answer', (socket) => socket.destroy(), 'ECONNRESET'],
    ['cut within the head', (socket) => socket.end('HTTP/1.1 20'), 'ECONNRESET'],
    [
      'cut within the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a":'),
      'ECONNRESET',
    ],
    ['that stays silent', () => undefined, 'AnswerTimeout'],
    [
      'that stops within the body',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a":'),
      'AnswerTimeout',
    ],
  ])('%s leaves unknown what was done', async (_name, answer, reason) => {
    await using raw = await startRaw(answer);
    const error = await failureOf(at(`http://127.0.0.1:${raw.port}`));
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ sent: true, reason });
  });

  it('that is not established in time sends nothing', async () => {
    // The server accepts the connection and never answers the TLS handshake.
    await using raw = await startRaw(() => undefined);
    const error = await failureOf(at(`https://127.0.0.1:${raw.port}`));
    expect(error).toMatchObject({ reason: 'ConnectTimeout', sent: false });
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  let endpoint = '';
  const server = createTlsServer((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end('{"a":1}'));
  });

  beforeAll(async () => {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
      stdio: 'pipe',
    });
    server.setSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('sends nothing to a server whose certificate is not trusted', async () => {
    expect(await failureOf(at(endpoint))).toMatchObject({
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      sent: false,
    });
  });

  it('carries the request to a server whose certificate is trusted', async () => {
    const module = new URL('../../lib/aws/json-service.ts', import.meta.url).href;
    const script = `
      import { openJsonService } from '${module}';
      const access = { endpoint: '${endpoint}', region: 'r', credentials: { accessKeyId: 'a', secretAccessKey: 's' }, clock: Date.now };
      const service = openJsonService({ service: 'kms', target: 'T', version: '1.1' }, access, ${JSON.stringify({ ...LIMITS, connectMs: 5000, answerMs: 9000 })});
      for (let i = 0; i < 2; i++) console.log(JSON.stringify(await service.call('Ask', {})));
      service.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { NODE_EXTRA_CA_CERTS: cert },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(await text(child.stdout)).toBe('{"a":1}\n{"a":1}\n');
  });
});

describe('the address of a service', () => {
  it.each(['ftp://h', 'http://h/path', 'http://u:p@h', 'http://h?q', 'nothing'])('is not %s', (endpoint) => {
    expect(() => open(at(endpoint))).toThrowError(expect.objectContaining({ code: 'configuration-invalid' }));
  });

  it('is in the Region', () => {
    const { endpoint: _, ...access } = at('');
    const service = (region: string) =>
      openService('kms', `kms.${region}.amazonaws.com`, { ...access, region }, LIMITS);
    expect(() => service('evil.example/')).toThrowError(
      expect.objectContaining({ code: 'configuration-invalid' }),
    );
    service('ap-northeast-1').close();
  });
});

it('no error tells a secret', async () => {
  await using refusing = await startRecorder(() => ({ status: 403, body: '{"__type":"AccessDenied"}' }));
  await using silent = await startRecorder(() => undefined);
  for (const access of [refusing.access, silent.access, at('http://127.0.0.1:1')]) {
    const error = await failureOf(access);
    expect(error).toBeInstanceOf(Error);
    const said = inspect(error, { depth: 20, showHidden: true });
    expect(said).not.toMatch(/the-secret-key|the-(session-)?token|Signature=/);
  }
});
