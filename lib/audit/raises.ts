import { isDeepStrictEqual } from 'node:util';
import { type KeyOwner, raised } from '../compromise.ts';
import type { Act, Entry } from './acts.ts';

/** Profile of a CA's own certificate, by the record of its issuance. */
const CA = 'ca';

/**
 * The first act that follows a revocation and does not raise it: another kind of act, another time, a reason that is not
 * higher, or a later invalidity date. The acts are ordered by their numbers.
 */
export const unlawfulRaise = (acts: readonly Act[], profile: unknown): Act | undefined => {
  const owner: KeyOwner = profile === CA ? 'ca' : 'other';
  let now: Entry | undefined;
  for (const act of acts.toSorted(inOrder)) {
    if (now && !isRaise(owner, now, act)) return act;
    if (act.kind === 'revocation') now = act.entry ?? now;
  }
  return undefined;
};

const inOrder = (a: Act, b: Act): number => (a.number ?? 0) - (b.number ?? 0) || a.time - b.time;

const isRaise = (owner: KeyOwner, now: Entry, { kind, entry }: Act): boolean => {
  if (kind !== 'revocation' || entry === undefined) return false;
  const { revocationTime, ...terms } = entry;
  return revocationTime === now.revocationTime && isDeepStrictEqual(raised(owner, now, entry), terms);
};
