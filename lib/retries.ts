import type { Clock, Retries } from './ports.ts';

/** After its first failure something is tried again at the next turn, then after pauses that double up to an hour. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** A failure that goes on for the same reason is logged again after this time, so that nobody forgets it. */
const REMINDER_MS = 86_400_000;

interface Failing {
  readonly times: number;
  readonly next: number;
  readonly why: string;
  readonly saidAt: number;
}

/**
 * Kept in memory: a process that starts tries everything once, and logs each failure once. It holds only current
 * failures, so it never has more entries than there are unfinished orders.
 */
export const openRetries = (clock: Clock): Retries => {
  const failing = new Map<string, Failing>();
  return {
    isDue: (what) => {
      const found = failing.get(what);
      // No pause is longer than the longest, even if the clock was set back meanwhile.
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
