import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type Encoding, type OpenFile, openFile, type Row, spoiled } from '../../lib/bulk/bulk.ts';
import { joined, type Phrase, phrase, SchemaPhrase } from '../../lib/fault.ts';
import { Failure, type Problem, usage } from '../failure.ts';
import { readFileWithin } from '../read-file.ts';

/** The rows of a file about many officers: CSV with a header, or a JSON object on each line. */

/** 60,000 rows of 250 bytes. The whole file is in memory, and no other limit counts its rows. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface Columns<R> {
  /** In the order of the header. */
  readonly names: readonly string[];
  /** Cells are text without spaces around it; an empty cell is an empty text. */
  readonly row: z.ZodType<R>;
}

/** What a row says, or why it says nothing. */
export type ReadRow<R> = { readonly line: number; readonly id: string } & (
  | { readonly row: R }
  | { readonly problem: Problem }
);

export interface ReadFile<R> extends Pick<OpenFile, 'encoding' | 'encodingBy'> {
  readonly rows: readonly ReadRow<R>[];
}

/** Found out from the beginning of the file, so its name may end in anything. */
const formatOf = (bytes: Buffer): OpenFile['format'] => {
  const text = bytes.toString('latin1', 0, 64).replace(/^\xef\xbb\xbf/, '');
  return text.trimStart().startsWith('{') ? 'ndjson' : 'csv';
};

const open = (bytes: Buffer, encoding: Encoding | undefined): Promise<OpenFile> => {
  const whole = async function* () {
    yield bytes;
  };
  const maxRows = Number.POSITIVE_INFINITY;
  return openFile(whole(), { format: formatOf(bytes), maxRows, ...(encoding && { encoding }) });
};

/** The names of the row's cells: NDJSON has its own. */
const namesOf = (row: Row, names: readonly string[]): readonly string[] => row.names ?? names;

/** What the file's reader found wrong, with the name of each cell's column. */
const problemsOf = (row: Row, names: readonly string[]): readonly Phrase[] =>
  row.problems.map(({ column = 0, phrase: why }) => {
    const name = namesOf(row, names)[column - 1];
    return name === undefined ? why : phrase`${name}: ${why}`;
  });

/** A list of NDJSON is text with spaces between its values. */
const cellOf = (row: Row, names: readonly string[], name: string): string => {
  const value = row.cells[namesOf(row, names).indexOf(name)] ?? '';
  return (typeof value === 'string' ? value : value.join(' ')).trim();
};

/** The row of a CSV file's header, or of a problem of the whole file. Failure: `usage`. */
const assertHeader = (path: string, header: Row, { names }: Columns<unknown>, isCsv: boolean): void => {
  const wanted = phrase`The first line of ${path} has to be: ${names.join()}`;
  const [problem] = problemsOf(header, names);
  if (problem) throw usage(phrase`${path}: ${problem}`, isCsv ? wanted : undefined);
  const isWanted = names.every((name) => cellOf(header, names, name) === name);
  if (!isWanted || header.cells.length !== names.length) throw usage(wanted);
};

/** Failure: `usage`, as of the command line. */
const readRow = <R>(row: Row, { names, row: shape }: Columns<R>, encoding: Encoding): R => {
  if (row.problems.length > 0) throw usage(joined(problemsOf(row, names), ' '));
  const strange = namesOf(row, names).find((name) => !names.includes(name));
  if (strange !== undefined) throw usage(phrase`${strange}: the columns are ${names.join()}.`);
  const cells = Object.fromEntries(names.map((name) => [name, cellOf(row, names, name)]));
  for (const [name, text] of Object.entries(cells)) {
    const why = spoiled(text, encoding);
    if (why) throw usage(phrase`${name}: ${why}`);
  }
  const result = shape.safeParse(cells, { reportInput: true });
  const [issue] = result.error?.issues ?? [];
  if (issue) throw usage(phrase`${issue.path.join('.')}: ${new SchemaPhrase(issue)}`);
  if (!result.success) throw result.error;
  return result.data;
};

const problemOf = (error: unknown): Problem => {
  if (error instanceof Failure) return error.problem;
  throw error;
};

/**
 * All rows of the file. A row that is wrong or cannot be read, or the second of two that say the same, has a problem and stops no
 * other. Where two rows about one id say different things, neither counts. Failure: `usage` where the file has other columns, or
 * cannot be read at all.
 */
export const readRows = async <R extends { readonly id: string }>(
  { path, encoding }: { readonly path: string; readonly encoding: Encoding | undefined },
  columns: Columns<R>,
): Promise<ReadFile<R>> => {
  const file = await open(await readFileWithin(path, MAX_BYTES), encoding);
  const first = new Map<string, { readonly line: number; readonly row: R }>();
  const contradicted = new Map<string, number>();
  const judged = (found: Row): ReadRow<R> => {
    const { line } = found;
    const id = cellOf(found, columns.names, 'id');
    try {
      const row = readRow(found, columns, file.encoding);
      const before = first.get(id);
      if (before === undefined) first.set(id, { line, row });
      else if (isDeepStrictEqual(before.row, row))
        throw usage(phrase`The id is in line ${before.line} already; this row is left out.`);
      else if (!contradicted.has(id)) contradicted.set(id, line);
      return { line, id, row };
    } catch (error) {
      return { line, id, problem: problemOf(error) };
    }
  };
  const rows: ReadRow<R>[] = [];
  for await (const row of file.rows) {
    if (row.number > 0) rows.push(judged(row));
    else assertHeader(path, row, columns, file.format === 'csv');
  }
  const settled = rows.map((one): ReadRow<R> => {
    const other = contradicted.get(one.id);
    if (other === undefined || 'problem' in one) return one;
    const at = one.line === other ? (first.get(one.id)?.line ?? other) : other;
    const detail = phrase`Line ${at} says something else of the same id; neither is done.`;
    return { line: one.line, id: one.id, problem: usage(detail).problem };
  });
  return { encoding: file.encoding, encodingBy: file.encodingBy, rows: settled };
};
