import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { nameAttributeVisible } from '../../lib/lint/certificate/name-attribute-visible.ts';
import { otherNameVisible } from '../../lib/lint/certificate/other-name-visible.ts';
import type { TbsCertificate } from '../../lib/pki/certificate.ts';
import { derText, OID, TAG } from '../../lib/pki/pki.ts';
import { describeSubject, readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { HIGASHI } from '../demonstration-people.ts';
import { GOOD_CERTIFICATES } from '../lint/examples.ts';

/** A name with invisible characters is refused in a request, and once more before it would be signed. */

const domain = readTrustDomain(
  readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8'),
);
const profile = domain.profiles.find(({ id }) => id === 'person-signature');
if (!profile) throw new Error('no profile for persons');

const PERSON = {
  holderId: '0000000000AA00000A',
  dateOfBirth: '1984-02-29',
  sex: '2',
  address: '常磐県瑞崎市東区一丁目2番3号',
};

/** The name as it would be certified, or the reason of its refusal. */
const asked = (name: string): { readonly name: unknown } | { readonly refused: string } => {
  try {
    return { name: describeSubject(profile, HIGASHI, { ...PERSON, name }).fields.name };
  } catch (error) {
    if (!Fault.is(error, 'invalid-field')) throw error;
    return { refused: error.message };
  }
};

const [[, { tbs: good, context }]] = GOOD_CERTIFICATES as [(typeof GOOD_CERTIFICATES)[number]];

/** The findings of linting for a certificate with exactly this name. */
const linted = (name: string): readonly (string | undefined)[] => {
  const inSubject: TbsCertificate = {
    ...good,
    subject: [[{ type: OID.O, tag: TAG.utf8String, value: name }]],
  };
  const inOtherName: TbsCertificate = {
    ...good,
    extensions: [
      {
        id: 'subjectAltName',
        critical: false,
        names: [
          { kind: 'otherName', type: '1.3.6.1.4.1.32473.2.1' as never, value: derText(TAG.utf8String, name) },
        ],
      },
    ],
  };
  return [nameAttributeVisible.check(inSubject, context), otherNameVisible.check(inOtherName, context)];
};

const codePoints = function* (): Generator<string> {
  for (let code = 0; code <= 0x10_ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
};
/** By Unicode's own property, reserved code points included. */
const ignorable = [...codePoints()].filter((one) => /\p{Default_Ignorable_Code_Point}/u.test(one));
const isSelector = (one: string): boolean => /^[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u.test(one);
const escaped = (text: string): string => (text.codePointAt(0) ?? 0).toString(16);

/** Names that are wrong as a whole, even after trimming. */
const hidden = ignorable.flatMap((one) => [
  one,
  `た${one}なべ`,
  `Ann${one}e`,
  `田 ${one}辺`,
  `田${one}${one}辺`,
]);

describe('a character that a display may leave out', () => {
  it('has the property Default_Ignorable_Code_Point in Unicode, even if it is reserved', () => {
    expect(ignorable.length).toBeGreaterThan(4_000);
    expect(ignorable.filter(isSelector)).toHaveLength(256);
  });

  it('is refused alone and inside a name, wherever the name comes from', () => {
    const taken = hidden.filter((name) => !('refused' in asked(name)));
    expect(taken.map(escaped)).toEqual([]);
    const passed = hidden.filter((name) => linted(name).includes(undefined));
    expect(passed.map(escaped)).toEqual([]);
  });

  it('is refused right after an ideograph too, except variation selectors', () => {
    for (const one of ignorable) {
      const name = `田${one}辺`;
      const expected = isSelector(one)
        ? { name }
        : { refused: expect.stringContaining('which does not show') };
      expect(asked(name), escaped(one)).toEqual(expected);
      expect(
        linted(name).every((finding) => finding === undefined),
        escaped(one),
      ).toBe(isSelector(one));
    }
  });
});

describe('refused', () => {
  it.each([
    ['a filler of Hangul', '\u3164', 'U+3164, which does not show; remove it'],
    ['a half-width filler', '田\uffa0', 'U+FFA0, which does not show; remove it'],
    ['the empty Braille pattern', '\u2800\u2800', 'U+2800, which does not show; remove it'],
    ['the null notehead', '\u{1d159}', 'U+1D159, which does not show; remove it'],
    ['a grapheme joiner', '田\u034f辺', 'U+034F, which does not show; remove it'],
    ['an inherent vowel', '田辺\u17b4', 'U+17B4, which does not show; remove it'],
    ['a lone selector', '\ufe0f', 'U+FE0F, which is a variation selector without an ideograph'],
    ['a selector after kana', 'あ\u{e0100}', 'U+E0100, which is a variation selector without an ideograph'],
    ['two selectors', '辺\u{e0100}\u{e0101}', 'U+E0101, which is a variation selector without an ideograph'],
    ['a lone accent', '\u0301', 'U+0301, which is a combining mark without a character before it'],
    [
      'an accent after a space',
      '田 \u0301辺',
      'U+0301, which is a combining mark without a character before',
    ],
    ['a voiced mark before its kana', '\u3099か', 'U+3099, which is a combining mark without a character'],
    ['what turns around', '田\u202e辺', 'U+202E, which does not show; remove it'],
    ['a control', '田\u0000辺', 'U+0000, which does not show; remove it'],
    ['private use', '\ue000田', 'U+E000, which is for private use'],
    ['nothing that Unicode knows', '\u0378', 'U+0378, which is all that it has and does not show'],
  ])('%s, with its code point and what to do', (_, name, message) => {
    expect(asked(name)).toEqual({ refused: expect.stringContaining(`(Name) has ${message}`) });
    for (const finding of linted(name)) expect(finding).toContain(message);
  });
});

describe('taken', () => {
  it.each([
    ['kanji with a space', '田辺　花子'],
    ['forms of ideographs', '渡\u{e0101}邉\u{e0110} 葛\ufe00'],
    ['compatibility ideographs', '\ufa19田 \u{2f81a}'],
    ['an ideograph of a supplementary plane', '\u{20bb7}野家'],
    ['〇, 〆 and the repetition mark', '〇田 〆子 佐々木'],
    ['kana with a long vowel', 'ローマ たーなべ'],
    ['half-width katakana with their voiced marks', 'ﾀﾅﾍﾞ ﾊﾟﾄ'],
    ['a spacing voiced mark', 'か゛'],
    ['a mark that has no composed form', 'か\u309a'],
    ['hentaigana', '\u{1b002}\u{1b0a1}'],
    ['Latin with accents', 'Zoë Ångström-Núñez'],
    ['an accent that has no composed form', 'x\u0304'],
    ['Hangul', '김민준'],
    ['marks of other scripts', 'สมชาย अमिता'],
    ['digits and signs', "O'Brien 3世 (株)・№1"],
  ])('%s', (_, name) => {
    expect(asked(name)).toEqual({ name });
    expect(linted(name)).toEqual([undefined, undefined]);
  });

  it.each([
    ['a voiced mark after its kana', 'か\u3099', 'が'],
    ['an accent after its letter', 'Zoe\u0308', 'Zoë'],
    ['what begins and ends with spaces', '\u3000田辺\ufeff', '田辺'],
  ])('%s, in one spelling', (_, name, spelt) => {
    expect(asked(name)).toEqual({ name: spelt });
  });

  it('every name of kanji, their forms, kana and Latin letters', () => {
    const between = (first: number, last: number) =>
      fc.integer({ min: first, max: last }).map((code) => String.fromCodePoint(code));
    const ideograph = fc.oneof(between(0x4e00, 0x9fff), between(0xfa0e, 0xfa29), between(0x20000, 0x2a6df));
    const part = fc.oneof(
      ideograph,
      fc.tuple(ideograph, between(0xe0100, 0xe01ef)).map((pair) => pair.join('')),
      between(0x3041, 0x3096),
      between(0x30a1, 0x30fc),
      between(0xff66, 0xff9f),
      between(0xc0, 0xd6),
      between(0x61, 0x7a),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), (parts) => {
        const name = parts.join('');
        expect(asked(name)).toEqual({ name });
        expect(linted(name)).toEqual([undefined, undefined]);
      }),
    );
  });
});
