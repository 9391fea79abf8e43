import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';

/** A row of a file, and the line on which it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

const CELL = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;

/** CSV as of RFC 4180 in UTF-8, with or without a byte order mark. Empty lines are left out. Failure: `usage`. */
export const readCsv = (path: string, bytes: Uint8Array): readonly CsvRow[] => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usage(
      phrase`The file ${path} is not UTF-8.`,
      'Save it as CSV UTF-8; spreadsheets offer that beside CSV.',
    );
  }
  const rows: CsvRow[] = [];
  let line = 1;
  let begins = 1;
  let cells: string[] = [];
  for (CELL.lastIndex = 0; CELL.lastIndex < text.length; ) {
    const [all, cell = '', end = ''] = CELL.exec(text) ?? [];
    if (all === undefined)
      throw usage(phrase`Line ${line} of ${path} is not CSV: a quotation mark is amiss.`);
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    line += all.split('\n').length - 1;
    if (end === ',' && CELL.lastIndex < text.length) continue;
    if (end === ',') cells.push('');
    if (cells.some((one) => one.trim() !== '')) rows.push({ line: begins, cells });
    cells = [];
    begins = line;
  }
  return rows;
};
