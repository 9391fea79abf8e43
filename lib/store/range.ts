import type { Query } from './contract.ts';

/**
 * The sort keys of a query: `from` inclusive (empty: no lower bound), `to` exclusive (absent: no upper bound). Both
 * stores order by UTF-8 bytes, which is the order of code points. JavaScript compares by UTF-16 units, which puts
 * U+10000 and above before U+E000, so its comparison is never used on keys.
 */
export interface Range {
  readonly from: string;
  readonly to?: string;
}

export const compareUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The intersection of prefix, from and to; undefined when no key can be in it. */
export const rangeOf = (query: Pick<Query, 'prefix' | 'from' | 'to'>): Range | undefined => {
  const { prefix = '', from: lower = '', to: upper } = query;
  const from = compareUtf8(prefix, lower) > 0 ? prefix : lower;
  const afterPrefix = successor(prefix);
  const to =
    upper === undefined || (afterPrefix !== undefined && compareUtf8(afterPrefix, upper) < 0)
      ? afterPrefix
      : upper;
  if (to === undefined) return { from };
  return compareUtf8(from, to) < 0 ? { from, to } : undefined;
};

export const isWithin = (range: Range, sk: string): boolean =>
  compareUtf8(range.from, sk) <= 0 && (range.to === undefined || compareUtf8(sk, range.to) < 0);

/**
 * The least string above every string that starts with `prefix`. It is the prefix with its last code point raised by
 * one; trailing code points that cannot be raised are dropped first. Undefined when there is none (the empty prefix, or
 * U+10FFFF throughout).
 */
const successor = (prefix: string): string | undefined => {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    // U+D800 to U+DFFF are surrogates, which no well-formed string has.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
};
