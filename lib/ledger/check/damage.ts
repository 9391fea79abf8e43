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
  'serial-without-leaf': 'A certificate is known to the service whose issuance is not in the log.',
  'crl-without-leaf': 'A CRL was published whose publication is not in the log.',
  'revocation-without-leaf': 'A CRL lists a certificate whose revocation is not in the log.',
} as const;

export type Damage = keyof typeof DAMAGES;

export interface Finding {
  readonly damage: Damage;
  /** Where: paths, indexes, ids, serial numbers, times. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Report = (damage: Damage, facts: Finding['facts']) => void;

export type Progress = (part: 'leaves' | 'records', done: number, total: number) => void;
