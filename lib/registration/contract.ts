import type { PersonalDataState } from '../personal/personal.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Key } from '../store/store.ts';

export const REQUEST_STATES = [
  'submitted',
  'examined-once',
  'examined',
  'approved',
  'issued',
  'rejected',
  'withdrawn',
  'failed',
] as const;

export type RequestState = (typeof REQUEST_STATES)[number];

/** From the submission to the end of the application. Few requests are in these states at a time. */
export const OPEN_STATES: readonly RequestState[] = ['submitted', 'examined-once', 'examined', 'approved'];

export interface Submission {
  readonly profile: string;
  /** PKCS#10 in PEM. Its subject is not used: subjects are built from the profile and `fields`. */
  readonly csr: string;
  /** Values of the profile's fields, by the field's name. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The id of a principal of role holder: the person or organisation that the certificate is about. A submission enrols the id
   * if nobody has it. A profile of kind `person` needs one. The registration system chooses it as a pseudonym for this service. Records name the holder by it, so
   * it must be neither a name nor a public number.
   */
  readonly holder?: string;
  /**
   * The id of an officer of the submitting office: the person to whom the office gives the certificate. When that officer leaves
   * the office, the revocation of the certificate is proposed.
   */
  readonly issuedTo?: string;
}

/** A part of the PKCS#10 request that the certificate will not have. */
export interface IgnoredPart {
  readonly part: 'subject' | 'extension' | 'attribute';
  /** The extension's name, or an OID; absent for the subject. */
  readonly name?: string;
  /** The subject, or one subjectAltName. */
  readonly value?: string;
}

/** `office-approval` is the second examination at the office, which a profile or an office may ask for. */
export const EXAMINATION_STAGES = ['office', 'office-approval', 'centre'] as const;

export type ExaminationStage = (typeof EXAMINATION_STAGES)[number];

export interface Examination {
  readonly stage: ExaminationStage;
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly decision: 'approve' | 'reject';
  readonly reason?: string;
}

export interface RequestView {
  readonly id: string;
  /** That of the office. */
  readonly tenant: string;
  readonly office: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly state: RequestState;
  /** Absent, as the subject is, where `personalData` says why. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
  /** The subject that the certificate will have, for people. */
  readonly subject?: string;
  /** The values by which a search finds it; absent where there are none. */
  readonly searched?: readonly string[];
  readonly personalData?: PersonalDataState;
  readonly holder?: string;
  readonly issuedTo?: string;
  /**
   * Present where no other request has led to a certificate for the holder: the pseudonym may be mistyped. A request that was
   * refused or withdrawn, or that failed, makes nobody known. Officers are told by the requests of their own office alone, and so
   * do not learn whom another office knows; operators and auditors by those of all offices of their tenant. It goes by rows, and nothing rests
   * on it. Only `submit`, `get` and
   * `list` say it.
   */
  readonly newHolder?: true;
  /** The first 20 parts of the PKCS#10 request that the certificate will not have; absent where there are none. */
  readonly ignored?: readonly IgnoredPart[];
  readonly keyAlgorithm: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly publicKeyDigest: string;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly examinations: readonly Examination[];
  readonly certificate?: CertificateRef;
  /** `reason` may be absent: the record of a withdrawal does not have it. */
  readonly withdrawal?: { readonly by: string; readonly at: string; readonly reason?: string };
  /**
   * The reason why no certificate can be issued for a failed request: a fault's `code`, and its sentence as `reason`.
   */
  readonly failure?: { readonly at: string; readonly code: string; readonly reason: string };
  /**
   * When approvals of the request lapsed because no certificate was issued in time, oldest first; absent where none did. The
   * request was then submitted again, and `examinations` are those since the last lapse.
   */
  readonly lapses?: readonly string[];
}

/** A certificate whose person has left the office, or will. */
export interface ProposedRevocation extends CertificateRef {
  readonly request: string;
  readonly issuedTo: string;
  /** The reason that fits. */
  readonly reason: 'affiliationChanged' | 'cessationOfOperation';
  /** RFC 3339 UTC: from when on the person is not at the office. */
  readonly effectiveFrom: string;
  /** Id of the record of the act by which the person leaves. */
  readonly because: string;
}

/**
 * Certificates that name the officer to whom they were issued. When the officer is transferred or ends, the revocation of each is
 * proposed from that moment on, until somebody revokes the certificate or dismisses the proposal. What is proposed follows from the
 * acts on the officer.
 */
