import { hash } from 'node:crypto';
import { wentThrough } from '../../fault.ts';
import type { Clock, Log } from '../../ports.ts';
import { everyItem, type Table, type Value } from '../../store/store.ts';
import { listId } from '../crl-lists.ts';

/**
 * What a publication finds that the service itself never leaves: somebody has written to the table or to the archive. Each is
 * an error in the log, once for each process, and a row from which the alarm is made:
 *
 *   crl-alarms  {day}/{digest}  what was found, put once a day (UTC) for as long as it is found
 *
 * Somebody who can write to the table can delete these rows; the lines in the log stay.
 */
const PK = 'crl-alarms';
const DAY_MS = 86_400_000;
const KEPT_DAYS = 8;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The facts hold ids and numbers, and say which finding it is. */
export type Alarm = (message: string, facts: Readonly<Record<string, string | number>>) => Promise<void>;

export const openAlarms = ({
  table,
  clock,
  log,
}: {
  readonly table: Pick<Table, 'write'>;
  readonly clock: Clock;
  readonly log: Log;
}): Alarm => {
  /** The day of the newest row, by finding. */
  const raised = new Map<string, string>();
  return async (message, facts) => {
    const digest = hash('sha256', JSON.stringify([message, facts]));
    const now = clock();
    const day = dayOf(now);
    if (!raised.has(digest)) log('error', message, facts);
    if (raised.get(digest) === day) return;
    raised.set(digest, day);
    const expires = Math.ceil(now / 1000) + (KEPT_DAYS * DAY_MS) / 1000;
    try {
      const put = { pk: PK, sk: `${day}/${digest}` };
      await wentThrough(table.write([{ put, value: { message, ...facts }, if: 'absent', expires }]));
    } catch {
      // The line in the log stands, and the CRL must not wait for the row: the next process puts it.
    }
  };
};

/** Whether it was found in the rows or files of this CA. */
const isOf = (ca: string, facts: Value | null): boolean =>
  facts?.ca === ca || (typeof facts?.list === 'string' && facts.list.startsWith(listId(ca, '')));

/** How many were found since the day before (UTC), as far as a thousand; with `ca`, those of this CA. */
export const recentCrlAlarms = async (
  table: Pick<Table, 'query'>,
  now: number,
  ca?: string,
): Promise<number> => {
  let count = 0;
  const query = { pk: PK, from: dayOf(now - DAY_MS), to: `${dayOf(now)}~` };
  for await (const { value } of everyItem(table, query)) {
    if (ca !== undefined && !isOf(ca, value)) continue;
    if (++count === 1000) break;
  }
  return count;
};
