import type { RowProblem } from '../bulk/bulk.ts';
import { type Bilingual, Fault, type FaultCode, type FaultFacts, type Phrase, phrase } from '../fault.ts';
import type { Log } from '../ports.ts';
import type { RowResult } from './sealed.ts';

/** So many rows are under way at once. Their writes share commits where the store can do that. */
const SIDE_BY_SIDE = 50;

/** How often a row is tried before it is set aside, and the pause after its first failure, which doubles. */
const TURNS = 5;
const FIRST_PAUSE_MS = 100;

/** Faults of the service and of its stores: the row is as it should be, and the same again may succeed. */
const PASSING: ReadonlySet<string> = new Set<FaultCode>([
  'store-unavailable',
  'store-locked',
  'condition-failed',
  'trust-domain-changed',
  'address-changed',
  'amendment-lapsed',
  'authority-not-ready',
  'authority-suspended',
  'authority-expired',
  'table-behind',
  'storage-low',
  'unknown-key',
  'wrong-passphrase',
  'key-store-damaged',
  'data-key-missing',
  'data-key-damaged',
  'internal',
]);

export const isPassing = (error: unknown): boolean => !Fault.is(error) || PASSING.has(error.code);

const UNEXPECTED = phrase`The service failed at this row; its operators find why in the log.`;

/** A row and what is done with it. */
export interface Trial {
  readonly number: number;
  readonly run: () => Promise<void>;
}

export interface Trials {
  readonly done: number;
  readonly results: readonly RowResult[];
}

/** Finds the label of the column that a fault is about, by the fault's facts. */
export type ColumnOf = (facts: FaultFacts) => Bilingual | undefined;

interface OtherField {
  readonly field: unknown;
  readonly problem: Phrase;
}

/** A row may have several fields that are wrong. */
const problemsOf = (error: unknown, columnOf: ColumnOf): readonly RowProblem[] => {
  if (!Fault.is(error)) return [{ phrase: UNEXPECTED }];
  const problem = (facts: FaultFacts, why: Phrase): RowProblem => {
    const column = columnOf(facts);
    return { ...(column && { column }), phrase: why };
  };
  const { others = [] } = error.facts as { readonly others?: readonly OtherField[] };
  return [
    problem(error.facts, error.phrase),
    ...others.map(({ field, problem: why }) => problem({ field }, why)),
  ];
};

/**
 * Does what can be done with each row. Where no row of several goes through, and none is at fault, it rejects: then the store or a
 * key is away, and they are all tried again later. `isLast`: they were tried again often enough, and are set aside.
 */
export const tryAll = async (
  trials: readonly Trial[],
  {
    isLast,
    columnOf,
    log,
    about,
  }: {
    readonly isLast: boolean;
    readonly columnOf: ColumnOf;
    readonly log: Log;
    readonly about: Readonly<Record<string, unknown>>;
  },
): Promise<Trials> => {
  const results: RowResult[] = [];
  let done = 0;
  let last: unknown;

  const tryOne = async ({ number, run }: Trial): Promise<void> => {
    for (let turn = 1; ; turn++) {
      try {
        await run();
        done++;
        return;
      } catch (error) {
        const problems = problemsOf(error, columnOf);
        const code = Fault.is(error) ? error.code : 'internal';
        if (!isPassing(error)) {
          results.push({ number, state: 'refused', code, problems });
          return;
        }
        last = error;
        if (turn === TURNS) {
          log('warn', 'A row of a file is set aside', {
            ...about,
            row: number,
            error: code,
            ...(!Fault.is(error) && { detail: String(error) }),
          });
          results.push({ number, state: 'set-aside', code, problems });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (turn - 1)));
      }
    }
  };

  const rest = trials[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const trial of rest) await tryOne(trial);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  if (
    !isLast &&
    trials.length > 0 &&
    results.length === trials.length &&
    results.every(({ state }) => state === 'set-aside')
  )
    throw last;
  return { done, results: results.sort((a, b) => a.number - b.number) };
};
