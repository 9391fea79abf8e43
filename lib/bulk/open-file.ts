import { phrase } from '../fault.ts';
import { type FileForm, MAX_ROWS, type OpenFile, type Row, type UnnumberedRow } from './contract.ts';
import { csvRowsOf } from './csv.ts';
import { judgeEncoding } from './encoding.ts';
import { ndjsonRowsOf } from './ndjson.ts';
import { openText } from './text.ts';

/** So much of a file is held to judge its encoding. */
const BEGINNING_BYTES = 64 * 1024;

const ROWS_OF = { csv: csvRowsOf, ndjson: ndjsonRowsOf };

const EMPTY = phrase`The file has no rows.`;

/** A file of very many short lines would have very many refusals. */
const MAX_REFUSED = 10_000;
const REST = phrase`This row and those after it are too many, and were not read; put them into other files.`;

const problemOfFile = (why: typeof EMPTY): Row => ({
  number: 0,
  line: 1,
  cells: [],
  problems: [{ phrase: why }],
});

/** Numbers the rows. The rows beyond the limit are refused one by one. Nothing follows a problem of the header. */
const numbered = async function* (
  rows: AsyncIterable<UnnumberedRow>,
  first: 0 | 1,
  maxRows: number,
): AsyncGenerator<Row> {
  const tooMany = phrase`A file has at most ${maxRows} rows; put this one into another file.`;
  let number = first - 1;
  for await (const row of rows) {
    number += 1;
    const { line } = row;
    if (number > maxRows + MAX_REFUSED) {
      yield { number, line, cells: [], problems: [{ phrase: REST }] };
      return;
    }
    yield number > maxRows
      ? { number, line, cells: [], problems: [{ phrase: tooMany }] }
      : { number, ...row };
    if (number === 0 && row.problems.length > 0) return;
  }
  if (number < first) yield problemOfFile(EMPTY);
};

/**
 * Opens a file that comes in pieces of any sizes, such as parts that were sent one after another. Nobody may change a piece
 * afterwards. What is held of the file does not grow with it: its beginning, and later a piece and a row.
 *
 * Whatever the file holds is told as rows and their problems; only what the pieces throw is thrown. A row that cannot be read stops no
 * other row.
 */
export const openFile = async (pieces: AsyncIterable<Uint8Array>, form: FileForm): Promise<OpenFile> => {
  const source = pieces[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  while (!isWhole && size < BEGINNING_BYTES) {
    const { value, done } = await source.next();
    isWhole = done === true;
    if (done) break;
    held.push(value);
    size += value.length;
  }
  const beginning = Buffer.concat(held);
  const judged = judgeEncoding(
    beginning.subarray(0, BEGINNING_BYTES),
    isWhole && size <= BEGINNING_BYTES,
    form.encoding,
  );

  const text = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield beginning.subarray(judged.markBytes);
      while (!isWhole) {
        const { value, done } = await source.next();
        if (done) return;
        yield value;
      }
    } finally {
      await source.return?.();
    }
  };

  const rows = async function* (): AsyncGenerator<Row> {
    if (judged.problem) {
      await source.return?.();
      yield problemOfFile(judged.problem);
      return;
    }
    const found = ROWS_OF[form.format](text(), openText(judged.encoding));
    yield* numbered(found, form.format === 'csv' ? 0 : 1, form.maxRows ?? MAX_ROWS);
  };

  const { encoding, encodingBy } = judged;
  return { format: form.format, encoding, encodingBy, rows: rows() };
};