export interface Leavers {
  /**
   * `limit` counts officers, so a page may have more or fewer proposals, and a cursor as well. Officers see those of the own
   * office and of its predecessors; operators and auditors name the office. Faults: `forbidden`, `invalid-input`, `cursor-invalid`.
   */
  list(
    actor: Principal,
    query: { readonly office?: string; readonly limit: number; readonly cursor?: string },
  ): Promise<{
    readonly proposals: readonly ProposedRevocation[];
    /** That of the office, where there are proposals. */
    readonly tenant?: string;
    readonly cursor?: string;
  }>;
  /**
   * The certificate stays, although its person has left. By an officer of the office who examines or is responsible, and is not
   * that person. Again, it does nothing. Faults: `unknown-certificate`, `nothing-awaited`, `forbidden`, `same-person`.
   */
  dismiss(actor: Principal, ref: CertificateRef): Promise<ProposedRevocation>;
}

/** A row of a file of requests (lib/batches). */
export interface RowOfBatch {
  readonly batch: string;
  /** From 1. */
  readonly row: number;
  /** Id of the record of the act by which the file was sent. */
  readonly batchAct: string;
  /** Where the request of the row is named. It is put with the request, so that a row leads to one request. */
  readonly claim: Key;
}

/** For files of requests. The rows of one file have nothing but their work in common. */
export interface OfBatches {
  /** Judges a submission as `submit` does, as far as that needs no write. Faults: those of `submit`. */
  check(actor: Principal, submission: Submission): Promise<void>;
  /**
   * As `submit`, and resolves with the id of the request. Again, it resolves with the one that the row led to. Faults: those of
   * `submit`, but for those of idempotency keys.
   */
  submit(actor: Principal, submission: Submission, row: RowOfBatch): Promise<string>;
  /** Undefined where there is none, or the actor may not read it. Goes by the row, without what names persons. */
  outline(actor: Principal, id: string): Promise<RequestOutline | undefined>;
}

/** An examination that was decided on before the request is read. */
export interface MeantStep {
  readonly stage: ExaminationStage;
  readonly round: number;
}

export interface RequestOutline {
  readonly state: RequestState;
  readonly office: string;
  /** Id of the record of its submission. */
  readonly submission?: string;
  readonly applicationDigest: string;
  /** 1, and 1 more for each approval that lapsed. */
  readonly round: number;
  readonly examinations: readonly Pick<Examination, 'stage' | 'by' | 'decision'>[];
  /** The persons who acted. */
  readonly persons: readonly string[];
  readonly certificate?: CertificateRef;
}

/** Where data of holders are, for their retention. By the rows of the requests. */
export interface HolderData {
  /** The tenant's requests that name the holder. */
  ofHolder(
    tenant: string,
    holder: string,
  ): AsyncIterable<{
    readonly request: string;
    readonly isOpen: boolean;
    readonly certificate?: CertificateRef;
  }>;
  /** The tenant's requests that are open. Since when says nothing: the periods of the file may have changed meanwhile. */
  open(tenant: string): AsyncIterable<string>;
}

/**
 * Requests and the three-person rule: three different persons submit, examine at the office and examine at the centre. Where
 * the profile or the office asks for office approval, a fourth person examines at the office after the first one.
 * Officers see and touch only the requests of their own office and of its predecessors: offices that ended and whose affairs it
 * has taken over (another office's are `unknown-request`). Operators examine at the centre; auditors read. Those of a tenant
 * see and touch only the requests of that tenant's offices (others are `unknown-request`). A request stays under
 * the office that submitted it, and its certificate has that office's attributes.
 */
