import { Fault, type Phrase, phrase } from '../fault.ts';
import { OLD_FORMS } from './old-forms.ts';

/*
 * The index of personal data looks terms up whole. A term is the beginning of a value, written `^高橋花`, or two characters that
 * stand side by side in it, written `橋花`. `termsOf` gives the terms of what is stored. `searchTerm` gives the one to look up.
 */

/** A submission writes one row for each term. These and its other rows go into one write, which takes 100. */
export const MAX_TERMS = 40;

/** Characters (code points) of a search text, as it was typed. */
export const MAX_SEARCH_TEXT = 64;

/** A beginning of two characters needs no term of its own, because those two are also neighbours. */
const SHORTEST_BEGINNING = 3;
/** A longer text is compared with the item itself. */
export const LONGEST_BEGINNING = 8;

/** Names are written with either: 関ヶ原 and 関ケ原. */
const SMALL_KANA = ['ヶケ', 'ヵカ'];

const usedForm: ReadonlyMap<string, string> = new Map(
  [...OLD_FORMS, ...SMALL_KANA].flatMap((group) => {
    const forms = [...group];
    const used = forms.pop() as string;
    return forms.map((form) => [form, used] as const);
  }),
);

/** Unicode's NFKC_Casefold drops the same: variation selectors (異体字セレクタ), joiners, fillers. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

const HIRAGANA = /^[\u3041-\u3096\u309d\u309e]$/;
const TO_KATAKANA = 0x60;

/** By way of the upper case, so that a final sigma is a sigma and a sharp s is two, whatever stands beside them. */
const foldedCharacter = (character: string): string => {
  const kana = HIRAGANA.test(character)
    ? String.fromCharCode(character.charCodeAt(0) + TO_KATAKANA)
    : character;
  return usedForm.get(kana) ?? kana.toLowerCase().toUpperCase().toLowerCase();
};

/**
 * The text without differences that a search does not make: the width of characters (NFKC), variation selectors, hiragana or
 * katakana, upper or lower case, old or new forms of kanji. Folding a folded text changes nothing.
 */
export const folded = (text: string): string =>
  Array.from(text.replace(IGNORABLE, '').normalize('NFKC'), foldedCharacter).join('').normalize('NFKC');

/**
 * The characters between the words of a name: white space, middle dots, double hyphens, hyphens and dashes. The prolonged sound
 * mark ー is part of a word.
 */
const BETWEEN_WORDS = /[\s·・゠=\p{Pd}−]+/u;

const wordsOf = (text: string): readonly string[] =>
  folded(text)
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '');

/** Folded again: a mark that stood alone may belong to the character before it now. */
const together = (words: readonly string[]): string => folded(words.join(''));

/** The beginnings of a text that are terms, shortest first. */
const beginningsOf = (text: readonly string[]): readonly string[] =>
  text
    .slice(0, LONGEST_BEGINNING)
    .map((_, index) => `^${text.slice(0, index + 1).join('')}`)
    .slice(SHORTEST_BEGINNING - 1);

const pairsOf = (text: readonly string[]): readonly string[] =>
  text.slice(1).map((character, index) => `${text[index]}${character}`);

/** The first of each list, then the second of each, and so on. */
const inTurn = (lists: readonly (readonly string[])[]): readonly string[] => {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
};

/**
 * The terms under which values are found, each once: the beginnings of the values, those of their words, and neighbours. Where that
 * makes more than `MAX_TERMS`, the last are left out, so that a value is found by its beginning before it is found by its middle.
 */
export const termsOf = (values: readonly string[]): readonly string[] => {
  const words = values.map(wordsOf);
  const whole = words.map((ofValue) => [...together(ofValue)]);
  // The first word begins as its value does.
  const later = words.flatMap((ofValue) => ofValue.slice(1).map((word) => [...word]));
  const terms = [
    ...inTurn(whole.map(beginningsOf)),
    ...inTurn(later.map(beginningsOf)),
    ...inTurn(whole.map(pairsOf)),
  ];
  return [...new Set(terms)].slice(0, MAX_TERMS);
};

const CONTROL = /\p{Cc}/u;
const WITH_WILDCARD = /[*%]|^[?_]+$/;

const refused = (message: Phrase): Fault => new Fault('invalid-input', message, { path: 'text' });

export interface SearchTerm {
  /** The term to look up. Values that match have it. Where the text is longer than a term, other values may have it too. */
  readonly term: string;
  /** The whole text, folded: `matches` tells those values apart. */
  readonly beginning: string;
}

/**
 * The term to look up for a text: two characters are found anywhere in a value, and more at the beginning of the value or of one of
 * its words. Fault: `invalid-input`.
 */
export const searchTerm = (text: string): SearchTerm => {
  if (!text.isWellFormed() || CONTROL.test(text))
    throw refused(phrase`A search text has no control characters and no half of a character.`);
  if ([...text].length > MAX_SEARCH_TEXT)
    throw refused(phrase`A search text has at most ${MAX_SEARCH_TEXT} characters.`);
  const characters = [...together(wordsOf(text))];
  const beginning = characters.join('');
  if (WITH_WILDCARD.test(beginning))
    throw refused(
      phrase`A search takes no wildcards: the beginning of a name is enough, or two characters of it.`,
    );
  if (characters.length < 2)
    throw refused(phrase`A search takes at least two characters, white space and hyphens not counted.`);
  const term = characters.length < SHORTEST_BEGINNING ? beginning : beginningsOf(characters).at(-1);
  return { term: term as string, beginning };
};

/** Whether one of the values has the two characters, or begins with the longer text, or a word of it does. */
export const matches = (values: readonly string[], beginning: string): boolean =>
  values.some((value) => {
    const words = wordsOf(value);
    const whole = together(words);
    if ([...beginning].length < SHORTEST_BEGINNING) return whole.includes(beginning);
    return [whole, ...words].some((text) => text.startsWith(beginning));
  });
