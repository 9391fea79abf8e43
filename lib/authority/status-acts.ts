import { isDeepStrictEqual } from 'node:util';
import { raised } from '../compromise.ts';
import { Fault } from '../fault.ts';
import type { ActRecord, Closes, LedgerRecord } from '../ledger/ledger.ts';
import { textsIn, timeIn } from '../members.ts';
import { type EntryReason, rfc3339, unixSeconds } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { RevocationEntry } from '../status/status.ts';
import type { Value, Write } from '../store/store.ts';
import type { Recorder } from './deps.ts';

/**
 * The acts on the status of one certificate. They exclude each other, so each takes the next number under one name:
 *
 *   outcomes/status.{ca}.{serial}/{n}  the record of a hold, a release or a revocation; or of a confirmation: that one person
 *                                      asked for what takes two, or that this was taken back; or that two persons corrected
 *                                      the rows (correcting.ts)
 *
 * The name is the certificate's own and needs no row to be found. What the acts add up to is read from the first one on, and
 * decides; the status register follows it. Nothing follows a revocation but one that raises it: its time stays, its reason is
 * not lower and its invalidity date not later.
 */

/** In Unix seconds, as the register has it. */
export type ActedState =
  | { readonly state: 'good' }
  | ({ readonly state: 'hold' | 'revoked' } & RevocationEntry);

/** One person's asking for a revocation or a hold that takes two persons. */
export interface Asking extends RevocationTerms {
  /** Id of its record. */
  readonly record: string;
  /** Id of the record of the revocation that it raises. */
  readonly raises?: string;
  /** Principal id, and the person behind it. */
  readonly askedBy: string;
  readonly person: unknown;
  /** Unix seconds. */
  readonly askedAt: number;
  /** Unix seconds; when somebody reported what the revocation is for, where that was said. */
  readonly reportedAt?: number;
  /** Unix seconds, by the signed record: a lapse needs no act of its own, since the time alone decides. */
  readonly lapsesAt: number;
}

export interface AskedCorrection
  extends Pick<Asking, 'record' | 'askedBy' | 'person' | 'askedAt' | 'lapsesAt'> {
  /** Digests of what the rows said. */
  readonly rows: readonly string[];
}

/** What an operator asks for. The invalidity date is in Unix seconds. */
export interface RevocationTerms {
  readonly status: 'revoked' | 'hold';
  readonly reason: EntryReason;
  readonly invalidityDate?: number;
}

/** A revocation as somebody asked for it. The certificate may have been revoked before, for another reason. */
export interface Obeyed extends Omit<RevocationTerms, 'status'> {
  readonly by: string;
}

/** What the acts add up to. */
export interface Standing {
  readonly now: ActedState;
  /** When the last hold, release, revocation or correction was recorded, in Unix seconds; absent where there was none. */
  readonly since?: number;
  /** Id of the record of the last revocation. */
  readonly revokedBy?: string;
  /** Every revocation, so that a repetition of any is known as one. */
  readonly obeyed: readonly Obeyed[];
  /** The states before it that acts made. */
  readonly earlier: readonly ActedState[];
  /** Neither used nor taken back; it may have lapsed. */
  readonly asking?: Asking;
  /** One person's asking for a correction of the rows; it may have lapsed. */
  readonly correction?: AskedCorrection;
  /** Digests of what rows said that two persons corrected. */
  readonly corrected?: readonly string[];
  /** The name of the next act. */
  readonly next: Closes;
  /** They stage the records of these acts that the ledger lacks. */
  readonly writes: readonly Write[];
}

const GOOD: ActedState = { state: 'good' };

export const timeText = (seconds: number): string => rfc3339(new Date(seconds * 1000));

/** The name of the chain of acts that change the status of a certificate. */
export const statusName = ({ ca, serial }: CertificateRef): string => `status.${ca}.${serial}`;

/** Fault: `act-object-invalid`. */
export const readStanding = async (
  recorder: Pick<Recorder, 'conclusion'>,
  ref: CertificateRef,
): Promise<Standing> => {
  const act = statusName(ref);
  let standing: Standing = { now: GOOD, obeyed: [], earlier: [], next: { act, number: 1 }, writes: [] };
  for (;;) {
    const found = await recorder.conclusion(standing.next);
    if (found === undefined) return standing;
    const after = afterAct(standing, found.record, ref);
    standing = {
      ...after,
      next: { act, number: standing.next.number + 1 },
      writes: [...standing.writes, ...found.writes],
    };
  }
};

