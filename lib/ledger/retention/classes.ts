import type { CertificateRef } from '../../principal.ts';
import type { LedgerRecord, RecordKind } from '../contract.ts';

/** Records that are kept for the same time. */
export type RetentionClass = 'provision' | 'issuance' | 'crl' | 'report' | 'enrolment';

/**
 * The class of each kind. Kinds without a class are kept for ever: they show how the authority was set up, and who
 * received records.
 */
export const CLASS_OF: Readonly<Record<RecordKind, RetentionClass | undefined>> = {
  provision: 'provision',
  submission: 'issuance',
  batch: 'issuance',
  examination: 'issuance',
  issuance: 'issuance',
  revocation: 'issuance',
  hold: 'issuance',
  release: 'issuance',
  confirmation: 'issuance',
  publication: 'crl',
  report: 'report',
  'trust-domain': undefined,
  'key-list': undefined,
  setting: undefined,
  retention: undefined,
  ceremony: undefined,
  recovery: undefined,
  export: undefined,
  disclosure: undefined,
  enrolment: 'enrolment',
  'personal-data': undefined,
  'data-key': undefined,
};

/** The time until which a record is kept, by the trust domain's periods. Times are milliseconds since the epoch. */
export interface KeptUntil {
  readonly provision: (recorded: number) => number;
  readonly crl: (recorded: number) => number;
  readonly report: (recorded: number) => number;
  /** Counted from the end of the certificate. */
  readonly issuance: (notAfter: number) => number;
  /** The latest end that a certificate requested at that time can have. */
  readonly latestNotAfter: (recorded: number) => number;
  /** Undefined where the certificate is not known. */
  readonly notAfterOf: (ref: CertificateRef) => Promise<number | undefined>;
  /** Counted from the moment when the act is no longer what is in force. */
  readonly enrolment: (over: number) => number;
  /** That moment, by the objects of the acts. Undefined while the act is what is in force. */
  readonly enrolmentOver: (record: LedgerRecord) => Promise<number | undefined>;
}
