import type { OcspResponseStatus } from '../pki/pki.ts';
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
