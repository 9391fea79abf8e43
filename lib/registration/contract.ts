import type { CertificateRef, Principal } from '../principal.ts';

export const REQUEST_STATES = [
  'submitted',
  'examined',
  'approved',
  'issued',
  'rejected',
  'withdrawn',
  'failed',
] as const;

export type RequestState = (typeof REQUEST_STATES)[number];

export interface Submission {
  readonly profile: string;
  /** PKCS#10 in PEM. Its subject is not used: subjects are built from the profile and `fields`. */
  readonly csr: string;
  /** Values of the profile's fields, by the field's name. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Whom the certificate is about: the id of a principal of role holder, chosen by the registration system as a
   * pseudonym for this service. Records name the holder by it, so it is no name and no public number.
   */
  readonly holder?: string;
}

export interface Examination {
  readonly stage: 'office' | 'centre';
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly decision: 'approve' | 'reject';
  readonly reason?: string;
}

export interface RequestView {
  readonly id: string;
  readonly office: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly state: RequestState;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** The subject that the certificate will have, for people. */
  readonly subject: string;
  readonly holder?: string;
  readonly keyAlgorithm: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly publicKeyDigest: string;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly examinations: readonly Examination[];
  readonly certificate?: CertificateRef;
  /** Of a failed request: why no certificate can come of it. `code` is a fault's, `reason` its sentence. */
  readonly failure?: { readonly at: string; readonly code: string; readonly reason: string };
}

/**
 * Requests and the three-person rule: who submits, who examines at the office and who examines at the centre are
 * three different persons. Officers see and touch only their own office's requests (another office's are
 * `unknown-request`); operators examine at the centre; auditors read.
 */
export interface Registration {
  /**
   * Faults: `unknown-profile`, `profile-not-allowed`, `malformed-csr` and its kin, `proof-of-possession-failed`,
   * `unsupported-algorithm`, `weak-key`, `key-algorithm-not-allowed`, `duplicate-key`, `invalid-field`,
   * `idempotency-key-invalid`, `idempotency-key-reused`, `forbidden`. With an idempotency key (1 to 255 visible
   * ASCII characters, each principal's own), the same submission gives the same request again (`replayed`) for seven
   * days; after that it is a new one, which the first one's public key keeps from being issued twice.
   */
  submit(
    actor: Principal,
    submission: Submission,
    idempotencyKey?: string,
  ): Promise<{ readonly request: RequestView; readonly replayed: boolean }>;
  /**
   * An officer's examination moves `submitted` to `examined`, an operator's `examined` to `approved` and on to
   * `issued` in the same call where issuing goes through (it is finished later where it does not, and `failed` where it
   * never can: the public key is free again, and the office submits anew). A rejection
   * needs a reason and frees the key. A request whose profile has changed since it was submitted can only be
   * rejected. Faults: `unknown-request`, `wrong-state`, `same-person`, `forbidden`, `invalid-input`; of approving at
   * the centre also `unknown-profile`, `profile-not-allowed`, `invalid-field`.
   */
  examine(
    actor: Principal,
    id: string,
    examination: { readonly decision: 'approve' | 'reject'; readonly reason?: string },
  ): Promise<RequestView>;
  /** By the office, before the centre has approved. Faults: `unknown-request`, `wrong-state`, `forbidden`, `invalid-input`. */
  withdraw(actor: Principal, id: string, reason: string): Promise<RequestView>;
  get(actor: Principal, id: string): Promise<RequestView>;
  /**
   * Newest first; `limit` is 1 to 100. Officers get their own office's; operators and auditors may choose one. A
   * page may be shorter than `limit` and still have a cursor. Faults: `forbidden`, `invalid-input`, `cursor-invalid`.
   */
  list(
    actor: Principal,
    query: {
      readonly office?: string;
      readonly state?: RequestState;
      readonly limit: number;
      readonly cursor?: string;
    },
  ): Promise<{ readonly requests: readonly RequestView[]; readonly cursor?: string }>;
  /** The issued certificate followed by its chain, in PEM; recorded as a provision. Faults: `unknown-request`, `not-issued`. */
  collect(
    actor: Principal,
    id: string,
  ): Promise<{ readonly pem: string; readonly certificate: CertificateRef }>;
  /**
   * Finishes what an interrupted run left approved but not issued, and tries again what did not go through, after longer
   * and longer pauses. A row that says it is approved, and of which the ledger does not say so, stays as it is, and that
   * is an error in the log. Resolves with the requests issued.
   */
  recover(): Promise<readonly string[]>;
}
