import { randomInt } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvFile, newRows, POSITION, work } from '../batches/files.ts';
import { temporaryFolder } from '../service.ts';
import { sendUnderKills } from './batch-under-kills.ts';
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
 * A file of requests in a real browser, in both languages: the script that sends it, also over a network that fails, the examinations by
 * two persons and the collection. Every page is judged by axe, at 320 px, and nothing is kept back by the Content-Security-Policy.
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

const TEXTS = {
  ja: {
    menu: '一括申請の一覧',
    toSend: '一括申請のファイルを送信',
    send: 'ファイルを送信する',
    retrying: /秒後に、もう一度試します。$/,
    received: '受信済み（未申請）',
    check: '事前確認を行う',
    submit: '申請する',
    submitted: '申請済み',
    examine: '一括審査',
    draw: '行を抽出する',
    open: /番の行を開く$/,
    toExamination: '一括審査へ',
    approve: '承認へ進む',
    confirm: '承認する（4行）',
    collect: '証明書をまとめる',
    rows: '行を見る',
    tooLarge: 'ファイルが24MiBを超えています。複数のファイルに分けてください。',
    needed: 'このフォームにはJavaScriptが必要です',
  },
  en: {
    menu: 'Batches',
    toSend: 'Send a file of requests',
    send: 'Send the file',
    retrying: /the next try is in \d+ seconds\.$/,
    received: 'Received, and not submitted',
    check: 'Check the rows',
    submit: 'Submit the rows',
    submitted: 'The rows are submitted',
    examine: 'Examine the rows together',
    draw: 'Draw a sample',
    open: /^Open row \d+$/,
    toExamination: 'To the examination',
    approve: 'Approve …',
    confirm: 'Approve: 4 rows',
    collect: 'Make a collection',
    rows: 'Look at the rows',
    tooLarge: 'The file has more than 24 MiB. Divide it into several files.',
    needed: 'This form needs JavaScript',
  },
} as const;
type Language = keyof typeof TEXTS;

const visitor = (language: Language, javaScriptEnabled = true): Promise<BrowserContext> =>
  (browser as Browser).newContext({
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    viewport: NARROW,
    javaScriptEnabled,
  });

const signedIn = async (principal: string, language: Language, withScript = true): Promise<Page> => {
  const context = await visitor(language, withScript);
  complaints.push(complaintsOf(context));
  const page = await context.newPage();
  const { ticket } = await service.app.sessions.ticket(certificateOf(folder.path, principal));
  await page.goto(`${service.url}/console/one-time/${ticket}`);
  return page;
};

/** Blank lines are no rows, and make a file of two parts out of few. */
const fileOf = async (rows: number) => ({
  name: 'requests.csv',
  mimeType: 'text/csv',
  buffer: Buffer.concat([csvFile(await newRows(rows)), Buffer.from('\r\n'.repeat(120_000))]),
});

const choose = async (page: Page, file: Awaited<ReturnType<typeof fileOf>>): Promise<void> => {
  await page.locator('#profile').selectOption(POSITION);
  await page.locator('#file').setInputFiles(file);
};

