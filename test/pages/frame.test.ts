import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prefersPage } from '../../functions/http/accept.ts';
import { temporaryFolder } from '../service.ts';
import { type Browser, type ServedPages, type Shown, servePages } from './served-pages.ts';

/** What every page has around it, the choices of its reader, and what an address gets that has no page. */

const folder = temporaryFolder();
let service: ServedPages;
let browser: Browser;

beforeAll(async () => {
  service = await servePages(folder.path);
  browser = await service.browser();
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

/** What Chromium and Firefox send when somebody opens an address. */
const ACCEPT =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8';
const JAPANESE = { 'accept-language': 'ja' };

const open = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Shown> =>
  browser.get(path, { accept: ACCEPT, ...headers });

describe('an address without a page', () => {
  it.each([
    ['ja', 'このアドレスに画面はありません'],
    ['en', 'There is no page at this address'],
  ])('is a page in the language of who opens it, in %s', async (language, title) => {
    const front = await open('/', { 'accept-language': language });
    for (const path of ['/nowhere', '/console/nowhere/at/all', '/certificate-status/']) {
      const { status, text, headers } = await open(path, { 'accept-language': language });
      expect(status).toBe(404);
      expect(text).toContain(`<h1>${title}</h1>`);
      expect(text).toContain(`<html lang="${language}">`);
      for (const name of [
        'content-type',
        'content-security-policy',
        'x-content-type-options',
        'cache-control',
      ])
        expect(headers.get(name)).toBe(front.headers.get(name));
      expect(headers.get('vary')).toBe('Accept, Accept-Language, Cookie');
    }
  });

  it('is a problem document for programs', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.9', '']) {
      const { status, text, headers } = await browser.get('/nowhere', { accept });
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      expect(JSON.parse(text)).toMatchObject({ code: 'unknown-route', status: 404 });
    }
    const { text } = await browser.post('/nowhere', { a: 'b' }, { accept: ACCEPT });
    expect(JSON.parse(text)).toMatchObject({ code: 'unknown-route' });
  });

  it('that takes forms or programs alone says so, and which methods it takes', async () => {
    const { status, text, headers } = await open('/console/sign-out', JAPANESE);
    expect([status, headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(text).toContain('このアドレスは、画面として開くものではありません');
    const program = await browser.get('/console/sign-out', { accept: 'application/json' });
    expect([program.status, program.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(JSON.parse(program.text)).toMatchObject({ code: 'method-not-allowed' });
  });

  it('can be read in the other language, and leads to no other host', async () => {
    const chosen = await open('/nowhere?language=ja&x=%22%3E%3Cscript%3E');
    expect(chosen.headers.get('set-cookie')).toContain('__Host-akashi-language=ja');
    expect(chosen.text).toContain('<html lang="ja">');
    expect(chosen.text).not.toContain('<script');
    for (const path of ['//elsewhere.example/', '/\\elsewhere.example/']) {
      const answer = await open(path);
      expect(answer.status).toBe(404);
      expect(answer.text).not.toMatch(/href="[/\\]{2}/);
    }
  });

  it.each([
    [ACCEPT, true],
    ['text/html', true],
    ['Text/HTML;level=1;q=0.5, application/json;q=0.4', true],
    ['text/html;q=0.3, */*;q=0.8', false],
    ['text/html;q=0', false],
    ['application/*, text/html', false],
    ['text/html,', true],
    ['text/html;q=nonsense', true],
    ['text', false],
    ['x'.repeat(2000), false],
    [`text/html, ${'a/b, '.repeat(400)}`, false],
    [undefined, false],
  ])('prefersPage of %s is %s', (header, prefers) => {
    expect(prefersPage(header)).toBe(prefers);
  });
});

describe('years', () => {
  const AUTHORITIES = '/authorities';
  const WESTERN = />\d{4}年（令和(?:\d+|元)年）\d+月\d+日 \d\d:\d\d</;
  const ERA = />令和(?:\d+|元)年\d+月\d+日 \d\d:\d\d</;

  it('are western in Japanese, with the era behind them, unless the reader has chosen the era', async () => {
    const usual = await open(AUTHORITIES, JAPANESE);
    expect(usual.text).toMatch(WESTERN);
    expect(usual.text).not.toMatch(ERA);
    expect(usual.text).toContain(`href="${AUTHORITIES}?years=era">和暦で表示</a>`);
    const chosen = await open(`${AUTHORITIES}?years=era`, JAPANESE);
    expect(chosen.text).toMatch(ERA);
    expect(chosen.text).not.toMatch(WESTERN);
    expect(chosen.headers.get('set-cookie')).toBe(
      '__Host-akashi-years=era; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000',
    );
    const later = await open(AUTHORITIES, { ...JAPANESE, cookie: '__Host-akashi-years=era' });
    expect(later.text).toMatch(ERA);
    expect(later.headers.get('set-cookie')).toBeNull();
    expect(later.text).toContain(`href="${AUTHORITIES}?years=western">西暦で表示（和暦を併記）</a>`);
  });

  it('have no choice in English, and a choice that is none changes nothing', async () => {
    const english = await open(`${AUTHORITIES}?years=era`, { 'accept-language': 'en' });
    expect(english.text).toMatch(/>\d{4}-\d\d-\d\d \d\d:\d\d JST</);
    expect(english.text).not.toContain('?years=');
    const none = await open(`${AUTHORITIES}?years=%3Cscript%3E`, {
      ...JAPANESE,
      cookie: '__Host-akashi-years=gregorian',
    });
    expect(none.text).toMatch(WESTERN);
    expect(none.headers.get('set-cookie')).toBeNull();
    expect(none.text).not.toContain('<script');
  });

  it('and the language are chosen one at a time: an answer sets one cookie', async () => {
    const { text, headers } = await open(`${AUTHORITIES}?years=era&language=ja`);
    expect(headers.getSetCookie()).toHaveLength(1);
    expect(headers.get('set-cookie')).toContain('__Host-akashi-language=ja');
    expect(text).toContain(`href="${AUTHORITIES}?years=western"`);
    expect(text).toContain(`href="${AUTHORITIES}?language=en"`);
  });

  it('stay chosen where a form came back and its address is asked for', async () => {
    const counter = await service.browser('higashi-counter');
    const { status, headers } = await counter.get('/console/requests/search?years=era');
    expect([status, headers.get('location')]).toEqual([303, '/console/requests?years=era']);
  });
});
