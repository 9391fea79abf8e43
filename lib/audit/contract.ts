import type { LedgerRecord } from '../ledger/ledger.ts';
/** What an audit can find wrong with the log and the records behind it; the names are public. */
export const DAMAGES = {
  'checkpoint-not-signed': 'The checkpoint is not signed by the key of the log.',
  'checkpoint-rolled-back': 'The log shows fewer leaves than it has shown before.',
  fork: 'The log has two histories: this one does not contain the one that was shown before.',
  'tile-missing': 'A file of the log is not there.',
  'tile-altered': 'A file of the log is not the one that the checkpoint was signed over.',
  'entry-malformed': 'A leaf is no entry of this ledger.',
  'time-gap': 'Nothing was recorded for longer than is usual.',
  'record-altered': 'A record is not the one that its leaf was made of.',
  'record-missing': 'A leaf has no record, though its retention period is not over.',
  'record-inserted': 'A record has no leaf of its own: it did not come in by the ledger.',
  'authority-without-leaf':
    'A CA is shown with a certificate of whose issuance or ceremony nothing is in the log.',
  'serial-without-leaf': 'A certificate is known to the service whose issuance is not in the log.',
  'certificate-missing': 'The log has the issuance of a certificate that the service does not know.',
  'approval-missing':
    'A certificate was issued, or an amendment applied, without records that as many persons as it takes asked for it and approved it.',
  'certificate-altered': 'A certificate is not the one whose issuance is in the log.',
  'certificate-unsigned': 'A certificate that was issued long ago is there without its signature.',
  'revocation-without-leaf': 'A certificate is shown as revoked or on hold, and the log has nothing of it.',
  'status-differs': 'The status register does not say of a certificate what the log says.',
  'answer-differs': 'OCSP said of a certificate what it was not at that time, by the log.',
  'crl-without-leaf': 'A CRL was signed whose publication is not in the log.',
  'crl-missing': 'The log has the publication of a CRL that is not in the archive.',
  'crl-altered': 'A CRL is not the one whose publication is in the log.',
  'crl-number-gap': 'Between two CRLs there was another one, of whose publication there is no record.',
  'crl-rolled-back': 'An older CRL is served than the newest one that the log has.',
  'crl-incomplete': 'A CRL does not list a certificate whose revocation the log has.',
  'crl-differs': 'A CRL says of a revocation what the log does not say.',
  'query-incomplete': 'A query does not find a record that it asks for.',
  'query-excess': 'A query finds a record that it does not ask for.',
  'total-differs': 'A total of a month is not what its records add up to.',
} as const;

export type Damage = keyof typeof DAMAGES;

export interface Finding {
  readonly damage: Damage;
  /** Where: paths, indexes, ids, serial numbers, times. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Report = (damage: Damage, facts: Finding['facts']) => void;

export type Part = 'leaves' | 'records' | 'serials' | 'crls' | 'queries';

export type Progress = (part: Part, done: number, total: number) => void;

/** What a leaf, or the id of a record that is not to be believed, says of it. */
export interface LostRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: string;
  /** Its time was over: nothing is wrong with its absence. */
  readonly expired: boolean;
}

/** Whoever is told of all records while they are held against their leaves, to hold something else against them. */
export interface Learner {
  /** A record that is what its leaf says; or one that is too new to have a leaf in this tree (`newer`). */
  record(record: LedgerRecord, newer: boolean): void;
  /** A record that is gone, or that is not what its leaf says, or has none; it may have been told of as a newer one. */
  lost(record: LostRecord): void;
}
