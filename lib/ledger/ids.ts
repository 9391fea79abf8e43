import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';

/**
 * Record ids: 12 hex digits of milliseconds, 4 of a counter within this process, 16 of chance. They sort in the
 * order in which one process wrote them, and across processes by their clocks; the time can be read back.
 */
export const recordIds = (clock: Clock, random: Random): (() => { id: string; time: string }) => {
  let last = 0;
  let counter = 0;
  return () => {
    const now = clock();
    // A clock that was set back, or 65,536 records in one millisecond, must not break the order.
    if (now > last) {
      last = now;
      counter = 0;
    } else if (++counter > 0xffff) {
      last++;
      counter = 0;
    }
    const chance = Buffer.from(random(8)).toString('hex');
    return {
      id: last.toString(16).padStart(12, '0') + counter.toString(16).padStart(4, '0') + chance,
      time: new Date(last).toISOString(),
    };
  };
};

const ID = /^[0-9a-f]{32}$/;

/** Milliseconds since the epoch. Faults with `unknown-record` for what is no record id. */
export const timeOfId = (id: string): number => {
  if (!ID.test(id))
    throw new Fault('unknown-record', 'There is no such record: a record id has 32 hex digits.');
  return Number.parseInt(id.slice(0, 12), 16);
};

/** The smallest id that a record of this time or later can have. */
export const idFloor = (ms: number): string => Math.max(0, ms).toString(16).padStart(12, '0');

/** `2026-11-22`: the partition in which a record's row stands. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `2026-11`: the partition in which its party index row stands. */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);
