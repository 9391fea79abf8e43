import { isCompromise } from '../compromise.ts';
import { type Act, stateOf } from './acts.ts';
import { type CertificateFacts, NO_ACTS } from './certificate-facts.ts';
import type { Report } from './contract.ts';
import { iso } from './tree.ts';

/** A profile's `revocationTerm` where the record of the revocation has none. */
export const USUAL_TERM_MS = 86_400_000;

/** Clocks of several processes differ by less than this, and a write may be repeated for so long. */
const SLACK_MS = 30_000;

interface Compromise {
  readonly certificate: string;
  readonly act: Act;
}

const compromiseIn = (acts: readonly Act[]): Act | undefined =>
  acts
    .filter(({ kind, entry }) => kind === 'revocation' && entry && isCompromise(entry.reason))
    .reduce<Act | undefined>((first, act) => (first && first.time <= act.time ? first : act), undefined);

/**
 * Names each certificate for a key that was compromised: one that was issued after the compromise had been recorded, and
 * one that was issued before and stayed good for longer than the term of the revocation that recorded it.
 */
export const checkCompromisedKeys = (
  known: ReadonlyMap<string, CertificateFacts>,
  { now, retention, report }: { readonly now: number; readonly retention: number; readonly report: Report },
): void => {
  const compromises = new Map<string, Compromise>();
  for (const [certificate, { issuance, acts = NO_ACTS }] of known) {
    const act = issuance?.key === undefined ? undefined : compromiseIn(acts);
    if (!act || issuance?.key === undefined) continue;
    const earlier = compromises.get(issuance.key);
    if (!earlier || act.time < earlier.act.time) compromises.set(issuance.key, { certificate, act });
  }
  if (compromises.size === 0) return;
  for (const [certificate, { issuance, acts = NO_ACTS }] of known) {
    const compromise = issuance?.key === undefined ? undefined : compromises.get(issuance.key);
    // If the retention period of the issuance is over, that of the acts may be over as well.
    if (!issuance || !compromise || now - issuance.notAfter > retention) continue;
    const { record, time, term = USUAL_TERM_MS } = compromise.act;
    const about = { certificate, compromised: compromise.certificate, revocation: record };
    if (issuance.time > time + SLACK_MS) {
      report('compromised-key-certified', { ...about, record: issuance.record });
      continue;
    }
    const due = time + term + SLACK_MS;
    if (due > now || issuance.notAfter < due || stateOf(acts, due) !== 'good') continue;
    report('compromised-key-left', { ...about, due: iso(time + term) });
  }
};

/** Names each certificate that was still good when the term after the report about it was over, and was revoked then. */
export const checkTerms = (
  certificate: string,
  { issuance, acts = NO_ACTS }: CertificateFacts,
  report: Report,
): void => {
  for (const { kind, record, time, reportedAt, term = USUAL_TERM_MS } of acts) {
    if (kind !== 'revocation' || reportedAt === undefined) continue;
    const due = reportedAt + term + SLACK_MS;
    if (time <= due || stateOf(acts, due) !== 'good') continue;
    if (issuance && issuance.notAfter < due) continue;
    report('revocation-late', {
      certificate,
      record,
      reported: iso(reportedAt),
      due: iso(reportedAt + term),
      revoked: iso(time),
    });
  }
};
