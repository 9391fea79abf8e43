import { setTimeout as pause } from 'node:timers/promises';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { Failure } from '../failure.ts';
import type { Run } from '../perform.ts';
import { type BatchAnswer, batchAnswer, batchPath, isUnderWay, type ProgressAnswer } from './answers.ts';
import { patiently } from './patience.ts';
import { progressLine } from './progress-line.ts';

/** Each look is recorded, so they become rarer. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;

/** A step that the service goes on with by itself, and how the line of progress says how far it is. */
interface Step {
  isUnderWay(batch: BatchAnswer): boolean;
  text(batch: BatchAnswer): Phrase;
}

const counted = (
  of: (batch: BatchAnswer) => ProgressAnswer | undefined,
  text: (done: number, rows: number) => Phrase,
): Step => ({
  isUnderWay: (batch) => of(batch)?.isOver === false,
  text: (batch) => {
    const { done = 0, refused = 0, setAside = 0, rows = 0 } = of(batch) ?? {};
    return text(done + refused + setAside, rows);
  },
});

const STEPS: readonly Step[] = [
  { isUnderWay: ({ state }) => state === 'reading', text: () => phrase`the service reads the file` },
  counted(
    ({ cancellation }) => cancellation,
    (done, rows) => phrase`rows cancelled: ${done} of ${rows}`,
  ),
  counted(
    ({ examinations = [] }) => examinations.find(({ isOver }) => !isOver) ?? examinations.at(-1),
    (done, rows) => phrase`rows examined: ${done} of ${rows}`,
  ),
  counted(
    ({ submission }) => submission,
    (done, rows) => phrase`rows submitted: ${done} of ${rows}`,
  ),
  counted(
    ({ check }) => check,
    (done, rows) => phrase`rows checked: ${done} of ${rows}`,
  ),
];

/**
 * Waits until the batch is as `isThere` says, or until nothing of it is under way. The service tells by events what changes; one that has no
 * events is asked from time to time.
 */
export const follow = async (
  run: Run,
  first: BatchAnswer,
  isThere: (batch: BatchAnswer) => boolean,
): Promise<BatchAnswer> => {
  const { client, terminal } = run;
  const line = progressLine(run);
  let batch = first;
  let hasEvents = true;
  let wait = FIRST_WAIT_MS;
  let step: Step | undefined;
  const draw = (): void => {
    // The last rows of a step that is over are shown too.
    step = STEPS.find((one) => one.isUnderWay(batch)) ?? step;
    if (step) line.show(step.text(batch));
  };
  const isEnough = (): boolean => isThere(batch) || !isUnderWay(batch);
  try {
    while (!isEnough()) {
      draw();
      if (hasEvents) {
        const began = terminal.now();
        const isEnded = await client
          .events(batchPath(batch.id, '/events'), batchAnswer, (now) => {
            batch = now;
            draw();
            return isEnough();
          })
          .then(() => true, onlyFailures);
        // A door that ends every answer at once is not asked again and again.
        hasEvents = isEnded && terminal.now() - began > LONGEST_WAIT_MS;
      } else {
        await pause(wait);
        wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
        batch = await patiently(() => client.get(batchPath(batch.id), batchAnswer));
      }
    }
    return batch;
  } finally {
    line.end();
  }
};

/** On AWS there are no events, and elsewhere a proxy may keep them back. Looking goes on in the other way, which says what is wrong. */
const onlyFailures = (error: unknown): false => {
  if (error instanceof Failure) return false;
  throw error;
};
