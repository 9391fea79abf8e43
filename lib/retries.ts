import type { Clock, Retries } from './ports.ts';

/** What fails once is tried again at the next turn; what fails again, after pauses that double up to an hour. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** What goes on failing for the same reason is said again after this long, so that nobody forgets it. */
const REMINDER_MS = 86_400_000;

interface Failing {
  readonly times: number;
  readonly next: number;
  readonly why: string;
  readonly saidAt: number;
}

/**
 * Kept in memory: a process that starts tries everything once, and says it once. It holds what is failing now and
 * nothing else, so no more than there are unfinished orders.
 */
export const openRetries = (clock: Clock): Retries => {
  const failing = new Map<string, Failing>();
  return {
    isDue: (what) => {
      const found = failing.get(what);
      // A pause is never longer than the longest, whatever becomes of the clock meanwhile.
      return found === undefined || clock() >= found.next || clock() < found.next - LONGEST_PAUSE_MS;
    },
    failed: (what, why) => {
      const now = clock();
      const before = failing.get(what);
      const times = (before?.times ?? 0) + 1;
      const pause = times === 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (times - 2), LONGEST_PAUSE_MS);
      const isNews = before?.why !== why || now - before.saidAt >= REMINDER_MS;
      failing.set(what, { times, next: now + pause, why, saidAt: isNews ? now : before.saidAt });
      return isNews;
    },
    done: (what) => {
      failing.delete(what);
    },
  };
};
