import type { LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, numberIn, timeIn } from '../members.ts';

/** A certificate's status by the records of its acts, and how it compares with what the service shows. */

/** What a revocation or a hold says. Times are milliseconds since the epoch. */
export interface Entry {
  readonly revocationTime: number;
  readonly reason: string;
  readonly invalidityDate?: number;
}

/** An entry as the service shows it; members may be absent. */
export type ShownEntry = { readonly [name in keyof Entry]?: Entry[name] | undefined };

export interface Act {
  readonly kind: 'revocation' | 'hold' | 'release';
  /** The id of its record. */
  readonly record: string;
  /** When it was recorded, in milliseconds since the epoch. */
  readonly time: number;
  /** Its number among the acts on the certificate. */
  readonly number?: number;
  /** Present for a revocation and a hold. */
  readonly entry?: Entry;
  /** When the revocation was first reported, in milliseconds since the epoch. */
  readonly reportedAt?: number;
  /** How long the profile allows from a report to the revocation, in milliseconds. */
  readonly term?: number;
  /** The record is newer than the checkpoint. */
  readonly newer: boolean;
}

/** Clocks of several processes differ by less than this. */
export const SKEW_MS = 10_000;

export const actOf = (record: LedgerRecord, newer: boolean): Act => {
  const { id, time, kind } = record;
  const number = numberOf(record);
  const act = {
    kind: kind as Act['kind'],
    record: id,
    time: Date.parse(time),
    ...(number !== undefined && { number }),
    newer,
  };
  const entry = kind === 'release' ? undefined : entryOf(record);
  return { ...act, ...(entry && { entry }), ...(kind === 'revocation' && reportOf(record)) };
};

/** Where it took two persons, the first one's asking was a report, and another one may have come before it. */
const reportOf = (record: LedgerRecord): Pick<Act, 'reportedAt' | 'term'> => {
  if (record.kind === 'provision') return {};
  const { askedAt, reportedAt, term } = record.details;
  const reports = [askedAt, reportedAt].map(timeIn).filter(Number.isFinite);
  return {
    ...(reports.length > 0 && { reportedAt: Math.min(...reports) }),
    ...(typeof term === 'number' && { term: term * 1000 }),
  };
};

const numberOf = (record: LedgerRecord): number | undefined => {
  return record.kind === 'provision' ? undefined : numberIn(membersIn(record.details.closes).number);
};

const entryOf = (record: LedgerRecord): Entry | undefined => {
  if (record.kind === 'provision') return undefined;
  const { revocationTime, reason, invalidityDate } = record.details;
  if (typeof revocationTime !== 'string' || typeof reason !== 'string') return undefined;
  return {
    revocationTime: Date.parse(revocationTime),
    reason,
    ...(typeof invalidityDate === 'string' && { invalidityDate: Date.parse(invalidityDate) }),
  };
};

/** When the first revocation or hold was recorded. */
export const sinceOf = (acts: readonly Act[]): number | undefined => {
  let since: number | undefined;
  for (const { kind, time } of acts) {
    if (kind !== 'release' && (since === undefined || time < since)) since = time;
  }
  return since;
};

/** The status after the acts up to `time`. */
export const stateOf = (
  acts: readonly Act[],
  time = Number.POSITIVE_INFINITY,
): 'good' | 'hold' | 'revoked' => {
  let held = 0;
  for (const act of acts) {
    if (act.time > time) continue;
    if (act.kind === 'revocation') return 'revoked';
    held += act.kind === 'hold' ? 1 : -1;
  }
  return held > 0 ? 'hold' : 'good';
};

/** The reason of the revocation or the hold that counts at `time`; undefined where no record has one. */
export const reasonOf = (acts: readonly Act[], time: number): string | undefined => {
  const closing = acts.filter((act) => act.kind !== 'release' && act.time <= time);
  return closing.toSorted((a, b) => a.time - b.time).at(-1)?.entry?.reason;
};

