import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../fault.ts';
import type { CertListEntryFields } from '../../pki/pki.ts';
import type { CertificateRef } from '../../principal.ts';
import type { CrlDeps, ProvenClosing } from '../deps.ts';
import type { RevocationEntry, RevokedRow } from '../register.ts';
import type { Alarm } from './alarms.ts';

/**
 * When the list is made, in Unix seconds, and how far another clock may be ahead of ours. A clock that was further ahead
 * recorded a revocation time after `until`. With that time in the entry, clients would take the certificate for good until
 * then; with it as thisUpdate, they would refuse the list. So the entry is dated `from`.
 */
export interface ListTime {
  readonly from: number;
  readonly until: number;
}

/** What the next CRL says about one certificate. */
export type Verdict =
  /** What the base says, or nothing. */
  | 'as before'
  /** No entry. */
  | 'unlisted'
  | {
      readonly entry: CertListEntryFields;
      /** The entry has an earlier time than the act, whose time is in the future. */
      readonly clamped: boolean;
    };

/** The verdict, and when the last act was recorded on which it rests: Unix seconds, 0 where it rests on none. */
export interface Judged {
  readonly verdict: Verdict;
  readonly since: number;
}

export type Judging = (ref: CertificateRef, scheduled: number, time: ListTime) => Promise<Judged>;

/** Reads the acts on a certificate. If an object cannot be read, it raises an alarm and gives undefined. */
export const openClosingOf =
  ({ proven, alarm }: Pick<CrlDeps, 'proven'> & { readonly alarm: Alarm }) =>
  async (ref: CertificateRef): Promise<ProvenClosing | undefined> => {
    try {
      return await proven.closingOf(ref);
    } catch (error) {
      if (!Fault.is(error, 'act-object-invalid')) throw error;
      await alarm('An act on the status of a certificate cannot be read; the CRL says what it said before', {
        ...ref,
      });
      return undefined;
    }
  };

export const alarmUnproven = (alarm: Alarm, ref: CertificateRef): Promise<void> =>
  alarm('A certificate is closed in the table, and no act closed it; no CRL lists it', { ...ref });

/**
 * Judges a certificate whose row differs from the base, or has changed. The signed acts decide, and the row follows them:
 *
 *   - An entry enters by a hold or a revocation, and says what that act says.
 *   - It leaves by a release, or when the certificate has expired by the record of its issuance and a regularly scheduled
 *     CRL has listed it beyond that (RFC 5280 3.3). Where neither is proven it stays.
 *   - A row that is closed without an act gets no entry, and an alarm. It stays closed: two operators correct it.
 */
export const openJudging = ({
  register,
  proven,
  alarm,
}: Pick<CrlDeps, 'register' | 'proven'> & { readonly alarm: Alarm }): Judging => {
  const closingOf = openClosingOf({ proven, alarm });

  /** The rows must not be open, late or lost: OCSP reads them as well. */
  const mend = async (ref: CertificateRef, row: Partial<RevokedRow> | undefined): Promise<void> => {
    await alarm(
      row === undefined
        ? 'The row of a revoked certificate was lost; the CRL lists the certificate, and the row is made again'
        : 'The row of a revoked certificate differs from its act; the CRL says what the act says, and the row follows',
      { ...ref },
    );
    await proven.follow(ref);
  };

  const closed = async (
    ref: CertificateRef,
    row: Partial<RevokedRow> | undefined,
    acted: RevocationEntry,
    scheduled: number,
    time: ListTime,
  ): Promise<Verdict> => {
    const end = mayHaveExpired(row, scheduled) ? await proven.endOf(ref) : undefined;
    if (end !== undefined && end < scheduled) return 'unlisted';
    // An end that is proven is not the one in the row.
    if (end !== undefined || row === undefined || !isSame(row, acted)) await mend(ref, row);
    return entryOf(acted, time);
  };

  /** No act closed it, or none that can be read. Some earlier CRL may list it all the same. */
  const unexplained = async (
    ref: CertificateRef,
    row: Partial<RevokedRow> | undefined,
    scheduled: number,
  ): Promise<Verdict> => {
    const end = mayHaveExpired(row, scheduled) ? await proven.endOf(ref) : undefined;
    return end !== undefined && end < scheduled ? 'unlisted' : 'as before';
  };

  const judge: Judging = async (ref, scheduled, time) => {
    const row: Partial<RevokedRow> | undefined = await register.listed(ref);
    const acted = await closingOf(ref);
    // An act is there before its row. A row that has changed meanwhile is that of an act that was not read.
    if (!isDeepStrictEqual(await register.listed(ref), row)) return judge(ref, scheduled, time);
    if (acted === undefined) return { verdict: await unexplained(ref, row, scheduled), since: 0 };
    const { closing, since } = acted;
    if (typeof closing !== 'string')
      return { verdict: await closed(ref, row, closing, scheduled, time), since };
    if (row !== undefined && !(await proven.follow(ref))) {
      await alarmUnproven(alarm, ref);
    }
    return { verdict: closing === 'released' ? 'unlisted' : await unexplained(ref, row, scheduled), since };
  };

  return judge;
};

/** By the row alone, which is why the record of the issuance is asked next. A row of another form may say anything. */
const mayHaveExpired = (row: Partial<RevokedRow> | undefined, scheduled: number): boolean =>
  !(Number(row?.notAfter) >= scheduled);

export const isSame = (row: Partial<RevokedRow>, acted: RevocationEntry): boolean =>
  row.revocationTime === acted.revocationTime &&
  row.reason === acted.reason &&
  row.invalidityDate === acted.invalidityDate;

const entryOf = (acted: RevocationEntry, { from, until }: ListTime): Verdict => {
  const { revocationTime, reason, invalidityDate } = acted;
  const clamped = revocationTime > until;
  const date = clamped && invalidityDate !== undefined && invalidityDate > until ? from : invalidityDate;
  return {
    entry: {
      revocationTime: clamped ? from : revocationTime,
      reason,
      ...(date !== undefined && { invalidityDate: date }),
    },
    clamped,
  };
};
