import type { OcspResponseStatus } from '../pki/pki.ts';
import type { Caller } from '../principal.ts';

/** The partition of the one CRL that lists all of a CA's certificates. */
export const FULL_CRL = 'full';

export interface OcspAnswer {
  /** DER OCSPResponse: always an answer, error statuses included (RFC 6960 2.3). */
  readonly der: Uint8Array;
  /** The error status; absent where the answer is signed. */
  readonly error?: Exclude<OcspResponseStatus, 'successful'>;
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
  /** The newest published CRL, recorded as a provision. `partition` is `FULL_CRL`. Faults: `unknown-authority`, `unknown-crl`. */
  crl(ca: string, partition: string, caller: Caller): Promise<PublishedCrl>;
  /** Builds, signs, stores and records a new full CRL now. Faults: `unknown-authority`, `authority-stopped`. */
  publish(ca: string, actor: string): Promise<PublishedCrl>;
  /** Every CRL of the CA that was ever signed, from the archive; `limit` 1 to 1,000. Faults: `unknown-authority`, `cursor-invalid`. */
  archived(ca: string, page: { readonly limit: number; readonly cursor?: string }): Promise<ArchivePage>;
  /** The bytes of one of them, as they are now. Faults: `unknown-authority`, `unknown-crl`. */
  archivedCrl(ca: string, number: number): Promise<Uint8Array>;
  /** Publishes every CRL whose interval has passed, or that was never published. Resolves with their CAs. */
  publishDue(): Promise<readonly string[]>;
  /**
   * Compares the entries of each CA's newest CRL with their status rows, by which OCSP answers, and makes those that differ
   * say what the acts say. A process does so once a day; a call in between does nothing.
   */
  followListed(): Promise<void>;
}

/** A CRL in the archive; digest and size are those of the stored bytes. */
export interface ArchivedCrl {
  /** The number in the file's name; absent where the name is not that of a CRL. */
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
