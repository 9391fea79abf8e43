import { Fault, type Phrase, phrase } from '../fault.ts';
import { findUnshown } from '../lint/lint.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { PersonalContents, Term } from './contract.ts';

/** Checks of what people type about offices and principals. Faults: `invalid-input` with the member's `path`. */

const refused = (path: string, why: Phrase): Fault => new Fault('invalid-input', why, { path });

const ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

export const assertId = (id: string, path = 'id'): void => {
  if (!ID.test(id)) throw refused(path, phrase`An id is 1 to 40 of a-z, 0-9 and inner hyphens.`);
};

const MAX_TEXT = 200;

/**
 * The text as it was given: ideographic variation sequences and compatibility ideographs stay, because they are how a name is
 * registered.
 */
export const readText = (path: string, given: string): string => {
  if (!given.isWellFormed())
    throw refused(path, phrase`This is not Unicode text: half of a surrogate pair is missing.`);
  const text = given.trim();
  if (text === '' || [...text].length > MAX_TEXT)
    throw refused(path, phrase`This takes 1 to ${MAX_TEXT} characters.`);
  const unshown = findUnshown(text);
  if (unshown) throw refused(path, phrase`This has ${unshown.codePoint}, which ${unshown.why}.`);
  return text;
};

export const readContents = ({ name, kana }: PersonalContents): PersonalContents => ({
  name: { ja: readText('name.ja', name.ja), en: readText('name.en', name.en) },
  ...(kana !== undefined && { kana: readText('kana', kana) }),
});

/** Weights of the digits of a local government code, from the left. */
const WEIGHTS = [6, 5, 4, 3, 2] as const;

/** The last of the six digits of a local government code, for the first five (JIS X 0401, 0402; modulo 11). */
export const checkDigit = (five: string): number => {
  const sum = WEIGHTS.reduce<number>((total, weight, i) => total + weight * Number(five[i]), 0);
  // A sum below 11 counts as its own remainder: 11 less the remainder, and of that the last digit.
  return (11 - (sum % 11)) % 10;
};

export const assertCode = (code: string): void => {
  if (!/^\d{6}$/.test(code)) throw refused('code', phrase`A local government code has six digits.`);
  const expected = checkDigit(code.slice(0, 5));
  if (Number(code[5]) !== expected)
    throw refused(
      'code',
      phrase`The last digit of the local government code ${code} has to be ${expected}; compare the digits.`,
    );
};

/** `from` is now where it is not given. */
export const readTerm = (given: Partial<Term>, now: number): Term => {
  const at = (path: 'from' | 'until', text: string): string => {
    const time = Date.parse(text);
    if (Number.isNaN(time)) throw refused(path, phrase`A time is written like 2027-04-01T00:00:00+09:00.`);
    return new Date(time).toISOString();
  };
  const from = given.from === undefined ? new Date(now).toISOString() : at('from', given.from);
  if (given.until === undefined) return { from };
  const until = at('until', given.until);
  if (until <= from)
    throw refused('until', phrase`The term ends before it begins, at ${rfc3339(new Date(from))}.`);
  return { from, until };
};
