import { Fault, type Phrase, phrase } from './fault.ts';

/**
 * The format in which this version keeps rows, objects and sealed keys. Every change that the version before it cannot
 * read raises the number. From the first release on, `akashi migrate` carries each change.
 */
export const FORMAT = 1;

/** Fault: `format-unsupported` where `what` was written in another format. */
export const assertFormat = (what: Phrase, found: unknown): void => {
  if (found === FORMAT) return;
  throw new Fault(
    'format-unsupported',
    typeof found === 'number' && Number.isInteger(found)
      ? phrase`${what} is in format ${found}; this version of Akashi reads format ${FORMAT} only. Go on with the version that wrote it, or begin with an empty one.`
      : phrase`${what} has no format number; this version of Akashi reads format ${FORMAT} only. Go on with the version that wrote it, or begin with an empty one.`,
    { found: found ?? null, reads: FORMAT },
  );
};
