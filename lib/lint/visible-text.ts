import { type Phrase, phrase } from '../fault.ts';
/** Checks that a text reads as it is. The names of persons and offices must, in a request and in a certificate. */

/** A character in a text that no reader can see, and what to do about it. */
export interface Unshown {
  /** In Unicode's notation: `U+3164`. */
  readonly codePoint: string;
  /** Follows "which" in a sentence, and ends with what to do. */
  readonly why: Phrase;
}

/**
 * A variation selector chooses the form of the ideograph straight before it (UTS #37); names of persons need it (異体字).
 */
const MISPLACED_SELECTOR = /(?<!\p{Ideographic})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/v;

/** 外字: each machine shows something different, or nothing. */
const PRIVATE_USE = /\p{Co}/v;

/**
 * Controls, directions, line and paragraph separators, characters that Unicode lets a display leave out (fillers of
 * Hangul, joiners, shy hyphens), and two symbols that are blank by design: the empty Braille pattern and the null
 * notehead.
 */
const INVISIBLE =
  /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]--[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]/v;

/**
 * A combining mark at the beginning or after a space. It shows on nothing, or on the character that a page has before
 * the text.
 */
const MARK_ALONE = /(?<![^\p{Z}])\p{M}/v;

const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/v;

/** The order of the search. */
const DEFECTS: readonly (readonly [RegExp, Phrase])[] = [
  [
    PRIVATE_USE,
    phrase`is for private use and shows differently everywhere; write the character that Unicode has for it`,
  ],
  [MISPLACED_SELECTOR, phrase`is a variation selector without an ideograph straight before it; remove it`],
  [INVISIBLE, phrase`does not show; remove it`],
  [
    MARK_ALONE,
    phrase`is a combining mark without a character before it; put it after its character or remove it`,
  ],
];

/**
 * The first character that does not show. Undefined for empty text, and where all characters show and at least one of
 * them stands by itself.
 */
export const findUnshown = (text: string): Unshown | undefined => {
  for (const [defect, why] of DEFECTS) {
    const found = defect.exec(text)?.[0];
    if (found !== undefined) return { codePoint: nameOf(found), why };
  }
  return text === '' || VISIBLE.test(text)
    ? undefined
    : {
        codePoint: nameOf(text),
        why: phrase`is all that it has and does not show; write what it stands for`,
      };
};

const nameOf = (text: string): string =>
  `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
