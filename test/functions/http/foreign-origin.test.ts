import { describe, expect, it } from 'vitest';
import { pathMatcher, type Route } from '../../../functions/http/route.ts';
import { stack } from '../../../functions/http/stack.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { EXAMPLES, requestOf, type TestApp, testApp } from '../app.ts';

/** What a browser says of a page that lies elsewhere, or the lack of it. The service is reached as https://akashi.example. */

type Headers = Readonly<Record<string, string>>;

const send = async (app: TestApp, route: Route, headers: Headers, tls = true) => {
  const { target, body = '', type: contentType = 'application/json' } = EXAMPLES[route.id] ?? { target: '/' };
  const [path = '', query = ''] = target.split('?');
  const role = Array.isArray(route.access) ? route.access[0] : undefined;
  const response = await stack(route)(
    app.edge,
    requestOf({
      method: route.method,
      path,
      params: pathMatcher(route.path)(path) ?? {},
      query: new URLSearchParams(query),
      headers: {
        host: 'akashi.example',
        'content-type': contentType,
        ...(role && { authorization: `Bearer ${await app.tokenOf(role)}` }),
        ...headers,
      },
      body: Buffer.from(body),
      client: { tls, address: '127.0.0.1' },
    }),
  );
  return { status: response.status, code: codeOf(response) };
};

const codeOf = ({ headers, body }: { headers: Headers; body: Uint8Array | string }): unknown =>
  headers['content-type'] === 'application/problem+json' ? JSON.parse(String(body)).code : undefined;

const REFUSED = { status: 403, code: 'foreign-origin' };

const withRoles = routes.filter(({ access }) => typeof access !== 'string');

describe.each(withRoles.map((route) => [route.id, route] as const))('%s', (_id, route) => {
  it('is not done for a page of another origin', async () => {
    const app = testApp();
    for (const headers of [
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-origin, cross-site' },
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'null' },
      { origin: '' },
      // An image, and a link.
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ])
      expect(await send(app, route, headers), JSON.stringify(headers)).toEqual(REFUSED);
    expect(app.records).toEqual([]);
    expect(app.submissions).toEqual([]);
  });

  it('is no other for a page of the service, and for a program', async () => {
    const app = testApp();
    const plain = await send(app, route, {});
    expect(plain.code).not.toBe('foreign-origin');
    for (const headers of [
      { origin: 'https://akashi.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'https://akashi.example:443' },
      { 'sec-fetch-site': 'none' },
    ])
      expect((await send(testApp(), route, headers)).code, JSON.stringify(headers)).toBe(plain.code);
  });
});

it('what changes something has roles, and a page can ask for nothing else in the name of its reader', () => {
  // No browser sends an invitation by itself, so a page has none of its reader's.
  const open = ['askStatus', 'bringKey'];
  const changing = routes.filter(({ method, id }) => method !== 'GET' && !open.includes(id));
  expect(changing.length).toBeGreaterThan(20);
  expect(changing.filter((route) => !withRoles.includes(route))).toEqual([]);
});

it('another scheme and another port are other origins', async () => {
  const route = withRoles.find(({ id }) => id === 'publishCrl') as Route;
  for (const origin of [
    'http://akashi.example',
    'https://akashi.example:8443',
    'https://akashi.example.evil',
  ])
    expect(await send(testApp(), route, { origin }), origin).toEqual(REFUSED);
  const here = { origin: 'http://localhost', host: 'localhost' };
  expect((await send(testApp(), route, here, false)).status).toBe(201);
});

it.each(['askStatus', 'askStatusByUrl'])(
  '%s is answered to any page, and not in the name of its reader',
  async (id) => {
    const route = routes.find((candidate) => candidate.id === id) as Route;
    const app = testApp();
    const credentials = { authorization: `Bearer ${await app.tokenOf('officer')}` };
    const foreign = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await send(app, route, { ...credentials, ...foreign })).status).toBe(200);
    expect(app.ocspCalls.at(-1)?.caller).toMatchObject({ recipient: 'public', unproven: 'foreign-origin' });
    expect((await send(app, route, foreign)).status).toBe(200);
    expect(app.ocspCalls.at(-1)?.caller).not.toHaveProperty('unproven');
    expect((await send(app, route, credentials)).status).toBe(200);
    expect(app.ocspCalls.at(-1)?.caller.recipient).toBe('officer-1');
    expect(app.logged).toEqual([]);
  },
);
