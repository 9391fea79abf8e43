import type { Clock } from '../ports.ts';
import type { Registered } from './register.ts';

/** `now` in milliseconds, of which an answer tells the whole seconds. */
const isRevokedAfter = (registered: Registered | undefined, now: number): boolean => {
  const row = registered?.value;
  return (row?.state === 'revoked' || row?.state === 'hold') && row.revocationTime > Math.floor(now / 1000);
};

/**
 * What is read, with the time at which it is known to have been so, which is what thisUpdate says (RFC 6960 2.4): taken
 * before the reading, since a store may be slow to tell what somebody has changed meanwhile. What is found to be revoked
 * after that time is read again, once it is past: an answer neither names a time to come nor puts a revocation before
 * the one that is recorded. One that is later still was recorded by a clock that is ahead (single-response.ts).
 */
export const asOf = async <R extends { readonly registered: Registered | undefined }>(
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
