import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';

/**
 * The SDK's own retries are turned off (`singleAttempt`), because they hide whether an earlier attempt may have
 * been carried out, and that decides what a failed condition means afterwards. Without time limits it would wait
 * for ever on a dead connection.
 */
export const singleAttempt = (requestTimeout: number) => ({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout, throwOnRequestTimeout: true },
});

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 50;

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
 * gives up. `unsure` tells an attempt that an earlier one may have been carried out. Faults: `store-unavailable`.
 */
export const retrying = async <T>(
  random: Random,
  attempt: (unsure: boolean) => Promise<T | Retryable>,
): Promise<T> => {
  let unsure = false;
  for (let n = 0; ; n++) {
    const outcome = await attempt(unsure);
    if (!(outcome instanceof Retryable)) return outcome;
    if (n === ATTEMPTS - 1) throw storeUnavailable(outcome.cause);
    unsure ||= outcome.applied === 'unknown';
    await pause((FIRST_PAUSE_MS * 2 ** n * ((random(1)[0] ?? 0) + 1)) / 256);
  }
};

export const storeUnavailable = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    'The store did not answer, or not as expected; try again later.',
    {},
    { cause },
  );

/** Names of service errors and codes of socket errors that say that nothing was done and asking again is right. */
const NOT_APPLIED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'SlowDown',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Sorts what the SDK threw: throttling was not carried out; no answer at all or a server error may have been (a
 * connection that was not made in time counts here, since the SDK gives it no name of its own); every other refusal
 * (4xx: permissions, validation) is final.
 */
export const asRetryable = (error: unknown): Retryable | undefined => {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (NOT_APPLIED.has(error.name) || NOT_APPLIED.has(code)) return new Retryable(error, 'no');
  if (error.name === 'TransactionInProgressException') return new Retryable(error, 'unknown');
  const status = statusOf(error);
  return status === undefined || status >= 500 ? new Retryable(error, 'unknown') : undefined;
};

/** The HTTP status of a service error; nothing when there was no answer. */
export const statusOf = (error: Error): number | undefined => {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null)
    return undefined;
  const status = 'httpStatusCode' in error.$metadata ? error.$metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
};
