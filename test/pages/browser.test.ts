import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslRequest, temporaryFolder } from '../service.ts';
import {
  type BrowserContext,
  complaintsOf,
  judge,
  launch,
  NARROW,
  NO_BROWSER,
  type Page,
} from './browser.ts';
import { certificateOf, type ServedPages, servePages } from './served-pages.ts';

/*
 * The main path of each role in a real browser, in both languages: every page judged by axe, at 320 px too, and with nothing that
 * the Content-Security-Policy kept back. With AKASHI_SCREENSHOTS=1 the pictures of docs/console are made anew.
 */

const folder = temporaryFolder();
let service: ServedPages;
let browser: Browser | undefined;
const complaints: string[][] = [];

beforeAll(async () => {
  service = await servePages(folder.path);
  if (!NO_BROWSER) browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await service.close();
  folder.remove();
});

const LANGUAGES = ['ja', 'en'] as const;
type Language = (typeof LANGUAGES)[number];

const visitor = async (language: Language): Promise<BrowserContext> => {
  const context = await (browser as Browser).newContext({
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    viewport: NARROW,
  });
  complaints.push(complaintsOf(context));
  return context;
};

const signedIn = async (principal: string, language: Language): Promise<Page> => {
  const page = await (await visitor(language)).newPage();
  const { ticket } = await service.app.sessions.ticket(certificateOf(folder.path, principal));
  await page.goto(`${service.url}/console/one-time/${ticket}`);
  expect(new URL(page.url()).pathname).toBe('/console');
  return page;
};

const texts = {
  ja: { preview: '内容を確かめる', send: '申請する', approve: '承認する', newRequest: '新しい発行申請' },
  en: { preview: 'See what it says', send: 'Send', approve: 'Approve', newRequest: 'New request' },
} as const;

for (const language of LANGUAGES) {
  const say = texts[language];
  let address = '';

  describe.skipIf(NO_BROWSER)(`in ${language}, with Chromium`, () => {
    it('an officer asks for a certificate', async () => {
      const page = await signedIn('higashi-counter', language);
      await judge(page, `officer-home-${language}`);
      await page.getByRole('link', { name: say.newRequest }).click();
      await judge(page);
      await page.goto(`${service.url}/console/new/person-signature`);
      await judge(page, `officer-new-request-${language}`);
      opensslRequest(folder.path, `browser-${language}`);
      await page.locator('#csrFile').setInputFiles(join(folder.path, `browser-${language}.csr`));
      // 葛 with the first of its registered variants (Hanyo-Denshi), and a name in an old form.
      await page.locator('[name="field.name"]').fill('葛\u{E0100}城 髙子');
      await page.locator('[name="field.kana"]').fill('カツラギ タカコ');
      await page.locator('[name="field.holderId"]').fill('2026112200000001');
      await page.locator('[name="field.dateOfBirth"]').fill('1990-02-17');
      await page.locator('[name="field.sex"]').selectOption('2');
      await page.locator('[name="field.address"]').fill('常盤県瑞崎市東区一丁目2番3号');
      await page.locator('[name="holder"]').fill(`holder-katsuragi-${language}`);
      await page.getByRole('button', { name: say.preview }).click();
      await judge(page, `officer-preview-${language}`);
      await page.getByRole('button', { name: say.send }).click();
      address = new URL(page.url()).pathname;
      expect(address).toMatch(/^\/console\/requests\//);
      expect(await page.locator('main').textContent()).toContain('葛\u{E0100}城 髙子');
      await judge(page, `officer-request-${language}`);
      await page.goto(`${service.url}/console/requests`);
      await judge(page, `officer-requests-${language}`);
    }, 60_000);

    it('another officer and an operator examine it', async () => {
      for (const [who, role] of [
        ['higashi-examiner', 'examiner'],
        ['operator-noda', 'operator'],
      ] as const) {
        const page = await signedIn(who, language);
        await judge(page, `${role}-home-${language}`);
        await page.locator(`a[href="${address}"]`).first().click();
        await judge(page, `${role}-examination-${language}`);
        await page.getByRole('button', { name: say.approve, exact: true }).click();
        await page.locator('.notice').waitFor();
      }
    }, 60_000);

    it('the officer collects it by keyboard alone', async () => {
      const page = await signedIn('higashi-counter', language);
      await page.goto(`${service.url}${address}`);
      // The first stop is the link past the menu.
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).toBe('skip');
      const download = page.waitForEvent('download');
      for (let stops = 0; stops < 40; stops++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate("document.activeElement.getAttribute('href') ?? ''");
        if (String(at).endsWith('/certificate.pem')) break;
      }
      await page.keyboard.press('Enter');
      const saved = await download;
      expect(saved.suggestedFilename()).toMatch(/\.pem$/);
      await saved.saveAs(join(folder.path, `collected-${language}.pem`));
    }, 60_000);

    it('a citizen checks its file, and sees where the log is', async () => {
      const page = await (await visitor(language)).newPage();
      await page.goto(service.url);
      await judge(page, `front-${language}`);
      await page.goto(`${service.url}/certificate-status`);
      await judge(page);
      await page.locator('#certificate').setInputFiles(join(folder.path, `collected-${language}.pem`));
      await page.locator('form:has(#certificate) button').click();
      await page.locator('.verdict.good').waitFor();
      await judge(page, `status-${language}`);
      for (const path of ['/authorities', '/transparency']) {
        await page.goto(`${service.url}${path}`);
        await judge(page, `${path.slice(1)}-${language}`);
      }
    }, 60_000);

    it('the auditor finds who was told of it, and the proof', async () => {
      while ((await service.core.sequencer.sequence()).leaves > 0);
      const page = await signedIn('auditor', language);
      const { certificate } = await service.app.registration.get(
        service.principal('auditor'),
        address.split('/').at(-1) ?? '',
      );
      await page.goto(
        `${service.url}/console/provisions?ca=${certificate?.ca}&serial=${certificate?.serial}`,
      );
      await judge(page, `auditor-provisions-${language}`);
      // The newest answer about it went to the citizen, by OCSP.
      await page.locator('a[href^="/console/records/"]').first().click();
      expect(await page.locator('main').textContent()).toContain('ocsp');
      await judge(page, `auditor-record-${language}`);
      const download = page.waitForEvent('download');
      await page.locator('a[href$="/proof"]').click();
      expect((await download).suggestedFilename()).toMatch(/\.tlog-proof$/);
    }, 60_000);

    it('an operator looks after the CAs, and the officer finds the certificate', async () => {
      const operator = await signedIn('operator-noda', language);
      await operator.goto(`${service.url}/console/authorities`);
      await judge(operator, `operator-authorities-${language}`);
      const page = await signedIn('higashi-counter', language);
      await page.goto(`${service.url}${address}`);
      await page.locator('a[href^="/console/certificates/"]').first().click();
      await judge(page, `officer-certificate-${language}`);
      await page.goto(`${service.url}/console/certificates`);
      await judge(page, `officer-certificates-${language}`);
    }, 60_000);
  });
}

it.skipIf(NO_BROWSER)(
  'nothing was kept back by the Content-Security-Policy, and no page had an error',
  () => {
    expect(complaints.flat()).toEqual([]);
  },
);
