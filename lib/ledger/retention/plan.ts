import { dayOf } from '../ids.ts';

/** What earlier runs have stored about one class. */
export interface ClassState {
  /** No record of the class is left up to this day, that day included. */
  readonly clearTo: string;
  /** Days on which some records remain, each with the time before which none of them is due. */
  readonly waits: ReadonlyMap<string, number>;
}

/** The progress that is written after a day has been swept. Times are milliseconds since the epoch. */
export interface AfterDay {
  readonly clearTo: string;
  /** Present where records of the class remain: the day is skipped until `until`, and its row expires later. */
  readonly wait?: { readonly until: number; readonly expires: number };
}

const DAY = 86_400_000;

/** A day is looked at again after this time at most, since a new trust domain may shorten the period of its records. */
export const LONGEST_WAIT_MS = 30 * DAY;

/** A wait's row stays this long after the wait is over, a little longer than it can be needed. */
const WAIT_KEPT_MS = 7 * DAY;

/**
 * The days to sweep, oldest first: every day after `clearTo` that is due, except those that wait.
 * @param isDue whether a record of that time may be due; if it is false for one time, it is false for every later one.
 */
export const daysToSweep = (
  { clearTo, waits }: ClassState,
  isDue: (recorded: number) => boolean,
  now: number,
): readonly string[] => {
  const days: string[] = [];
  for (let at = dayAfter(clearTo); isDue(at); at += DAY) {
    const day = dayOf(at);
    if ((waits.get(day) ?? 0) <= now) days.push(day);
  }
  return days;
};

/**
 * `clearTo` advances to `day` only where `day` is the next one and no record of the class remains on it. A day whose
 * certificates end at different times therefore stops it until the last of their records is deleted; later days are
 * swept all the same.
 * @param staysUntil when the earliest remaining record may be deleted; undefined where none remains.
 */
export const afterDay = (
  clearTo: string,
  day: string,
  staysUntil: number | undefined,
  now: number,
): AfterDay => {
  if (staysUntil === undefined) return { clearTo: day === dayOf(dayAfter(clearTo)) ? day : clearTo };
  const until = Math.min(staysUntil, now + LONGEST_WAIT_MS);
  return { clearTo, wait: { until, expires: until + WAIT_KEPT_MS } };
};

const dayAfter = (day: string): number => Date.parse(day) + DAY;
