import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange } from '../../cli/exchange.ts';
import { EXIT, Failure, usage } from '../../cli/failure.ts';
import { akashi } from './in-process.ts';

let servers: { close(done: () => void): unknown; closeAllConnections?(): void }[] = [];
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections?.();
    await new Promise<void>((resolve) => server.close(resolve));
  }
  servers = [];
});

const listen = async (listener: RequestListener): Promise<string> => {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const ask = (url: string, { maxBytes = 1000, timeoutMs = 5000 } = {}) =>
  exchange({ url: new URL(url), method: 'GET', maxBytes, timeoutMs });

const failure = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => Promise.reject(new Error('it went through')),
    (error: unknown) => (error instanceof Failure ? error : Promise.reject(error)),
  );

describe('an exchange', () => {
  it('takes no more bytes than its limit, whatever length was announced', async () => {
    const url = await listen((request, response) => {
      const size = Number(request.url?.slice(1));
      for (let at = 0; at < size; at += 100) response.write('x'.repeat(100));
      response.end();
    });
    expect((await ask(`${url}/1000`)).body.length).toBe(1000);
    expect(await failure(ask(`${url}/1100`))).toMatchObject({
      exitCode: EXIT.doubt,
      problem: { code: 'unexpected-answer' },
    });
  });

  it('rejects with the failure of `into`, even if more of the body was to come', async () => {
    const url = await listen((_request, response) => void response.write('x'));
    const into = async (body: AsyncIterable<unknown>): Promise<void> => {
      for await (const _chunk of body) throw usage('The file cannot be written (ENOSPC).');
    };
    const asked = exchange({ url: new URL(url), method: 'GET', maxBytes: 1000, timeoutMs: 5000, into });
    expect(await failure(asked)).toMatchObject({ exitCode: EXIT.usage, problem: { code: 'usage' } });
  });

  it('ends in time when nothing comes, and when the answer trickles', async () => {
    const url = await listen((request, response) => {
      if (request.url === '/trickle') {
        response.write('x');
        const timer = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(timer));
      }
    });
    for (const path of ['/silence', '/trickle']) {
      const error = await failure(ask(`${url}${path}`, { timeoutMs: 300 }));
      expect(error).toMatchObject({ exitCode: EXIT.unreachable });
      expect(error.message).toMatch(/did not answer within 0.3 s/);
    }
  });

  it('says which address does not answer, and how to start the service', async () => {
    const url = await listen(() => {});
    const server = servers.pop();
    await new Promise<void>((resolve) => server?.close(resolve));
    const error = await failure(ask(url));
    expect(error).toMatchObject({ exitCode: EXIT.unreachable });
    expect(String((error as Failure).advice)).toContain('npm start');
    expect(error.message).toContain(url);
  });

  it('does not take an answer that breaks off', async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    expect(await failure(ask(url))).toMatchObject({ exitCode: EXIT.unreachable });
  });
});

describe('a command', () => {
  it('ends with 3 where another protocol answers', async () => {
    const server = createTcpServer((socket) => socket.resume().end('220 mail\r\n')).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await akashi(['authorities', '--url', url])).toMatchObject({ code: 3, out: '' });
  });

  it('refuses a redirect, JSON of another form, or a page as an answer', async () => {
    const url = await listen((request, response) => {
      if (request.url === '/redirect/ca')
        response.writeHead(307, { location: `http://${request.headers.host}/ca` });
      if (request.url === '/page/ca') response.writeHead(404, { 'content-type': 'text/html' });
      response.end('{"authorities":[{"id":1}]}');
    });
    for (const path of ['/redirect', '/page', '/form']) {
      const { code, out, err } = await akashi(['authorities', '--json', '--url', `${url}${path}`]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(JSON.parse(err)).toMatchObject({ code: 'unexpected-answer' });
    }
  });

  it('shows a refusal: title, detail, code and what to do', async () => {
    const problem = {
      type: 'urn:akashi:fault:not-issued',
      title: 'The certificate is not issued yet',
      status: 409,
      detail: 'The request is submitted.',
      code: 'not-issued',
      requestId: 'r-1',
    };
    const url = await listen((_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    });
    const { code, out, err } = await akashi(['show', 'x', '--url', url]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const part of [problem.title, problem.detail, problem.code, 'akashi show REQUEST', 'r-1']) {
      expect(err).toContain(part);
    }
    const json = await akashi(['show', 'x', '--url', url, '--json']);
    expect(JSON.parse(json.err)).toMatchObject(problem);
  });

  it('sends a token as it was given, and never from this machine without TLS', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"authorities":[]}');
    });
    expect((await akashi(['authorities', '--url', url, '--token', 'abc.def'])).code).toBe(0);
    expect(seen).toEqual(['Bearer abc.def']);
    const away = await akashi(['authorities', '--url', 'http://192.0.2.1', '--token', 'abc.def']);
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining('https') });
    expect(away.err).not.toContain('abc.def');
    expect((await akashi(['authorities', '--url', url, '--token', 'a b'])).code).toBe(2);
  });

  it('shows the idempotency key with which a submission that broke off can be repeated', async () => {
    const url = await listen((_request, response) => response.destroy());
    const csr = '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n';
    const submit = ['request', '--profile', 'p', '--csr', '-', '--url', url];
    const { code, err } = await akashi(submit, { input: csr });
    expect(code).toBe(3);
    const [, key = ''] = /^idempotency key (\S+)$/m.exec(err) ?? [];
    expect(err).toContain(`--idempotency-key ${key}`);
    const json = await akashi([...submit, '--json', '--idempotency-key', 'k-1'], { input: csr });
    expect(JSON.parse(json.err)).toMatchObject({ facts: { idempotencyKey: 'k-1' } });
  });

  it('refuses to send what is not a certification request, such as a private key', async () => {
    let calls = 0;
    const url = await listen((_request, response) => {
      calls++;
      response.end();
    });
    const key = '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n';
    const { code } = await akashi(['request', '--profile', 'p', '--csr', '-', '--url', url], { input: key });
    expect({ code, calls }).toEqual({ code: 2, calls: 0 });
  });

  it.each([
    ['a field without =', ['--field', 'CN']],
    ['a field from two places', ['--field', 'name=x', '--fields', 'package.json']],
    ['a fields file that is no map of texts', ['--fields', 'tsconfig.json']],
    ['an idempotency key with spaces', ['--idempotency-key', 'a b']],
    ['an address of another scheme', ['--url', 'ftp://localhost']],
    ['a principal that is a path', ['--as', '../..']],
    ['a principal without credentials', ['--as', 'nobody', '--data', 'test']],
    ['two ways of saying who calls', ['--as', 'nobody', '--token', 't']],
    ['an unknown option', ['--force']],
  ])('ends with 2 for %s', async (_what, more) => {
    const csr = '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n';
    const { code, err } = await akashi(['request', '--profile', 'p', '--csr', '-', ...more], { input: csr });
    expect({ code, known: /\((usage|[a-z-]+)\)/.test(err) }).toEqual({ code: 2, known: true });
  });
});
