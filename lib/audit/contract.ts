import type { LedgerRecord } from '../ledger/ledger.ts';
/** What an audit can find wrong with the log and the records behind it; the names are public. */
export const DAMAGES = {
  'checkpoint-not-signed': 'The checkpoint is not signed by the key of the log.',
  'checkpoint-rolled-back': 'The log shows fewer leaves than it has shown before.',
  fork: 'The log has two histories: this one does not contain the one that was shown before.',
  'tile-missing': 'A file of the log is not there.',
  'tile-altered': 'A file of the log is not the one that the checkpoint was signed over.',
  'entry-malformed': 'A leaf is no entry of this ledger.',
  'time-gap': 'Nothing was recorded for longer than --max-gap allows.',
  'record-altered': 'A record is not the one that its leaf was made of.',
  'record-missing': 'A leaf has no record, though its retention period is not over.',
  'record-inserted': 'A record has no leaf of its own: it did not come in by the ledger.',
  'act-not-signed': 'The record of an act has no good signature of the key for its kind.',
  'act-key-changed':
    'A key of acts is not the one that was shown before, or does not follow its predecessor.',
  'revocation-not-confirmed':
    'A certificate that takes two persons was revoked or held, and the log lacks the asking of the other one.',
  'correction-not-confirmed':
    'The rows of a certificate were corrected, and the log lacks the same asking by another person.',
  'end-repeated': 'Two acts ended the same thing, of which only one can have counted.',
  'authority-without-leaf': 'A CA certificate has no issuance or ceremony record in the log.',
  'authority-missing': 'The log has the ceremony of a CA that the service does not show.',
  'serial-without-leaf': 'The service knows a certificate whose issuance is not in the log.',
  'certificate-missing': 'The log has the issuance of a certificate that the service does not know.',
  'approval-not-recorded':
    'A certificate was issued, and the log lacks its submission or one of its two approvals by three persons.',
  'amendment-not-recorded':
    'An amendment of the trust domain was applied, and the log lacks its proposal or its approval by two persons.',
  'certificate-altered': 'A certificate is not the one whose issuance is in the log.',
  'certificate-unsigned': 'A certificate was issued long ago and still has no signature.',
  'revocation-without-leaf':
    'A certificate is shown as revoked or on hold without a record of that in the log.',
  'authority-closed': 'A CA issued a certificate after its own certificate had been revoked.',
  'revocation-lowered': 'An act on a revoked certificate did something else than raise its revocation.',
  'status-differs': 'The status register and the log differ on a certificate.',
  'answer-differs': 'OCSP gave a certificate a status that it did not have at that time, by the log.',
  'crl-without-leaf': 'A CRL was signed and its publication is not in the log.',
  'crl-missing': 'A CRL was published, by the log, and is not in the archive.',
  'crl-altered': 'A CRL is not the one whose publication is in the log.',
  'crl-number-gap': 'A CRL is named as the one before another, and its publication is not in the log.',
  'crl-rolled-back': 'An older CRL is served than the newest one that the log has.',
  'crl-incomplete': 'A CRL leaves out a certificate that is revoked or on hold, by the log.',
  'crl-differs': 'A CRL and the log differ on a revocation.',
  'key-missing': 'The index of used keys lacks a key whose certificate is in the log.',
  'key-altered': 'The index of used keys says something else of a key than the log.',
  'key-without-leaf': 'The index of used keys has a key that no issuance and no submission in the log has.',
  'key-reused': 'A key was certified again, and not as a renewal for its holder.',
  'query-incomplete': 'A query leaves out a record that matches it.',
  'query-excess': 'A query finds a record that does not match it.',
  'total-differs': 'A total of a month is not the sum of its records.',
  'row-set-aside': 'A row that the ledger did not write so was found in its table and set aside.',
} as const;

export type Damage = keyof typeof DAMAGES;

export interface Finding {
  readonly damage: Damage;
  /** Where: paths, indexes, ids, serial numbers, times. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Report = (damage: Damage, facts: Finding['facts']) => void;

export type Part = 'leaves' | 'records' | 'serials' | 'crls' | 'keys' | 'queries';

export type Progress = (part: Part, done: number, total: number) => void;

/** A record that does not count, described by its leaf or its id. */
export interface RetractedRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: string;
  /** Its retention period is over, so its absence is no damage. */
  readonly expired: boolean;
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
}
