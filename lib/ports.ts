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
