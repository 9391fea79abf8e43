import { type Phrase, phrase } from '../fault.ts';
import { type CellProblem, MAX_CELL_BYTES, type UnnumberedRow } from './contract.ts';
import type { CellBytes } from './csv-cells.ts';
import { type Found, openCsvRows } from './csv-rows.ts';
import { isBlank, type Line, openLines } from './lines.ts';
import { CELL_TOO_LONG, type TextReader } from './text.ts';

/** CSV as of RFC 4180, row by row. The first row is the header, and every other one has as many cells. */

const LONE_CR = phrase`The cell has the end of a line as CR alone. Save the file with lines that end with CRLF or LF.`;

/**
 * Exports put an apostrophe before a text that a spreadsheet would take for a formula (lib/sheets). It is taken off, so that a file
 * of this service, corrected, does not bring it into a name. Other cells that begin like a formula are text as they are.
 */
const PROTECTED = /^'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])(?!-?\d+(?:\.\d+)?$)/;

const unquoted = (text: string): string => text.replaceAll('""', '"');

const CARRIAGE_RETURN = 0x0d;

const readCell = ({ bytes, isQuoted }: CellBytes, texts: TextReader): string | Phrase => {
  if (bytes.length > MAX_CELL_BYTES) return CELL_TOO_LONG;
  if (!isQuoted && bytes.includes(CARRIAGE_RETURN)) return LONE_CR;
  const read = texts.decode(bytes, 'cell', isQuoted ? unquoted : undefined);
  if ('refusal' in read) return read.refusal;
  return texts.refusalOf(read.text, 'cell') ?? read.text.replace(PROTECTED, '');
};

const readRow = (line: number, found: readonly CellBytes[], texts: TextReader): UnnumberedRow => {
  const cells: (string | undefined)[] = [];
  const problems: CellProblem[] = [];
  for (const [index, cell] of found.entries()) {
    const read = readCell(cell, texts);
    cells.push(typeof read === 'string' ? read : undefined);
    if (typeof read !== 'string') problems.push({ column: index + 1, phrase: read });
  }
  return { line, cells, problems };
};

/** Spreadsheets write rows of commas below a table. */
const isBlankRow = (cells: readonly CellBytes[]): boolean => cells.every(({ bytes }) => isBlank(bytes));

/**
 * Makes rows of what is found. The lines of a broken row may seem to be rows, such as those of a PEM text in it. Lines after it that
 * do not have as many cells as the header are taken as its lines, and its problem names them: they could be no rows in any case, and
 * so the rows after them keep their numbers.
 */
const openTable = (texts: TextReader) => {
  let width: number | undefined;
  let broken: { readonly line: number; readonly problem: CellProblem; lastLine: number } | undefined;

  const end = function* (): Generator<UnnumberedRow> {
    if (broken === undefined) return;
    const { line, lastLine, problem } = broken;
    const further = phrase`The row is taken to end with line ${lastLine}, because the lines up to there are no rows of the table.`;
    const problems = lastLine > line ? [problem, { phrase: further }] : [problem];
    broken = undefined;
    yield { line, cells: [], problems };
  };

  const take = function* (found: Found): Generator<UnnumberedRow> {
    const { line, lastLine } = found;
    if ('cells' in found) {
      const { cells } = found;
      if (isBlankRow(cells)) return;
      width ??= cells.length;
      if (cells.length === width) {
        yield* end();
        yield readRow(line, cells, texts);
        return;
      }
    }
    if (broken) broken.lastLine = lastLine;
    else if ('cells' in found) {
      const count = phrase`The row has ${found.cells.length} cells, and the header has ${width ?? 0}. A cell with a comma or a line end in it stands in quotation marks.`;
      yield { line, cells: [], problems: [{ phrase: count }] };
    } else if (found.isBroken) broken = { line, lastLine, problem: found.problem };
    else yield { line, cells: [], problems: [found.problem] };
  };

  return { take, end };
};

export const csvRowsOf = async function* (
  pieces: AsyncIterable<Uint8Array>,
  texts: TextReader,
): AsyncGenerator<UnnumberedRow> {
  const lines = openLines();
  const rows = openCsvRows();
  const table = openTable(texts);
  const through = function* (found: Iterable<Line>): Generator<UnnumberedRow> {
    for (const line of found) for (const row of rows.take(line)) yield* table.take(row);
  };
  for await (const piece of pieces) yield* through(lines.take(piece));
  yield* through(lines.end());
  for (const row of rows.end()) yield* table.take(row);
  yield* table.end();
};
