import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';

const ID_CHANCE_BYTES = 8;
const SALT_BYTES = 16;

/**
 * Record ids: 12 hex digits of milliseconds, 4 of a counter within this process, 16 of chance. They sort in the
 * order in which one process wrote them, and across processes by their clocks; the time can be read back. The salt
 * is chance of its own, of which the id shows nothing.
 */
export const recordIds = (
  clock: Clock,
  random: Random,
): (() => { readonly id: string; readonly time: string; readonly salt: string }) => {
  let last = -1;
  let counter = 0;
  // Many records come in one millisecond.
  let prefix = '';
  let time = '';
  return () => {
    const now = clock();
    // A clock that was set back, or 65,536 records in one millisecond, must not break the order.
    if (now > last || counter === 0xffff) {
      last = Math.max(now, last + 1);
      counter = 0;
      prefix = last.toString(16).padStart(12, '0');
      time = new Date(last).toISOString();
    } else {
      counter++;
    }
    const { buffer, byteOffset, length } = random(ID_CHANCE_BYTES + SALT_BYTES);
    const chance = Buffer.from(buffer, byteOffset, length);
    return {
      id: prefix + counter.toString(16).padStart(4, '0') + chance.toString('hex', 0, ID_CHANCE_BYTES),
      time,
      salt: chance.toString('hex', ID_CHANCE_BYTES),
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

const DAY_MS = 86_400_000;

/** Names of days of UTC. Records come by the thousand from one day, whose name is made once. */
export const dayNames = (): ((ms: number) => string) => {
  let day = Number.NaN;
  let name = '';
  return (ms) => {
    const asked = Math.floor(ms / DAY_MS);
    if (asked !== day) {
      name = new Date(ms).toISOString().slice(0, 10);
      day = asked;
    }
    return name;
  };
};

/** `2026-11-22`: the partition in which a record's row stands. */
export const dayOf = dayNames();

/** `2026-11`: the partition in which its party index row stands. */
export const monthOf = (ms: number): string => dayOf(ms).slice(0, 7);
