/**
 * Without it at the beginning of a file, spreadsheets in Japan take UTF-8 for another encoding and misread Japanese.
 */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * A spreadsheet takes a cell that begins with one of these for a formula, and would run a text that a caller chose.
 * Japanese input methods produce the wide forms, which spreadsheets treat like the narrow ones.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** One cell (RFC 4180 2). An apostrophe before text that looks like a formula keeps it from being one. */
const csvCell = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One line with its CRLF (RFC 4180 2). */
export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;
