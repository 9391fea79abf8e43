/*
 * Text that comes from outside, as a page shows it. Whoever made a file may have put characters into a name that do not show, or that
 * turn the order of what stands beside them around.
 */

/** Variation selectors choose the form of the ideograph before them (UTS #37): names of persons need them. Elsewhere they hide. */
const UNSHOWN =
  /(?<!\p{Ideographic})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|\p{Co}|[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800]--[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]/gv;

/** More marks than any writing has on one letter cover the lines around it. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gv;

const MOST_CHARACTERS = 200;

const nameOf = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/** The same text with the code points of what does not show, and not longer than a line or two. */
export const visible = (text: string, most = MOST_CHARACTERS): string => {
  // Only so many are looked at: a name may have a hundred thousand.
  const characters = Array.from(text.slice(0, 2 * most + 2));
  const cut = characters.slice(0, most).join('');
  const isCut = text.length > cut.length;
  return `${cut.replace(UNSHOWN, nameOf).replace(PILED_MARKS, '$1…')}${isCut ? '…' : ''}`;
};
