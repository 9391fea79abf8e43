import { phrase } from '../fault.ts';
import { type CellProblem, MAX_ROW_BYTES } from './contract.ts';

/*
 * The cells of one row (RFC 4180 2). They are found on bytes: neither a quotation mark nor a comma is a part of another character, in
 * UTF-8 or in Windows-31J.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;

export interface CellBytes {
  /** Without the marks around it. */
  readonly bytes: Buffer;
  readonly isQuoted: boolean;
}

const NEVER_ENDS = phrase`The quotation mark at the beginning of this cell has no partner at its end, within the ${MAX_ROW_BYTES} bytes that a row may have.`;
const AFTER_QUOTE = phrase`Text follows the quotation mark that ends this cell; a quotation mark inside such a cell is written twice.`;
const BARE_QUOTE = phrase`A cell with a quotation mark in it stands in quotation marks as a whole, and the mark inside is written twice.`;

export const countQuotes = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) count++;
  return count;
};

/** Where the mark is that ends the cell; -1 where none does. */
const endOfQuoted = (row: Buffer, from: number): number => {
  let at = row.indexOf(QUOTE, from);
  while (at !== -1 && row[at + 1] === QUOTE) at = row.indexOf(QUOTE, at + 2);
  return at;
};

/**
 * The cells of a row without its line end, or the defect of its quotation marks. Spaces belong to a cell (RFC 4180 2.4). A row with an
 * odd number of marks has a defect.
 */
export const cellsOf = (row: Buffer): readonly CellBytes[] | CellProblem => {
  const cells: CellBytes[] = [];
  const defect = (why: CellProblem['phrase']): CellProblem => ({ column: cells.length + 1, phrase: why });
  for (let at = 0; ; at++) {
    const isQuoted = row[at] === QUOTE;
    const from = isQuoted ? at + 1 : at;
    const to = isQuoted ? endOfQuoted(row, from) : row.indexOf(COMMA, from);
    if (isQuoted && to === -1) return defect(NEVER_ENDS);
    const bytes = row.subarray(from, to === -1 ? row.length : to);
    if (!isQuoted && bytes.includes(QUOTE)) return defect(BARE_QUOTE);
    at = from + bytes.length + (isQuoted ? 1 : 0);
    if (at < row.length && row[at] !== COMMA) return defect(AFTER_QUOTE);
    cells.push({ bytes, isQuoted });
    if (at >= row.length) return cells;
  }
};
