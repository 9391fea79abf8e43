import { Fault } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import type { CertificateRef } from '../../principal.ts';
import {
  type Bucket,
  type Item,
  type Key,
  MAX_PAGE,
  type Page,
  type Table,
  type Write,
} from '../../store/store.ts';
import type { Ledger, LedgerRecord, RecordKind } from '../contract.ts';
import { dayOf, timeOfId } from '../ids.ts';
import { expireReports } from '../report/expiry.ts';
import { asRecord, FIRST_KEY, pointerPks } from '../rows.ts';

/**
 * How long records are kept, and what is left of them.
 *
 *   expired/{day}  {id}     a tombstone: which class the record was of, when it was deleted, and where its leaf is
 *   retention      {class}  the day up to which records of the class have been gone through
 *   retention      {class}/{day}  when the next one of that day may be due, where some of it stayed
 *
 * A record whose time is over goes with all its pointers in one write that leaves the tombstone. Its leaf stays in the
 * log for ever, with its id and its kind, so the absence of a row is explained twice: by a tombstone here, and there by
 * the time that the kind is kept for. What has no leaf yet is never deleted.
 *
 * The files of annual reports go with their class as well (report/expiry.ts). CRLs stay in their archive: they are
 * public, name nobody, and say for ever what was revoked when.
 */
export type RetentionClass = 'provision' | 'issuance' | 'crl' | 'report';

/** Those of no class are kept for ever: what the authority was set up as, and who was given records. */
export const CLASS_OF: Readonly<Record<RecordKind, RetentionClass | undefined>> = {
  provision: 'provision',
  submission: 'issuance',
  examination: 'issuance',
  issuance: 'issuance',
  revocation: 'issuance',
  hold: 'issuance',
  release: 'issuance',
  confirmation: 'issuance',
  publication: 'crl',
  report: 'report',
  configuration: undefined,
  ceremony: undefined,
  export: undefined,
  disclosure: undefined,
};

export type Tombstone = {
  readonly class: RetentionClass;
  readonly kind: RecordKind;
  readonly leaf: number;
  /** RFC 3339 UTC: when the row was deleted. */
  readonly deletedAt: string;
};

/** Milliseconds, from the trust domain's periods. */
export interface KeptUntil {
  readonly provision: (recorded: number) => number;
  readonly crl: (recorded: number) => number;
  readonly report: (recorded: number) => number;
  /** From the end of the certificate. */
  readonly issuance: (notAfter: number) => number;
  /** The latest moment at which any certificate that was asked for then could end. */
  readonly latestNotAfter: (recorded: number) => number;
  /** Undefined where there is no such certificate. */
  readonly notAfterOf: (ref: CertificateRef) => Promise<number | undefined>;
}

export interface Retention {
  /**
   * Deletes what is no longer to be kept. Resolves with `{class} {day}: {records}` for each day that lost some, and
   * `report {year}/{version}` for each report that did.
   */
  enforce(): Promise<readonly string[]>;
}

const DAY = 86_400_000;
const PAGE = 200;
const DAYS_AHEAD = 16;
/** A trust domain may come to keep its records for a shorter time. */
const LONGEST_WAIT_MS = 30 * DAY;
const WAIT_KEPT_MS = 7 * DAY;
const PK = 'retention';

const tombstoneKey = (id: string): Key => ({ pk: `expired/${dayOf(timeOfId(id))}`, sk: id });

export const readTombstone = async (table: Pick<Table, 'get'>, id: string): Promise<Tombstone | undefined> =>
  (await table.get<Tombstone>(tombstoneKey(id)))?.value;

type Progress = { readonly day: string };

/** Milliseconds. */
type Wait = { readonly until: number };

