/*
 * Individual Numbers (個人番号, マイナンバー). Nobody may keep one except for the purposes that the law names (行政手続における特定の
 * 個人を識別するための番号の利用等に関する法律 20), and certificates are none of them. So whatever has the form of one is refused before
 * anything is made of it. One in eleven of all other numbers of twelve digits has that form by chance.
 */

/** Between two digits of one number: spaces, hyphens and what is typed for them, characters that nobody sees. */
const BETWEEN = String.raw`[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}ー_]`;
/** Digits, as far as only such characters stand between them. */
const DIGITS = new RegExp(`[0-9](?:${BETWEEN}*[0-9])*`, 'gu');

const LENGTH = 12;

/** P1 to P11 count from the last digit but one (平成26年総務省令第85号 5). */
const weightOf = (n: number): number => (n <= 6 ? n + 1 : n - 5);

/** The check digit of the eleven digits before it. */
export const checkDigitOf = (digits: string): number => {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * weightOf(index + 1), 0);
  const rest = sum % 11;
  return rest <= 1 ? 0 : 11 - rest;
};

const isIndividualNumber = (digits: string): boolean =>
  digits.length === LENGTH && checkDigitOf(digits.slice(0, -1)) === Number(digits.at(-1));

/**
 * The numbers that such a text may be read as: one number as a whole, each word, and words of nothing but digits that follow each
 * other. So a date before an Individual Number does not hide it, and a longer number is not taken for several.
 */
const readingsOf = (text: string): readonly string[] => {
  const words = text.split(/\p{White_Space}+/u);
  const inRow = words
    .map((word) => (/^[0-9]+$/.test(word) ? word : ' '))
    .join('')
    .split(/ +/);
  return [text, ...words, ...inRow].map((reading) => reading.replaceAll(/[^0-9]/g, ''));
};

/** Whether an Individual Number stands in the text, however its digits are written. */
export const hasIndividualNumber = (text: string): boolean =>
  (text.normalize('NFKC').match(DIGITS) ?? []).some((digits) => readingsOf(digits).some(isIndividualNumber));
