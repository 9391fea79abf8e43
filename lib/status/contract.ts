import type { EntryReason, OcspResponseStatus } from '../pki/pki.ts';
import type { Caller, CertificateRef, Principal } from '../principal.ts';

/** The partition whose address is in certificates: the CRL of all of a CA's certificates, or of those of its users. */
export const FULL_CRL = 'full';

/** The partition of the CA's own certificate, where `FULL_CRL` does not cover it. */
export const AUTHORITY_CRL = 'authority';

export interface OcspAnswer {
  /** DER OCSPResponse: always an answer, error statuses included (RFC 6960 2.3). */
  readonly der: Uint8Array;
  /** The error status; absent where the answer is signed. */
  readonly error?: Exclude<OcspResponseStatus, 'successful'>;
  /** The id of the answer's record; several, after commas, where one record could not name all CertIDs. */
  readonly record?: string;
  /** Present only where the answer may go to everybody: the request had neither a nonce nor a requestor. */
  readonly cacheable?: {
    readonly thisUpdate: Date;
    readonly nextUpdate: Date;
    /** Milliseconds since the epoch. From then on caches ask again and get a newer answer. */
    readonly freshUntil: number;
    /** SHA-256 of the answer, lower-case hex. */
    readonly digest: string;
  };
}

export interface PublishedCrl {
  readonly der: Uint8Array;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface Status {
  /**
   * Never rejects: faults become OCSP error statuses. The record of an answer about certificates is durable when
   * it resolves; error statuses tell nothing about a certificate, carry no signature and leave no record.
   */
  ocsp(request: Uint8Array, caller: Caller): Promise<OcspAnswer>;
  /**
   * The tenant of a CA, if this principal may know the CA; none where it serves all tenants. To the principals of a tenant, the
   * CAs of other tenants do not exist. Fault: `unknown-authority`.
   */
  authorityFor(actor: Pick<Principal, 'tenant'>, ca: string): Promise<{ readonly tenant?: string }>;
  /**
   * How the CA, its CRLs and its responders stand, by their rows. To whom: as `authorityFor`. Faults: `unknown-authority`,
   * `authority-unreadable`.
   */
  authorityState(actor: Pick<Principal, 'tenant'>, ca: string): Promise<AuthorityState>;
  /** The newest published CRL of a partition, recorded as a provision. Faults: `unknown-authority`, `unknown-crl`. */
  crl(ca: string, partition: string, caller: Caller): Promise<PublishedCrl>;
  /**
   * Builds, signs, stores and records a new CRL of a partition now, that of `FULL_CRL` unless another is named. Faults:
   * `unknown-authority`, `unknown-crl`, `authority-stopped`.
   */
  publish(ca: string, actor: string, partition?: string): Promise<PublishedCrl>;
  /**
   * Publishes each CRL that a revocation of this certificate changes: all of them if it is the CA's own. Faults:
   * `unknown-authority`, `authority-stopped`.
   */
  publishShowing(ref: CertificateRef, actor: string): Promise<void>;
  /**
   * Every CRL of the CA that was ever signed, of all partitions, from the archive; `limit` 1 to 1,000. Faults:
   * `unknown-authority`, `cursor-invalid`.
   */
  archived(ca: string, page: { readonly limit: number; readonly cursor?: string }): Promise<ArchivePage>;
  /** The bytes of one of them, as they are now. Faults: `unknown-authority`, `unknown-crl`. */
  archivedCrl(ca: string, partition: string, number: number): Promise<Uint8Array>;
  /**
   * Publishes every CRL whose interval has passed, that was never published, or whose scope is not the one in the trust
   * domain. Resolves with their CAs, each once.
   */
  publishDue(): Promise<readonly string[]>;
  /**
   * Compares the entries of each newest CRL with their status rows, by which OCSP answers, and makes those that differ say what
   * the acts say. A process compares the whole list once a day, and the row of the CA's own certificate in each call.
   */
  followListed(): Promise<void>;
}

/** Times in RFC 3339 UTC, whole seconds. */
export interface AuthorityState {
  readonly ca: string;
  /** Absent where the CA serves all tenants. */
  readonly tenant?: string;
  /** The CA's key signs nothing any more but one last CRL. */
  readonly stopped: boolean;
  /** The CA's own certificate. */
  readonly certificate: {
    readonly serial: string;
    readonly notBefore: string;
    readonly notAfter: string;
    /** `unknown`: the register does not have it. */
    readonly status: 'good' | 'hold' | 'revoked' | 'expired' | 'unknown';
    readonly revocation?: ShownRevocation;
  };
  /** One for each list that the CA publishes. */
  readonly crls: readonly CrlState[];
  /** One for each algorithm with which the CA answers; the first is the default. */
  readonly responders: readonly ResponderState[];
  /** What publications of its CRLs found since the day before that the service itself never leaves (crls/alarms.ts). */
  readonly findings: number;
}

export interface ShownRevocation {
  readonly status: 'revoked' | 'hold';
  readonly revocationTime: string;
  readonly reason: EntryReason;
  readonly invalidityDate?: string;
}

/** Where it is `missing` or `damaged`, no other member is present. */
export interface CrlState {
  readonly partition: string;
  /**
   * `due`: the next one is to be made, and the task has not come yet. `late`: the tasks have failed for a while (lateness.ts).
   * `last`: none follows, because the CA ends before or has stopped. `ended`: its nextUpdate is past. `missing`: none was ever
   * published. `damaged`: the row cannot be read, and nothing is handed over before the next CRL mends it.
   */
  readonly state: 'current' | 'due' | 'late' | 'last' | 'ended' | 'missing' | 'damaged';
  readonly number?: number;
  /** Absent where the row is of an earlier version. */
  readonly entries?: number;
  /** When it was made. thisUpdate is backdated. */
  readonly madeAt?: string;
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  /** When the next one is made; absent where none follows. */
  readonly due?: string;
  /** Present where a revocation waits that the list must show at once. */
  readonly urgent?: true;
}

/** The delegated responder of one algorithm. Where it is `missing` or `damaged`, only the algorithm is present as well. */
export interface ResponderState {
  readonly algorithm: string;
  /**
   * As of a CRL; `due` from half of its life on. `revoked`: its certificate is revoked or on hold, and it signs nothing.
   * `unregistered`: the register does not have its certificate, and it signs nothing.
   */
  readonly state:
    | 'current'
    | 'due'
    | 'late'
    | 'last'
    | 'ended'
    | 'revoked'
    | 'unregistered'
    | 'missing'
    | 'damaged';
  readonly serial?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** When it is renewed; absent where none follows. */
  readonly due?: string;
  readonly revocation?: ShownRevocation;
}

/** A CRL in the archive; digest and size are those of the stored bytes. */
export interface ArchivedCrl {
  /** The partition and number in the file's name; absent where the name is not that of a CRL. */
  readonly partition?: string;
  readonly number?: number;
  /** The file's name within the CA's folder. */
  readonly name: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly bytes: number;
}

export interface ArchivePage {
  readonly crls: readonly ArchivedCrl[];
  readonly cursor?: string;
}