export const openRetention = (deps: {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly keptUntil: KeptUntil;
}): Retention => {
  const { table, bucket, ledger, clock, keptUntil } = deps;

  /** An act about no certificate may have led to one, so it is kept as if the longest had come of it. */
  const endOf = async (record: LedgerRecord, kept: RetentionClass): Promise<number> => {
    const recorded = timeOfId(record.id);
    if (kept !== 'issuance') return keptUntil[kept](recorded);
    const ends = await Promise.all((record.certificates ?? []).map(keptUntil.notAfterOf));
    const known = ends.filter((end) => end !== undefined);
    return keptUntil.issuance(known.length > 0 ? Math.max(...known) : keptUntil.latestNotAfter(recorded));
  };

  /** Resolves with when a record may be deleted that stays. */
  const remove = async (
    item: Item,
    record: LedgerRecord,
    kept: RetentionClass,
  ): Promise<number | undefined> => {
    const { leaf } = record;
    const end = await endOf(record, kept);
    if (leaf === undefined || end > clock()) return end;
    const tombstone: Tombstone = {
      class: kept,
      kind: record.kind,
      leaf,
      deletedAt: new Date(clock()).toISOString(),
    };
    const writes: Write[] = [
      { delete: { pk: item.pk, sk: item.sk }, if: { version: item.version } },
      // A pointer is put once and never changed.
      ...pointerPks(record).map((pk): Write => ({ delete: { pk, sk: item.sk }, if: { version: 1 } })),
      { put: tombstoneKey(record.id), value: tombstone, if: 'absent' },
    ];
    try {
      await table.write(writes);
      return undefined;
    } catch (error) {
      // Somebody else was first, or the row has just got its leaf: the next run sees to it.
      if (Fault.is(error, 'condition-failed')) return end;
      throw error;
    }
  };

  const pageOf = (day: string, cursor?: string): Promise<Page> =>
    table.query({ pk: `record/${day}`, limit: PAGE, ...(cursor !== undefined && { cursor }) });

  /** Goes through one day, of which the first page is read; `next` is when the first of those of the class may go that stay, if any does. */
  const sweep = async (
    day: string,
    kept: RetentionClass,
    first: Page,
  ): Promise<{ readonly removed: number; readonly next: number | undefined }> => {
    let removed = 0;
    let next: number | undefined;
    let page = first;
    for (;;) {
      const ends = await Promise.all(
        page.items
          .map((item) => ({ item, record: asRecord(item.value) }))
          .filter(({ record }) => CLASS_OF[record.kind] === kept)
          .map(({ item, record }) => remove(item, record, kept)),
      );
      const left = ends.filter((end) => end !== undefined);
      removed += ends.length - left.length;
      if (left.length > 0) next = Math.min(next ?? Infinity, ...left);
      if (page.cursor === undefined) return { removed, next };
      page = await pageOf(day, page.cursor);
    }
  };

  /** The days of which some stayed, in one read rather than in one each. */
  const waitingDays = async (kept: RetentionClass): Promise<ReadonlyMap<string, Item<Wait>>> => {
    const prefix = `${kept}/`;
    const days = new Map<string, Item<Wait>>();
    let cursor: string | undefined;
    do {
      const page = await table.query<Wait>({
        pk: PK,
        prefix,
        limit: MAX_PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      for (const item of page.items) days.set(item.sk.slice(prefix.length), item);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return days;
  };

  /**
   * Day by day from where the last run ended. The place is moved on only while nothing of the class is left behind, so
   * that a day whose certificates end at different times is gone through until the last one has, but only when one of
   * them may.
   */
  const enforceClass = async (kept: RetentionClass, oldest: number): Promise<readonly string[]> => {
    const key: Key = { pk: PK, sk: kept };
    let progress = await table.get<Progress>(key);
    const start = progress ? Date.parse(progress.value.day) + DAY : Date.parse(dayOf(oldest));
    const waiting = await waitingDays(kept);
    const done: string[] = [];
    /** The last day up to which nothing of the class is left. */
    let through: string | undefined;
    let complete = true;
    const advance = (): Write[] =>
      through === undefined
        ? []
        : [{ put: key, value: { day: through }, if: progress ? { version: progress.version } : 'absent' }];
    const store = async (writes: readonly Write[]): Promise<void> => {
      if (writes.length === 0) return;
      await table.write(writes);
      if (through === undefined) return;
      progress = { ...key, version: (progress?.version ?? 0) + 1, value: { day: through } };
      through = undefined;
    };
    const isDue = (at: number): boolean => keptUntil[kept](at) <= clock();
    const isWaiting = (day: string): boolean => (waiting.get(day)?.value.until ?? 0) > clock();
    /** After a long time most days have nothing left: the first pages of some days are read side by side. */
    let ahead = new Map<string, Page>();
    const firstPage = async (at: number): Promise<Page> => {
      const day = dayOf(at);
      if (!ahead.has(day)) {
        const days = Array.from({ length: DAYS_AHEAD }, (_, n) => at + n * DAY)
          .filter(isDue)
          .map(dayOf)
          .filter((one) => !isWaiting(one));
        ahead = new Map(await Promise.all(days.map(async (one) => [one, await pageOf(one)] as const)));
      }
      return ahead.get(day) ?? (await pageOf(day));
    };
    for (let at = start; isDue(at); at += DAY) {
      const day = dayOf(at);
      const waitKey: Key = { pk: PK, sk: `${kept}/${day}` };
      const wait = waiting.get(day);
      if (isWaiting(day)) {
        complete = false;
        continue;
      }
      const { removed, next } = await sweep(day, kept, await firstPage(at));
      complete &&= next === undefined;
      if (complete) through = day;
      const until = Math.min(next ?? 0, clock() + LONGEST_WAIT_MS);
      const waits: Write[] =
        next === undefined
          ? []
          : [
              {
                put: waitKey,
                value: { until },
                if: wait ? { version: wait.version } : 'absent',
                // Of no use afterwards.
                expires: Math.ceil((until + WAIT_KEPT_MS) / 1000),
              },
            ];
      if (removed === 0) {
        if (waits.length > 0) await table.write(waits);
        continue;
      }
      const details = { act: 'retention', class: kept, day, records: removed };
      const { writes } = ledger.prepare({ kind: 'configuration', actor: 'service', details });
      await store([...advance(), ...waits, ...writes]);
      done.push(`${kept} ${day}: ${removed}`);
    }
    await store(advance());
    return done;
  };

  return {
    enforce: async () => {
      const first = await table.get<{ readonly time: number }>(FIRST_KEY);
      if (!first) return [];
      // Clocks of several processes may differ by a day and no more.
      const oldest = first.value.time - DAY;
      const done: string[] = [];
      for (const kept of ['provision', 'issuance', 'crl', 'report'] as const) {
        done.push(...(await enforceClass(kept, oldest)));
      }
      done.push(...(await expireReports({ table, bucket, ledger, clock, keepReports: keptUntil.report })));
      return done;
    },
  };
};
