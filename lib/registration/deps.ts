import type { PersonalData } from '../personal/personal.ts';
import type { GeneralName } from '../pki/pki.ts';
import type { Clock, Log, Random, Retries } from '../ports.ts';
import type { CertificateRef, Door, Principal } from '../principal.ts';
import type { Table, Value, Write } from '../store/store.ts';
import type { KeyClaim } from '../used-key.ts';

/**
 * The record that registration writes into the ledger: ids, digests and decisions, never a field's value or a reason.
 */
export interface ActRecord {
  readonly kind: 'submission' | 'examination' | 'confirmation';
  readonly actor: string;
  readonly tenant: string;
  readonly office: string;
  readonly certificates?: readonly CertificateRef[];
  readonly details: Value;
}

export interface CollectionRecord {
  readonly kind: 'provision';
  readonly recipient: string;
  readonly tenant: string;
  readonly office?: string;
  readonly door?: Door;
  readonly channel: 'certificate';
  readonly method: string;
  readonly certificates: readonly CertificateRef[];
  readonly requests: readonly string[];
  readonly provided: Value;
  readonly responseDigest: string;
  readonly count: number;
}

/** The members of a record that registration reads. */
export interface KeptRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly kind: string;
  readonly actor?: string;
  readonly office?: string;
  readonly tenant?: string;
  readonly certificates?: readonly CertificateRef[];
  readonly details?: Value;
}

/** The end of a round: of the record of the submission, and the number of the round. */
export interface Closes {
  readonly act: string;
  readonly number: number;
}

/** The act that stands as an end, and the writes that stage its record. */
export interface Concluded {
  readonly record: KeptRecord;
  readonly isOurs: boolean;
  readonly writes: readonly Write[];
}

export interface Recorder {
  /** Writes that are stored together with the change that they record. */
  prepare(
    record: ActRecord,
  ): Promise<{ readonly record: { readonly id: string }; readonly writes: readonly Write[] }>;
  /** Faults: `unknown-record`, `record-expired`, `act-not-proven`. */
  act(id: string): Promise<KeptRecord>;
  /** Puts the end, unless another stands there. Gives the one that stands. */
  conclude(record: ActRecord, closes: Closes): Promise<Concluded>;
  /** Undefined while it is open. */
  conclusion(closes: Closes): Promise<Concluded | undefined>;
  /** Durable when it resolves. */
  append(record: CollectionRecord): Promise<readonly { readonly id: string }[]>;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

interface Described {
  readonly profile: string;
  readonly office: string;
  readonly fields: Fields;
  readonly subjectDigest?: string;
}

export interface Order {
  /** The request's id. */
  readonly order: string;
  /** The same end again gives the same certificate. */
  readonly closes: Closes;
  readonly profile: string;
  readonly office: string;
  readonly fields: Fields;
  /** What all examinations bind. */
  readonly examined?: { readonly salt: string; readonly digest: string };
  readonly holder?: string;
  readonly issuedTo?: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly actor: string;
  /** Ids of the records of the submission and the examinations. */
  readonly basis?: readonly string[];
}

/** The part of the authority that registration uses. */
export interface Issuing {
  /**
   * Describes the certificate that the application would get; `fields` come back in the form that the certificate uses.
   * An application that was described before brings the subject digest of that description. Faults: `unknown-profile` where
   * it differs now or the profile does not exist; `profile-not-allowed`; `invalid-field`.
   */
  describe(application: Described): Promise<{
    readonly profile: {
      readonly version: number;
      /** `person`: its certificates are about persons. */
      readonly kind: string;
      /** Present where its certificates sign in their holders. */
      readonly signsIn?: string;
      readonly publicKeys: readonly string[];
    };
    /** That of the office. */
    readonly tenant: string;
    readonly subject: string;
    readonly subjectDigest: string;
    readonly subjectAltNames: readonly GeneralName[];
    readonly fields: Fields;
    /** The values under which offices search. */
    readonly searched: readonly string[];
  }>;
  /** Faults: `authority-revoked` and `authority-suspended` where the profile's CA is closed. */
  assertOpen(profile: string): Promise<void>;
  /**
   * The digest of the certificate that this application would give now, but for its serial number and its times; and whether
   * the file in force or the newest act on the office asks for a second examination there. Faults: those of `describe`.
   */
  toExamine(
    application: Described & { readonly subjectPublicKeyInfo: Uint8Array },
    salt: string,
  ): Promise<{ readonly certificateDigest: string; readonly officeApproval: boolean }>;
  /** Faults: `compromised-key`; `duplicate-key` where another request or certificate has the key. */
  claimKey(
    application: Pick<Described, 'profile' | 'office'> & {
      readonly holder?: string;
      readonly subjectPublicKeyInfo: Uint8Array;
    },
  ): Promise<KeyClaim>;
  /** Fault: `wrong-state` where another end stands. */
  issue(order: Order): Promise<CertificateRef>;
  /** Finishes what the issuance began that stands as the end. */
  resume(order: Order): Promise<CertificateRef>;
  /** The end by which an approved request may fail. Undefined where it has ended in another way, or will be issued. */
  giveUp(closes: Closes): Promise<Closes | undefined>;
  /** The certificate followed by its chain, in PEM. Fault: `unknown-certificate` where it was issued for another order. */
  chainPem(
    ref: CertificateRef,
    options: { readonly withRoot: boolean; readonly order: string },
  ): Promise<string>;
}

export interface Leaving {
  /** RFC 3339 UTC. */
  readonly effectiveFrom: string;
  /** Id of the record of the act. */
  readonly record: string;
  /** Who leaves. */
  readonly person: string;
  readonly isEnd: boolean;
}

export interface RegistrationDeps {
  readonly table: Table;
  /** What names persons. */
  readonly personal: PersonalData;
  /** When data end; milliseconds since the epoch. */
  readonly dataEnds: {
    /** Counted from the end of the request, or from its submission while it is open. */
    readonly ofRequest: (from: number) => number;
    readonly ofCertificate: (ref: CertificateRef) => Promise<number>;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly ledger: Recorder;
  readonly issuing: Issuing;
  /** The enrolment of holders. Faults: `invalid-input`, `not-in-force`. */
  readonly holders: {
    name(actor: Principal, holder: string, certificate: { readonly signsIn: boolean }): Promise<void>;
  };
  /** The enrolment of officers, by acts. */
  readonly officers: {
    /** Whether the id is an officer's who may act at that office now. */
    isAt(id: string, office: string): Promise<boolean>;
    /** The act by which the officer left that office or will leave it. Undefined while there is none. */
    leaving(id: string, office: string): Promise<Leaving | undefined>;
  };
  /** The office and the officer for whom the certificate was issued, by objects. Undefined where its issuance names none. */
  readonly issuedFor: (ref: CertificateRef) => Promise<
    | {
        readonly tenant: string;
        readonly office: string;
        readonly issuedTo: string;
        readonly request: string;
      }
    | undefined
  >;
  /** By the register of status. */
  readonly isRevoked: (ref: CertificateRef) => Promise<boolean>;
  /** For approved requests that cannot be issued yet. */
  readonly retries: Retries;
  /** Who has taken over the affairs of the office, and whether an open office has them now. */
  readonly succession: (
    office: string,
  ) => Promise<{ readonly successors: readonly string[]; readonly isServed: boolean }>;
  /** Undefined where there is no such office. */
  readonly tenantOfOffice: (office: string) => Promise<string | undefined>;
  /** When an approval lapses that was complete at this time; milliseconds since the epoch. */
  readonly lapsesAt: (approvedAt: number) => number;
}
