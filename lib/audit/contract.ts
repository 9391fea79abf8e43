import { phrase } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';

/** What an audit can find wrong with the log and the records behind it; the names are public. */
export const DAMAGES = {
  'checkpoint-not-signed': phrase`The checkpoint is not signed by the key of the log.`,
  'checkpoint-rolled-back': phrase`The log shows fewer leaves than it has shown before.`,
  fork: phrase`The log has two histories: this one does not contain the one that was shown before.`,
  'tile-missing': phrase`A file of the log is not there.`,
  'tile-altered': phrase`A file of the log is not the one that the checkpoint was signed over.`,
  'entry-malformed': phrase`A leaf is no entry of this ledger.`,
  'time-gap': phrase`Nothing was recorded for longer than --max-gap allows.`,
  'record-altered': phrase`A record is not the one that its leaf was made of.`,
  'record-missing': phrase`A leaf has no record, though its retention period is not over.`,
  'record-inserted': phrase`A record has no leaf of its own: it did not come in by the ledger.`,
  'act-not-signed': phrase`The record of an act has no good signature of the key for its kind.`,
  'act-key-changed': phrase`A key of acts is not the one that was shown before, or does not follow its predecessor.`,
  'revocation-not-confirmed': phrase`A certificate that takes two persons was revoked or held, and the log lacks the asking of the other one.`,
  'correction-not-confirmed': phrase`The rows of a certificate were corrected, and the log lacks the same asking by another person.`,
  'key-list-not-confirmed': phrase`A list of compromised keys was approved, and the log lacks the same proposal by another person.`,
  'end-repeated': phrase`Two acts ended the same thing, of which only one can have counted.`,
  'authority-without-leaf': phrase`A CA certificate has no issuance or ceremony record in the log.`,
  'authority-missing': phrase`The log has the ceremony of a CA that the service does not show.`,
  'serial-without-leaf': phrase`The service knows a certificate whose issuance is not in the log.`,
  'certificate-missing': phrase`The log has the issuance of a certificate that the service does not know.`,
  'approval-not-recorded': phrase`A certificate was issued, and the log lacks its submission or one of its approvals, each by another person.`,
  'batch-act-missing': phrase`A request was submitted, examined or withdrawn together with others, and the log lacks the act on their batch, or has another one.`,
  'sample-not-opened': phrase`Requests were approved together, and the log lacks the sample that was drawn, or that its rows were opened.`,
  'amendment-not-recorded': phrase`An amendment of the trust domain was applied, and the log lacks its proposal or its approval by two persons.`,
  'principal-key-not-recorded': phrase`A principal got a certificate for a key that no ceremony and no enrolment in the log names for it.`,
  'enrolment-missing': phrase`The log leaves out an act on an office or on a principal.`,
  'enrolment-unlawful': phrase`An act on an office or on a principal is not one that may follow the acts before it.`,
  'operators-were-left': phrase`The persons of the ceremony enrolled an operator while two operators could act.`,
  'enrolment-differs': phrase`The service shows an office or a principal otherwise than the newest act in the log.`,
  'auditor-not-independent': phrase`The person behind an auditor was an officer or an operator at the same time.`,
  'credential-not-enrolled': phrase`A certificate of a principal does not rest on the act that confirmed its key.`,
  'credential-left': phrase`A certificate of a principal was not revoked when its key was replaced or the enrolment ended.`,
  'leaver-undecided': phrase`An officer left 30 days ago or more, and a certificate that was issued to the officer was neither revoked nor kept by a decision.`,
  'actor-not-in-force': phrase`Somebody acted who, by the log, was not enrolled for it at that time.`,
  'certificate-altered': phrase`A certificate is not the one whose issuance is in the log.`,
  'personal-data-missing': phrase`The data of a certificate are not there, and the log has no act that ended them.`,
  'data-key-destroyed-early': phrase`A data key was destroyed before its month was over, and not because of a proven erasure.`,
  'order-not-confirmed': phrase`A legal hold, its release or an erasure was ordered, and the log lacks the same order by another operator.`,
  'certificate-unsigned': phrase`A certificate was issued long ago and still has no signature.`,
  'revocation-without-leaf': phrase`A certificate is shown as revoked or on hold without a record of that in the log.`,
  'authority-closed': phrase`A CA issued a certificate after its own certificate had been revoked.`,
  'revocation-lowered': phrase`An act on a revoked certificate did something else than raise its revocation.`,
  'status-differs': phrase`The status register and the log differ on a certificate.`,
  'answer-differs': phrase`OCSP gave a certificate a status that it did not have at that time, by the log.`,
  'answer-reason-differs': phrase`OCSP gave another reason for a revocation than the log has.`,
  'answer-unknown': phrase`OCSP did not know a certificate more than fifteen minutes after its issuance.`,
  'answers-not-judged': phrase`The service left a certificate out of its list of issuances, and OCSP answered about so many numbers that answers about it were not kept.`,
  'repetition-not-marked': phrase`A signed request was answered again, and the record does not say that it was a repetition.`,
  'revocation-late': phrase`A certificate was revoked later than its term after the report.`,
  'compromised-key-certified': phrase`A certificate was issued for a key that was known to be compromised.`,
  'compromised-key-left': phrase`A certificate stayed good for longer than the term after its key was known to be compromised.`,
  'crl-without-leaf': phrase`A CRL was signed and its publication is not in the log.`,
  'crl-missing': phrase`A CRL was published, by the log, and is not in the archive.`,
  'crl-altered': phrase`A CRL is not the one whose publication is in the log.`,
  'crl-number-gap': phrase`A CRL is named as the one before another, and its publication is not in the log.`,
  'crl-rolled-back': phrase`An older CRL is served than the newest one that the log has.`,
  'crl-incomplete': phrase`A CRL leaves out a certificate that is revoked or on hold, by the log.`,
  'crl-excess': phrase`A CRL lists a certificate that was good when the CRL was made, by the log, or that the CRL does not cover.`,
  'crl-differs': phrase`A CRL and the log differ on a revocation.`,
  'crl-entry-left-early': phrase`An entry left the CRL before a CRL listed it after the end of its certificate.`,
  'crl-entry-repeated': phrase`A CRL lists a serial number more than once.`,
  'crl-address-missing': phrase`The scope of a CRL (issuingDistributionPoint) lacks an address at which a certificate says that its CRL is.`,
  'crl-gap': phrase`The next CRL of a CA was made only after the one before it had ended.`,
  'crl-stopped': phrase`The newest CRL of a CA has ended, and certificates of the CA have not.`,
  'report-without-leaf': phrase`An annual report is shown that the log does not know.`,
  'report-missing': phrase`An annual report was made, by the log, and the service does not show it.`,
  'report-altered': phrase`An annual report is not the one that was made, by the log.`,
  'key-missing': phrase`The index of used keys lacks a key whose certificate is in the log.`,
  'key-altered': phrase`The index of used keys says something else of a key than the log.`,
  'key-without-leaf': phrase`The index of used keys has a key that no issuance and no submission in the log has.`,
  'key-reused': phrase`A key was certified again, and not as a renewal for its holder.`,
  'query-incomplete': phrase`A query leaves out a record that matches it.`,
  'query-excess': phrase`A query finds a record that does not match it.`,
  'total-differs': phrase`A total of a month is not the sum of its records.`,
  'tenant-differs': phrase`A record names another tenant than the one that its subject belongs to.`,
  'tenant-missing': phrase`A record names no tenant, and its subject belongs to one.`,
  'row-set-aside': phrase`A row that the ledger did not write so was found in its table and set aside.`,
} as const;

export type Damage = keyof typeof DAMAGES;

export interface Finding {
  readonly damage: Damage;
  /** Where: paths, indexes, ids, serial numbers, times. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Report = (damage: Damage, facts: Finding['facts']) => void;

export type Part = 'leaves' | 'records' | 'serials' | 'crls' | 'keys' | 'enrolments' | 'queries';

export type Progress = (part: Part, done: number, total: number) => void;

/** A record that does not count, described by its leaf or its id. */
export interface RetractedRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: string;
  /** Its retention period is over, so its absence is no damage. */
  readonly expired: boolean;
  /** Two operators recorded that the table lost it. Its absence is no damage. */
  readonly lost: boolean;
}

/**
 * A check that compares something else with the records. `checkRecords` gives it each record while it compares that
 * record with its leaf.
 */
export interface RecordObserver {
  /** A record that matches its leaf, or one that is newer than the tree's last leaf (`newer`). */
  observe(record: LedgerRecord, newer: boolean): void;
  /** A record that is absent, differs from its leaf or has none. It may have been observed before as a newer one. */
  retract(record: RetractedRecord): void;
  /** All records were observed. `isLost`: two operators recorded that the table lost the record of this leaf. */
  excuse?(isLost: (leaf: number) => boolean): void;
}
