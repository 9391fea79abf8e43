import { wrongAnswers } from './answers.ts';
import { type CertificateFacts, NO_ACTS, openCertificateFacts } from './certificate-facts.ts';
import { checkCompromisedKeys, checkTerms } from './compromised-keys.ts';
import {
  actsUnder,
  authorityOf,
  type RecordedCompromise,
  type RevokedAuthority,
  revokedAuthorities,
} from './compromises.ts';
import type { Finding, RecordObserver, Report } from './contract.ts';
import { openCrlAddressCheck } from './crl-addresses.ts';
import { checkCrlSchedule } from './crl-schedule.ts';
import { type ListedRevocations, openListedRevocations } from './listed-revocations.ts';
import { type ListedSerial, serialFinding } from './listed-serials.ts';
import { openPersonalDataCheck } from './personal-data.ts';
import { listId, openPublications } from './publications.ts';
import { unlawfulRaise } from './raises.ts';
import { iso } from './tree.ts';

/**
 * Compares what the service shows about certificates with the records: its list of all serial numbers, its CRLs, and the
 * status that its OCSP answers gave. It is used in this order: all records are observed, the lists are read, the records
 * that came meanwhile are observed, `conclude` reports, and CRLs of the archive are judged.
 */
export interface CertificateCheck extends RecordObserver {
  /**
   * Before the records: a certificate whose issuance is among them, so that the answers about it are told from those about
   * numbers that were never issued, of which there may be too many to keep.
   */
  expect(ca: string, serial: string): void;
  list(ca: string, listed: ListedSerial): void;
  /** The CRLs of one CA that were served before the records were read. */
  serve(ca: string, crls: readonly ListedRevocations[]): void;
  conclude(): void;
  /** Judges a CRL of the archive, after `conclude`; one that was never current, or not published so, says nothing. */
  judge(ca: string, crl: ListedRevocations): void;
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
  const facts = openCertificateFacts();
  const publications = openPublications();
  const addresses = openCrlAddressCheck({ report });
  const personalData = openPersonalDataCheck({ report, retention });
  const { known } = facts;
  const period = { now, retention };
  const listedCertificates = new Set<string>();
  /**
   * Listed serial numbers that disagreed with the records when they were read, or agreed with records that may be
   * retracted.
   */
  const doubted: { readonly certificate: string; readonly listed: ListedSerial }[] = [];
  const served: { readonly ca: string; readonly crls: readonly ListedRevocations[] }[] = [];
  let judge: CertificateCheck['judge'] | undefined;

  let isLost: (leaf: number) => boolean = () => false;

  /** The record of its issuance was lost and came back from the bucket; the certificate itself did not. */
  const isLostRow = ({ damage, facts }: Finding, certificate: string): boolean => {
    const leaf = known.get(certificate)?.issuance?.leaf;
    return (
      damage === 'certificate-missing' && facts.from === 'certificates' && leaf !== undefined && isLost(leaf)
    );
  };

  const findingOf = (certificate: string, listed: ListedSerial) =>
    serialFinding(certificate, listed, known.get(certificate) ?? {}, { ...period, personalData });

  const checkAnswers = (
    certificate: string,
    { issuance, acts = NO_ACTS, answers }: CertificateFacts,
    compromise: RecordedCompromise | undefined,
  ): void => {
    // If the retention period of the issuance is over, that of the acts may be over as well.
    if (!issuance || !answers || now - issuance.notAfter > retention) return;
    const shown = actsUnder(acts, compromise);
    for (const { damage, record, said, reason, time, recorded } of wrongAnswers(
      answers,
      issuance.time,
      shown,
    )) {
      const answered = iso(time);
      report(damage, { certificate, record, answered, said, ...(reason && { reason }), recorded });
    }
  };

  const openJudge = (compromised: ReadonlyMap<string, RecordedCompromise>): CertificateCheck['judge'] => {
    const revocations = openListedRevocations({ known, publications, compromised, report });
    return (ca, crl) => {
      revocations.judge(ca, crl);
      const { digest, thisUpdate, addresses: own } = crl;
      const { madeAt = thisUpdate.getTime() } = publications.byDigest(ca, digest) ?? {};
      if (own) addresses.judge(ca, { digest, addresses: own, madeAt });
    };
  };

  return {
    expect: (ca, serial) => facts.expect(`${ca}/${serial}`),

    observe: (record, newer) => {
      facts.observe(record, newer);
      publications.observe(record, newer);
      personalData.observe(record, newer);
    },

    retract: (record) => {
      facts.retract(record);
      publications.retract(record);
      personalData.retract(record);
    },

    excuse: (named) => {
      isLost = named;
    },

    list: (ca, listed) => {
      const certificate = `${ca}/${listed.serial}`;
      const { issuance, acts } = known.get(certificate) ?? {};
      if (known.has(certificate)) listedCertificates.add(certificate);
      const isEndNewer = issuance && listed.ended && personalData.proof(listed.ended, issuance) === 'newer';
      const isNewer = issuance?.newer || isEndNewer || acts?.some(({ newer }) => newer);
      if (isNewer || findingOf(certificate, listed)) doubted.push({ certificate, listed });
      if (issuance && listed.crlAddresses) {
        addresses.list(certificate, listed.crlAddresses, { from: issuance.time, to: issuance.notAfter });
      }
    },

    serve: (ca, crls) => {
      served.push({ ca, crls });
    },

    conclude: () => {
      for (const { certificate, listed } of doubted) {
        const finding = findingOf(certificate, listed);
        if (finding && !isLostRow(finding, certificate)) report(finding.damage, finding.facts);
      }
      const revoked = revokedAuthorities(known);
      const compromised = new Map(
        [...revoked].flatMap(([ca, { compromise }]) => (compromise ? [[ca, compromise] as const] : [])),
      );
      judge = openJudge(compromised);
      for (const { ca, crls } of served) for (const crl of crls) judge(ca, crl);
      checkCrlSchedule(publications, known, { now, report });
      personalData.conclude();
      checkCompromisedKeys(known, { now, retention, report });
      for (const unjudged of facts.unjudged()) report('answers-not-judged', unjudged);
      for (const [certificate, one] of known) {
        const { issuance } = one;
        if (!issuance) {
          if (isSaidToExist(one)) report('serial-without-leaf', { certificate });
        } else if (!listedCertificates.has(certificate) && !issuance.newer) {
          report('certificate-missing', { certificate, record: issuance.record, from: 'status' });
        }
        checkTerms(certificate, one, report);
        const authority = revoked.get(authorityOf(certificate));
        checkAnswers(certificate, one, authority?.compromise);
        if (issuance && isIssuedAfter(authority, issuance)) {
          report('authority-closed', { certificate, record: issuance.record });
        }
        const unlawful = unlawfulRaise(one.acts ?? NO_ACTS, issuance?.profile);
        if (unlawful) report('revocation-lowered', { certificate, record: unlawful.record });
      }
    },

    judge: (ca, crl) => {
      const isPublished = publications
        .currentOnes(listId(ca, crl.partition))
        .some(({ digest }) => digest === crl.digest);
      if (isPublished) judge?.(ca, crl);
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
