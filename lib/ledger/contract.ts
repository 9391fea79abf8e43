import type { ActSignature, VerifiedAct } from '../acts/acts.ts';
import type { CertificateRef, Door } from '../principal.ts';
import type { Value, Write } from '../store/store.ts';

export const RECORD_KINDS = [
  'submission',
  'batch',
  'examination',
  'issuance',
  'revocation',
  'hold',
  'release',
  'confirmation',
  'provision',
  'publication',
  'trust-domain',
  'key-list',
  'setting',
  'retention',
  'ceremony',
  'recovery',
  'export',
  'report',
  'disclosure',
  'enrolment',
  'personal-data',
  'data-key',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/**
 * How an answer left. `own` is a holder's look at its own records, `disclosure` a bundle about one holder, `export` a
 * file of records, `evidence` a file for an audit of the authority. `sign-in` is a token that was issued, or credentials
 * that were refused. `enrolment` shows offices and principals.
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
  'sign-in',
  'enrolment',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a room records. The ledger adds `id`, `time` and `salt`. */
export type RecordDraft = ActDraft | ProvisionDraft | RefusalDraft;

/** An act of the service itself or of a principal. */
export interface ActDraft {
  readonly kind: Exclude<RecordKind, 'provision'>;
  /** Principal id; `service` where the service acts by itself. */
  readonly actor: string;
  readonly certificates?: readonly CertificateRef[];
  /** The tenant whose affairs it is about. Absent where it concerns the service as a whole. */
  readonly tenant?: string;
  readonly office?: string;
  /** Whom the certificate is about: a principal id that serves as a pseudonym, never a name or a public number. */
  readonly holder?: string;
  readonly details: Value;
}

/** An answer that left the service; or several, which went to the public and share the record (sharing.ts). */
export interface Provision {
  readonly kind: 'provision';
  /** Principal id, or `public` for callers that did not prove who they are. */
  readonly recipient: string;
  /**
   * Present where the service refused credentials that would have named the recipient: the code of the fault.
   */
  readonly unproven?: string;
  /**
   * Present where the recipient is named by the signature of a request that was answered before: the id of the record of the
   * first answer. Anybody who has seen such a request can send it again, so nothing proves that this answer went to the recipient.
   */
  readonly repeats?: string;
  /** By what the recipient has proven who it is; in a refused sign-in, what was refused. */
  readonly door?: Door;
  readonly channel: Channel;
  /**
   * HTTP method, or the protocol's own word. After `HEAD` only headers left the service; the digest is of the content
   * that they describe.
   */
  readonly method: string;
  /**
   * The tenant of what was told: an answer about the certificates of two tenants has two records. Absent where it concerns the
   * service as a whole.
   */
  readonly tenant?: string;
  /** The recipient's sub-office, where it has one. */
  readonly office?: string;
  /** Id of a purpose that the trust domain declares for the recipient, and the purpose's legal basis. */
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** Present where the recipient named no purpose, and the trust domain's file assumes this one for it. */
  readonly purposeAssumed?: true;
  /**
   * `2026-11-22`, Japan Standard Time: the day of the answers that this record counts. Present only where a CDN gave
   * the answers and they were counted from its logs.
   */
  readonly day?: string;
  readonly certificates: readonly CertificateRef[];
  /** Ids of the requests that the answer shows. */
  readonly requests?: readonly string[];
  /** The content of the answer: statuses, thisUpdate, CRL number, items; `unregistered` (unregistered.ts). */
  readonly provided: Value;
  /** SHA-256 of the request's bytes. Digests are lower-case hex. */
  readonly requestDigest?: string;
  /**
   * SHA-256 of the answer; in a record with a `day`, of the CDN's log as far as it had been read. Absent where `shared` has the
   * digest of each answer, and where credentials were refused.
   */
  readonly responseDigest?: string;
  /** Present where two or more answers share the record: everything else in it is true of each of them. */
  readonly shared?: readonly SharedAnswer[];
  /** How many items this record stands for. */
  readonly count: number;
}

/** One of the answers that share a record. */
export type SharedAnswer = {
  readonly requestDigest?: string;
  readonly responseDigest: string;
  /**
   * Its items: the certificates of the record, its own part of the numbers in `provided.unregistered` (they are in the order of
   * the answers), and `impossible`.
   */
  readonly count: number;
  /** CertIDs with a serial number that no certificate can have. */
  readonly impossible?: number;
};

/** One answer, as a room gives it to the ledger. */
export interface ProvisionDraft extends Omit<Provision, 'shared'> {
  readonly responseDigest: string;
  /**
   * The tenant of each of the certificates, in their order; undefined for those of none. The ledger stores a record for each
   * tenant (dividing.ts). Absent where the whole answer is about `tenant`.
   */
  readonly tenants?: readonly (string | undefined)[];
}

/**
 * Credentials that were refused. Nothing was told, so there is no digest, and refusals that are alike are counted and not told
 * apart.
 */
export interface RefusalDraft extends Omit<Provision, 'shared' | 'responseDigest' | 'requestDigest'> {
  readonly recipient: 'public';
  readonly channel: 'sign-in';
  readonly unproven: string;
}

export type LedgerRecord = (ActDraft | Provision) & {
  /** Time-ordered: sorts as it was written. */
  readonly id: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly time: string;
  /** Only acts have one. It covers the SHA-256 of the record's canonical JSON without `leaf` and `signature`. */
  readonly signature?: ActSignature;
  /** 16 random bytes in hex: without them, a record could be guessed from its digest in the log. */
  readonly salt: string;
  /** The index of its leaf in the log; absent until it has one. The leaf covers the record without this member. */
  readonly leaf?: number;
};

/** The record of an act; all others are provisions. */
export type ActRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

/** A signed request that names the recipient of its answer by nothing else. */
export interface SignedRequestFacts {
  /** SHA-256 of what is signed and of the signature, hex. */
  readonly digest: string;
  /** Milliseconds since the epoch: the end of the signer's certificate. */
  readonly until: number;
}

export interface RecordQuery {
  /** Not both: provisions have a recipient, acts have an actor. */
  readonly recipient?: string;
  readonly actor?: string;
  /** Not both: `certificate` and `holder` exclude each other. */
  readonly certificate?: { readonly ca: string; readonly serial: string };
  /** All records about any of the holder's certificates, from its issuance on. */
  readonly holder?: string;
  /** Matches provisions only. */
  readonly purpose?: string;
  /** The sub-office that acted, or that received the answer. */
  readonly office?: string;
  /** Matches provisions only. */
  readonly channel?: Channel;
  /** The id of a request: the answers that showed it. */
  readonly request?: string;
  /** The recipient of an answer or the actor of an act. Excludes `recipient` and `actor`. */
  readonly party?: string;
  /** Only who looked, and sign-ins (accesses.ts). */
  readonly accesses?: true;
  readonly kind?: RecordKind;
  /** Leaves out what this principal's own look at records and registers made: answers to it, and exports that it began. */
  readonly exceptLookUpsOf?: string;
  /**
   * For a principal that may learn nothing about others: answers to it, and its own acts. No other rows are read, so the
   * records, the cursor and the number of pages do not depend on the records of others. A record is found once the published
   * log has its leaf, which proves whose it is. Excludes `holder`.
   */
  readonly onlyRecordsOf?: string;
  /** For the responsible person of that office, who learns nothing about others either. Only rows of the office are read. */
  readonly onlyRecordsOfOffice?: string;
  /** Only records that name this tenant. */
  readonly tenant?: string;
  /**
   * The same for a principal of that tenant, who may see no others: a record is found once the published log has its leaf, which
   * proves whose it is. Excludes `tenant`.
   */
  readonly onlyRecordsOfTenant?: string;
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
   * Durable when it resolves; only then may the recorded answer leave the service. Stores all drafts or none. A
   * provision that has an answer for each certificate in `provided.answers` may name more certificates than fit into
   * one record: it is then stored as several records, and so is an answer about certificates of several tenants. A single
   * answer to the public may share its record with others that are given at the same time.
   */
  append(...drafts: readonly RecordDraft[]): Promise<readonly LedgerRecord[]>;
  /** The same for the answer to a signed request, which is recorded as a repetition where it is one (`repeats`). */
  appendSigned(draft: ProvisionDraft, signed: SignedRequestFacts): Promise<readonly LedgerRecord[]>;
  /**
   * Makes a record without storing it. The caller stores `writes` in one `Table.write`, together with the change that
   * the record is about. An answer about certificates of several tenants is several records; `record` is the first one. Faults: `record-invalid` where a record names more than `MAX_CERTIFICATES_PER_RECORD`
   * certificates.
   */
  prepare(draft: RecordDraft): Promise<PreparedRecord>;
  /**
   * Newest first, and complete: every record that was appended before the call is found. A page may be shorter
   * than `limit` and still have a cursor. Faults: `cursor-invalid`, `invalid-input`.
   */
  query(query: RecordQuery): Promise<RecordPage>;
  /**
   * Faults: `unknown-record`; `record-expired` with the class, the time of deletion and the index of the leaf.
   * @param onlyOfTenant for a principal of that tenant: any other record is `unknown-record`, as if there were none. So is one
   *   whose leaf is not in the published log, which proves whose it is, and one that was deleted.
   */
  get(id: string, onlyOfTenant?: string): Promise<LedgerRecord>;
  /**
   * The record of an act, whose signature is verified: what a decision may rest on. Faults: those of `get`;
   * `act-not-proven` where the row has another record, where the signature is not that of the act's kind of key over this
   * record, or where the key was closed before the act had its leaf.
   */
  act(id: string): Promise<LedgerRecord>;
  /**
   * How the signature of a record stands that somebody has read elsewhere. Undefined where it is not good. Where the key was
   * closed, `closedAt` is the size that the log had, and the signature alone proves nothing.
   */
  verified(record: LedgerRecord): Promise<VerifiedAct | undefined>;
  /**
   * Ends what an act opened: puts the signed record as the one object of that name, unless another act ended it before.
   * Nothing else is stored yet. Faults: `store-unavailable`, after which nobody knows whether the object was put: call again.
   */
  conclude(draft: ActDraft, closes: Closes): Promise<Concluded>;
  /** The act that ended it. Undefined while it is open. Fault: `act-object-invalid`. */
  conclusion(closes: Closes): Promise<Concluded | undefined>;
  /**
   * The newest end under the name, where states alternate. The numbers under a name have no gaps. Fault:
   * `act-object-invalid`.
   */
  newest(act: string): Promise<Newest>;
  /**
   * Calls `follow` for each closing (a hold, a revocation, a suspension or an end of an enrolment) that was put into the bucket since the last run that ended, and in
   * the last day at least; newest hour first. The run ends when `follow` has resolved for all of them. Where it rejects, the
   * others still have their turn, and the first fault is thrown at the end.
   * @param since RFC 3339: the run goes back to an hour before, even if earlier runs have looked there; empty, to the first one.
   */
  followClosings(follow: (closing: Closing) => Promise<void>, since?: string): Promise<void>;
}

/** An act that was to close something. The end of that name is this act, or another one, or there is none. */
export interface Closing {
  /** Id of the record of the act. */
  readonly record: string;
  readonly closes: Closes;
}

export interface PreparedRecord {
  readonly record: LedgerRecord;
  readonly writes: readonly Write[];
}

/**
 * What excludes each other has one name: the act that opened it, and a number that begins with 1. An end that is not final
 * (an approval lapsed, a hold was released) is followed by the next number. The record of the end has this as its detail
 * `closes`.
 */
export interface Closes {
  /** Id of the record of the opening act, or a name that the service itself gives. Characters of `[A-Za-z0-9._-]`. */
  readonly act: string;
  readonly number: number;
}

export interface Concluded {
  /** The act that stands in the bucket: the caller's own, or the one that was first. */
  readonly record: LedgerRecord;
  readonly isOurs: boolean;
  /**
   * They stage the record, to be stored with the rows that follow from it. Empty where the ledger has it or has deleted it.
   * Fault of storing them: `condition-failed` where another process has staged it meanwhile.
   */
  readonly writes: readonly Write[];
}

export interface Newest {
  /** Absent where nothing was ended under the name. */
  readonly newest?: Concluded;
  /** The name that the next end gets. */
  readonly next: Closes;
}
