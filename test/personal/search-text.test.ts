import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { folded, MAX_TERMS, matches, searchTerm, termsOf } from '../../lib/personal/search-text.ts';

/** As the index finds: by the term, and then by a look at the values. */
const isFound = (values: readonly string[], text: string): boolean => {
  const { term, beginning } = searchTerm(text);
  return termsOf(values).includes(term) && matches(values, beginning);
};

describe('folding', () => {
  it.each([
    ['half-width kana with their marks', 'ﾀﾅﾍﾞ ﾊﾟﾌﾞﾛ ｰ', 'タナベ パブロ ー'],
    ['hiragana', 'たなべ ゔぁゝゞ', 'タナベ ヴァヽヾ'],
    ['wide letters and capitals', 'Ｏｒｇ ＡＢＣ', 'org abc'],
    ['small ke and ka', '関ヶ原 三ヵ月', '関ケ原 三カ月'],
    ['variation selectors of ideographs', '葛\u{e0100}城 辻\u{e0101} 神\ufe00', '葛城 辻 神'],
    ['Mongolian variation selectors', 'a\u180b\u180c\u180d\u180fb', 'ab'],
    ['compatibility ideographs', '\ufa19\ufa10', '神塚'],
    ['what is not seen', '高\u200d橋\u00ad', '高橋'],
    ['sigmas and sharp s', 'ΣΟΦΟΣ Straße', 'σοφοσ strasse'],
  ])('takes %s as their plain form', (_, text, plain) => {
    expect(folded(text)).toBe(plain);
  });

  it('changes nothing in a folded text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', size: 'medium' }), (text) => {
        expect(folded(folded(text))).toBe(folded(text));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing in a folded character, whichever it is', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const once = folded(String.fromCodePoint(code));
      if (folded(once) !== once) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe('a search', () => {
  it.each([
    ['髙橋 花子', '高橋'],
    ['高橋 花子', '髙橋'],
    ['高橋 花子', '髙𣘺花'],
    ['葛\u{e0100}城 太郎', '葛城'],
    ['葛城 太郎', '葛\u{e0100}城太'],
    ['たなべ ゆい', 'ﾀﾅﾍﾞ'],
    ['ﾀﾅﾍﾞ ﾕｲ', 'タナベ'],
    ['タナベ ユイ', 'たなべゆ'],
    ['佐藤　花子', '佐藤花'],
    ['佐藤 花子', '佐藤　花子'],
    ['佐藤 花子', '花子'],
    ['佐藤 花子', '藤花'],
    ['Ｏｒｇ', 'org'],
    ['org', 'ＯＲＧ'],
    ['サトウ ハナコ', 'ハナコ'],
    ['スミス・ジョン', 'ジョン'],
    ['スミス・ジョン', 'スミス＝ジョン'],
    ['Smith-Jones', 'Jones'],
    ['Smith-Jones', 'smithj'],
    ['齋藤', '斉藤'],
    ['斎藤', '齊藤'],
    ['渡邉 一', '辺一'],
    ['𠮷田 次郎', '吉田次郎'],
    ['大分県庁情報システム課長', '大分県庁情報システム課'],
    ['100_0', '0_'],
    ['何?', '何?'],
  ])('finds %s by %s', (value, text) => {
    expect(isFound([value], text)).toBe(true);
  });

  it.each([
    ['佐藤 花子', '藤花子', 'three characters are looked for at a beginning'],
    ['佐藤 花子', '佐花', 'the two do not stand side by side'],
    ['佐藤 花子', '佐藤花子様', 'the text is longer than the value'],
    ['大分県庁情報システム課長', '大分県庁情報システム局', 'it differs after the term'],
    ['椎名', '槌名', 'they are two characters'],
    ['ハナコ', 'ハナゴ', 'a voiced sound is another one'],
  ])('does not find %s by %s: %s', (value, text) => {
    expect(isFound([value], text)).toBe(false);
  });

  it('takes two values for two', () => {
    expect(isFound(['佐藤', '花子'], '藤花')).toBe(false);
    expect(isFound(['佐藤', '花子'], '花子')).toBe(true);
  });

  const TOO_SHORT = 'A search takes at least two characters, white space and hyphens not counted.';
  const WILDCARDS =
    'A search takes no wildcards: the beginning of a name is enough, or two characters of it.';
  const BROKEN = 'A search text has no control characters and no half of a character.';
  it.each([
    ['', TOO_SHORT],
    ['  　', TOO_SHORT],
    ['佐', TOO_SHORT],
    ['𠮷', TOO_SHORT],
    [' 佐 ', TOO_SHORT],
    ['佐\u{e0100}', TOO_SHORT],
    ['・佐-', TOO_SHORT],
    ['佐藤\u0000', BROKEN],
    ['佐藤\t花子', BROKEN],
    ['佐藤\u009b', BROKEN],
    ['佐藤\ud842', BROKEN],
    ['\udfb7佐藤', BROKEN],
    ['佐藤*', WILDCARDS],
    ['＊藤', WILDCARDS],
    ['%藤花', WILDCARDS],
    ['*', WILDCARDS],
    ['??', WILDCARDS],
    ['__', WILDCARDS],
    ['佐'.repeat(65), 'A search text has at most 64 characters.'],
    ['佐'.repeat(1000), 'A search text has at most 64 characters.'],
  ])('refuses %j', (text, message) => {
    const refusal = (): unknown => {
      try {
        return searchTerm(text);
      } catch (error) {
        return error;
      }
    };
    const fault = refusal() as Fault;
    expect(Fault.is(fault, 'invalid-input')).toBe(true);
    expect([fault.message, fault.facts]).toEqual([message, { path: 'text' }]);
  });

  it('takes 64 characters', () => {
    expect(searchTerm('𠮷'.repeat(64))).toEqual({ term: `^${'吉'.repeat(8)}`, beginning: '吉'.repeat(64) });
  });
});

describe('terms', () => {
  it('are beginnings of values, then of words, then neighbours', () => {
    expect(termsOf(['髙橋 花子', 'タカハシ ハナコ'])).toEqual([
      ...['^高橋花', '^タカハ', '^高橋花子', '^タカハシ', '^タカハシハ', '^タカハシハナ', '^タカハシハナコ'],
      '^ハナコ',
      ...['高橋', 'タカ', '橋花', 'カハ', '花子', 'ハシ', 'シハ', 'ハナ', 'ナコ'],
    ]);
  });

  it('are none where there is a single character', () => {
    expect(termsOf(['一', ' ', ''])).toEqual([]);
    expect(termsOf(['林 一'])).toEqual(['林一']);
  });

  it('are at most so many, those of the beginnings first', () => {
    const long = ['東京都千代田区霞が関二丁目一番二号中央合同庁舎第二号館', '総務省自治行政局住民制度課'];
    const terms = termsOf([...long, '行政 太郎']);
    expect(terms).toHaveLength(MAX_TERMS);
    for (const text of ['東京都千代田区霞', '総務省自治', '行政太', '行政', '太郎', '東京', '総務'])
      expect(isFound([...long, '行政 太郎'], text)).toBe(true);
  });

  const name = fc
    .array(fc.constantFrom(...'髙高橋𠮷葛花子タナベｶﾞたなべ Ab・ー-ｅ\u{e0100}ヶß'), {
      minLength: 1,
      maxLength: 9,
    })
    .map((characters) => characters.join(''));

  it('find what matches, and nothing is left out below the limit', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 2 }), name, (values, text) => {
        const terms = termsOf(values);
        fc.pre(terms.length < MAX_TERMS);
        let searched: ReturnType<typeof searchTerm>;
        try {
          searched = searchTerm(text);
        } catch (error) {
          expect(Fault.is(error, 'invalid-input')).toBe(true);
          return;
        }
        const { term, beginning } = searched;
        if (matches(values, beginning)) expect(terms).toContain(term);
        // A term of fewer than eight characters says all there is to say.
        if ([...beginning].length <= 8) expect(terms.includes(term)).toBe(matches(values, beginning));
      }),
      { numRuns: 2000 },
    );
  });

  it('of every beginning of a value find it', () => {
    fc.assert(
      fc.property(name, (value) => {
        const characters = [...folded(folded(value).replaceAll(/[\s・-]/g, ''))];
        for (let length = 2; length <= characters.length; length++)
          expect(isFound([value], characters.slice(0, length).join(''))).toBe(true);
      }),
    );
  });
});