for (const language of ['ja', 'en'] as const) {
  const say = TEXTS[language];
  let address = '';

  describe.skipIf(NO_BROWSER)(`a file of requests in ${language}, with Chromium`, () => {
    it('is sent in parts, over a network that fails, and again after an interruption', async () => {
      const page = await signedIn('higashi-counter', language);
      await page.getByRole('link', { name: say.menu, exact: true }).click();
      await judge(page);
      await page.getByRole('link', { name: say.toSend }).click();
      await judge(page, `officer-new-batch-${language}`);
      const file = await fileOf(4);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').at(-1) ?? ''));

      // The first part gets through at the second try. The second part does not get through before the page is left.
      let tries = 0;
      await page.route('**/parts/1', (route) => (tries++ === 0 ? route.abort() : route.continue()));
      await page.route('**/parts/2', () => {});
      await choose(page, file);
      await page.getByRole('button', { name: say.send }).click();
      await page.getByText(say.retrying).waitFor();
      await judge(page);
      await expect.poll(() => asked.filter((name) => name === '2').length, { timeout: 10_000 }).toBe(1);
      expect(await page.locator('progress').getAttribute('max')).toBe('2');
      await page.unroute('**/parts/2');
      await page.reload();

      asked.length = 0;
      await choose(page, file);
      await page.getByRole('button', { name: say.send }).click();
      await page.waitForURL(/\/console\/batches\/[0-9a-f-]{36}$/);
      expect(asked.filter((name) => /^\d$/.test(name))).toEqual(['2']);
      address = page.url();
      await page.locator('progress').waitFor();
      await judge(page);
      // The page loads itself again when the work is done.
      await work(service);
      await page.getByText(say.received, { exact: true }).waitFor();
      await judge(page, `officer-batch-received-${language}`);
    }, 60_000);

    it('says what is wrong, and stays as it was', async () => {
      const page = await signedIn('higashi-counter', language);
      await page.goto(`${service.url}/console/batches/new`);
      await page.locator('#profile').selectOption(POSITION);
      await page.locator('#file').setInputFiles({
        name: 'large.csv',
        mimeType: 'text/csv',
        buffer: Buffer.alloc(24 * 1024 * 1024 + 1),
      });
      await page.getByRole('button', { name: say.send }).click();
      await page.getByText(say.tooLarge).waitFor();
      expect(await page.evaluate('document.activeElement.id')).toBe('batch-problem');
      await judge(page);
      // Signed out in another window.
      await page.context().clearCookies();
      await page.locator('#file').setInputFiles(await fileOf(1));
      await page.getByRole('button', { name: say.send }).click();
      await page.locator('#batch-problem').waitFor();
      expect(await page.locator('#profile').inputValue()).toBe(POSITION);
    }, 60_000);

    it('needs the script, and says so without it', async () => {
      const page = await signedIn('higashi-counter', language, false);
      await page.goto(`${service.url}/console/batches/new`);
      await page.getByText(say.needed).waitFor();
      expect(await page.locator('#batch-file').isVisible()).toBe(false);
      expect(await page.locator('main').textContent()).toContain('npx akashi bulk send');
    }, 60_000);

    it('is checked and submitted', async () => {
      const page = await signedIn('higashi-counter', language);
      await page.goto(address);
      await page.getByRole('button', { name: say.check }).click();
      await page.locator('#batch-progress').waitFor();
      await judge(page);
      await work(service);
      await page.locator('#understood').waitFor();
      await page.locator('#understood').check();
      await page.getByRole('button', { name: say.submit }).click();
      await work(service);
      await page.getByText(say.submitted, { exact: true }).waitFor();
      await judge(page);
    }, 60_000);

    it('is examined by two persons, who open the sample', async () => {
      for (const who of ['higashi-examiner', 'operator-noda']) {
        const page = await signedIn(who, language);
        await page.goto(address);
        await page.getByRole('link', { name: say.examine }).click();
        await judge(page);
        await page.getByRole('button', { name: say.draw }).click();
        await judge(page, `examiner-batch-sample-${language}`);
        await page.getByRole('button', { name: say.open }).first().click();
        await judge(page);
        // Each row leads to the next one that is not opened.
        const next = page.getByRole('button', { name: say.open });
        while ((await next.count()) > 0) await next.first().click();
        await page.getByRole('link', { name: say.toExamination }).first().click();
        await page.getByRole('button', { name: say.approve }).click();
        await judge(page);
        await page.getByRole('button', { name: say.confirm }).click();
        await page.locator('.notice').waitFor();
        await judge(page);
        await work(service);
      }
    }, 60_000);

    it('ends with the certificates in one file', async () => {
      const page = await signedIn('higashi-counter', language);
      await page.goto(address);
      await page.getByRole('link', { name: say.rows }).click();
      await judge(page);
      await page.goto(address);
      await page.getByRole('button', { name: say.collect }).click();
      await judge(page);
      const download = page.waitForEvent('download');
      await page.locator('a[href$="/collections/1.zip"]').click();
      expect((await download).suggestedFilename()).toMatch(/^akashi-batch-.*-1\.zip$/);
    }, 60_000);
  });
}

/** A run of minutes, for the asking: AKASHI_BULK_ROWS=10000; AKASHI_BULK_SEED repeats the moments of a run. */
const { AKASHI_BULK_ROWS, AKASHI_BULK_SEED } = process.env;
it.skipIf(NO_BROWSER || AKASHI_BULK_ROWS === undefined)(
  'a long file is sent and submitted while the service is killed and started again',
  async () => {
    const seed = Number(AKASHI_BULK_SEED ?? randomInt(2 ** 31));
    await sendUnderKills(browser as Browser, folder.path, Number(AKASHI_BULK_ROWS), seed);
  },
  3_600_000,
);

it.skipIf(NO_BROWSER)(
  'nothing was kept back by the Content-Security-Policy, and no page had an error',
  () => {
    // A request that the test itself has cut off.
    const own = /net::ERR_FAILED/;
    expect(complaints.flat().filter((text) => !own.test(text))).toEqual([]);
  },
);
