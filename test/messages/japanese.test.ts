import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../functions/http/problems.ts';
import { Fault, joined, Phrase, phrase, SchemaPhrase } from '../../lib/fault.ts';
import { JA } from '../../lib/messages/ja.ts';
import { said, speaking } from '../../lib/messages/messages.ts';
import { readSourceTexts } from './source-texts.ts';

const root = join(import.meta.dirname, '../..');

/** The demonstration tells its story in English. The file of the texts says nothing itself. */
const isRead = (file: string): boolean =>
  /^(lib|functions|cli|web)\//.test(file) && !/^(cli\/demo|lib\/messages\/)/.test(file);

const source = readSourceTexts(root, isRead);

/** A template of nothing but places is the same in every language. */
const hasWords = (template: string): boolean => /\p{L}/u.test(template.replace(/\{\d+\}/g, ''));
const placesOf = (template: string): readonly string[] =>
  [...new Set(template.match(/\{\d+\}/g) ?? [])].sort();

describe('the Japanese texts', () => {
  const texts = new Map(JA);
  const wanted = new Map<string, string>([
    ...source.texts.map(({ template, at }) => [template, at] as const),
    ...Object.values(PROBLEMS).map(({ title }) => [title, 'functions/http/problems.ts'] as const),
  ]);

  it('are there for every message of the source', () => {
    const missing = [...wanted].filter(([template]) => hasWords(template) && !texts.has(template));
    expect(missing).toEqual([]);
  });

  it('are there for no other', () => {
    const idle = [...texts.keys()].filter((template) => hasWords(template) && !wanted.has(template));
    expect(idle).toEqual([]);
  });

  it('stand once each', () => {
    const templates = JA.map(([template]) => template);
    expect(templates.filter((template, index) => templates.indexOf(template) < index)).toEqual([]);
  });

  it('have the places of the English', () => {
    const wrong = JA.filter(([template, japanese]) => `${placesOf(template)}` !== `${placesOf(japanese)}`);
    expect(wrong).toEqual([]);
  });

  it('are whole sentences where the English is one', () => {
    const wrong = JA.filter(([template, japanese]) => template.endsWith('.') !== /。$/.test(japanese));
    expect(
      wrong.filter(([template]) => !/^(unknown|missing|option|required)|[:}]|\)$/.test(template)),
    ).toEqual([]);
  });
});

describe('the source', () => {
  it('hands over no message but a literal, or a phrase', () => {
    expect(source.unknown).toEqual([]);
  });

  it('makes phrases by their tag, but for titles and for what is a string by its type', () => {
    expect([...new Set(source.makers)].sort()).toEqual([
      'cli/failure.ts',
      'functions/http/problems.ts',
      // Phrases that were kept, as they were said.
      'lib/batches/sealed.ts',
      'lib/fault.ts',
    ]);
  });

  it('has no place in a message that is a plain string', () => {
    const plain = source.texts.filter(({ isPhrase, template }) => !isPhrase && placesOf(template).length > 0);
    expect(plain).toEqual([]);
  });
});

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.bigInt(),
  fc.constantFrom('{0}', '{1}', '{9}', '$&'),
  fc.constant(phrase`the issuer is empty`),
);

describe('a phrase', () => {
  it('is in English what its template and its values give, whatever they are', () => {
    fc.assert(
      fc.property(value, value, (first, second) => {
        const made = phrase`The request is ${first}; this takes one that is ${second}.`;
        const english = `The request is ${first}; this takes one that is ${second}.`;
        expect(made.template).toBe('The request is {0}; this takes one that is {1}.');
        expect(String(made)).toBe(english);
        expect(JSON.stringify({ made })).toBe(JSON.stringify({ made: english }));
        const fault = new Fault('wrong-state', made);
        expect([fault.message, fault.phrase]).toEqual([english, made]);
        expect(String(new Phrase(made.template, made.values))).toBe(english);
      }),
    );
  });

  it('is said with its values in their places, and phrases among them said too', async () => {
    const say = await speaking('ja');
    expect(say(phrase`The request is ${'issued'}; this takes one that is ${'{0}'}.`)).toBe(
      '申請の状態は issued です。この操作ができるのは、状態が {0} の申請だけです。',
    );
    expect(say(phrase`Malformed CRL: ${phrase`nextUpdate is missing`}.`)).toBe(
      'CRL の形式が正しくありません（nextUpdate がありません）。',
    );
    expect(say(phrase`${{ ja: '公印', en: 'Seal' }}: ${1}`)).toBe('公印: 1');
    expect(String(phrase`${{ ja: '公印', en: 'Seal' }}: ${1}`)).toBe('Seal: 1');
    expect(say(joined([phrase`Try again later.`, phrase`${'x'}`], '\n'))).toBe(
      'しばらくしてから、もう一度お試しください。\nx',
    );
    expect(say(new Phrase('Nobody has translated this.'))).toBe('Nobody has translated this.');
  });

  it('of a schema is said by its own text, or by that of zod; the input stays hidden', async () => {
    const say = await speaking('ja');
    const own = { code: 'invalid_format', message: 'Must be the id of a request.', input: '山田' };
    expect(say(new SchemaPhrase(own))).toBe('申請の ID を指定してください。');
    const zods = { code: 'too_big', origin: 'string', maximum: 3, inclusive: true, message: 'Too big /{2}/' };
    expect(say(new SchemaPhrase(zods))).toMatch(/3文字以下/);
    expect(String(new SchemaPhrase(zods))).toBe('Too big /{2}/');
    expect(JSON.stringify(new SchemaPhrase(own))).not.toContain('山田');
  });

  it('is found wherever it stands in facts', async () => {
    const facts = {
      limit: 3,
      problems: [{ at: 'body', problem: phrase`Try again later.` }],
      none: null,
      at: new Date(0),
    };
    expect(said(facts, String)).toEqual({
      limit: 3,
      problems: [{ at: 'body', problem: 'Try again later.' }],
      none: null,
      at: new Date(0),
    });
    expect(said(facts, await speaking('ja'))).toMatchObject({
      problems: [{ problem: expect.stringMatching('お試しください') }],
    });
  });
});
