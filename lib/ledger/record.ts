import type { CertificateRef } from '../principal.ts';
import type { Value } from '../store/store.ts';

export const RECORD_KINDS = [
  'submission',
  'examination',
  'issuance',
  'revocation',
  'hold',
  'release',
  'provision',
  'publication',
  'configuration',
  'ceremony',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** What a room says happened. The ledger adds `id` and `time`. */
export type RecordDraft = ActDraft | ProvisionDraft;

/** An act of the service or of somebody on it. */
export interface ActDraft {
  readonly kind: Exclude<RecordKind, 'provision'>;
  /** Principal id, or `service` for what the service does by itself. */
  readonly actor: string;
  readonly certificates?: readonly CertificateRef[];
  readonly office?: string;
  readonly details: Value;
}

/** An answer that left the service. */
export interface ProvisionDraft {
  readonly kind: 'provision';
  /** Principal id, or `public` for callers that did not name themselves. */
  readonly recipient: string;
  readonly channel: 'ocsp' | 'crl' | 'certificate' | 'status' | 'requests' | 'records';
  /** HTTP method, or the protocol's word. */
  readonly method: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  readonly certificates: readonly CertificateRef[];
  /** What was told: answers, thisUpdate, CRL number, items. */
  readonly provided: Value;
  /** SHA-256, lower-case hex, of the request's and the answer's bytes. */
  readonly requestDigest?: string;
  readonly responseDigest: string;
  /** How many items this record stands for. */
  readonly count: number;
}

export type LedgerRecord = RecordDraft & {
  /** Time-ordered: sorts as it was written. */
  readonly id: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly time: string;
};
