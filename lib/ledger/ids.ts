import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';

const ID_CHANCE_BYTES = 8;
const SALT_BYTES = 16;

/**
 * Record ids: 12 hex digits of milliseconds, 4 of a counter within this process, 16 random ones. The ids of one process
 * sort in the order in which it made them; those of several processes sort by their clocks. The time can be read back
 * from an id. The salt is drawn separately, so the id reveals nothing about it.
 */
export const recordIds = (
  clock: Clock,
  random: Random,
): (() => { readonly id: string; readonly time: string; readonly salt: string }) => {
  let last = -1;
  let counter = 0;
  // Kept from id to id, since many records fall into one millisecond.
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

export const isRecordId = (id: unknown): id is string => typeof id === 'string' && ID.test(id);

/** Milliseconds since the epoch. Faults with `unknown-record` for text that is not a record id. */
export const timeOfId = (id: string): number => {
  if (!isRecordId(id))
    throw new Fault('unknown-record', 'There is no such record: a record id has 32 hex digits.');
  return Number.parseInt(id.slice(0, 12), 16);
};

/** The smallest id that a record of this time or later can have. */
export const idFloor = (ms: number): string => Math.max(0, ms).toString(16).padStart(12, '0');

const DAY_MS = 86_400_000;

/** Names of days in UTC. Thousands of records fall into one day, so the name of the last day is kept. */
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

/** `2026-11-22`: the day in the partition of a record's row. */
export const dayOf = dayNames();

/** `2026-11`: the month in the partitions of a record's pointers. */
export const monthOf = (ms: number): string => dayOf(ms).slice(0, 7);