export interface Registration {
  /**
   * Faults: `unknown-profile`, `profile-not-allowed`, `malformed-csr` and its kin, `proof-of-possession-failed`,
   * `unsupported-algorithm`, `weak-key`, `compromised-key`, `key-algorithm-not-allowed`, `duplicate-key` (`facts.request` is the
   * request that has the key, where that is the office's own), `invalid-field`, `invalid-input` where the certification request
   * names somebody by an Individual Number,
   * `idempotency-key-invalid`, `idempotency-key-reused`, `forbidden`; `invalid-input` and `not-in-force` where the pseudonym
   * is somebody else's, or its holder is suspended or has ended. A pseudonym that nobody has is enrolled as a holder's. With an idempotency key (1 to 255 visible
   * ASCII characters, each principal's own), the same submission gives the same request again (`replayed`) for seven
   * days. After that it is a new submission; `duplicate-key` keeps its public key from being certified twice.
   */
  submit(
    actor: Principal,
    submission: Submission,
    idempotencyKey?: string,
  ): Promise<{ readonly request: RequestView; readonly replayed: boolean }>;
  readonly ofBatches: OfBatches;
  /**
   * An officer with the duty `examine` moves `submitted` to `examined`. With office approval it is moved to `examined-once`,
   * and an officer with the duty `approve` moves it on to `examined`. An operator's approval moves `examined` to `approved`,
   * and on to `issued` in the same call if issuing succeeds. Whether office approval is asked for is decided at each
   * examination, by the file in force and by the newest act on the office: where it was switched on meanwhile, a request that
   * the centre has not examined needs it; where it was switched off, the centre examines also one that is `examined-once`. If it does not, the service issues the certificate later. If
   * the certificate can never be issued, the request becomes `failed`: the public key is free again, and the office can
   * submit anew. A rejection needs a reason and frees the key. An approval binds the certificate that would be issued now.
   * If its profile, its office or its CA has changed since so that the certificate would be different, a request can only be
   * rejected. Faults: `unknown-request`, `wrong-state`, `same-person`, `forbidden`, `invalid-input`,
   * `submission-not-recorded`; for an approval also `unknown-profile`, `profile-not-allowed`, `invalid-field`,
   * `approval-not-recorded`.
   */
  examine(
    actor: Principal,
    id: string,
    examination: {
      readonly decision: 'approve' | 'reject';
      readonly reason?: string;
      /** Id of the record of the act by which many were examined together. */
      readonly batchAct?: string;
      /** The step that is meant. Where it is another one by now: `wrong-state`. */
      readonly meant?: MeantStep;
    },
  ): Promise<RequestView>;
  /**
   * Withdrawal by the office, before the centre has approved. Where it has ended and no open office has its affairs, an operator
   * withdraws. Faults: `unknown-request`, `wrong-state`, `forbidden`,
   * `invalid-input`, `submission-not-recorded`.
   */
  withdraw(
    actor: Principal,
    id: string,
    reason: string,
    /** Id of the record of the act by which many were withdrawn together. */
    batchAct?: string,
  ): Promise<RequestView>;
  get(actor: Principal, id: string): Promise<RequestView>;
  /**
   * Whether any request names this holder, also one that came to nothing: the service keeps it, so somebody may have to be told
   * of it. For the callers who may read every office's requests.
   */
  knowsHolder(holder: string): Promise<boolean>;
  /**
   * Newest first, or oldest first; `limit` is 1 to 100. Officers get only their own office's requests, or those of the predecessor that they
   * choose; operators and auditors may choose an office, and those of a tenant get only its requests. A page may be shorter than
   * `limit` and still have a cursor, which belongs to this query alone. `text` is the beginning of a searched field's value, or
   * two characters that stand in it, and goes through the requests of one office. With `count` the number of requests is given
   * where one list holds them: up to 1,000, and then there are `more`. Faults: `forbidden`, `invalid-input`, `cursor-invalid`.
   */
  list(
    actor: Principal,
    query: {
      readonly office?: string;
      readonly state?: RequestState;
      readonly profile?: string;
      readonly holder?: string;
      readonly issuedTo?: string;
      /** The officer who submitted it. */
      readonly submittedBy?: string;
      readonly text?: string;
      /** Not with `text`. */
      readonly oldestFirst?: true;
      readonly limit: number;
      readonly cursor?: string;
      readonly count?: boolean;
    },
  ): Promise<{
    readonly requests: readonly RequestView[];
    readonly cursor?: string;
    readonly total?: number;
    readonly more?: true;
  }>;
  /**
   * The issued certificate followed by its chain, in PEM. A server sends its chain without the root (RFC 8446 4.4.2), which is
   * there only on demand. The record of this provision, whose id is `record`, names the HTTP method. Faults:
   * `unknown-request`, `not-issued`.
   */
  collect(
    actor: Principal,
    id: string,
    method: string,
    options?: { readonly withRoot?: boolean },
  ): Promise<{ readonly pem: string; readonly certificate: CertificateRef; readonly record: string }>;
  readonly leavers: Leavers;
  readonly holderData: HolderData;
  /**
   * Issues the requests that an interrupted run left approved, and tries failed attempts again after pauses that grow. An
   * approval that was not used in time lapses, and its request is submitted again. A
   * request whose row says `approved` while the ledger lacks the approval stays as it is and is an error in the log.
   * Resolves with the requests issued.
   */
  recover(): Promise<readonly string[]>;
}
