import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterDay, daysToSweep, LONGEST_WAIT_MS } from '../../lib/ledger/retention/plan.ts';

const DAY = 86_400_000;
const START = Date.parse('2030-01-01T00:00:00Z');
const day = (n: number): string => new Date(START + n * DAY).toISOString().slice(0, 10);

describe('the days of a sweep', () => {
  const now = START + 100 * DAY;
  it.each([
    ['every due day after the one that is clear', 0, 4, {}, [1, 2, 3, 4]],
    ['none where none is due', 4, 4, {}, []],
    ['no day that waits', 0, 4, { 2: now + 1 }, [1, 3, 4]],
    ['a day whose wait is over', 0, 4, { 2: now, 3: now - 1 }, [1, 2, 3, 4]],
    ['the same where a wait is of a day that is clear', 2, 4, { 1: now + 1 }, [3, 4]],
  ] as const)('are %s', (_, clear, lastDue, waits, expected) => {
    const state = {
      clearTo: day(clear),
      waits: new Map(Object.entries(waits).map(([n, until]) => [day(Number(n)), until])),
    };
    expect(daysToSweep(state, (at) => at <= START + lastDue * DAY, now)).toEqual(expected.map(day));
  });
});

describe('after a day', () => {
  const now = START + 100 * DAY;
  it.each([
    ['moves on to the next day where nothing stays', 3, 4, undefined, 4],
    ['stays before a day that was left out', 3, 5, undefined, 3],
    ['stays where a record stays', 3, 4, now + DAY, 3],
  ] as const)('the clear day %s', (_, clear, swept, staysUntil, expected) => {
    expect(afterDay(day(clear), day(swept), staysUntil, now).clearTo).toBe(day(expected));
  });

  it('a wait lasts until the first record is due, and never longer than a changed period may stay unseen', () => {
    expect(afterDay(day(0), day(1), now + DAY, now).wait?.until).toBe(now + DAY);
    expect(afterDay(day(0), day(1), now + 10 * LONGEST_WAIT_MS, now).wait?.until).toBe(now + LONGEST_WAIT_MS);
    expect(afterDay(day(0), day(1), undefined, now).wait).toBeUndefined();
  });
});

/**
 * The planner against a model of records, each with its day and its due time. For all times and runs, every due record
 * is deleted within the longest wait, and no day that the planner calls clear has a record left.
 */
it('leaves no due record for longer than the longest wait, and calls no day clear that still has a record', () => {
  const record = fc.record({ on: fc.integer({ min: 1, max: 20 }), kept: fc.integer({ min: 10, max: 200 }) });
  const runs = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), runs, (records, pauses) => {
      let left = records.map(({ on, kept }) => ({ on, due: START + (on + kept) * DAY }));
      let clearTo = day(0);
      const waits = new Map<string, number>();
      let now = START;
      const run = (): void => {
        for (const swept of daysToSweep({ clearTo, waits }, (at) => at + 10 * DAY <= now, now)) {
          left = left.filter(({ on, due }) => day(on) !== swept || due > now);
          const dues = left.filter(({ on }) => day(on) === swept).map(({ due }) => due);
          const after = afterDay(clearTo, swept, dues.length > 0 ? Math.min(...dues) : undefined, now);
          clearTo = after.clearTo;
          if (after.wait) waits.set(swept, after.wait.until);
          // A wait that is over may be gone from the table.
          for (const [one, until] of waits) if (until <= now) waits.delete(one);
        }
        expect(left.every(({ on }) => day(on) > clearTo)).toBe(true);
        expect(left.every(({ due }) => due > now - LONGEST_WAIT_MS)).toBe(true);
      };
      for (const pause of pauses) {
        now += Math.min(pause * DAY, LONGEST_WAIT_MS);
        run();
      }
      now += 400 * DAY;
      run();
      expect(left).toEqual([]);
      expect(clearTo >= day(20)).toBe(true);
    }),
  );
});
