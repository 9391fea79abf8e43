import { wrongAnswers } from './answers.ts';
import { type CertificateFacts, NO_ACTS, openCertificateFacts } from './certificate-facts.ts';
import {
  actsUnder,
  authorityOf,
  type RecordedCompromise,
  type RevokedAuthority,
  revokedAuthorities,
} from './compromises.ts';
import type { RecordObserver, Report } from './contract.ts';
import { checkListedRevocations, type ListedRevocations } from './listed-revocations.ts';
import { type ListedSerial, serialFinding } from './listed-serials.ts';
import { unlawfulRaise } from './raises.ts';

/**
 * Compares what the service shows about certificates with the records: its list of all serial numbers, its CRLs, and the
 * status that its OCSP answers gave. It is used in this order: all records are observed, the lists are read, the records
 * that came meanwhile are observed, and `conclude` reports.
 */
export interface CertificateCheck extends RecordObserver {
  list(ca: string, listed: ListedSerial): void;
  /** The CRLs of one CA that were served before the records were read; together they list all that it revoked. */
  serve(ca: string, crls: readonly ListedRevocations[]): void;
  conclude(): void;
}

export const openCertificateCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** How long an issuance is kept on record after the end of its certificate, in milliseconds. */
  readonly retention: number;
  readonly now: number;
}): CertificateCheck => {
  const { known, observe, retract } = openCertificateFacts();
  const period = { now, retention };
  const listedCertificates = new Set<string>();
  /**
   * Listed serial numbers that disagreed with the records when they were read, or agreed with records that may be
   * retracted.
   */
  const doubted: { readonly certificate: string; readonly listed: ListedSerial }[] = [];
  const served: { readonly ca: string; readonly crls: readonly ListedRevocations[] }[] = [];

  const findingOf = (certificate: string, listed: ListedSerial) =>
    serialFinding(certificate, listed, known.get(certificate) ?? {}, period);

  const checkAnswers = (
    certificate: string,
    { issuance, acts = NO_ACTS, answers }: CertificateFacts,
    compromise: RecordedCompromise | undefined,
  ): void => {
    // If the retention period of the issuance is over, that of the acts may be over as well.
    if (!issuance || !answers || now - issuance.notAfter > retention) return;
    for (const { record, said, reason, time, recorded } of wrongAnswers(
      answers,
      issuance.time,
      actsUnder(acts, compromise),
    )) {
      const thisUpdate = new Date(time).toISOString();
      report('answer-differs', {
        certificate,
        record,
        thisUpdate,
        said,
        ...(reason !== undefined && { reason }),
        recorded,
      });
    }
  };

  return {
    observe,
    retract,

    list: (ca, listed) => {
      const certificate = `${ca}/${listed.serial}`;
      const facts = known.get(certificate);
      if (facts) listedCertificates.add(certificate);
      const isNewer = facts?.issuance?.newer || facts?.acts?.some(({ newer }) => newer);
      if (isNewer || findingOf(certificate, listed)) doubted.push({ certificate, listed });
    },

    serve: (ca, crls) => {
      served.push({ ca, crls });
    },

    conclude: () => {
      for (const { certificate, listed } of doubted) {
        const finding = findingOf(certificate, listed);
        if (finding) report(finding.damage, finding.facts);
      }
      const revoked = revokedAuthorities(known);
      for (const { ca, crls } of served) {
        checkListedRevocations(ca, crls, known, report, revoked.get(ca)?.compromise);
      }
      for (const [certificate, facts] of known) {
        const { issuance } = facts;
        if (!issuance) {
          if (isSaidToExist(facts)) report('serial-without-leaf', { certificate });
        } else if (!listedCertificates.has(certificate) && !issuance.newer) {
          report('certificate-missing', { certificate, record: issuance.record, from: 'status' });
        }
        const authority = revoked.get(authorityOf(certificate));
        checkAnswers(certificate, facts, authority?.compromise);
        if (issuance && isIssuedAfter(authority, issuance)) {
          report('authority-closed', { certificate, record: issuance.record });
        }
        const unlawful = unlawfulRaise(facts.acts ?? NO_ACTS, issuance?.profile);
        if (unlawful) report('revocation-lowered', { certificate, record: unlawful.record });
      }
    },
  };
};

/** An issuance this near to the revocation may have begun before it. */
const SLACK_MS = 30_000;

/** A CA whose certificate is revoked certifies its responders and nobody else. */
const isIssuedAfter = (
  authority: RevokedAuthority | undefined,
  { profile, time }: NonNullable<CertificateFacts['issuance']>,
): boolean => authority !== undefined && profile !== 'ocsp-responder' && time > authority.since + SLACK_MS;

/** Only certificates have acts, and OCSP says `good` only of certificates. */
const isSaidToExist = ({ acts, answers }: CertificateFacts): boolean =>
  (acts ?? []).length > 0 || (answers ?? []).some(({ said }) => said === 'good');
