import { type Phrase, phrase } from '../../lib/fault.ts';
import { said } from '../../lib/messages/messages.ts';
import { EXIT, type ExitCode, Failure, type Problem } from '../failure.ts';
import { printable, textIn } from '../output.ts';
import type { Run } from '../perform.ts';
import { NONE } from '../purpose-text.ts';
import { principalAnswer } from './answers.ts';
import type { Many, Sent } from './many-officers.ts';
import type { ManyFile } from './many-options.ts';
import { type ReadRow, readRows } from './rows-file.ts';

/*
 * Many officers from a file. Each row has its own result, which is printed when it is there, so that an invitation is not lost
 * where the run is interrupted. What the service says is done already is not done again: the same file may be run again.
 */

/** So many rows are asked about at the same time; no two are about one id. */
const AT_ONCE = 8;

type Result = { readonly line: number; readonly id: string } & (
  | Partial<Sent & { readonly isNew: boolean }>
  | { readonly problem: Problem }
);

/** A service that does not answer, or has too much to do, would answer the other rows no better. */
const stopsAll = ({ exitCode, problem }: Failure): boolean =>
  exitCode === EXIT.unreachable || problem.status === 429 || problem.status === 503 || problem.status === 401;

const doOne = async <R extends { readonly id: string }>(
  { client }: Run,
  many: Many<R>,
  read: ReadRow<R>,
  isDry: boolean,
): Promise<Result> => {
  const { line, id } = read;
  if ('problem' in read) return { line, id, problem: read.problem };
  const { row } = read;
  try {
    const before = await client.get(`/api/v1/principals/${id}`, principalAnswer).catch((error: unknown) => {
      const isUnknown = error instanceof Failure && error.problem.code === 'unknown-principal';
      if (isUnknown && many.isOfNew) return undefined;
      throw error;
    });
    const stands = before && many.done(row, before);
    if (before && stands) return { line, id, outcome: stands, principal: before, isNew: false };
    const inTheWay = many.needsNothingPrepared?.(row) ? before?.prepared : undefined;
    // The service would say the same; a dry run does not ask it.
    if (isDry && inTheWay) return { line, id, problem: somethingPrepared(id, inTheWay) };
    if (isDry) return { line, id, outcome: phrase`is to be done`, isNew: true };
    return { line, id, ...(await many.send(client, row)), isNew: true };
  } catch (error) {
    if (!(error instanceof Failure) || stopsAll(error)) throw error;
    return { line, id, problem: error.problem };
  }
};

const somethingPrepared = (id: string, { effectiveFrom }: { readonly effectiveFrom: string }): Problem => ({
  type: 'urn:akashi:cli:wrong-state',
  title: phrase`This is not done in the present state`,
  detail: phrase`Something else is prepared for ${id} from ${effectiveFrom} on; withdraw that first.`,
  code: 'wrong-state',
});

/** Does what the file says. Failures: `usage`, and those that stop everything. */
export const doMany = async <R extends { readonly id: string }>(
  run: Run,
  { isDry, ...file }: ManyFile,
  many: Many<R>,
): Promise<ExitCode> => {
  const { terminal, say, show } = run;
  const { rows, encoding, encodingBy } = await readRows(file, many);
  let failed = 0;
  let done = 0;
  const print = (result: Result): void => {
    const { line, id } = result;
    const cells = [String(line), id || NONE];
    if ('problem' in result) {
      failed++;
      const { problem } = result;
      const text = textLine([...cells, problem.code, textIn(problem.detail, say)]);
      show({ line, id, problem: said(problem, say) }, text);
      return;
    }
    const { outcome, principal, invitation, isNew } = result;
    if (isNew) done++;
    const text = outcome ? say(outcome) : NONE;
    const from = principal?.prepared?.effectiveFrom ?? principal?.awaiting?.effectiveFrom;
    const value = { line, id, outcome: text, isNew, principal, invitation };
    show(value, textLine([...cells, text, ...[from, invitation].filter((one) => one !== undefined)]));
  };
  const progress = (at: number): void => {
    if (terminal.isWatched) terminal.err(`\r${say(phrase`rows: ${at} of ${rows.length}`)}`);
  };
  try {
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const some = await Promise.allSettled(
        rows.slice(at, at + AT_ONCE).map((row) => doOne(run, many, row, isDry)),
      );
      for (const one of some) if (one.status === 'fulfilled') print(one.value);
      const stopped = some.find((one) => one.status === 'rejected');
      if (stopped) throw stopped.reason;
      progress(Math.min(at + AT_ONCE, rows.length));
    }
  } finally {
    if (terminal.isWatched && rows.length > 0) terminal.err('\n');
  }
  const end: Phrase = isDry
    ? phrase`rows: ${rows.length}; to be done: ${done}; failed: ${failed}`
    : phrase`rows: ${rows.length}; done: ${done}; failed: ${failed}`;
  const judged =
    encodingBy === 'content' && encoding !== 'utf-8'
      ? `${say(phrase`encoding: ${encoding}, as the beginning of the file looks; name another with --encoding`)}\n`
      : '';
  show({ rows: rows.length, done, failed, encoding, encodingBy }, `${judged}${say(end)}\n`);
  return failed === 0 ? EXIT.ok : EXIT.refused;
};

const textLine = (cells: readonly string[]): string => `${cells.map(printable).join('  ')}\n`;
