import { Fault } from './fault.ts';

/**
 * The format in which this version keeps rows, objects and sealed keys. Every change that the version before it cannot
 * read raises the number. From the first release on, `akashi migrate` carries each change.
 */
export const FORMAT = 1;

/** Fault: `format-unsupported` where `what` was written in another format. The fault's sentence begins with `what`. */
export const assertFormat = (what: string, found: unknown): void => {
  if (found === FORMAT) return;
  const has = Number.isInteger(found) ? `is in format ${found}` : 'has no format number';
  throw new Fault(
    'format-unsupported',
    `${what} ${has}; this version of Akashi reads format ${FORMAT} only. Go on with the version that wrote it, or begin with an empty one.`,
    { found: found ?? null, reads: FORMAT },
  );
};
