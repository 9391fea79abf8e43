/**
 * The reasons of RFC 5280 5.3.1 that say that a key is compromised, in the order in which a later report may raise a
 * revocation: each ranks above those before it, and all other reasons rank below the first. So every reason may rise to one of
 * these, and none falls. A CA's own certificate has the reason that 5.3.1 has for CAs as well.
 */
const RISING = {
  ca: ['keyCompromise', 'cACompromise'],
  other: ['keyCompromise'],
} as const satisfies Record<string, readonly string[]>;

/** Whose certificate it is: a CA's own, or anybody else's. */
export type KeyOwner = keyof typeof RISING;

/** With one of these reasons the subject's key is compromised, so a CRL is published at once. */
export const isCompromise = (reason: string): boolean => rank('ca', reason) > 0;

const rank = (owner: KeyOwner, reason: string): number =>
  (RISING[owner] as readonly string[]).indexOf(reason) + 1;

/** The reason and the invalidity date of a revocation. Times of any one unit. */
export interface Terms {
  readonly reason: string;
  readonly invalidityDate?: number;
}

/**
 * What a later report makes of a revocation: the higher reason and the earlier invalidity date. Undefined where it changes
 * nothing, or names a reason that is another one and not higher.
 */
export const raised = <T extends Terms>(
  owner: KeyOwner,
  now: T,
  reported: T,
): Pick<T, 'reason' | 'invalidityDate'> | undefined => {
  const isHigher = rank(owner, reported.reason) > rank(owner, now.reason);
  if (!isHigher && reported.reason !== now.reason) return undefined;
  const isEarlier =
    reported.invalidityDate !== undefined &&
    (now.invalidityDate === undefined || reported.invalidityDate < now.invalidityDate);
  if (!isHigher && !isEarlier) return undefined;
  const { reason } = reported;
  const { invalidityDate } = isEarlier ? reported : now;
  return { reason, ...(invalidityDate !== undefined && { invalidityDate }) };
};

/** The revocation of a CA's own certificate for a compromise. Times in Unix seconds. */
export interface AuthorityCompromise {
  readonly revocationTime: number;
  /** When the act was recorded that says so: later than the revocation itself where it raised one. */
  readonly since: number;
}

/** A certificate's status. */
interface Status<R extends string> {
  readonly state: 'good' | 'hold' | 'revoked';
  readonly revocationTime?: number;
  readonly reason?: R;
  readonly invalidityDate?: number;
}

/**
 * The status of a certificate whose CA's key is compromised (RFC 6960 2.7): revoked with the CA, for cACompromise. Its own
 * earlier revocation stays as it is. An earlier hold stays its beginning, because the certificate has not been good since then.
 */
export const underCompromise = <R extends string>(
  { state, reason, revocationTime = Number.POSITIVE_INFINITY, invalidityDate }: Status<R>,
  { revocationTime: since }: Pick<AuthorityCompromise, 'revocationTime'>,
) => ({
  state: 'revoked' as const,
  revocationTime: Math.min(revocationTime, since),
  reason:
    state === 'revoked' && reason !== undefined && revocationTime <= since
      ? reason
      : ('cACompromise' as const),
  ...(invalidityDate !== undefined && { invalidityDate }),
});
