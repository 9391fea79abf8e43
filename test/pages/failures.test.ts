import { describe, expect, it } from 'vitest';
import { stack } from '../../functions/http/stack.ts';
import { publicForm } from '../../functions/pages/form.ts';
import { publicPage } from '../../functions/pages/page.ts';
import { testApp } from '../functions/app.ts';

/** What a page or a form does with failures of the service itself, and with forms that are made to hold it up. */

const place = { id: 'broken', path: '/broken', summary: 'A page that fails' };
const fail = async (): Promise<never> => {
  throw new TypeError('nobody thought of this');
};

const request = (method: string, type?: string, body: Uint8Array = new Uint8Array()) => ({
  id: 'r-1',
  method,
  path: '/broken',
  params: {},
  query: new URLSearchParams(),
  headers: {
    host: 'localhost:8080',
    'sec-fetch-site': 'same-origin',
    ...(type !== undefined && { 'content-type': type }),
  },
  body,
  client: { tls: true, address: '192.0.2.1' },
});

const FORM = 'application/x-www-form-urlencoded';

describe('a failure of the service itself', () => {
  it.each([
    ['page', publicPage(place, fail), request('GET')],
    [
      'form',
      publicForm(place, fail, ({ t }) => ({ title: t`Sign in`, main: '' as never })),
      request('POST', FORM, Buffer.from('a=b')),
    ],
  ])(
    'in a %s is in the log by the request id that the page shows, without what was sent',
    async (_, route, asked) => {
      const app = testApp();
      const answer = await stack(route)(app.edge, asked as never);
      expect(answer.status).toBe(500);
      expect(app.logged).toMatchObject([
        { level: 'error', facts: { request: 'r-1', route: 'broken', error: 'TypeError' } },
      ]);
      expect('failure' in answer).toBe(false);
    },
  );
});

describe('a form of very many fields', () => {
  const many = Buffer.from('a&'.repeat(100_000));
  const parts = (boundary: string) => Buffer.from(`--${boundary}\r\n\r\n`.repeat(20_000));

  it.each([
    [FORM, many],
    [`${FORM}; boundary=q`, many],
    ['multipart/form-data; boundary=a', parts('a')],
    ['multipart/form-data; boundary="a"', parts('a')],
    ['multipart/form-data; x-boundary=zzz; boundary=a', parts('a')],
    ['multipart/form-data; boundary=zzz; boundary=a', parts('a')],
  ])('is refused before it is taken apart, whatever %s says', async (type, body) => {
    const app = testApp();
    const route = publicForm(place, fail, ({ t }) => ({ title: t`Sign in`, main: '' as never }));
    const answer = await stack(route)(app.edge, request('POST', type, body) as never);
    expect(answer.status).toBe(400);
    expect(app.logged).toEqual([]);
  });
});
