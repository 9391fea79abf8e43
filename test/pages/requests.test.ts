import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslRequest, temporaryFolder } from '../service.ts';
import { type Browser, type ServedPages, type Shown, servePages } from './served-pages.ts';

/** A request by pages alone: from the form to the certificate, by three persons, and what is refused on the way. */

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

/** The values of the hidden inputs and of the filled ones, as a browser would send them. */
const filledIn = ({ text }: Shown): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input[^>]*\bname="([^"]*)"[^>]*>/g)].flatMap(([input, name]) => {
      const value = /\bvalue="([^"]*)"/.exec(input)?.[1];
      return name === undefined || value === undefined ? [] : [[name, unescaped(value)]];
    }),
  );

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', '#39': "'" };
const unescaped = (text: string): string => text.replace(/&(#?\w+);/g, (all, name) => ENTITIES[name] ?? all);

const PERSON = {
  'field.holderId': '2026112200000001',
  'field.name': '髙橋 花子',
  'field.kana': 'タカハシ ハナコ',
  'field.dateOfBirth': '1990-02-17',
  'field.sex': '2',
  'field.address': '常盤県瑞崎市東区一丁目2番3号',
  holder: 'holder-tanabe',
};

let made = 0;
const csr = (): string => opensslRequest(folder.path, `request-${made++}`);

/** Through the preview to the request's page; gives its address. */
const submit = async (filled: Readonly<Record<string, string>>): Promise<string> => {
  const preview = await counter.post('/console/new/person-signature/preview', { ...filled, csr: csr() });
  expect(preview.status, preview.text).toBe(200);
  const sent = await counter.post('/console/new/person-signature/submission', { ...filledIn(preview) });
  expect(sent.status, sent.text).toBe(303);
  return (sent.headers.get('location') ?? '').replace('?done=submitted', '');
};

describe('a request', () => {
  it('becomes a certificate by three persons and nothing but pages', async () => {
    const form = await counter.get('/console/new/person-signature', { 'accept-language': 'ja' });
    expect(form.text).toContain('個人番号・住民票コードは使えません。');
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    expect(preview.text).toContain('髙橋 花子');
    expect(preview.text).toContain('p-256');
    const sending = filledIn(preview);
    const sent = await counter.post('/console/new/person-signature/submission', sending);
    expect(sent.headers.get('location')).toMatch(/^\/console\/requests\/[\w-]+\?done=submitted$/);
    // Going back and sending again gives the same request.
    const again = await counter.post('/console/new/person-signature/submission', sending);
    expect(again.headers.get('location')).toBe(sent.headers.get('location'));

    const address = (sent.headers.get('location') ?? '').replace('?done=submitted', '');
    const own = await counter.get(`${address}?done=submitted`);
    expect(own.text).toContain('The request was submitted.');
    expect(own.text).not.toContain('/examinations');
    expect((await examiner.get('/console')).text).toContain(address);

    expect((await examiner.get(address)).text).toContain(`action="${address}/examinations"`);
    const approved = await examiner.post(`${address}/examinations`, { decision: 'approve', reason: '' });
    expect(approved.headers.get('location')).toBe(`${address}?done=approved`);
    expect((await operator.get('/console')).text).toContain(address);
    await operator.post(`${address}/examinations`, { decision: 'approve', reason: '' });

    const issued = await counter.get(address);
    expect(issued.text).toContain('Certificate issued');
    for (const person of ['higashi-counter', 'higashi-examiner', 'operator-noda'])
      expect(issued.text).toContain(person);
    const collected = await counter.get(`${address}/certificate.pem`);
    expect(collected.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.pem"$/);
    expect(collected.text).toContain('-----BEGIN CERTIFICATE-----');
  }, 60_000);

  it('is shown with a record by whom, at which door', async () => {
    const address = await submit({ ...PERSON, holder: 'holder-minami' });
    await counter.get(address);
    const { records } = await service.app.ledger.query({ kind: 'provision', limit: 1 });
    expect(records[0]).toMatchObject({
      recipient: 'higashi-counter',
      channel: 'requests',
      method: 'GET',
      door: 'session',
      requests: [address.split('/').at(-1)],
    });
  });

  it('is decided once, whichever of two windows is first', async () => {
    const address = await submit(PERSON);
    // Both windows show the form. The one that is second was right a moment ago.
    const forms = [await examiner.get(address), await examiner.get(address)];
    for (const { text } of forms) expect(text).toContain(`action="${address}/examinations"`);
    const first = await examiner.post(`${address}/examinations`, { decision: 'approve', reason: '' });
    expect(first.status).toBe(303);
    const late = await examiner.post(`${address}/examinations`, { decision: 'reject', reason: '書類の不備' });
    expect(late.status).toBe(409);
    expect(late.text).toContain('role="alert"');
    expect(late.text).toContain('書類の不備');
    expect((await counter.get(address)).text).not.toContain('書類の不備');
    const back = await examiner.post(`${address}/examinations`, { decision: 'approve', reason: '' });
    expect(back.status).toBe(409);
  });

  it('is found by name, and the name stands in no address', async () => {
    const address = await submit({ ...PERSON, 'field.name': '渡邉 一郎', 'field.kana': 'ワタナベ イチロウ' });
    await expect
      .poll(async () => (await counter.post('/console/requests/search', { text: '渡辺' })).text, {
        timeout: 5_000,
      })
      .toContain(address);
    const none = await counter.post('/console/requests/search', { text: '一' });
    expect(none.status).toBe(400);
    expect(none.text).toContain('value="一"');
  });
});

describe('what is wrong with a form', () => {
  it('is said in words, with everything that was typed', async () => {
    const form = await counter.get('/console/new/person-signature');
    const answer = await counter.post(
      '/console/new/person-signature/preview',
      { ...filledIn(form), ...PERSON, csr: 'この文字列はCSRではありません' },
      { 'accept-language': 'ja' },
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('role="alert"');
    expect(answer.text).toContain('この文字列はCSRではありません');
    expect(answer.text).toContain('value="髙橋 花子"');
  });

  it('is judged by the operation, whatever the browser sends along', async () => {
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    const answer = await counter.post('/console/new/person-signature/submission', {
      ...filledIn(preview),
      'field.dateOfBirth': '1990-02-30',
      'field.sex': '9',
    });
    expect(answer.status).toBe(422);
    // Everything that is wrong is said at once.
    expect(answer.text).toContain('is not a date');
    expect(answer.text).toContain('is not one of the choices');
    expect(answer.text).toContain('value="1990-02-30"');
  });

  it('does nothing when the session has ended, and keeps what was typed', async () => {
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    const stranger = await service.browser();
    const answer = await stranger.post('/console/new/person-signature/submission', filledIn(preview), {
      'accept-language': 'ja',
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('サインアウトしています。何も行われていません');
    expect(answer.text).toContain('value="髙橋 花子"');
    expect(answer.text).toContain('target="_blank"');
  });

  it('from a page of another site is not read', async () => {
    const address = await submit(PERSON);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ] as const) {
      const answer = await examiner.post(
        `${address}/examinations`,
        { decision: 'approve', reason: '' },
        headers,
      );
      expect(answer.status).toBe(403);
    }
    expect((await examiner.get(address)).text).toContain('/examinations');
  });

  it('of more than a form may have is refused', async () => {
    const form = new FormData();
    form.set('csrFile', new Blob([new Uint8Array(300 * 1024)]), 'request.csr');
    const answer = await counter.post('/console/new/person-signature/preview', form, {
      'accept-language': 'ja',
    });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('<html lang="ja">');
  });

  it('of more fields than any form has is refused before it is read', async () => {
    const answer = await fetch(`${service.url}/console/new/person-signature/preview`, {
      method: 'POST',
      headers: { cookie: counter.session, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a&'.repeat(100_000),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('at most 200 fields');
  });

  it('that carries terms of nobody begins again', async () => {
    for (const terms of [
      '{"title":{"en":"a"},"fields":[null]}',
      '{"title":null,"fields":[]}',
      '['.repeat(30_000),
    ]) {
      const answer = await counter.post('/console/new/person-signature/preview', {
        csr: 'x',
        'profile-terms': terms,
      });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('Begin again');
    }
  });

  it('that is no form is said', async () => {
    const answer = await fetch(`${service.url}/console/new/person-signature/preview`, {
      method: 'POST',
      headers: { cookie: counter.session, 'content-type': 'multipart/form-data; boundary=x' },
      body: 'nothing of the kind',
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('The form could not be read');
  });
});

describe('a field of the profile', () => {
  it('has its rule in words beside it', async () => {
    for (const [language, rule] of [
      ['ja', '半角の数字と英大文字で12～24文字です（例：2026112200000001）。'],
      ['en', '12 to 24 digits and capital letters A-Z, as in 2026112200000001'],
    ] as const) {
      const { text } = await counter.get('/console/new/person-signature', { 'accept-language': language });
      const [, hint] = /<p class="hint" id="field.holderId-hint">([^<]*)</.exec(text) ?? [];
      expect(hint).toContain(rule);
      expect(text).not.toContain('[0-9A-Z]{12,24}&');
    }
  });

  it('that does not follow its rule is named by its label, with the rule', async () => {
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    const answer = await counter.post(
      '/console/new/person-signature/submission',
      { ...filledIn(preview), 'field.holderId': 'abc' },
      { 'accept-language': 'ja' },
    );
    expect(answer.status).toBe(422);
    const [alert = ''] = /<div class="alert"[\s\S]*?<\/div>/.exec(answer.text) ?? [];
    expect(alert).toContain('利用者番号');
    expect(alert).toContain('半角の数字と英大文字で12～24文字です');
    // Its rule came along with the form.
    expect(answer.text).toMatch(/id="field.holderId-hint">半角の数字と英大文字で/);
  });

  it('that is an Individual Number is refused by its label, and nothing of it is kept', async () => {
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    for (const [field, label] of [
      ['field.holderId', '利用者番号'],
      ['field.address', '住所'],
    ] as const) {
      const answer = await counter.post(
        '/console/new/person-signature/submission',
        { ...filledIn(preview), [field]: '123456789018' },
        { 'accept-language': 'ja' },
      );
      expect(answer.status).toBe(400);
      const [alert = ''] = /<div class="alert"[\s\S]*?<\/div>/.exec(answer.text) ?? [];
      expect(alert).toContain(`${label}: 個人番号（マイナンバー）の形をした`);
      expect(alert).not.toMatch(/body|fields|123456789018/);
    }
  });

  it('is named by its label for every problem, as are the other inputs and a value of a list', async () => {
    const wrong = async (path: string, filled: Readonly<Record<string, string>>) => {
      const answer = await counter.post(path, filled, { 'accept-language': 'ja' });
      expect(answer.status).toBe(400);
      return /<div class="alert"[\s\S]*?<\/div>/.exec(answer.text)?.[0] ?? '';
    };
    const preview = await counter.post('/console/new/person-signature/preview', { ...PERSON, csr: csr() });
    const person = '/console/new/person-signature/submission';
    expect(await wrong(person, { ...filledIn(preview), 'field.address': '東'.repeat(5_000) })).toContain(
      '住所: ',
    );
    expect(await wrong(person, { ...filledIn(preview), holder: 'Tanabe' })).toContain('利用者（仮名ID）: ');
    const names = await counter.post('/console/new/organisation-server/preview', {
      'field.dnsNames': 'www.mizusaki.example',
      csr: csr(),
    });
    expect(
      await wrong('/console/new/organisation-server/submission', {
        ...filledIn(names),
        'field.dnsNames': `www.mizusaki.example\n1234-5678-9018.example`,
      }),
    ).toContain('ドメイン名 (2): ');
    const address = await submit(PERSON);
    expect(await wrong(`${address}/withdrawal`, { reason: '' })).toContain('理由: ');
  });
});

describe('what the certificate will say', () => {
  it('stands apart from what is kept with the request, with choices by their labels', async () => {
    const preview = await counter.post(
      '/console/new/person-signature/preview',
      { ...PERSON, csr: csr() },
      { 'accept-language': 'ja' },
    );
    const address = await submit(PERSON);
    const page = await examiner.get(address, { 'accept-language': 'ja' });
    for (const { text } of [preview, page]) {
      const [, said = '', kept = ''] = text.split(
        /証明書に記載される内容<\/h2>|証明書に記載されず、申請とともに保存される内容<\/h2>/,
      );
      expect(said).toMatch(/<dt>性別<\/dt><dd>女 <span class="id">2<\/span><\/dd>/);
      expect(said).toContain('髙橋 花子');
      expect(said).not.toContain('タカハシ ハナコ');
      expect(kept).toContain('タカハシ ハナコ');
      expect(kept).toContain('holder-tanabe');
    }
    expect((await examiner.get(address, { 'accept-language': 'en' })).text).toMatch(
      /<dt>Sex<\/dt><dd>Female <span class="id">2<\/span><\/dd>/,
    );
  });

  it('is not claimed of fields whose profile the reader does not see', async () => {
    const address = await submit(PERSON);
    const auditor = await service.browser('auditor');
    const { text } = await auditor.get(address, { 'accept-language': 'ja' });
    const [said = '', fields = ''] = text.split('申請の項目</h2>');
    expect(said).not.toContain('タカハシ ハナコ');
    expect(fields).toContain('<dt>kana</dt>');
  });
});

describe('script', () => {
  it('in any field is text', async () => {
    const script = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';
    const fields = Object.fromEntries(Object.keys(PERSON).map((name) => [name, script]));
    const form = filledIn(await counter.get('/console/new/person-signature'));
    const pages = [
      await counter.post('/console/new/person-signature/preview', { ...form, ...fields, csr: script }),
      await counter.get(`/console/requests?holder=${encodeURIComponent(script)}`),
      await counter.get(`/console/requests/${encodeURIComponent(script)}`),
      await counter.post('/console/requests/search', { text: script }),
      await counter.get(`/console?language=${encodeURIComponent(script)}`),
    ];
    for (const { text } of pages) {
      expect(text).not.toContain('<script');
      expect(text).not.toContain('<img');
    }
  });
});

describe("another office's request", () => {
  it('is unknown, by its address and by its forms', async () => {
    const address = await submit(PERSON);
    const nishi = await service.browser('nishi-examiner');
    expect((await nishi.get(address)).status).toBe(404);
    const answer = await nishi.post(`${address}/examinations`, { decision: 'approve', reason: '' });
    expect(answer.status).toBe(404);
    const other = await nishi.get('/console/requests?office=mizusaki-higashi');
    expect(other.status).toBe(403);
  });
});
