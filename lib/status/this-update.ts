import type { Clock } from '../ports.ts';
import type { Registered } from './register.ts';

/** `now` in milliseconds; an answer has whole seconds. */
const isRevokedAfter = (registered: Registered | undefined, now: number): boolean => {
  const row = registered?.value;
  return (row?.state === 'revoked' || row?.state === 'hold') && row.revocationTime > Math.floor(now / 1000);
};

/**
 * Reads statuses together with the answer's thisUpdate, a time at which they are known to be correct (RFC 6960 2.4).
 * That time is taken before the reading, because a store may be slow and a status may change meanwhile. If a
 * certificate turns out to be revoked after that time, everything is read once more, with a later time. So an answer
 * has no time in the future, and no revocation earlier than the recorded one. If a revocation is later than the second
 * time as well, a clock that is ahead recorded it (single-response.ts).
 */
export const readAtThisUpdate = async <R extends { readonly registered: Registered | undefined }>(
  clock: Clock,
  readAll: () => Promise<readonly R[]>,
): Promise<{ readonly now: number; readonly found: readonly R[] }> => {
  let now = clock();
  let found = await readAll();
  if (found.some(({ registered }) => isRevokedAfter(registered, now))) {
    now = clock();
    found = await readAll();
  }
  return { now, found };
};
