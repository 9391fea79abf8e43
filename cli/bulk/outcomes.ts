import { type Phrase, phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import type { Run } from '../perform.ts';
import type { Saved } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { type BatchAnswer, batchPath, type ProgressAnswer, type RowAnswer, rowPage } from './answers.ts';
import { batchText, rowTable } from './batch-text.ts';

/* What a command prints when its step is over, and the exit code that says whether every row is done. */

/** Rows with problems that are printed; a file has all of them. */
const SHOWN = 20;

/** A sentence, and the command. */
type Advice = readonly [Phrase, string];

interface Outcome {
  readonly batch: BatchAnswer;
  readonly step: ProgressAnswer | undefined;
  /** The next things for a person to do. */
  readonly advice: readonly Advice[];
  /** Rows with problems, of this step and of earlier ones that count. */
  readonly problems: number;
  readonly saved?: Saved | undefined;
}

const firstProblems = async ({ client }: Run, id: string): Promise<readonly RowAnswer[]> =>
  (await client.get(batchPath(id, '/rows'), rowPage, { list: 'problems', limit: `${SHOWN}` })).rows;

const showOutcome = async (run: Run, outcome: Outcome): Promise<ExitCode> => {
  const { say, show } = run;
  const { batch, step, problems, advice, saved } = outcome;
  const setAside = step?.setAside ?? 0;
  const rows = problems > 0 ? await firstProblems(run, batch.id) : [];
  const all =
    setAside > 0
      ? [
          ...advice,
          [phrase`to try the rows again that were set aside:`, `akashi bulk replay ${batch.id}`] as const,
        ]
      : advice;
  const count =
    problems > rows.length
      ? `${say(phrase`rows with problems: ${problems}; these are the first ${rows.length}`)}\n`
      : '';
  show(
    { batch, problems, setAside, rows, ...(saved && { saved }) },
    (rows.length > 0 ? `${rowTable(say, rows)}${count}\n` : '') +
      batchText(say, batch) +
      (saved ? savedText(say, saved) : '') +
      all.map(([sentence, command]) => `${say(sentence)}\n  ${asRun(command)}\n`).join(''),
  );
  return problems + setAside === 0 ? EXIT.ok : EXIT.refused;
};

/** The file as a whole cannot be read. */
export const showUnreadable = ({ say, show }: Run, batch: BatchAnswer): ExitCode => {
  show({ batch }, batchText(say, batch));
  return EXIT.refused;
};

/**
 * After a check or a submission, whose rows count together with those that cannot be read. The next thing to do is said where any
 * row can go on.
 */
export const showFileOutcome = (
  run: Run,
  batch: BatchAnswer,
  step: ProgressAnswer | undefined,
  { next, saved }: { readonly next: Advice; readonly saved?: Saved | undefined },
): Promise<ExitCode> => {
  const problems = problemsOf(batch, step);
  const toCorrect = [
    phrase`to get the rows with problems, to be corrected and sent as another file:`,
    `akashi bulk errors ${batch.id} --save errors.csv`,
  ] as const;
  const advice = [...(problems > 0 && !saved ? [toCorrect] : []), ...(step && step.done > 0 ? [next] : [])];
  return showOutcome(run, { batch, step, problems, advice, saved });
};

export const problemsOf = ({ unreadable = 0 }: BatchAnswer, step: ProgressAnswer | undefined): number =>
  unreadable + (step?.refused ?? 0);

/** After a step that takes the rows as requests. */
export const showStepOutcome = (
  run: Run,
  batch: BatchAnswer,
  step: ProgressAnswer | undefined,
  advice: readonly Advice[] = [],
): Promise<ExitCode> => showOutcome(run, { batch, step, problems: step?.refused ?? 0, advice });
