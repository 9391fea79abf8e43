/** Without it at the beginning of a file, spreadsheets here take UTF-8 for another encoding and misread Japanese. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * A spreadsheet takes a cell that begins so for a formula, and would run what a caller chose to be called. The wide
 * forms are what Japanese input methods give, and spreadsheets take them for the narrow ones.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** One cell (RFC 4180 2); text that looks like a formula is kept from being one by an apostrophe before it. */
const csvCell = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One line with its CRLF (RFC 4180 2). */
export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;
