import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDigitOf } from '../../../lib/registration/individual-number.ts';
import { openssl } from '../../pki/openssl.ts';
import { type ServedService, serveService } from '../../served-service.ts';
import { FIELDS, opensslRequest, P256, temporaryFolder } from '../../service.ts';
import { tracesBelow } from '../../traces.ts';

/** The law forbids to keep an Individual Number here, so no text of a request may be one. */

const folder = temporaryFolder();
let service: ServedService;

beforeAll(async () => {
  service = await serveService(`${folder.path}/data`);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const NUMBER = '123456789018';
const PERSON = { ...FIELDS['person-signature'] };

const post = async (who: string, path: string, body: unknown, language = 'en') => {
  const { token } = await service.app.principals.issueToken(service.principal(who));
  const answer = await fetch(`${service.url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'accept-language': language,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) };
};

let made = 0;
const submission = (more: Readonly<Record<string, unknown>>) => ({
  profile: 'person-signature',
  csr: opensslRequest(folder.path, `request-${made++}`, P256),
  fields: PERSON,
  holder: 'holder-tanabe',
  ...more,
});

/** How the service judges the fields: a request whose CSR is none goes no further than that. */
const codeFor = async (fields: Readonly<Record<string, unknown>>): Promise<string> =>
  (await post('higashi-counter', 'requests', { ...submission({}), csr: 'none', fields })).json.code;

describe('an Individual Number in a request', () => {
  it.each([
    ['en', /Individual Number \(My Number\).*give a number of your office's own/],
    ['ja', /個人番号（マイナンバー）.*登録分局で付けた 12 桁でない番号/],
  ])('is refused at its field, in words, without the number: %s', async (language, words) => {
    for (const [field, value] of [
      ['holderId', NUMBER],
      ['name', `田辺 花子 ${NUMBER}`],
      ['kana', '１２３４ー５６７８ー９０１８'],
      ['address', '東区1-2-3 1234 5678 9018'],
    ] as const) {
      const answer = await post(
        'higashi-counter',
        'requests',
        submission({ fields: { ...PERSON, [field]: value } }),
        language,
      );
      expect(answer.status).toBe(400);
      expect(answer.json.code).toBe('invalid-input');
      expect(answer.json.facts.problems).toEqual([
        { at: `body.fields.${field}`, problem: expect.stringMatching(words) },
      ]);
      expect(answer.text.normalize('NFKC')).not.toMatch(/9018|5678/);
    }
  });

  it('is refused in a list at its place, as a name of a field, and as a pseudonym', async () => {
    const list = await post('higashi-counter', 'requests', {
      profile: 'organisation-server',
      csr: 'none',
      fields: { dnsNames: ['www.mizusaki.example', '1234-5678-9018.mizusaki.example'] },
    });
    expect(list.json).toMatchObject({
      code: 'invalid-input',
      facts: { problems: [{ at: 'body.fields.dnsNames.1' }] },
    });
    const name = await post('higashi-counter', 'requests', submission({ fields: { [NUMBER]: 'x' } }));
    expect(name.json.code).toBe('invalid-input');
    expect(name.text).not.toContain(NUMBER);
    for (const holder of [NUMBER, `tanabe-${NUMBER}`, 'h-1234-5678-9018']) {
      const answer = await post('higashi-counter', 'requests', submission({ holder }));
      expect(answer.json).toMatchObject({ code: 'invalid-field', facts: { field: 'holder' } });
      expect(answer.text).not.toContain(holder);
    }
  });

  it('is refused in a certification request, whose subject is kept for those who examine', async () => {
    const csr = String(
      openssl(['req', '-new', ...P256, '-nodes', '-keyout', 'any.key', '-subj', `/CN=${NUMBER}`]),
    );
    const answer = await post('higashi-counter', 'requests', submission({ csr }), 'ja');
    expect(answer.json).toMatchObject({ code: 'invalid-input', facts: { path: 'csr' } });
    expect(answer.json.detail).toContain('個人番号');
    expect(answer.text).not.toContain(NUMBER);
  });

  it('is refused in the reasons of an examination and of a withdrawal', async () => {
    const { status, json } = await post('higashi-counter', 'requests', submission({}));
    expect(status).toBe(201);
    const reason = `個人番号 ${NUMBER} と異なる`;
    for (const [who, path, body] of [
      ['higashi-examiner', 'examinations', { decision: 'reject', reason }],
      ['higashi-counter', 'withdrawal', { reason }],
    ] as const) {
      const answer = await post(who, `requests/${json.id}/${path}`, body);
      expect(answer.json).toMatchObject({
        code: 'invalid-input',
        facts: { problems: [{ at: 'body.reason' }] },
      });
      expect(answer.text).not.toContain(NUMBER);
    }
  });

  it('is told from every other number', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[0-9]{11}$/),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('name', 'holderId'),
        async (first, off, field) => {
          const right = checkDigitOf(first);
          const withDigit = (digit: number) => codeFor({ ...PERSON, [field]: `${first}${digit}` });
          expect(await withDigit(right)).toBe('invalid-input');
          expect(await withDigit((right + off) % 10)).toBe('malformed-pem');
          expect(await codeFor({ ...PERSON, [field]: `7${first}${right}` })).toBe('malformed-pem');
        },
      ),
      { numRuns: 25 },
    );
    const corporate = await post(
      'higashi-counter',
      'requests',
      submission({ fields: { ...PERSON, holderId: '7000012050002' } }),
    );
    expect(corporate.status).toBe(201);
  });

  it('leaves no trace: in no log line, no row, no file', async () => {
    expect(JSON.stringify(service.logged)).not.toContain(NUMBER);
    const secrets = { plain: NUMBER, spaced: '1234 5678 9018', wide: '１２３４ー５６７８ー９０１８' };
    expect(tracesBelow(`${folder.path}/data`, secrets).found).toEqual([]);
  });
});
