import { describe, expect, it } from 'vitest';
import type { Client } from '../../../functions/http/http.ts';
import { stack } from '../../../functions/http/stack.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { Fault } from '../../../lib/fault.ts';
import { REQUEST, requestOf, type TestApp, testApp } from '../app.ts';

const app = testApp();
const authorization = `Bearer ${await app.tokenOf('officer')}`;

const ask = async (
  id: string,
  client: Client,
  on: TestApp = app,
  headers: Record<string, string> = {},
  version = '1.1',
) => {
  const route = routes.find((candidate) => candidate.id === id);
  if (!route) throw new Error(`There is no route ${id}.`);
  const params: Record<string, string> = id === 'getRequest' ? { id: REQUEST } : { request: 'MAMKAQE=' };
  const { status, body } = await stack(route)(
    { ...on.edge, app: on },
    requestOf({
      path: '/',
      params,
      headers: { authorization, host: 'localhost', ...headers },
      client,
      version,
    }),
  );
  return { status, body: Buffer.from(body).toString() };
};

describe('a bearer token', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.9.9.9', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['10.0.0.1', 403],
    ['::ffff:10.0.0.1', 403],
    ['2001:db8::1', 403],
    [undefined, 403],
  ])('without TLS from %s gives %i', async (address, status) => {
    const answer = await ask('getRequest', { tls: false, ...(address ? { address } : {}) });
    expect(answer.status).toBe(status);
    if (status === 403) expect(JSON.parse(answer.body).code).toBe('tls-required');
  });

  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-server',
    'x-real-ip',
    'cf-connecting-ip',
    'true-client-ip',
    'forwarded',
    'via',
  ])('that a proxy on this machine passes on (%s) is not from this machine', async (header) => {
    const local = { tls: false, address: '127.0.0.1' };
    const answer = await ask('getRequest', local, app, { [header]: 'for=127.0.0.1' });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([403, 'tls-required']);
    const secure = await ask('getRequest', { tls: true }, app, { [header]: '127.0.0.1' });
    expect(secure.status).toBe(200);
  });

  it.each([
    ['localhost:8080', 200],
    ['LocalHost', 200],
    ['127.0.0.1:8080', 200],
    ['127.9.9.9', 200],
    ['[::1]', 200],
    ['[::1]:8080', 200],
    ['status.example.jp', 403],
    ['status.example.jp:8080', 403],
    ['10.0.0.1', 403],
    ['127.0.0.1.example.jp', 403],
    ['127.1', 403],
    ['[2001:db8::1]:8080', 403],
    ['[localhost]', 403],
    ['localhost:8080:1', 403],
    ['', 403],
  ])('without TLS for the host %s gives %i', async (host, status) => {
    const local = { tls: false, address: '127.0.0.1' };
    expect((await ask('getRequest', local, app, { host })).status).toBe(status);
    expect((await ask('getRequest', { tls: true }, app, { host })).status).toBe(200);
  });

  it('without TLS in HTTP/1.0, which proxies speak and programs do not, is refused', async () => {
    const local = { tls: false, address: '127.0.0.1' };
    expect((await ask('getRequest', local, app, {}, '1.0')).status).toBe(403);
    expect((await ask('getRequest', { tls: true }, app, {}, '1.0')).status).toBe(200);
  });

  it('with TLS is taken from anywhere', async () => {
    expect((await ask('getRequest', { tls: true, address: '10.0.0.1' })).status).toBe(200);
  });

  it('without TLS from another machine leaves an OCSP caller public', async () => {
    expect((await ask('askStatusByUrl', { tls: false, address: '10.0.0.1' })).status).toBe(200);
    expect(app.ocspCalls.at(-1)?.caller).toMatchObject({ recipient: 'public', unproven: 'tls-required' });
    await ask('askStatusByUrl', { tls: false, address: '127.0.0.1' });
    expect(app.ocspCalls.at(-1)?.caller.recipient).toBe('officer-1');
  });
});

it('an OCSP caller who cannot be identified gets an answer, which is logged and recorded as public', async () => {
  const other = testApp();
  const broken: TestApp = {
    ...other,
    principals: {
      ...other.principals,
      byToken: async () => {
        throw new Fault('store-unavailable', 'The directory does not answer.');
      },
    },
  };
  expect((await ask('askStatusByUrl', { tls: true }, broken)).status).toBe(200);
  expect(other.ocspCalls.at(-1)?.caller).toMatchObject({
    recipient: 'public',
    unproven: 'store-unavailable',
  });
  expect(other.logged).toEqual([
    expect.objectContaining({
      message: 'caller not identified',
      facts: expect.objectContaining({ code: 'store-unavailable' }),
    }),
  ]);
  expect((await ask('getRequest', { tls: true }, broken)).status).toBe(503);
});
