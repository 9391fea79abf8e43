import { z } from 'zod';
import { phrase, SchemaPhrase } from '../../lib/fault.ts';
import { Failure, type Problem, usage } from '../failure.ts';
import { table } from '../output.ts';
import type { Run } from '../perform.ts';
import { NONE } from '../purpose-text.ts';
import { readFileWithin } from '../read-file.ts';
import { timeOption } from '../time.ts';
import { type PrincipalAnswer, principalAnswer } from './answers.ts';
import { type CsvRow, readCsv } from './csv.ts';
import { idArgument } from './terms.ts';

/** Transfers from a file: each row has its own result, and one that fails stops no other. */

const MAX_BYTES = 4 * 1024 * 1024;
const HEADER = ['id', 'office', 'duties', 'until', 'effectiveFrom'] as const;

const moment = z
  .string()
  .transform((text) => text || undefined)
  .pipe(timeOption.optional());

const transferRow = z.object({
  id: idArgument,
  office: idArgument,
  duties: z
    .string()
    .transform((text) => text.split(/\s+/).filter((duty) => duty !== ''))
    .pipe(z.array(z.string()).min(1, 'Name at least one duty: receive, examine, approve or responsible.')),
  until: moment,
  effectiveFrom: moment,
});

type Result = { readonly line: number; readonly id: string; readonly office: string } & (
  | { readonly principal: PrincipalAnswer }
  | { readonly problem: Problem }
);

const headed = (path: string, [header, ...rows]: readonly CsvRow[]): readonly CsvRow[] => {
  const names = header?.cells.map((cell) => cell.trim()) ?? [];
  if (names.join() === HEADER.join()) return rows;
  throw usage(phrase`The first line of ${path} has to be: ${HEADER.join()}`);
};

/** Failure: `usage`, as of the command line. */
const readRow = ({ cells }: CsvRow, seen: ReadonlyMap<string, number>) => {
  if (cells.length !== HEADER.length)
    throw usage(phrase`The row has ${cells.length} cells, and not ${HEADER.length}.`);
  const named = Object.fromEntries(HEADER.map((name, i) => [name, cells[i]?.trim()]));
  const result = transferRow.safeParse(named, { reportInput: true });
  const [issue] = result.error?.issues ?? [];
  if (issue) throw usage(phrase`${issue.path.join('.')}: ${new SchemaPhrase(issue)}`);
  if (!result.success) throw result.error;
  const before = seen.get(result.data.id);
  if (before !== undefined) throw usage(phrase`The id is in line ${before} already; this row is left out.`);
  return result.data;
};

export const transferAll = async ({ client, say, show }: Run, path: string): Promise<boolean> => {
  const rows = headed(path, readCsv(path, await readFileWithin(path, MAX_BYTES)));
  const seen = new Map<string, number>();
  const results: Result[] = [];
  for (const row of rows) {
    const [id = '', office = ''] = row.cells.map((cell) => cell.trim());
    const about = { line: row.line, id, office };
    try {
      const { id: _, until, effectiveFrom, ...to } = readRow(row, seen);
      const body = {
        ...to,
        ...(until !== undefined && { until }),
        ...(effectiveFrom !== undefined && { effectiveFrom }),
      };
      const { answer } = await client.post(`/api/v1/principals/${id}/transfer`, principalAnswer, body);
      results.push({ ...about, principal: answer });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      results.push({ ...about, problem: error.problem });
    }
    if (!seen.has(id)) seen.set(id, row.line);
  }
  const failed = results.filter((one) => 'problem' in one).length;
  const lines = results.map((one) => [
    String(one.line),
    one.id || NONE,
    one.office || NONE,
    ...('problem' in one
      ? [
          one.problem.code,
          typeof one.problem.detail === 'string' ? one.problem.detail : say(one.problem.detail),
        ]
      : [say(phrase`is proposed`), one.principal.awaiting?.effectiveFrom ?? NONE]),
  ]);
  const plain = results.map((one) =>
    'problem' in one ? { ...one, problem: spoken(one.problem, say) } : one,
  );
  const end = phrase`rows: ${results.length}; failed: ${failed}`;
  show({ rows: plain, failed }, `${table(lines)}${say(end)}\n`);
  return failed === 0;
};

/** As JSON has it: phrases are said. */
const spoken = (problem: Problem, say: Run['say']): Problem => {
  const text = (one: Problem['title']): string => (typeof one === 'string' ? one : say(one));
  return { ...problem, title: text(problem.title), detail: text(problem.detail) };
};
