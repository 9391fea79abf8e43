import type { AuthorityCompromise } from '../compromise.ts';
import type { Ledger, ProvisionDraft, RecordDraft, SignedRequestFacts } from '../ledger/ledger.ts';
import type { Certificate, Der, TbsCertListDraft } from '../pki/pki.ts';
import type { Clock, Log } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Bucket, Table, Write } from '../store/store.ts';
import type { Issuers } from './issuers.ts';
import type { Register, RevocationEntry } from './register.ts';
import type { Responders } from './responders.ts';

/** What OCSP asks of the ledger. */
/** The records that were stored. */
type Recorded = readonly { readonly id: string }[];

export interface ProvisionRecorder {
  append(...drafts: readonly ProvisionDraft[]): Promise<Recorded>;
  appendSigned(draft: ProvisionDraft, signed: SignedRequestFacts): Promise<Recorded>;
}

/** What status asks of the ledger. */
export interface Recorder extends ProvisionRecorder {
  prepare(
    draft: RecordDraft,
  ): Promise<{ readonly record: { readonly id: string }; readonly writes: readonly Write[] }>;
  act: Ledger['act'];
}

/** What the signed acts say about one certificate. */
export interface ProvenClosing {
  /** Its revocation, or its hold; that it was released; or `never`, where no act has closed it. */
  readonly closing: RevocationEntry | 'released' | 'never';
  /** When the last of these acts was recorded, in Unix seconds; 0 where there was none. */
  readonly since: number;
}

/** A serial number that a certificate was signed for, and the certificate's end in Unix seconds. */
export interface Issued {
  readonly serial: string;
  /** Undefined where the issuance was given up. */
  end(): Promise<number | undefined>;
}

/** The acts on certificates, which decide what a CRL lists. No row is believed. */
export interface ProvenStatus {
  /** Fault: `act-object-invalid`. */
  closingOf(ref: CertificateRef): Promise<ProvenClosing>;
  /** The end of the certificate in Unix seconds, by the record of its issuance; undefined where that is not proven. */
  endOf(ref: CertificateRef): Promise<number | undefined>;
  /** Every serial number of the CA that a certificate was signed for, by the bucket. */
  issued(ca: string): AsyncIterable<Issued>;
  /** Makes the rows say what the acts say. False where they stay closed, and no act has closed them. */
  follow(ref: CertificateRef): Promise<boolean>;
}

/** The parts of a signed list; `verifySignature` of the keys has the faults. */
export type SignatureCheck = (signed: {
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}) => void;

/**
 * Lints the list and signs it with that CA's key. Resolves with the whole CertificateList. If there was a CRL before
 * it, that CRL's number must be lower.
 */
export type CrlSigner = (ca: string, tbs: TbsCertListDraft, previousNumber?: bigint) => Promise<Der>;

/** The parts of a signed OCSP request that prove who made it (RFC 6960 4.1.2). */
export interface SignedRequest {
  readonly tbs: Der;
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
  /** The requestor's certificate: the first of the certificates that came with the signature. */
  readonly certificate: Certificate;
}

/** `thisUpdate` in Unix seconds. */
export interface CurrentCrl {
  readonly number: number;
  readonly thisUpdate: number;
}

export interface OcspDeps {
  /**
   * The principal whose certificate signed the request. Fault: `requestor-unauthorized` where the certificate belongs to no
   * known principal, or the signature is not valid.
   */
  readonly requestorOf: (signed: SignedRequest) => Promise<Principal>;
  /** Rejects with `try-later` while the table is older than the log. */
  readonly assertAnswers: () => Promise<void>;
  /** Where a CRL of the CA is; undefined where this process does not know it. */
  readonly crlUrlOf: (ca: string, partition: string) => Promise<string | undefined>;
  /** The number and thisUpdate of the list's current CRL; by the list's id. */
  readonly currentCrl: (list: string) => Promise<CurrentCrl | undefined>;
  readonly issuers: Issuers;
  readonly register: Register;
  readonly responders: Responders;
  readonly recorder: ProvisionRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CrlDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly issuers: Issuers;
  readonly register: Register;
  readonly recorder: Recorder;
  readonly signCrl: CrlSigner;
  readonly verifySignature: SignatureCheck;
  readonly proven: ProvenStatus;
  /** The revocation of the CA's own certificate for a compromise, by the acts: its CRL then lists all certificates. */
  readonly compromiseOf: (ca: string) => Promise<AuthorityCompromise | undefined>;
  /** Every address of the CA's `full` CRL that a certificate may name, earlier ones included. */
  readonly crlUrlsOf: (ca: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

export type StatusDeps = Omit<OcspDeps, 'recorder'> & CrlDeps;
