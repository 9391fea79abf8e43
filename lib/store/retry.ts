import { backOff } from '../aws/back-off.ts';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 50;

/**
 * No further attempt begins after this long, so that a caller can still be told to try later when the store hangs. A
 * function that answers requests has ten seconds.
 */
export const PATIENCE_MS = 4_200;

/** An attempt failed but another may succeed. `applied` says whether this one may have taken effect all the same. */
export class Retryable {
  readonly cause: unknown;
  readonly applied: 'no' | 'unknown';

  constructor(cause: unknown, applied: 'no' | 'unknown') {
    this.cause = cause;
    this.applied = applied;
  }
}

/**
 * Repeats `attempt` while it returns `Retryable`, with full jitter (a random share of 50, 100, … 800 ms). It gives up
 * after six attempts, or after `PATIENCE_MS`. `unsure` tells an attempt that an earlier one may have taken effect.
 * Fault: `store-unavailable`.
 */
export const retrying = async <T>(
  random: Random,
  attempt: (unsure: boolean) => Promise<T | Retryable>,
): Promise<T> => {
  const began = performance.now();
  let unsure = false;
  for (let n = 0; ; n++) {
    const outcome = await attempt(unsure);
    if (!(outcome instanceof Retryable)) return outcome;
    const isLast = n === ATTEMPTS - 1 || performance.now() - began > PATIENCE_MS;
    if (isLast) throw storeUnavailable(outcome.cause);
    unsure ||= outcome.applied === 'unknown';
    await backOff(random, FIRST_PAUSE_MS, n);
  }
};

export const storeUnavailable = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    'The store did not answer, or not as expected; try again later.',
    {},
    { cause },
  );

/** Error names by which the services say that nothing was done and that the client may ask again. */
const NOT_APPLIED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'SlowDown',
]);

/** The answer to a request that the client has already repeated as often as it may. Fault: `store-unavailable`. */
export const unlessUnavailable = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    throw Fault.is(error) ? error : storeUnavailable(error);
  }
};

/**
 * Throws what is final: a Fault, and every refusal (4xx: permissions, validation) except throttling. Otherwise it says
 * whether the failed attempt may have taken effect: not if it was throttled or no connection was made; perhaps if its
 * answer was lost or the server failed. Fault: `store-unavailable`.
 */
export const asRetryable = (error: unknown): Retryable => {
  if (Fault.is(error)) throw error;
  if (error instanceof NoAnswer) return new Retryable(error, error.sent ? 'unknown' : 'no');
  if (!(error instanceof Refusal)) throw storeUnavailable(error);
  if (NOT_APPLIED.has(error.name)) return new Retryable(error, 'no');
  if (error.name === 'TransactionInProgressException' || error.status >= 500) {
    return new Retryable(error, 'unknown');
  }
  throw storeUnavailable(error);
};
