import type { Clock } from '../../ports.ts';
import { type Bucket, everyItem, type Item, type Key, type Table, type Write } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';
import { dayOf } from '../ids.ts';
import { expireReports } from '../report/expiry.ts';
import { readFirst } from '../settling.ts';
import type { KeptUntil, RetentionClass } from './classes.ts';
import { afterDay, daysToSweep } from './plan.ts';
import { openSweep } from './sweep.ts';

/**
 * Deletes records when their retention period is over (classes.ts has the periods).
 *
 *   expired/{day}  {id}           a tombstone (tombstones.ts)
 *   retention      {class}        the day up to which no record of the class is left (plan.ts)
 *   retention      {class}/{day}  for a day on which some remain: the time before which none of them is due
 *
 * One write deletes a record with all its pointers and puts its tombstone. The record's leaf stays in the log for ever,
 * with its id and its kind. Two things therefore explain a missing row: the tombstone, and the retention period of the
 * kind. A record without a leaf is never deleted.
 *
 * The files of annual reports are deleted as well (report/expiry.ts). CRLs stay in their archive: they are public, name
 * nobody, and show for ever what was revoked and when.
 */
export interface Retention {
  /**
   * Deletes what is due. Resolves with `{class} {day}: {records}` for each day that lost records, and with
   * `report {year}/{version}` for each report that was deleted.
   */
  enforce(): Promise<readonly string[]>;
}

export interface RetentionDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly keptUntil: KeptUntil;
}

const DAY = 86_400_000;
/** Days whose first pages are read at the same time. In a ledger of many years, most days are empty. */
const DAYS_AHEAD = 16;
const CLASSES = [
  'provision',
  'issuance',
  'crl',
  'report',
  'enrolment',
] as const satisfies readonly RetentionClass[];

const PK = 'retention';
type ProgressRow = { readonly day: string };
/** Milliseconds. */
type WaitRow = { readonly until: number };

const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;

/** The day of a progress row; undefined where it says none, and all days are looked at again. */
const dayIn = (item: Item | undefined): string | undefined => {
  const day: unknown = (item?.value as Partial<ProgressRow> | null | undefined)?.day;
  return typeof day === 'string' && DAY_NAME.test(day) && !Number.isNaN(Date.parse(day)) ? day : undefined;
};

/** The end of a wait; 0 where the row says none, and the day is looked at now. */
const untilIn = ({ value }: Item): number => {
  const until: unknown = (value as Partial<WaitRow> | null)?.until;
  return typeof until === 'number' ? until : 0;
};

export const openRetention = (deps: RetentionDeps): Retention => {
  const { table, bucket, ledger, clock, keptUntil } = deps;
  const sweep = openSweep(deps);

  const enforceClass = async (kept: RetentionClass, oldest: number): Promise<readonly string[]> => {
    const key: Key = { pk: PK, sk: kept };
    const progress = await table.get(key);
    const waiting = await readWaits(kept);
    let clearTo = dayIn(progress) ?? dayOf(oldest - DAY);
    let storedClearTo = dayIn(progress) ?? clearTo;
    let version = progress?.version ?? 0;
    const store = async (others: readonly Write[]): Promise<void> => {
      const value: ProgressRow = { day: clearTo };
      const moved: readonly Write[] =
        clearTo === storedClearTo ? [] : [{ put: key, value, if: version > 0 ? { version } : 'absent' }];
      if (moved.length + others.length > 0) await table.write([...moved, ...others]);
      storedClearTo = clearTo;
      version += moved.length;
    };

    const now = clock();
    const waits = new Map([...waiting].map(([day, item]) => [day, untilIn(item)]));
    const days = daysToSweep({ clearTo, waits }, (at) => keptUntil[kept](at) <= now, now);
    const done: string[] = [];
    for (let at = 0; at < days.length; at += DAYS_AHEAD) {
      const some = days.slice(at, at + DAYS_AHEAD);
      const pages = await Promise.all(some.map(async (day) => [day, await sweep.firstPage(day)] as const));
      for (const [day, first] of pages) {
        const { removed, staysUntil } = await sweep.day(day, kept, first);
        const after = afterDay(clearTo, day, staysUntil, clock());
        clearTo = after.clearTo;
        const wait = after.wait ? [waitWrite(kept, day, after.wait, waiting.get(day))] : [];
        if (removed > 0) {
          const details = { class: kept, day, records: removed };
          const { writes } = await ledger.prepare({ kind: 'retention', actor: 'service', details });
          await store([...wait, ...writes]);
          done.push(`${kept} ${day}: ${removed}`);
        } else if (wait.length > 0) await table.write(wait);
      }
    }
    await store([]);
    return done;
  };

  /** The waits of all days, in one read rather than in one for each day. */
  const readWaits = async (kept: RetentionClass): Promise<ReadonlyMap<string, Item>> => {
    const prefix = `${kept}/`;
    const days = new Map<string, Item>();
    for await (const item of everyItem(table, { pk: PK, prefix })) {
      days.set(item.sk.slice(prefix.length), item);
    }
    return days;
  };

  return {
    enforce: async () => {
      const first = await readFirst(table);
      if (first === undefined) return [];
      // The clocks of several processes differ by a day at most.
      const oldest = Math.max(0, first - DAY);
      const done: string[] = [];
      for (const kept of CLASSES) done.push(...(await enforceClass(kept, oldest)));
      done.push(...(await expireReports({ table, bucket, ledger, clock, keepReports: keptUntil.report })));
      return done;
    },
  };
};

const waitWrite = (
  kept: RetentionClass,
  day: string,
  { until, expires }: { readonly until: number; readonly expires: number },
  before: Item | undefined,
): Write => ({
  put: { pk: PK, sk: `${kept}/${day}` },
  value: { until } satisfies WaitRow,
  if: before ? { version: before.version } : 'absent',
  expires: Math.ceil(expires / 1000),
});
