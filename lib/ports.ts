/** The ports for time, chance and logs, which enter through `compose` so that tests control them. */

/** Milliseconds since the Unix epoch. Rooms cut to whole seconds where a format has no fraction. */
export type Clock = () => number;

/** `n` bytes from a cryptographic source. */
export type Random = (n: number) => Uint8Array;

/** One line of structured log. Facts hold ids and counts, never personal data and never a secret. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** Remembers failures, so that each is tried again after ever longer pauses, and logged once instead of each time. */
export interface Retries {
  /** Whether to try it now. Always true where it has not failed. */
  isDue(what: string): boolean;
  /** Call it at a failure; `why` is the fault's code. True where the failure is news and should be logged. */
  failed(what: string, why: string): boolean;
  /** Call it after success, or when nobody will try any more. */
  done(what: string): void;
}
