import type { Fault } from '../fault.ts';
import type { AlgorithmName } from '../keys/keys.ts';
import type { PublicKeyKind } from '../lint/lint.ts';
import type { KeyUsage, Name, Oid, PolicyInformation } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import type { Item, Json, Write } from '../store/store.ts';

/** A text in the two languages that the service speaks. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}

export interface AuthorityDefinition {
  /** `[a-z0-9-]{1,40}`. */
  readonly id: string;
  readonly title: Text;
  readonly generation: number;
  /** `<id>-<generation>`: the CA that this generation is, and its key's id. */
  readonly ca: string;
  readonly subject: Name;
  readonly algorithm: AlgorithmName;
  readonly validity: Period;
  /** 1 to 3 octets of lower-case hex with which this instance's serials begin; the first is 01 to 7f. */
  readonly serialPrefix: string;
  readonly crl: {
    /** Seconds between two publications; less than `nextUpdate`. */
    readonly interval: number;
    /** Seconds from thisUpdate to nextUpdate. */
    readonly nextUpdate: number;
    readonly onlyContainsUserCerts: boolean;
  };
  readonly ocsp: {
    /** The algorithm of the delegated responder that answers where the client prefers no algorithm that the CA has. */
    readonly algorithm: AlgorithmName;
    /** The algorithms of further responders, for clients that prefer one of these (RFC 6960 4.4.7). */
    readonly furtherAlgorithms: readonly AlgorithmName[];
    /** How long the responders' certificates are valid. */
    readonly validity: Period;
    /** Seconds from thisUpdate to nextUpdate of an answer. */
    readonly nextUpdate: number;
    /**
     * Seconds for which an answer without nonce may be given again by caches: what somebody may still hold after a
     * revocation. Less than `nextUpdate`.
     */
    readonly maxAge: number;
    /** How many CertIDs one request may hold. */
    readonly maxCertIds: number;
    /** What serial numbers are that were never issued; `revoked` as RFC 6960 2.2 has it. */
    readonly neverIssued: 'unknown' | 'revoked';
    readonly signedRequests: 'optional' | 'required';
    /** Seconds after its end for which a certificate's answers carry an archive cutoff (RFC 6960 4.4.4). */
    readonly retentionInterval: number;
    /** Whether an answer says on which CRL a revoked certificate stands (RFC 6960 4.4.2). */
    readonly crlReferences: boolean;
  };
}

export type FieldKind = 'text' | 'date' | 'choice' | 'dnsName' | 'rfc822Name' | 'iPAddress' | 'uri';

/** A value that a request for a certificate brings. */
export interface Field {
  readonly name: string;
  readonly label: Text;
  /** `date` is `YYYY-MM-DD`; `choice` is one of `choices`. */
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Characters (code points) of one value. */
  readonly maxLength: number;
  /** Absent for a single value; otherwise a list of at most so many. */
  readonly maxItems?: number;
  /** Matches whole values. */
  readonly pattern?: RegExp;
  readonly choices?: readonly { readonly value: string; readonly label: Text }[];
}

/** Who holds certificates of a profile: sub-offices apply for organisations and persons, the service issues the rest by itself. */
export type ProfileKind = 'organisation' | 'person' | 'principal' | 'service';

/** `final`: a hold can be made and never released. */
export type HoldRule = 'notAllowed' | 'final' | 'releasable';

export interface Profile {
  readonly id: string;
  readonly version: number;
  /** Id of an authority. */
  readonly authority: string;
  readonly title: Text;
  readonly kind: ProfileKind;
  readonly validity: Period;
  readonly subject: SubjectTemplate;
  readonly subjectAltName: readonly AlternativeNameTemplate[];
  readonly keyUsage: readonly KeyUsage[];
  /** Empty: the extension is left out. */
  readonly extKeyUsage: readonly Oid[];
  readonly certificatePolicies: readonly PolicyInformation[];
  readonly publicKeys: readonly PublicKeyKind[];
  readonly hold: HoldRule;
  readonly fields: readonly Field[];
}

export interface Office {
  readonly id: string;
  readonly name: Text;
  /** What subjects take from the office, by attribute name: `{ "O": "…", "L": "…" }`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Ids of the profiles that the office may apply for. */
  readonly profiles: readonly string[];
}

export declare const checkedBrand: unique symbol;

/** Only `readTrustDomain` makes one, so nobody who holds one has to check it. */
export interface TrustDomain {
  readonly [checkedBrand]: true;
  readonly name: string;
  readonly title: Text;
  readonly authorities: readonly AuthorityDefinition[];
  readonly profiles: readonly Profile[];
  readonly offices: readonly Office[];
  readonly principals: readonly Principal[];
  readonly retention: {
    /** From the provision. */
    readonly provision: Period;
    /** From the certificate's expiry. */
    readonly issuanceAfterExpiry: Period;
    /** From publication. */
    readonly crl: Period;
    readonly report: Period;
  };
  /** Two operators' principal ids; they are different persons. Where it takes a consent, the first gives it. */
  readonly ceremony: { readonly persons: readonly [string, string] };
  /** Where the service's own certificates come from: the only profile of kind `principal`, the only one of kind `service`, and their one authority. */
  readonly operations: {
    readonly authority: AuthorityDefinition;
    readonly principal: Profile;
    readonly service: Profile;
  };
}

