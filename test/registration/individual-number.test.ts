import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDigitOf, hasIndividualNumber } from '../../lib/registration/individual-number.ts';

/** What has the form of an Individual Number, however somebody types it. */

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const individualNumber = digits(11).map((first) => `${first}${checkDigitOf(first)}`);

/** Characters that are typed between digits, or get there unseen. */
const separator = fc.constantFrom(
  '',
  '',
  ' ',
  '　',
  '-',
  '－',
  '‐',
  '–',
  '−',
  'ー',
  'ｰ',
  '_',
  '\u00a0',
  '\u200b',
  ' - ',
  '\t',
);

/** The digits as ASCII, in full width, as superscripts or in circles: what NFKC makes one of. */
const WRITTEN = ['0123456789', '０１２３４５６７８９', '⁰¹²³⁴⁵⁶⁷⁸⁹', '⓪①②③④⑤⑥⑦⑧⑨'].map((row) => [...row]);

const written = individualNumber.chain((number) =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...WRITTEN), { minLength: 12, maxLength: 12 }),
      fc.array(separator, { minLength: 12, maxLength: 12 }),
    )
    .map(([forms, separators]) =>
      [...number].map((digit, n) => `${n === 0 ? '' : separators[n]}${forms[n]?.[Number(digit)]}`).join(''),
    ),
);

describe('an Individual Number', () => {
  it('has the check digit of 平成26年総務省令第85号', () => {
    expect(checkDigitOf('12345678901')).toBe(8);
    expect(hasIndividualNumber('123456789018')).toBe(true);
    // A rest of 0 or 1 gives 0.
    expect(checkDigitOf('00000000000')).toBe(0);
  });

  it('is found wherever it stands, however it is written', () => {
    const around = fc.constantFrom('', '番号', '個人番号：', '（', 'No.', ' 東区 ', '. ');
    fc.assert(
      fc.property(written, around, around, (number, before, after) => {
        for (const text of [number, number.normalize('NFKC'), number.normalize('NFD')])
          expect(hasIndividualNumber(`${before}${text}${after}`)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is no other number of twelve digits', () => {
    fc.assert(
      fc.property(digits(12), (number) => {
        const isOne = checkDigitOf(number.slice(0, 11)) === Number(number.at(-1));
        expect(hasIndividualNumber(number)).toBe(isOne);
        expect(hasIndividualNumber(number.replace(/(.{4})(.{4})/, '$1-$2-'))).toBe(isOne);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is no part of a longer number: not of a corporate number, nor of one in groups', () => {
    fc.assert(
      fc.property(individualNumber, digits(1), digits(1), (number, before, after) => {
        expect(hasIndividualNumber(`${before}${number}`)).toBe(false);
        expect(hasIndividualNumber(`${number}${after}`)).toBe(false);
        const groups = `${before}${number}${after}${before}${after}`.match(/.{4}/g) ?? [];
        expect(groups).toHaveLength(4);
        expect(hasIndividualNumber(groups.join('-'))).toBe(false);
        expect(hasIndividualNumber(groups.join(' '))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a corporate number', '7000012050002'],
    ['a corporate number in groups', '7-0000-1205-0002'],
    ['a range of days', '2026-04-01 2027-03-31'],
    ['two telephone numbers', '03-1234-5678 03-1234-5679'],
    ['an address', '〒123-4567 常盤県瑞崎市東区一丁目2番3号101'],
    ['an IP address', '192.168.100.123'],
    ['amounts', '123,456,789,018'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(hasIndividualNumber(text)).toBe(false);
  });

  it.each([
    ['after a telephone number', '090-1234-5678 123456789018'],
    ['after a date', '1990-02-17 1234 5678 9018'],
    ['in mixed groups', '1234-5678 9018'],
    ['beside a word of digits', '5 123456789018 7'],
  ])('is found %s', (_, text) => {
    expect(hasIndividualNumber(text)).toBe(true);
  });

  it('is looked for in the time of one look, whatever the text', () => {
    const began = performance.now();
    for (const text of ['1'.repeat(4_096), '1 '.repeat(2_048), `1${' '.repeat(4_095)}`, '1-'.repeat(2_048)])
      hasIndividualNumber(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
