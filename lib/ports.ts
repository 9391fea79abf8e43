/** What enters through `compose` besides stores and keys, so that tests own time and chance. */

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

/** Remembers what failed, so that it is tried again after ever longer pauses and said once, not each time. */
export interface Retries {
  /** Whether it is to be tried now; what never failed is. */
  isDue(what: string): boolean;
  /** It failed, and `why`, a code. True when that is news, to be said. */
  failed(what: string, why: string): boolean;
  /** It has succeeded, or will not be tried any more. */
  done(what: string): void;
}