/** Values of a profile's fields, by the field's name; lists for fields with `maxItems`. */
export type FieldValues = Readonly<Record<string, string | readonly string[]>>;

/** Where a value comes from: fixed text, a field of the request, or an attribute of the office. */
export type Source = string | { readonly field: string } | { readonly office: string };

/** One RDN each, in encoded order. An entry whose optional field is absent is left out. */
export type SubjectTemplate = readonly (readonly [type: string, source: Source])[];

export type AlternativeNameTemplate =
  /** A UTF8String under the otherName's type. */
  | { readonly kind: 'otherName'; readonly type: Oid; readonly source: Source }
  | {
      readonly kind: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress';
      readonly source: Source;
    }
  | { readonly kind: 'directoryName'; readonly name: SubjectTemplate };

/**
 * Lengths of time as a trust domain writes them (ISO 8601-1 5.5.2): `P5Y`, `P14D`, `PT24H`. Years and months follow
 * the calendar in UTC; everything below a day is exact.
 */
export interface Period {
  readonly months: number;
  readonly seconds: number;
}

/**
 * Which trust domain file counts. The ceremony moves it on and nobody else does; an approval adds which file may
 * follow. There is one row, so that at most one amendment is between its approval and its application.
 *
 *   trust-domain  ceremony  InForceRow
 */
export type InForceRow = {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** False while what the file asks for is being made. */
  readonly done: boolean;
  /** Id of the record of its coming into force. */
  readonly record: string;
  /** Which amendment brought it; absent for the first file. */
  readonly amendment?: string;
  /** What two operators have agreed on and nobody has applied yet. */
  readonly approved?: { readonly amendment: string; readonly digest: string };
};

export interface InForce {
  /** Undefined before the first ceremony. Fault: `format-unsupported` where another version wrote the table. */
  read(): Promise<Item<InForceRow> | undefined>;
  /** Replaces the row that was read before, or is the first. */
  putWrite(previous: Item<InForceRow> | undefined, row: InForceRow): Write;
  /** Lets a write happen only while the row is as it was read. */
  checkWrite(read: Item<InForceRow>): Write;
  /**
   * Whether a process may answer by the file of this digest. Between approval and application both files may be
   * deployed; afterwards the earlier one may not, so that a deployment rolled back does not bring back what was
   * withdrawn. Before the first ceremony there is nothing that another file could contradict.
   */
  mayAnswer(digest: string): Promise<boolean>;
  /** The fault for a process with another file: `trust-domain-changed`. */
  refusal(row: InForceRow): Fault;
  /** Fault: `trust-domain-changed`. */
  assertMayAnswer(digest: string): Promise<void>;
}

/* What an amendment changes, for those who examine it and, without the values, for the record. */

export interface Change {
  /** Members by name, and those of lists by id: `principals.nishi-counter.office`. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * `superseded`: proposed against a file that is no longer in force. Those that are `approved` are applied by the first
 * ceremony that is held with their file.
 */
export const AMENDMENT_STATES = ['proposed', 'approved', 'applied', 'rejected', 'superseded'] as const;

export type AmendmentState = (typeof AMENDMENT_STATES)[number];

export interface Step {
  /** Principal id. */
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
}

export interface AmendmentView {
  readonly id: string;
  readonly state: AmendmentState;
  /** SHA-256 of the file that was in force when it was proposed, and of the proposed one, hex. */
  readonly before: string;
  readonly after: string;
  readonly proposed: Step;
  readonly approved?: Step;
  readonly rejected?: Step;
  /** RFC 3339 UTC. */
  readonly appliedAt?: string;
  /** How many changes there are. */
  readonly changed: number;
}

/**
 * Changes of the trust domain while it runs: a whole new file, proposed by one operator and approved by another. An
 * approval does nothing by itself: the file is applied by the start, or the deployment and ceremony, that brings it.
 * Every step is a record of kind `trust-domain` with both digests and the paths of what changes, and no values.
 */
export interface Amendments {
  /**
   * Faults: `amendment-invalid` with every problem in `facts.issues`, for what is no trust domain and for what may
   * never change; `amendment-pending` while an approved one waits to be applied.
   */
  propose(actor: Principal, text: string): Promise<AmendmentView>;
  /** Newest first; `limit` 1 to 100. Fault: `cursor-invalid`. */
  list(query: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly amendments: readonly AmendmentView[]; readonly cursor?: string }>;
  /** With what it changes, at most `MAX_CHANGES_SHOWN` of them. Fault: `unknown-amendment`. */
  get(id: string): Promise<AmendmentView & { readonly changes: readonly Change[] }>;
  /**
   * By another person than the one who proposed it. Faults: `unknown-amendment`, `same-person`, `amendment-closed`,
   * `amendment-pending` while another one waits to be applied.
   */
  approve(actor: Principal, id: string): Promise<AmendmentView>;
  /** By any operator, the proposer included, until it is applied. Faults: `unknown-amendment`, `amendment-closed`. */
  reject(actor: Principal, id: string): Promise<AmendmentView>;
}

export const MAX_CHANGES_SHOWN = 1_000;
