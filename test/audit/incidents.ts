import { expect } from 'vitest';
import { type Finding, openCertificateCheck } from '../../lib/audit/audit.ts';
import type { ListedRevocations } from '../../lib/audit/listed-revocations.ts';
import type { LedgerRecord, RecordDraft } from '../../lib/ledger/ledger.ts';

/* The incidents that public CAs report most, in records and lists that no test can get from a real service. */

export const CA = 'organisation-1';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOW = Date.parse('2040-06-01T00:00:00Z');
export const ISSUED = NOW - 300 * DAY;
export const iso = (time: number): string => new Date(time).toISOString();
let ids = 0;

const record = (draft: object, time: number): LedgerRecord =>
  ({
    actor: 'operator',
    ...draft,
    id: time.toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0'),
    time: iso(time),
    salt: '00'.repeat(16),
  }) as RecordDraft & LedgerRecord;

export const issuance = (
  serial: string,
  { time = ISSUED, notAfter = NOW + 300 * DAY, of = {}, ...more } = {} as Issued,
) =>
  record(
    {
      kind: 'issuance',
      ...of,
      certificates: [{ ca: CA, serial }],
      details: {
        tbsDigest: serial,
        notAfter: iso(notAfter),
        order: serial,
        profile: 'seal',
        publicKeyDigest: serial,
        ...more,
      },
    },
    time,
  );
/** An act on a holder's data or on a data key. */
export const dataAct = (
  kind: 'personal-data' | 'data-key',
  time: number,
  details: object,
  more: object = {},
): LedgerRecord => record({ kind, tenant: 'tokiwa', ...more, details }, time);

export type Issued = {
  time?: number;
  notAfter?: number;
  publicKeyDigest?: string;
  profile?: string;
  /** Members of the record itself. */
  of?: object;
};

export const act = (kind: 'hold' | 'release' | 'revocation', serial: string, time: number, details = {}) =>
  record(
    {
      kind,
      certificates: [{ ca: CA, serial }],
      details: {
        reason: kind === 'hold' ? 'certificateHold' : 'superseded',
        revocationTime: iso(time),
        ...details,
      },
    },
    time,
  );

/** CRLs say a time this much earlier than that at which they were made. */
const BACKDATED = 300_000;

export const publication = (number: number, madeAt: number, more = {}) =>
  record(
    {
      kind: 'publication',
      details: {
        ca: CA,
        partition: 'full',
        number,
        digest: `d${number}`,
        previous: number - 1,
        thisUpdate: iso(madeAt - BACKDATED),
        nextUpdate: iso(madeAt + 2 * DAY),
        madeAt: iso(madeAt),
        ...more,
      },
    },
    madeAt + 1000,
  );

export const answer = (serial: string, time: number, said: string, reason?: string) =>
  record(
    {
      kind: 'provision',
      recipient: 'public',
      channel: 'ocsp',
      method: 'POST',
      certificates: [{ ca: CA, serial }],
      provided: { answers: [said], ...(reason && { reasons: [reason] }), thisUpdate: iso(time) },
      responseDigest: '',
      count: 1,
    },
    time,
  );

export const entry = (serial: string, revokedAt: number, reason = 'superseded') => ({
  serial,
  revocationTime: revokedAt,
  reason,
});

export const crl = (number: number, madeAt: number, entries: ListedRevocations['entries'], more = {}) => ({
  partition: 'full',
  digest: `d${number}`,
  thisUpdate: new Date(madeAt - BACKDATED),
  entries,
  ...more,
});

/** Serial numbers that the service lists with the status that their records say. */
export const listed = (serial: string, more = {}) => ({
  serial,
  state: 'good',
  notAfter: iso(NOW + 300 * DAY),
  order: serial,
  profile: 'seal',
  tbsDigest: serial,
  digest: 'bb',
  ...more,
});

/** The damage about certificates and CRLs, whichever way the records are read; what the register shows is not judged. */
export const judged = (
  records: readonly LedgerRecord[],
  crls: readonly ListedRevocations[] = [],
  lists: readonly Parameters<ReturnType<typeof openCertificateCheck>['list']>[1][] = [],
  now = NOW,
): readonly Finding[] => {
  const [one, other] = [records, records.toReversed()].map((read) => {
    const found: Finding[] = [];
    const check = openCertificateCheck({
      report: (damage, facts) => found.push({ damage, facts }),
      retention: 3650 * DAY,
      now,
    });
    for (const each of read) check.observe(each, false);
    for (const each of lists) check.list(CA, each);
    check.serve(CA, crls.slice(-1));
    check.conclude();
    for (const each of crls.slice(0, -1)) check.judge(CA, each);
    return found.filter(({ damage }) => damage !== 'certificate-missing' && damage !== 'status-differs');
  });
  const names = (found: readonly Finding[] = []) => found.map(({ damage }) => damage).toSorted();
  expect(names(other)).toEqual(names(one));
  return one ?? [];
};
export const damages = (...args: Parameters<typeof judged>) => judged(...args).map(({ damage }) => damage);
