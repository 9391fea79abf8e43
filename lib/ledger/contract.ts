import type { CertificateRef } from '../principal.ts';
import type { Value, Write } from '../store/store.ts';

export const RECORD_KINDS = [
  'submission',
  'examination',
  'issuance',
  'revocation',
  'hold',
  'release',
  'confirmation',
  'provision',
  'publication',
  'trust-domain',
  'setting',
  'retention',
  'ceremony',
  'export',
  'report',
  'disclosure',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/**
 * How an answer left. `own` is a holder's look at its own records, `disclosure` a bundle about one holder, `export` a
 * file of records, `evidence` a file for an audit of the authority.
 */
export const CHANNELS = [
  'ocsp',
  'crl',
  'certificate',
  'status',
  'requests',
  'records',
  'report',
  'export',
  'evidence',
  'own',
  'disclosure',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a room records. The ledger adds `id`, `time` and `salt`. */
export type RecordDraft = ActDraft | ProvisionDraft;

/** An act of the service or of somebody on it. */
export interface ActDraft {
  readonly kind: Exclude<RecordKind, 'provision'>;
  /** Principal id; `service` where the service acts by itself. */
  readonly actor: string;
  readonly certificates?: readonly CertificateRef[];
  readonly office?: string;
  /** Whom the certificate is about: a principal id that serves as a pseudonym, never a name or a public number. */
  readonly holder?: string;
  readonly details: Value;
}

/** An answer that left the service. */
export interface ProvisionDraft {
  readonly kind: 'provision';
  /** Principal id, or `public` for callers that did not prove who they are. */
  readonly recipient: string;
  /** The request came with credentials that would have named the recipient: the code of the fault for which they were not accepted. */
  readonly unproven?: string;
  readonly channel: Channel;
  /** HTTP method, or the protocol's word. After `HEAD` only headers left, which name the content that the digest is of. */
  readonly method: string;
  /** The recipient's sub-office, where it has one. */
  readonly office?: string;
  /** Id of one of the purposes that the trust domain declares for the recipient, and the law that it rests on. */
  readonly purpose?: string;
  readonly legalBasis?: string;
  /**
   * `2026-11-22`, Japan Standard Time: the day of the answers that this record counts. Present where a CDN gave them and
   * its logs came later.
   */
  readonly day?: string;
  readonly certificates: readonly CertificateRef[];
  /** What was told: answers, thisUpdate, CRL number, items. */
  readonly provided: Value;
  /** SHA-256 of the request's bytes. Digests are lower-case hex. */
  readonly requestDigest?: string;
  /** SHA-256 of the answer; in a record with a `day`, of the CDN's log as far as it had been read. */
  readonly responseDigest: string;
  /** How many items this record stands for. */
  readonly count: number;
}

export type LedgerRecord = RecordDraft & {
  /** Time-ordered: sorts as it was written. */
  readonly id: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly time: string;
  /** 16 random bytes in hex: without them, a record could be guessed from its digest in the log. */
  readonly salt: string;
  /** The index of its leaf in the log; absent until it has one. The leaf is made of the record without this. */
  readonly leaf?: number;
};

export interface RecordQuery {
  /** Not both: provisions have a recipient, acts have an actor. */
  readonly recipient?: string;
  readonly actor?: string;
  /** Not both. */
  readonly certificate?: { readonly ca: string; readonly serial: string };
  /** All records about any of the holder's certificates, from its issuance on. */
  readonly holder?: string;
  /** Of provisions. */
  readonly purpose?: string;
  /** The sub-office that acted, or was told. */
  readonly office?: string;
  /** Of provisions. */
  readonly channel?: Channel;
  readonly kind?: RecordKind;
  /** RFC 3339, inclusive / exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface RecordPage {
  readonly records: readonly LedgerRecord[];
  readonly cursor?: string;
}

export interface Ledger {
  /**
   * Durable when it resolves: only then may the answer that it records leave. All or nothing. A provision with
   * an answer for each certificate in `provided.answers` may name more certificates than a record does: it is stored
   * as several records.
   */
  append(...drafts: readonly RecordDraft[]): Promise<readonly LedgerRecord[]>;
  /**
   * The same, to be stored by the caller together with the change that it records, in one `Table.write`.
   * Faults: `record-invalid` where a record names more than `MAX_CERTIFICATES_PER_RECORD` certificates.
   */
  prepare(draft: RecordDraft): { readonly record: LedgerRecord; readonly writes: readonly Write[] };
  /**
   * Newest first, and complete: every record that was appended before the call is found. A page may be shorter
   * than `limit` and still have a cursor. Faults: `cursor-invalid`, `invalid-input`.
   */
  query(query: RecordQuery): Promise<RecordPage>;
  /** Faults: `unknown-record`; `record-expired` with the class, and when and where its leaf is. */
  get(id: string): Promise<LedgerRecord>;
}
