import { backOff } from '../aws/back-off.ts';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 50;

/**
 * After so long no further attempt is begun: a store that hangs is given up while the caller can still be told to try
 * later. A function behind a door has ten seconds.
 */
const PATIENCE_MS = 4_200;

/** An attempt did not succeed but another may. `applied` says whether this one may have been carried out all the same. */
export class Retryable {
  readonly cause: unknown;
  readonly applied: 'no' | 'unknown';

  constructor(cause: unknown, applied: 'no' | 'unknown') {
    this.cause = cause;
    this.applied = applied;
  }
}

/**
 * Repeats `attempt` while it answers `Retryable`, with full jitter (a random share of 50, 100, … 800 ms), then
 * gives up, as it does where the store takes its time over each. `unsure` tells an attempt that an earlier one may have been carried out. Faults: `store-unavailable`.
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

/** What a service calls its refusals that say that nothing was done and asking again is right. */
const NOT_APPLIED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'SlowDown',
]);

/**
 * Whether to ask again: throttling was not carried out, nor was what no connection was made for; a request whose answer
 * was lost, or a server error, may have been; every other refusal (4xx: permissions, validation) is final.
 */
export const asRetryable = (error: unknown): Retryable | undefined => {
  if (error instanceof NoAnswer) return new Retryable(error, error.sent ? 'unknown' : 'no');
  if (!(error instanceof Refusal)) return undefined;
  if (NOT_APPLIED.has(error.name)) return new Retryable(error, 'no');
  if (error.name === 'TransactionInProgressException' || error.status >= 500) {
    return new Retryable(error, 'unknown');
  }
  return undefined;
};
