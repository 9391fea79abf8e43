import { z } from 'zod';
import { phrase, SchemaPhrase } from '../../lib/fault.ts';
import { Failure, type Problem, usage } from '../failure.ts';
import { readFileWithin } from '../read-file.ts';
import { type CsvRow, readCsv } from './csv.ts';

/** The rows of a file about many officers: CSV with a header, or a JSON object on each line. */

/** 60,000 rows of 250 bytes. The whole file is in memory. */
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

/** Cells of a row that is a JSON object: texts, and lists of words. Failure: `usage`. */
const objectCells = (text: string, names: readonly string[]): readonly string[] => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage('The line is not JSON.');
  }
  const shape = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
  const { data } = shape.safeParse(value);
  if (data === undefined) throw usage('The line is not an object of texts and lists of texts.');
  const strange = Object.keys(data).find((name) => !names.includes(name));
  if (strange !== undefined) throw usage(phrase`${strange}: the columns are ${names.join()}.`);
  return names.map((name) => [data[name] ?? ''].flat().join(' '));
};

/** Failure: `usage`, as of the command line. */
const readCells = <R>({ names, row }: Columns<R>, cells: readonly string[]): R => {
  if (cells.length !== names.length)
    throw usage(phrase`The row has ${cells.length} cells, and not ${names.length}.`);
  const named = Object.fromEntries(names.map((name, i) => [name, cells[i]?.trim()]));
  const result = row.safeParse(named, { reportInput: true });
  const [issue] = result.error?.issues ?? [];
  if (issue) throw usage(phrase`${issue.path.join('.')}: ${new SchemaPhrase(issue)}`);
  if (!result.success) throw result.error;
  return result.data;
};

const problemOf = (error: unknown): Problem => {
  if (error instanceof Failure) return error.problem;
  throw error;
};

type Line = { readonly line: number; readonly cells: () => readonly string[] };

/** Failure: `usage` where the file is not one of these columns. */
const linesOf = (path: string, bytes: Buffer, names: readonly string[]): readonly Line[] => {
  const text = bytes.toString('latin1', 0, 64).replace(/^\xef\xbb\xbf/, '');
  if (text.trimStart().startsWith('{')) {
    const whole = new TextDecoder('utf-8', { fatal: true });
    let lines: readonly string[];
    try {
      lines = whole.decode(bytes).split('\n');
    } catch {
      throw usage(phrase`The file ${path} is not UTF-8.`);
    }
    return lines.flatMap((line, i) =>
      line.trim() === '' ? [] : [{ line: i + 1, cells: () => objectCells(line, names) }],
    );
  }
  const [header, ...rows]: readonly CsvRow[] = readCsv(path, bytes);
  if (header?.cells.map((cell) => cell.trim()).join() !== names.join())
    throw usage(phrase`The first line of ${path} has to be: ${names.join()}`);
  return rows.map(({ line, cells }) => ({ line, cells: () => cells }));
};

/**
 * All rows of the file. A row that is wrong, or the second of two that say the same, has a problem and stops no other. Where two
 * rows about one id say different things, neither counts. Failure: `usage`.
 */
export const readRows = async <R extends { readonly id: string }>(
  path: string,
  columns: Columns<R>,
): Promise<readonly ReadRow<R>[]> => {
  const lines = linesOf(path, await readFileWithin(path, MAX_BYTES), columns.names);
  const first = new Map<string, { readonly line: number; readonly said: string }>();
  const contradicted = new Map<string, number>();
  const rows = lines.map(({ line, cells: read }): ReadRow<R> => {
    let id = '';
    try {
      const cells = read();
      id = cells[0]?.trim() ?? '';
      const row = readCells(columns, cells);
      const said = JSON.stringify(row);
      const before = first.get(id);
      if (before === undefined) first.set(id, { line, said });
      else if (before.said === said)
        throw usage(phrase`The id is in line ${before.line} already; this row is left out.`);
      else if (!contradicted.has(id)) contradicted.set(id, line);
      return { line, id, row };
    } catch (error) {
      return { line, id, problem: problemOf(error) };
    }
  });
  return rows.map((one): ReadRow<R> => {
    const other = contradicted.get(one.id);
    if (other === undefined || 'problem' in one) return one;
    const at = one.line === other ? (first.get(one.id)?.line ?? other) : other;
    const detail = phrase`Line ${at} says something else of the same id; neither is done.`;
    return { line: one.line, id: one.id, problem: usage(detail).problem };
  });
};
