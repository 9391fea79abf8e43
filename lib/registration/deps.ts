import type { Clock, Log, Random, Retries } from '../ports.ts';
import type { CertificateRef } from '../principal.ts';
import type { Table, Value, Write } from '../store/store.ts';

/**
 * The record that registration writes into the ledger: ids, digests and decisions, never a field's value or a reason.
 */
export interface ActRecord {
  readonly kind: 'submission' | 'examination';
  readonly actor: string;
  readonly office: string;
  readonly details: Value;
}

export interface CollectionRecord {
  readonly kind: 'provision';
  readonly recipient: string;
  readonly channel: 'certificate';
  readonly method: string;
  readonly certificates: readonly CertificateRef[];
  readonly provided: Value;
  readonly responseDigest: string;
  readonly count: number;
}

/** The members of a record that registration reads. */
export interface KeptRecord {
  readonly id: string;
  readonly kind: string;
  readonly actor?: string;
  readonly office?: string;
  readonly details?: Value;
}

export interface Recorder {
  /** Writes that are stored together with the change that they record. */
  prepare(
    record: ActRecord,
  ): Promise<{ readonly record: { readonly id: string }; readonly writes: readonly Write[] }>;
  /** Faults: `unknown-record`, `record-expired`, `act-not-proven`. */
  act(id: string): Promise<KeptRecord>;
  /** Durable when it resolves. */
  append(record: CollectionRecord): Promise<unknown>;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** The part of the authority that registration uses. */
export interface Issuing {
  /**
   * Describes the certificate that the application would get; `fields` come back in the form that the certificate uses.
   * An application that was described before brings the profile version and the subject digest of that description.
   * Faults: `unknown-profile` where one of them differs now or the profile does not exist; `profile-not-allowed`;
   * `invalid-field`.
   */
  describe(application: {
    readonly profile: string;
    readonly office: string;
    readonly fields: Fields;
    readonly profileVersion?: number;
    readonly subjectDigest?: string;
  }): {
    readonly profile: { readonly version: number; readonly publicKeys: readonly string[] };
    readonly subject: string;
    readonly subjectDigest: string;
    readonly fields: Fields;
  };
  /** `order` is the request's id: the same order again gives the same certificate. */
  issue(order: {
    readonly order: string;
    readonly profile: string;
    readonly profileVersion: number;
    readonly office: string;
    readonly fields: Fields;
    readonly subjectDigest: string;
    readonly holder?: string;
    readonly subjectPublicKeyInfo: Uint8Array;
    readonly actor: string;
    /** Ids of the records of the submission and the two examinations. */
    readonly basis: readonly string[];
  }): Promise<CertificateRef>;
  /** Writes after which no certificate can be issued for the order. Undefined where one is recorded and will be signed. */
  abandonWrites(order: string): Promise<readonly Write[] | undefined>;
  /** The certificate followed by its chain, in PEM. */
  chainPem(ref: CertificateRef): Promise<string>;
}

export interface RegistrationDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly ledger: Recorder;
  readonly issuing: Issuing;
  /** For approved requests that cannot be issued yet. */
  readonly retries: Retries;
}
