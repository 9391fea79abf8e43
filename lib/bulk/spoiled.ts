import { type Phrase, phrase } from '../fault.ts';
import type { Encoding, Value } from './contract.ts';

const REPLACED = phrase`A spreadsheet puts ? or 〓 in the place of a character that Windows-31J does not have. Write the character again, and save the file as CSV in UTF-8.`;
const MADE_A_NUMBER = phrase`A spreadsheet made a number of it, and its digits are lost. Set the column to text, and write it again.`;

/** Names with a question mark beside Japanese are hardly ever meant. In UTF-8 nothing has to be replaced. */
const isReplaced = (text: string): boolean =>
  text.includes('〓') || (text.includes('?') && /\P{ASCII}/u.test(text));
/** 2026112200000001 becomes 2.02612E+15. */
const isMadeANumber = (text: string): boolean => /^[0-9](?:\.[0-9]+)?E\+[0-9]{2,}$/i.test(text.trim());

/** Why a spreadsheet has spoiled the value of a cell. */
export const spoiled = (value: Value, encoding: Encoding): Phrase | undefined => {
  const texts = [value].flat();
  if (encoding === 'windows-31j' && texts.some(isReplaced)) return REPLACED;
  return texts.some(isMadeANumber) ? MADE_A_NUMBER : undefined;
};
