import type { ActRecord } from '../ledger/ledger.ts';
import { textIn, timeIn } from '../members.ts';
import { certificateOf } from './certificate-names.ts';
import type { Report } from './contract.ts';
import type { EnrolmentAct } from './enrolment-acts.ts';

/** So long an office may take to decide about a certificate. */
const DECIDED_WITHIN_MS = 30 * 86_400_000;

/** Certificates that name their officer: whoever has left, each is revoked or kept by a decision. */
export interface LeaverCheck {
  /** Before the records, as in `EnrolmentCheck`. */
  expect(record: ActRecord): void;
  observe(record: ActRecord): void;
  retract(id: string): void;
  conclude(chainOf: (officer: string) => readonly EnrolmentAct[] | undefined): void;
}

export const openLeaverCheck = ({
  report,
  now,
}: {
  readonly report: Report;
  readonly now: number;
}): LeaverCheck => {
  const given = new Set<string>();
  /** By the ids of their records. */
  const issuances = new Map<string, ActRecord>();
  const decisions = new Map<string, ActRecord>();

  const isGiven = ({ kind, details }: ActRecord): boolean =>
    kind === 'issuance' && typeof details.issuedTo === 'string';

  /** The act by which the officer left: the one after the last by which the officer was there. And what prepared it. */
  const leavingOf = (chain: readonly EnrolmentAct[], office: string) => {
    const last = chain.findLastIndex(({ state }) => state?.office === office && state.standing !== 'ended');
    const leaving = last === -1 ? undefined : chain[last + 1];
    const before = chain[last];
    const wasPrepared = before?.prepared && leaving?.confirms === before.record;
    return leaving && { leaving, because: wasPrepared ? before.record : leaving.record };
  };

  const isDecided = (certificate: string, because: string): boolean =>
    [...decisions.values()].some(
      (record) =>
        certificateOf(record) === certificate &&
        (record.kind === 'revocation' || record.details.because === because),
    );

  return {
    expect: (record) => {
      if (isGiven(record)) given.add(certificateOf(record));
    },

    observe: (record) => {
      if (isGiven(record)) issuances.set(record.id, record);
      const decides =
        record.kind === 'revocation' ||
        (record.kind === 'confirmation' && record.details.act === 'leaver-kept');
      if (decides && given.has(certificateOf(record))) decisions.set(record.id, record);
    },

    retract: (id) => {
      issuances.delete(id);
      decisions.delete(id);
    },

    conclude: (chainOf) => {
      for (const issuance of issuances.values()) {
        const officer = textIn(issuance.details.issuedTo) ?? '';
        const { leaving, because = '' } = leavingOf(chainOf(officer) ?? [], issuance.office ?? '') ?? {};
        if (leaving === undefined || leaving.newer || now - leaving.time < DECIDED_WITHIN_MS) continue;
        const certificate = certificateOf(issuance);
        const isOver = timeIn(issuance.details.notAfter) <= now;
        if (isOver || isDecided(certificate, because)) continue;
        report('leaver-undecided', { certificate, record: leaving.record, principal: officer });
      }
    },
  };
};
