import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';

/** A row of a file, and the line on which it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

const PLAIN_ENDS = /[",\r\n]/g;
const CELL_ENDS = /,|\r?\n|$/y;

/** Where the cell ends that begins there. An expression for the whole cell would run out of stack where a cell has megabytes. */
const endOfCell = (text: string, from: number): number => {
  if (text[from] !== '"') {
    PLAIN_ENDS.lastIndex = from;
    return PLAIN_ENDS.exec(text)?.index ?? text.length;
  }
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1) return from;
    if (text[at + 1] !== '"') return at + 1;
  }
};

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
  for (let at = 0; at < text.length; ) {
    const cell = text.slice(at, endOfCell(text, at));
    CELL_ENDS.lastIndex = at + cell.length;
    const [end] = CELL_ENDS.exec(text) ?? [];
    if (end === undefined)
      throw usage(phrase`Line ${line} of ${path} is not CSV: a quotation mark is amiss.`);
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    line += `${cell}${end}`.split('\n').length - 1;
    at += cell.length + end.length;
    if (end === ',' && at < text.length) continue;
    if (end === ',') cells.push('');
    if (cells.some((one) => one.trim() !== '')) rows.push({ line: begins, cells });
    cells = [];
    begins = line;
  }
  return rows;
};