/**
 * The acts with the entries that they add up to. A revocation that follows another one raises the reason or has an earlier
 * invalidity date; the time stays that of the first (RFC 5280 5.3.2).
 */
export const settled = (acts: readonly Act[]): readonly Act[] => {
  const revocations = acts.filter(({ kind }) => kind === 'revocation');
  if (revocations.length < 2) return acts;
  let before: Entry | undefined;
  const entries = new Map<string, Entry>();
  for (const { record, entry } of revocations.toSorted(byTime)) {
    if (!entry) continue;
    before = { ...before, ...entry, revocationTime: before?.revocationTime ?? entry.revocationTime };
    entries.set(record, before);
  }
  return acts.map((act) => {
    const entry = entries.get(act.record);
    return entry ? { ...act, entry } : act;
  });
};

const byTime = (a: Act, b: Act): number => a.time - b.time || (a.record < b.record ? -1 : 1);

/** The states that the certificate had at some time from `from` to `to`, by the acts. */
export const statesBetween = (acts: readonly Act[], from: number, to: number): ReadonlySet<string> => {
  const times = acts.map(({ time }) => time).filter((time) => time > from && time <= to);
  return new Set([from, ...times].map((time) => stateOf(acts, time)));
};

/** The revocations and holds of which an entry may be that is made between `from` and `to`. */
export const closingsBetween = (acts: readonly Act[], from: number, to: number): readonly Act[] => {
  const closings = acts.filter(({ kind, time }) => kind !== 'release' && time <= to).toSorted(byTime);
  const last = closings.findLastIndex(({ time }) => time <= from);
  return closings.slice(Math.max(0, last));
};

/**
 * The acts that the status register may show at `time`: the last one before it, and those near to it, since clocks differ.
 */
export const shownBy = (
  acts: readonly Act[],
  kinds: readonly Act['kind'][],
  time = Number.POSITIVE_INFINITY,
): readonly Act[] => {
  const own = acts.filter(({ kind }) => kinds.includes(kind));
  const last = Math.max(...own.filter((act) => act.time <= time).map((act) => act.time));
  return own.filter((act) => act.time >= Math.min(last, time) - SKEW_MS);
};

/**
 * The shown entry beside the recorded one, as facts. Undefined where one of `acts` has the shown entry, or where a
 * record does not have an entry at all.
 * @param madeAt the thisUpdate of a CRL in milliseconds. A CRL has no time after its thisUpdate, so it shows an earlier
 *   one where the clock of the recording process was ahead (status/listings.ts).
 */
export const entryDiffers = (
  shown: ShownEntry,
  acts: readonly Act[],
  madeAt = Number.POSITIVE_INFINITY,
): Readonly<Record<string, string>> | undefined => {
  const [first] = acts;
  if (!first || acts.some(({ entry }) => entry === undefined || isSame(shown, entry, madeAt)))
    return undefined;
  const recorded = first.entry as Entry;
  const facts: Record<string, string> = { record: first.record };
  for (const name of ['revocationTime', 'reason', 'invalidityDate'] as const) {
    if (isShownAs(shown[name], recorded[name], madeAt)) continue;
    facts[name] = textOf(shown[name]);
    facts[`${name} recorded`] = textOf(recorded[name]);
  }
  return facts;
};

const isShownAs = (shown: unknown, recorded: unknown, madeAt: number): boolean =>
  shown === recorded ||
  (typeof shown === 'number' && typeof recorded === 'number' && recorded > madeAt && shown <= madeAt);

const isSame = (shown: ShownEntry, recorded: Entry, madeAt: number): boolean =>
  (['revocationTime', 'reason', 'invalidityDate'] as const).every((name) =>
    isShownAs(shown[name], recorded[name], madeAt),
  );

const textOf = (value: number | string | undefined): string => {
  if (value === undefined) return 'none';
  const date = typeof value === 'number' ? new Date(value) : undefined;
  if (date && Number.isNaN(date.getTime())) return 'none';
  return date ? date.toISOString() : `${value}`;
};
