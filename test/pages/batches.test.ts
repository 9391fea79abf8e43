import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRowNumbers } from '../../functions/pages/batches/row-numbers.ts';
import { MAX_PART_BYTES } from '../../lib/batches/batches.ts';
import { csvFile, newRows, partsOf, send, type TestRow, termsOf, work } from '../batches/files.ts';
import { temporaryFolder } from '../service.ts';
import { type Browser, type ServedPages, type Shown, servePages } from './served-pages.ts';

/** A file of requests by pages alone: from its parts to the certificates, by three persons, and what is refused on the way. */

const folder = temporaryFolder();
let service: ServedPages;
let counter: Browser;
let examiner: Browser;
let operator: Browser;

beforeAll(async () => {
  service = await servePages(folder.path);
  [counter, examiner, operator] = await Promise.all([
    service.browser('higashi-counter'),
    service.browser('higashi-examiner'),
    service.browser('operator-noda'),
  ]);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const BATCHES = '/console/batches';
const JAPANESE = { 'accept-language': 'ja' };

/** As the script of the page asks. */
const scripted = async (
  { session }: Pick<Browser, 'session'>,
  path: string,
  type: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
) => {
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': type,
      cookie: session,
      origin: service.url,
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: answer.status, headers: answer.headers, told: JSON.parse(await answer.text()) };
};

const announce = (browser: Pick<Browser, 'session'>, terms: unknown, headers = {}) =>
  scripted(browser, `${BATCHES}/new`, 'application/json', JSON.stringify(terms), headers);

const sendPart = (browser: Browser, id: string, number: number, bytes: Uint8Array, headers = {}) =>
  scripted(browser, `${BATCHES}/${id}/parts/${number}`, 'application/octet-stream', bytes, headers);

/** Sent and read, by the rooms. Gives its address. */
const sent = async (rows: readonly TestRow[]): Promise<string> =>
  `${BATCHES}/${await send(service, csvFile(rows))}`;

const digestIn = ({ text }: Shown): string => /name="digest" value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';

const submit = async (address: string): Promise<void> => {
  const digest = digestIn(await counter.get(address));
  const answer = await counter.post(`${address}/submission`, { digest, understood: 'yes' });
  expect(answer.headers.get('location'), answer.text).toBe(`${address}?done=submission`);
  await work(service);
};

const sampleIn = ({ text }: Shown): string => /name="sample" value="(\d+)"/.exec(text)?.[1] ?? '';
const toOpen = ({ text }: Shown): readonly string[] =>
  [...text.matchAll(/action="([^"]+\/opening)"/g)].map(([, action]) => action ?? '');

/** Draws the sample and opens its rows. Gives its number. */
const opened = async (browser: Browser, address: string): Promise<string> => {
  await browser.post(`${address}/samples`, {});
  const page = await browser.get(`${address}/examination`);
  for (const row of toOpen(page)) expect((await browser.post(row, {})).status).toBe(200);
  return sampleIn(page);
};

const approve = async (browser: Browser, address: string): Promise<void> => {
  const sample = await opened(browser, address);
  const decided = { sample, decision: 'approve', reason: '', leaveOut: '' };
  expect((await browser.post(`${address}/examination`, decided)).text).toContain('Approve these rows?');
  const done = await browser.post(`${address}/examinations`, decided);
  expect(done.headers.get('location'), done.text).toBe(`${address}?done=examination`);
  await work(service);
};

describe('a file', () => {
  it('is sent by the script of its page, whose policy alone allows a script', async () => {
    const page = await counter.get(`${BATCHES}/new`);
    expect(page.text).toContain('<script type="module" src="/assets/batch-file.js"></script>');
    expect(page.text).toContain('npx akashi bulk send');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const list = await counter.get(BATCHES);
    expect(list.headers.get('content-security-policy')).not.toMatch(/script-src|connect-src/);
    expect(list.text).not.toContain('<script');
    const script = await counter.get('/assets/batch-file.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('comes in parts, and goes on with those that are missing', async () => {
    const file = csvFile(await newRows(5));
    const parts = partsOf(file, 700);
    const terms = termsOf(file, {}, 700);
    const first = await announce(counter, terms);
    expect(first.told).toEqual({ id: expect.any(String), missing: parts.map((_, at) => at + 1) });
    const { id } = first.told;
    const put = await sendPart(counter, id, 2, parts[1] as Uint8Array);
    expect([put.status, put.told]).toEqual([200, {}]);
    expect((await counter.get(`${BATCHES}/${id}`)).text).toContain('Send the missing parts');
    const { told } = await announce(counter, terms);
    expect(told).toEqual({ id, missing: parts.map((_, at) => at + 1).filter((at) => at !== 2) });
    for (const number of told.missing) await sendPart(counter, id, number, parts[number - 1] as Uint8Array);

    const reading = await counter.get(`${BATCHES}/${id}`);
    expect(reading.text).toContain('src="/assets/batch-progress.js"');
    expect(JSON.parse((await counter.get(`${BATCHES}/${id}/progress`)).text)).toEqual({ isOver: false });
    await work(service);
    expect(JSON.parse((await counter.get(`${BATCHES}/${id}/progress`)).text)).toEqual({ isOver: true });
    const read = await counter.get(`${BATCHES}/${id}`, JAPANESE);
    expect(read.text).toContain('受信済み（未申請）');
    expect(read.text).not.toContain('<script');
    expect((await announce(counter, terms)).told).toEqual({ id, missing: [] });
    expect((await counter.get(BATCHES)).text).toContain(`href="${BATCHES}/${id}"`);
    expect((await operator.get(`${BATCHES}?office=mizusaki-higashi`)).text).toContain(id);
  });

  it('is refused in words, for the script to show', async () => {
    const terms = termsOf(csvFile(await newRows(1)));
    const unknown = await announce(counter, { ...terms, profile: 'nobodys' }, JAPANESE);
    expect([unknown.status, unknown.told.title]).toEqual([403, expect.stringMatching(/証明書プロファイル/)]);
    const malformed = await announce(counter, { ...terms, encoding: 'utf-16' }, JAPANESE);
    expect(malformed.status).toBe(400);
    expect(malformed.told.lines[0]).toMatch(/^文字コード: /);
    const { told } = await announce(counter, terms);
    const other = await sendPart(counter, told.id, 1, Buffer.from('something else'), JAPANESE);
    expect([other.status, other.told.lines.length]).toEqual([409, 1]);
    const large = await sendPart(counter, told.id, 1, new Uint8Array(MAX_PART_BYTES + 1), JAPANESE);
    expect([large.status, large.told.lines.length]).toEqual([413, 1]);
    expect(large.headers.get('content-type')).toBe('application/json');
  });

  it('is taken from nobody who is signed out, and from no page of another site', async () => {
    const terms = termsOf(csvFile(await newRows(1)));
    const out = await announce({ session: '' }, terms);
    expect([out.status, out.told.title]).toEqual([401, 'You are signed out; nothing was done']);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect((await announce(counter, terms, headers)).status).toBe(403);
    // A form of another site can send these types without asking first.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await scripted(counter, `${BATCHES}/new`, type, JSON.stringify(terms))).status).toBe(415);
    expect((await announce(operator, terms)).status).toBe(403);
    const look = await counter.get(`${BATCHES}/${'0'.repeat(8)}/progress`, {
      'sec-fetch-site': 'cross-site',
    });
    expect(look.status).toBe(403);
  });

  it('has a template in the language of the page', async () => {
    const japanese = await counter.get(`${BATCHES}/template/official-position.csv`, JAPANESE);
    expect(japanese.headers.get('content-disposition')).toContain('akashi-official-position-ja.csv');
    expect(japanese.text).toMatch(/^整理番号,/);
    const english = await counter.get(`${BATCHES}/template/official-position.csv`);
    expect(english.text).toMatch(/^Row key,/);
    expect((await counter.get(`${BATCHES}/template/nobodys.csv`)).status).toBe(422);
  });

  it('that cannot be read says why', async () => {
    const address = `${BATCHES}/${await send(service, Buffer.from('氏名,住所\nあ,い\n'))}`;
    const page = await counter.get(address, JAPANESE);
    expect(page.text).toContain('role="alert"');
    expect(page.text).toContain('この証明書プロファイルの列は次のとおりです');
    expect(page.text).not.toContain(`action="${address}/submission"`);
  });
});

describe('rows', () => {
  it('with problems are listed, and saved as a file', async () => {
    const [good, bad] = await newRows(2);
    const address = await sent([good as TestRow, { ...bad, csr: '何か' }]);
    const page = await counter.get(address);
    expect(page.text).toContain(
      '<dt>Rows to be corrected in the file</dt><dd>1; what the rows say is not checked yet</dd>',
    );
    const rows = await counter.get(`${address}/rows?list=problems`, JAPANESE);
    expect(rows.text).toContain('証明書発行要求（CSR）は、PEM か、DER を base64 にした 1 行の文字列');
    expect(rows.text).toContain('第2号');
    expect(rows.text).not.toContain('第1号');
    expect((await counter.get(`${address}/rows?list=nothing`)).status).toBe(400);
    const file = await counter.get(`${address}/errors.csv`, JAPANESE);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="akashi-batch-.*\.csv"$/);
    expect(file.text).toContain('第2号');
    expect((await counter.get(`${address}/errors.ndjson`)).text).toContain('第2号');
  });

  it('are shown page by page, and marked where they differ from most', async () => {
    const address = await sent(await newRows(60));
    const first = await counter.get(`${address}/rows`);
    expect(first.text).toContain('50 rows on this page');
    expect(first.text).toMatch(/第10号[\s\S]*?<mark>Department in Japanese<\/mark>[\s\S]*?第11号/);
    const [, next = ''] = /class="button" href="([^"]+cursor=[^"]+)"/.exec(first.text) ?? [];
    expect((await counter.get(next.replaceAll('&amp;', '&'))).text).toContain('10 rows on this page');
    const differing = await counter.get(`${address}/rows?list=differing`);
    expect(differing.text).toContain('6 rows on this page');
  });
});

describe('a submission', () => {
  it('is checked, asks for a tick, and is sent once', async () => {
    const address = await sent(await newRows(3));
    const check = await counter.post(`${address}/check`, {});
    expect(check.headers.get('location')).toBe(`${address}?done=check`);
    const under = await counter.get(`${address}?done=check`);
    expect(under.text).toContain('Under way: Check');
    expect(under.text).toContain('0 of 3 rows');
    expect(under.text).not.toContain(`action="${address}/submission"`);
    await work(service);
    const page = await counter.get(address);
    const digest = digestIn(page);
    expect(page.text).toContain('I want to ask for 3 certificates by this file');
    const without = await counter.post(`${address}/submission`, { digest, count: '3' }, JAPANESE);
    expect(without.status).toBe(400);
    expect(without.text).toContain('チェックボックスが選択されていないため、申請していません。');
    expect(without.text).toContain('このファイルで3件の証明書を申請します');
    expect(digestIn(without)).toBe(digest);
    const other = await counter.post(`${address}/submission`, {
      digest: hash('sha256', 'another file'),
      count: '3',
      understood: 'yes',
    });
    expect(other.status).toBe(409);
    await submit(address);
    await submitAgain(address, digest);
    expect((await counter.get(address)).text).toContain('The rows are submitted');
  });

  const submitAgain = async (address: string, digest: string): Promise<void> => {
    const again = await counter.post(`${address}/submission`, { digest, understood: 'yes' });
    expect(again.headers.get('location')).toBe(`${address}?done=submission`);
    await work(service);
  };

  it('that is cancelled withdraws its requests, with a reason', async () => {
    const address = await sent(await newRows(2));
    await submit(address);
    const empty = await counter.post(`${address}/cancellation`, { reason: '' }, JAPANESE);
    expect(empty.status).toBe(400);
    expect(empty.text).toMatch(/理由: /);
    const done = await counter.post(`${address}/cancellation`, { reason: '別のファイルでした' });
    expect(done.headers.get('location')).toBe(`${address}?done=cancellation`);
    await work(service);
    expect((await counter.get(address)).text).toContain('Cancelled');
    expect((await counter.get(`${address}/rows`)).text).toContain('Withdrawn');
  });
});

describe('an examination of many rows', () => {
  it('asks for each row of the sample, and leads to a collection', async () => {
    const address = await sent(await newRows(12));
    await submit(address);
    expect((await counter.get(address)).text).not.toContain(`${address}/examination`);
    expect((await examiner.get(address)).text).toContain(`href="${address}/examination"`);
    const drawn = await examiner.post(`${address}/samples`, {});
    expect(drawn.headers.get('location')).toBe(`${address}/examination`);
    const page = await examiner.get(`${address}/examination`);
    const rows = toOpen(page);
    expect(page.text).toContain(`0 of ${rows.length} rows of the sample are opened.`);
    const decided = { sample: sampleIn(page), decision: 'approve', reason: '', leaveOut: '' };
    const early = await examiner.post(`${address}/examination`, decided);
    expect(early.text).toContain('Rows of the sample are not opened');
    expect(early.text).not.toContain(`action="${address}/examinations"`);
    const unopened = await examiner.post(`${address}/examinations`, decided);
    expect(unopened.status).toBe(409);

    const row = await examiner.post(`${address}/rows/10/opening`, {});
    const [, first = ''] =
      /<dl class="facts">[\s\S]*?What the certificate will say[\s\S]*?<dt>[^<]*<\/dt>[\s\S]*?<dt>([^<]*)<\/dt>/.exec(
        row.text,
      ) ?? [];
    expect(row.text).toContain('<mark><span class="person" lang="ja">福祉課</span></mark>');
    expect(first).toBe('Department in Japanese');
    await opened(examiner, address);
    expect((await examiner.get(`${address}/rows?list=sample`)).text).not.toContain('/opening');

    const unread = await examiner.post(
      `${address}/examination`,
      { ...decided, leaveOut: '3から5' },
      JAPANESE,
    );
    expect(unread.status).toBe(400);
    expect(unread.text).toContain('除外する行: 行の番号を読み取れません');
    expect(unread.text).toContain('value="3から5"');
    const mute = await examiner.post(`${address}/examination`, { ...decided, decision: 'reject' });
    expect(mute.status).toBe(400);
    const preview = await examiner.post(`${address}/examination`, { ...decided, leaveOut: '２、５－６' });
    expect(preview.text).toContain('9 rows');
    const done = await examiner.post(`${address}/examinations`, { ...decided, leaveOut: '２、５－６' });
    expect(done.headers.get('location'), done.text).toBe(`${address}?done=examination`);
    await work(service);
    const stale = await examiner.post(`${address}/examination`, decided);
    expect(stale.status).toBe(409);

    await approve(operator, address);
    const issued = await counter.get(`${address}/rows?state=issued`);
    expect(issued.text).toContain('9 rows on this page');
    const collected = await counter.post(`${address}/collections`, {});
    expect(collected.headers.get('location')).toBe(`${address}?done=collections`);
    const last = await counter.get(address);
    expect(last.text).toContain('Download collection 1 (ZIP)');
    expect(last.text).toContain('9 certificates');
    const zip = await counter.get(`${address}/collections/1.zip`);
    expect(zip.headers.get('content-type')).toBe('application/zip');
    expect(zip.text.slice(0, 2)).toBe('PK');
  });

  it('rejects with a reason, which the office reads', async () => {
    const address = await sent(await newRows(2));
    await submit(address);
    const sample = await opened(examiner, address);
    const decided = { sample, decision: 'reject', reason: '添付書類がありません', leaveOut: '' };
    expect((await examiner.post(`${address}/examination`, decided)).text).toContain('Reject: 2 rows');
    await examiner.post(`${address}/examinations`, decided);
    await work(service);
    const rows = await counter.get(`${address}/rows`);
    expect(rows.text).toContain('Rejected');
    const [, request = ''] = /href="(\/console\/requests\/[^"]+)"/.exec(rows.text) ?? [];
    expect((await counter.get(request)).text).toContain('添付書類がありません');
  });
});

