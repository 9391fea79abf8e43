import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDLE_MS } from '../../lib/principals/sessions.ts';
import { temporaryFolder } from '../service.ts';
import { type Browser, certificateOf, type ServedPages, servePages } from './served-pages.ts';

/** Signing in to the console and out of it, and what a session is worth. */

const folder = temporaryFolder();
let service: ServedPages;

beforeAll(async () => {
  service = await servePages(folder.path);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const home = (browser: Browser) => browser.get('/console');

describe('a one-time address', () => {
  const ticketFor = (id: string) => service.app.sessions.ticket(certificateOf(folder.path, id));

  it('signs in once', async () => {
    const { ticket } = await ticketFor('higashi-counter');
    const first = await service.browser();
    const answer = await first.get(`/console/one-time/${ticket}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-akashi-session=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
    expect((await home(first)).text).toContain('higashi-counter');

    const second = await service.browser();
    const again = await second.get(`/console/one-time/${ticket}`, { 'accept-language': 'ja' });
    expect(again.status).toBe(401);
    expect(again.text).toContain('ワンタイムアドレスはすでに使われました。');
    expect((await home(second)).status).toBe(401);
  });

  it('is good for a minute', async () => {
    const { ticket } = await ticketFor('higashi-counter');
    service.advance(61_000);
    const answer = await (await service.browser()).get(`/console/one-time/${ticket}`);
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('has expired');
  });

  it('is no session, and a session no one-time address', async () => {
    const { ticket } = await ticketFor('higashi-counter');
    const browser = await service.browser();
    browser.session = `__Host-akashi-session=${ticket}`;
    expect((await home(browser)).status).toBe(401);
    const { session } = await service.browser('higashi-counter');
    const [, sealed] = session.split('=');
    expect((await browser.get(`/console/one-time/${sealed}`)).status).toBe(401);
  });

  it('is not used up by who looks ahead', async () => {
    const { ticket } = await ticketFor('higashi-counter');
    const browser = await service.browser();
    await fetch(`${service.url}/console/one-time/${ticket}`, { method: 'HEAD' });
    expect((await browser.get(`/console/one-time/${ticket}`, { 'sec-purpose': 'prefetch' })).status).toBe(
      400,
    );
    expect((await browser.get(`/console/one-time/${ticket}`)).status).toBe(303);
  });

  it('signs nobody in from a page of another site', async () => {
    const { ticket } = await ticketFor('higashi-counter');
    const browser = await service.browser();
    const answer = await browser.get(`/console/one-time/${ticket}`, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(browser.session).toBe('');
  });
});

/** A request at the TLS door, with the client certificate of that person. */
const atTlsDoor = (
  id: string,
  { method, path, cookie = '' }: { readonly method: string; readonly path: string; readonly cookie?: string },
) =>
  new Promise<{ readonly status: number; readonly cookie: string; readonly text: string }>((done, failed) => {
    const read = (name: string): Buffer => readFileSync(join(folder.path, 'credentials', id, name));
    const asked = httpsRequest(
      {
        ...{ host: 'localhost', port: service.tlsPort, path, method },
        ...{ ca: read('ca.pem'), key: read('key.pem'), cert: read('cert.pem') },
        headers: {
          origin: `https://localhost:${service.tlsPort}`,
          'content-type': 'application/x-www-form-urlencoded',
          ...(cookie !== '' && { cookie }),
        },
      },
      async (answer) => {
        const [set = ''] = answer.headers['set-cookie'] ?? [];
        const text = Buffer.concat(await answer.toArray()).toString();
        done({ status: answer.statusCode ?? 0, cookie: set.split(';', 1)[0] ?? '', text });
      },
    );
    asked.once('error', failed).end();
  });

describe('a client certificate', () => {
  it('signs in, and the session shows its owner the pages', async () => {
    const begun = await atTlsDoor('higashi-counter', { method: 'POST', path: '/console/sign-in' });
    expect(begun.status).toBe(303);
    const { cookie } = begun;
    const shown = await atTlsDoor('higashi-counter', { method: 'GET', path: '/console', cookie });
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('higashi-counter');
  });

  it('that is revoked signs nobody in, and the refusal is recorded', async () => {
    const certificate = certificateOf(folder.path, 'hatanoura-counter');
    const { cookie } = await atTlsDoor('hatanoura-counter', { method: 'POST', path: '/console/sign-in' });
    const serial = new X509Certificate(certificate).serialNumber.toLowerCase();
    await service.app.authority.revoke(
      service.principal('operator-sakai'),
      { ca: 'operations-1', serial },
      {
        reason: 'keyCompromise',
      },
    );
    const again = await atTlsDoor('hatanoura-counter', { method: 'POST', path: '/console/sign-in' });
    expect(again.cookie).toBe('');
    const { records } = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    expect(records[0]).toMatchObject({ channel: 'sign-in', unproven: 'client-certificate-revoked' });
    // The session that had begun is worth nothing either.
    const browser = await service.browser();
    browser.session = cookie;
    expect((await home(browser)).status).toBe(401);
  });

  it("is no company for another person's session", async () => {
    const { session: cookie } = await service.browser('auditor');
    const answer = await atTlsDoor('higashi-counter', { method: 'GET', path: '/console', cookie });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('are of different persons');
  });
});

describe('a session', () => {
  it('ends when nothing is done for half an hour, and not before', async () => {
    const browser = await service.browser('higashi-counter');
    service.advance(IDLE_MS - 60_000);
    expect((await home(browser)).status).toBe(200);
    // The look was a step.
    service.advance(IDLE_MS - 60_000);
    expect((await home(browser)).status).toBe(200);
    service.advance(IDLE_MS + 60_000);
    const answer = await home(browser);
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('sign in again');
  });

  it('ends after a working day, however much is done', async () => {
    const browser = await service.browser('higashi-counter');
    for (let minutes = 0; minutes < 12 * 60; minutes += 25) {
      expect((await home(browser)).status).toBe(200);
      service.advance(25 * 60_000);
    }
    expect((await home(browser)).status).toBe(401);
  });

  it('ends by signing out, also for who has kept the cookie', async () => {
    const browser = await service.browser('higashi-counter');
    const kept = browser.session;
    const answer = await browser.post('/console/sign-out', {});
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-akashi-session=; .*Max-Age=0$/);
    browser.session = kept;
    expect((await home(browser)).text).toContain('This session was ended');
  });

  it('ends with all others of the person, by the person or the responsible one of the office', async () => {
    const ending = {
      'higashi-counter': { by: 'higashi-counter', path: '/console/sessions', filled: {} },
      'higashi-examiner': {
        by: 'higashi-chief',
        path: '/console/sessions/officers',
        filled: { officer: 'higashi-examiner' },
      },
    } as const;
    for (const [id, { by, path, filled }] of Object.entries(ending)) {
      const browsers = [await service.browser(id), await service.browser(id)];
      const other = await service.browser('auditor');
      const actor = by === id ? (browsers[0] as Browser) : await service.browser(by);
      expect((await actor.post(path, filled)).status).toBe(303);
      const { records } = await service.app.ledger.query({ kind: 'provision', limit: 1 });
      expect(records[0]).toMatchObject({ channel: 'sign-in', recipient: by, provided: { ended: id } });
      for (const browser of browsers) expect((await home(browser)).status).toBe(401);
      expect((await home(other)).status).toBe(200);
      service.advance(2);
      expect((await home(await service.browser(id))).status).toBe(200);
    }
  });

  it('of an officer ends by nobody else', async () => {
    const browser = await service.browser('nishi-counter');
    for (const who of ['higashi-chief', 'higashi-counter', 'operator-noda']) {
      const answer = await (await service.browser(who)).post('/console/sessions/officers', {
        officer: 'nishi-counter',
      });
      expect([403, 404]).toContain(answer.status);
    }
    expect((await home(browser)).status).toBe(200);
  });

  it('ends with the office holding the person back', async () => {
    const browser = await service.browser('nishi-counter');
    expect((await home(browser)).status).toBe(200);
    await service.app.enrolment.people.suspend(service.principal('operator-sakai'), 'nishi-counter');
    expect((await home(browser)).status).toBe(401);
  });

  it('is not made by a row, and not by another key', async () => {
    const browser = await service.browser('higashi-counter');
    const [name, value = ''] = browser.session.split('=');
    const [month = '', sealed = ''] = value.split('.');
    const bytes = Buffer.from(sealed, 'base64url');
    for (const at of [0, 12, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      browser.session = `${name}=${month}.${forged.toString('base64url')}`;
      expect((await home(browser)).status).toBe(401);
    }
    for (const other of ['2025-01', '../keys', '', month.replace(/.$/, '0')]) {
      browser.session = `${name}=${other}.${sealed}`;
      expect((await home(browser)).status, other).toBe(401);
    }
    browser.session = `${name}=${value}`;
    expect((await home(browser)).status).toBe(200);
    browser.session = `${name}=`;
    expect((await home(browser)).status).toBe(401);
  });

  it('is ended by whatever row stands where an end stands', async () => {
    const browser = await service.browser('higashi-counter');
    const put = { pk: 'sessions-end/higashi-counter', sk: 'end' };
    const standing = await service.table.get(put);
    const condition = standing ? { version: standing.version } : ('absent' as const);
    await service.table.write([{ put, value: { before: 'never' }, if: condition }]);
    expect((await home(browser)).status).toBe(401);
    const written = await service.table.get(put);
    await service.table.write([{ delete: put, if: { version: written?.version ?? 0 } }]);
  });

  it('stays ended where the clock of another machine is behind', async () => {
    const put = { pk: 'sessions-end/higashi-examiner', sk: 'end' };
    const later = service.now() + 3_600_000;
    const standing = await service.table.get(put);
    const condition = standing ? { version: standing.version } : ('absent' as const);
    await service.table.write([{ put, value: { before: later }, if: condition }]);
    await service.app.sessions.endAllOf('higashi-examiner');
    expect((await service.table.get(put))?.value).toEqual({ before: later });
  });

  it('is worth nothing at the API', async () => {
    const browser = await service.browser('higashi-counter');
    expect((await browser.get('/api/v1/requests')).status).toBe(401);
  });
});

describe('a page', () => {
  it('loads nothing of another host and no script', async () => {
    const { headers } = await home(await service.browser('higashi-counter'));
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('that another site, or a sibling host, has opened looks up nothing before its reader says so', async () => {
    const browser = await service.browser('higashi-counter');
    const before = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    for (const site of ['cross-site', 'same-site']) {
      const answer = await browser.get('/console/requests?state=issued', { 'sec-fetch-site': site });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('href="/console/requests?state=issued"');
    }
    const after = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    expect(after.records[0]?.id).toBe(before.records[0]?.id);
  });

  it('is recorded from the sign-in on, and a sign-in that is refused too', async () => {
    await service.browser('higashi-examiner');
    const { records } = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    expect(records[0]).toMatchObject({ channel: 'sign-in', recipient: 'higashi-examiner', door: 'session' });
  });

  it('is in the language that was chosen, and in that of the browser before', async () => {
    const browser = await service.browser('higashi-counter');
    expect((await browser.get('/console', { 'accept-language': 'ja' })).text).toContain('<html lang="ja">');
    const chosen = await browser.get('/console?language=en', { 'accept-language': 'ja' });
    expect(chosen.text).toContain('<html lang="en">');
    expect(chosen.headers.get('set-cookie')).toMatch(/^__Host-akashi-language=en; .*Max-Age=31536000$/);
  });

  it('of another role is refused in words', async () => {
    const browser = await service.browser('auditor');
    const answer = await browser.get('/console/new', { 'accept-language': 'ja' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('この画面は、あなたの役割のためのものではありません。');
  });
});

describe('at the end of a month', () => {
  it('a session goes on under the key of the month in which it began, and the next one has another key', async () => {
    const date = new Date(service.now());
    const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    service.advance(end - service.now() - 5 * 60_000);
    const before = await service.browser('higashi-counter');
    service.advance(10 * 60_000);
    expect((await home(before)).status).toBe(200);
    const after = await service.browser('higashi-counter');
    expect((await home(after)).status).toBe(200);
    const monthOf = ({ session }: Browser) => session.split('=')[1]?.split('.')[0];
    expect(monthOf(before)).not.toBe(monthOf(after));
  });
});
