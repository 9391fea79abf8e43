import { writeXlsxStream } from 'hucre/xlsx';
import { Fault, phrase } from '../fault.ts';

export interface Sheet {
  /** 1 to 31 characters, none of `[]:*?/\`. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** A spreadsheet holds so many rows, the line of the columns included. */
const MAX_ROWS = 1_048_576;
const MAX_CELL_CHARACTERS = 32_767;

/** The number format of text. Without it a cell such as `0123` or `=1+1` would become a number or a formula when it is edited. */
const AS_TEXT = '@';

/** XML 1.0 (2.2) lacks these characters. Halves of surrogate pairs are among them. */
const NOT_IN_XML = /[^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Spreadsheets read `_x0041_` in a cell as an A (ISO/IEC 29500-1, 22.9.2.19). In a text that looks so, the underscore is escaped. */
const LOOKS_ESCAPED = /_(?=x[0-9a-f]{4}_)/gi;

const cellOf = (text: string): string => {
  const cell = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(NOT_IN_XML, '\ufffd')
    .replaceAll(LOOKS_ESCAPED, '_x005F_');
  if (cell.length > MAX_CELL_CHARACTERS)
    throw new Fault(
      'value-too-large',
      phrase`A cell of an XLSX file holds ${MAX_CELL_CHARACTERS} characters, and one of the texts is longer; take a CSV file.`,
      { limit: MAX_CELL_CHARACTERS },
    );
  return cell;
};

const cellsOf = async function* (rows: AsyncIterable<readonly string[]>): AsyncGenerator<string[]> {
  let count = 1;
  for await (const row of rows) {
    if (++count > MAX_ROWS)
      throw new Fault(
        'value-too-large',
        phrase`An XLSX file holds ${MAX_ROWS} rows, and there are more; take a CSV file.`,
        { limit: MAX_ROWS },
      );
    yield row.map(cellOf);
  }
};

/** The file that the room's door describes. */
export const xlsxFile = (
  { name, columns }: Sheet,
  rows: AsyncIterable<readonly string[]>,
): AsyncIterable<Uint8Array> =>
  writeXlsxStream(cellsOf(rows), {
    name,
    columns: columns.map((header) => ({ header: cellOf(header), numFmt: AS_TEXT })),
    freezePane: { rows: 1 },
  });