describe('numbers of rows', () => {
  it.each([
    ['', []],
    ['3, 7-9', [3, 7, 8, 9]],
    ['９、3～4\n3', [3, 4, 9]],
    ['1 - 3', [1, 2, 3]],
    ['1〜2', [1, 2]],
    ['1-1000', Array.from({ length: 1000 }, (_, at) => at + 1)],
    ['1-1001', undefined],
    ['1-999, 1001-1002', undefined],
    ['9-3', undefined],
    ['0', undefined],
    ['1-99999999999', undefined],
    ['three', undefined],
    ['-5', undefined],
  ])('%j', (text, numbers) => {
    expect(readRowNumbers(text)).toEqual(numbers);
  });
});

describe("another office's batch", () => {
  it('is unknown, by its address and by its forms', async () => {
    const address = await sent(await newRows(1));
    const nishi = await service.browser('nishi-examiner');
    for (const path of ['', '/rows', '/progress', '/errors.csv', '/examination', '/collections/1.zip'])
      expect((await nishi.get(`${address}${path}`)).status, path).toBe(404);
    for (const path of ['/samples', '/rows/1/opening'])
      expect((await nishi.post(`${address}${path}`, {})).status, path).toBe(404);
    expect((await nishi.get(BATCHES)).text).not.toContain(address);
  });
});

describe('what pages show', () => {
  it('is recorded, as shown by a session', async () => {
    const address = await sent(await newRows(1));
    await counter.get(address);
    const { records } = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    expect(records[0]).toMatchObject({
      recipient: 'higashi-counter',
      channel: 'requests',
      method: 'GET',
      door: 'session',
      provided: { batch: address.split('/').at(-1), state: 'received' },
    });
  });

  it('never is script', async () => {
    const script = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';
    const [row] = await newRows(1);
    const address = await sent([{ ...row, key: script, positionJa: script }]);
    const encoded = encodeURIComponent(script);
    const shown = [
      await counter.get(`${address}/rows`),
      await counter.get(`${address}/rows?list=${encoded}`),
      await counter.get(`${BATCHES}/${encoded}`),
      await counter.post(`${address}/submission`, { digest: script, count: script }),
      await counter.post(`${address}/cancellation`, { reason: `${script}${'x'.repeat(2000)}` }),
      await examiner.post(`${address}/examination`, { leaveOut: script, sample: script }),
    ];
    for (const { text } of shown) {
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('<img');
    }
  });
});
