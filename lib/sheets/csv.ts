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

/** Rows are handed over in pieces of this size: few writes, and little to hold. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * A whole file as of RFC 4180 in UTF-8, with a byte order mark and a header line. It is made while it is read. Reading stops the
 * rows where the reader stops.
 */
export const csvOf = async function* (
  columns: readonly string[],
  rows: AsyncIterable<readonly string[]>,
): AsyncGenerator<Uint8Array> {
  let held = BYTE_ORDER_MARK + csvLine(columns);
  for await (const row of rows) {
    held += csvLine(row);
    if (held.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(held);
    held = '';
  }
  if (held !== '') yield Buffer.from(held);
};