/** By the acts alone. Fault: `act-object-invalid`. */
export const readActedState = async (
  recorder: Pick<Recorder, 'conclusion'>,
  ref: CertificateRef,
): Promise<ActedState['state']> => (await readStanding(recorder, ref)).now.state;

const afterAct = (before: Standing, record: LedgerRecord, ref: CertificateRef): Standing => {
  const [named] = record.certificates ?? [];
  const isAboutIt = named?.ca === ref.ca && named.serial === ref.serial;
  if (record.kind === 'provision' || !isAboutIt || !mayFollow(before.now, record)) throw misplaced(record);
  const { asking, correction, ...rest } = before;
  const { details } = record;
  switch (record.kind) {
    case 'confirmation':
      if (details.act === 'correction-asked') return { ...before, correction: correctionOf(record) };
      if (details.act === 'corrected') {
        const corrected = [...(before.corrected ?? []), ...rowsOf(record)];
        return { ...rest, ...(asking && { asking }), corrected, since: unixSeconds(record.time) };
      }
      return details.act === 'asked' ? { ...rest, asking: askingOf(record) } : rest;
    case 'hold':
    case 'revocation': {
      const state = record.kind === 'hold' ? 'hold' : 'revoked';
      return {
        ...rest,
        now: { state, ...entryOf(record) },
        since: unixSeconds(record.time),
        earlier: [...before.earlier, before.now],
        ...(state === 'revoked' && {
          revokedBy: record.id,
          obeyed: [...before.obeyed, obeyedOf(record)],
        }),
      };
    }
    case 'release':
      return {
        ...before,
        now: GOOD,
        since: unixSeconds(record.time),
        earlier: [...before.earlier, before.now],
      };
    default:
      throw misplaced(record);
  }
};

/** Whose certificate it is was decided when the act was done: here it may be anybody's. */
const mayFollow = (now: ActedState, record: ActRecord): boolean => {
  if (now.state !== 'revoked' || record.kind === 'confirmation') return true;
  if (record.kind !== 'revocation') return false;
  const next = entryOf(record);
  return (
    next.revocationTime === now.revocationTime &&
    (['ca', 'other'] as const).some((owner) => isDeepStrictEqual(raised(owner, now, next), reasonOf(record)))
  );
};

export const askingOf = (record: ActRecord): Asking => ({
  ...whoAsked(record),
  status: record.details.status === 'hold' ? 'hold' : 'revoked',
  ...reasonOf(record),
  ...(typeof record.details.raises === 'string' && { raises: record.details.raises }),
  ...(record.details.reportedAt !== undefined && { reportedAt: secondsOf(record, 'reportedAt') }),
});

export const correctionOf = (record: ActRecord): AskedCorrection => ({
  ...whoAsked(record),
  rows: rowsOf(record),
});

const rowsOf = ({ details }: ActRecord): readonly string[] => textsIn(details.rows).map((row) => row ?? '');

const whoAsked = (record: ActRecord) => ({
  record: record.id,
  askedBy: record.actor,
  person: record.details.person,
  askedAt: unixSeconds(record.time),
  lapsesAt: secondsOf(record, 'lapsesAt'),
});

const entryOf = (record: ActRecord): RevocationEntry => ({
  revocationTime: secondsOf(record, 'revocationTime'),
  ...reasonOf(record),
});

const reasonOf = (record: ActRecord) => ({
  reason: record.details.reason as EntryReason,
  ...(record.details.invalidityDate !== undefined && { invalidityDate: secondsOf(record, 'invalidityDate') }),
});

const obeyedOf = (record: ActRecord): Obeyed => ({
  by: record.actor,
  ...reasonOf(record),
  ...(record.details.reported !== undefined && { invalidityDate: secondsOf(record, 'reported') }),
});

const secondsOf = (record: ActRecord, name: string): number => {
  const seconds = timeIn(record.details[name]) / 1000;
  if (Number.isNaN(seconds)) throw misplaced(record);
  return Math.floor(seconds);
};

const misplaced = ({ id }: LedgerRecord): Fault =>
  new Fault(
    'act-object-invalid',
    'An act on the status of a certificate is not one that can be where it is.',
    {
      record: id,
    },
  );

/** For the record of an act, with times in RFC 3339. */
export const entryDetails = ({ revocationTime, reason, invalidityDate }: RevocationEntry): Value => ({
  reason,
  revocationTime: timeText(revocationTime),
  ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
});

/** For the record of an act: the earliest of the times at which its reason was reported; nothing where none was said. */
export const reportDetails = (...reported: readonly (number | undefined)[]): Value => {
  const times = reported.filter((time) => time !== undefined);
  return times.length === 0 ? {} : { reportedAt: timeText(Math.min(...times)) };
};
