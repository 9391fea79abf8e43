import { dayOf } from '../ids.ts';

/** What earlier runs have stored about one class. */
export interface ClassState {
  /** The last day up to which no record of the class is left, that day included. */
  readonly clearTo: string;
  /** Days on which some records stayed, and the time before which none of those is due. */
  readonly waits: ReadonlyMap<string, number>;
}

/** The writes that follow when a day has been gone through. Times are milliseconds since the epoch. */
export interface AfterDay {
  readonly clearTo: string;
  /** Present where records of the class stayed: the day is left alone until then, and its row expires later. */
  readonly wait?: { readonly until: number; readonly expires: number };
}

const DAY = 86_400_000;

/** A day is looked at again after this time at most, since a new trust domain may keep its records for a shorter one. */
export const LONGEST_WAIT_MS = 30 * DAY;

/** A wait that is over has no use; its row stays a little longer than it can be needed. */
const WAIT_KEPT_MS = 7 * DAY;

/**
 * The days to go through, oldest first: every day after `clearTo` that is due, without those that wait.
 * @param isDue whether a record of that time may be due; where it is false of one time, it is false of every later one.
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
 * `clearTo` moves on to `day` only where `day` is the next one and nothing of the class stayed there. A day whose
 * certificates end at different times therefore stops it until the last of them may go; the days behind it are gone
 * through all the same.
 * @param staysUntil when the first record may be deleted that stayed; undefined where none did.
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
