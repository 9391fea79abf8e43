import type { Clock } from '../ports.ts';
import type { ReadCompromise } from './compromises.ts';
import { isTime } from './crls/forms.ts';
import type { Issuer } from './issuers.ts';
import type { Registered } from './register.ts';
import type { Responder } from './responders.ts';

/**
 * Unix seconds. Somebody may have put a row without it: then nothing is known, and the act may have been just now. No act is
 * earlier than the revocation that the row shows.
 */
const sinceOf = (registered: Registered, now: number): number => {
  const { since, revocationTime = 0 }: Partial<Record<string, unknown>> = registered.value;
  return isTime(since) && isTime(revocationTime) ? Math.max(since, revocationTime) : now;
};

/** `now` in milliseconds; an answer has whole seconds. */
const isActedAfter = (registered: Registered | undefined, now: number): boolean => {
  const seconds = Math.floor(now / 1000);
  return registered !== undefined && sinceOf(registered, seconds) > seconds;
};

/**
 * Reads statuses together with a time at which they are known to be correct (RFC 6960 2.4): the answer's producedAt. That
 * time is taken before the reading, because a store may be slow and a status may change meanwhile. If a row turns out to
 * show an act after that time, everything is read once more, with a later time. So an answer has no time in the future, and
 * no revocation earlier than the recorded one. If an act is later than the second time as well, a clock that is ahead
 * recorded it (single-response.ts).
 */
export const readAtThisTime = async <R extends { readonly registered: Registered | undefined }>(
  clock: Clock,
  readAll: () => Promise<readonly R[]>,
): Promise<{ readonly now: number; readonly found: readonly R[] }> => {
  let now = clock();
  let found = await readAll();
  if (found.some(({ registered }) => isActedAfter(registered, now))) {
    now = clock();
    found = await readAll();
  }
  return { now, found };
};

/**
 * The answer's thisUpdate, in Unix seconds. It is backdated, because a relying party's clock may be behind ours. But what the
 * answer says must have been so at that time, so it is not before the last act that a row shows. Nor is it before the
 * certificates that prove the answer begin, the CA's and the responder's: nobody could rely on them then. And it is not
 * before that of an answer about the same certificate that this process has kept, since clients may compare the two.
 */
export const thisUpdateOf = (
  now: number,
  issuer: Pick<Issuer, 'backdate' | 'certificate'>,
  responder: Pick<Responder, 'from'>,
  shown: {
    readonly found: readonly (Registered | undefined)[];
    readonly compromise: Pick<ReadCompromise, 'since'> | undefined;
    /** The thisUpdate of kept answers. */
    readonly before: readonly Date[];
  },
): number => {
  const notBefore = Math.max(issuer.certificate.notBefore.getTime(), responder.from) / 1000;
  const acts = shown.found.flatMap((registered) => (registered ? [sinceOf(registered, now)] : []));
  const earliest = Math.max(
    now - issuer.backdate,
    notBefore,
    shown.compromise?.since ?? 0,
    ...acts,
    ...shown.before.map((date) => date.getTime() / 1000),
  );
  // A clock that was ahead may have recorded any of these.
  return Math.min(now, earliest);
};
