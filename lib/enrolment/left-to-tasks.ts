import { isDeepStrictEqual } from 'node:util';
import { membersIn, numberIn } from '../members.ts';
import type { Key, Value } from '../store/store.ts';
import type { Standing } from './chain.ts';
import { earlierOf, listedBy } from './listings.ts';
import { personDigests } from './persons.ts';
import type { Subject } from './reading.ts';

/*
 * What an act leaves to a task. A row names the principal, and is stored together with the act's own row, so a crash loses none
 * of it. The tasks go by the acts: a row that somebody put there opens nothing.
 */

export const UNCERTIFIED = 'enrolled-uncertified';
export const DUE = 'enrolled-due';
export const USERS_BEHIND = 'enrolled-token-users';
export const NAMES_BEHIND = 'enrolled-names-behind';

/** Which principal a prepared act is about, and the number of the act. The row opens nothing: the act decides. */
export type Due = { readonly principal: string; readonly number: number };

/** The row by which the moment of a prepared act is found. */
export const dueOf = <S>(
  id: string,
  { prepared, number }: Standing<S>,
): { readonly key: Key; readonly value: Due } | undefined =>
  prepared && {
    key: { pk: DUE, sk: `${prepared.effectiveFrom} ${id} ${number}` },
    value: { principal: id, number },
  };

/** The other rows. `before`: the act that the principal's row has; it leaves nothing where it is this one. */
export const leftToTasks = <S extends object>(
  subject: Subject,
  id: string,
  before: Value | undefined,
  standing: Standing<S>,
  haveUsers: boolean,
): readonly Key[] => {
  if (isDeepStrictEqual(before, standing.record)) return [];
  const lists: string[] = [];
  // A crash after the act leaves no confirmed key without a certificate.
  if (standing.record.details.act === 'enrolled') lists.push(UNCERTIFIED);
  if (haveUsers && subject === 'principal' && concernsUser(before, standing)) lists.push(USERS_BEHIND);
  if (subject === 'principal' && concernsNames(before, standing)) lists.push(NAMES_BEHIND);
  return lists.map((pk) => ({ pk, sk: id }));
};

/** Whether the act may leave the user of tokens to be followed: it confirmed a key, or changed the standing or the term. */
const concernsUser = <S>(before: Value | undefined, standing: Standing<S>): boolean => {
  const { act, state } = standing.record.details;
  if (act === 'enrolled') return true;
  const [now, earlier] = [membersIn(state), membersIn(membersIn(membersIn(before).details).state)];
  // Somebody without a key has no user yet.
  if (now.key === undefined) return false;
  return now.standing !== earlier.standing || now.until !== earlier.until;
};

/** Whether the act may leave names that no state has any more, or whose end it has set. */
const concernsNames = <S extends object>(before: Value | undefined, standing: Standing<S>): boolean => {
  const states = listedBy(standing);
  // A holder that a submission enrolled never had a name.
  if (states.length > 0 && states.every(({ contents }) => contents === undefined)) return false;
  const named = personDigests(states);
  const isEnd = membersIn(standing.state).standing === 'ended';
  if (isEnd && named.length > 0) return true;
  const had = before === undefined ? [] : personDigests(earlierOf(before));
  if (had.some((digest) => !named.includes(digest))) return true;
  // The row has lost acts in between, and whether they had other names.
  const number = numberIn(membersIn(membersIn(membersIn(before).details).closes).number) ?? 0;
  return number + 1 < standing.number;
};
