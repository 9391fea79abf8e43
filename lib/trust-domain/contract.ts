import type { ActKeyKind } from '../act-kinds.ts';
import type { AlgorithmName } from '../keys/keys.ts';
import type { PublicKeyKind } from '../lint/lint.ts';
import type { KeyUsage, Name, Oid, PolicyInformation } from '../pki/pki.ts';
import type { Principal, PrincipalKey } from '../principal.ts';
import type { Item, Json, Value, Write } from '../store/store.ts';

/** A text in the two languages that the service speaks. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}

/** An organisation that runs its own authorities, such as a prefecture (lib/tenant.ts). */
export interface Tenant {
  /** `[a-z0-9-]{1,40}`. */
  readonly id: string;
  readonly title: Text;
}

export interface AuthorityDefinition {
  /** `[a-z0-9-]{1,40}`. */
  readonly id: string;
  /** The tenant whose offices it serves. Absent where it serves the offices of all tenants. */
  readonly tenant?: string | undefined;
  readonly title: Text;
  readonly generation: number;
  /** `<id>-<generation>`: the id of this generation's CA and of its key. */
  readonly ca: string;
  readonly subject: Name;
  readonly algorithm: AlgorithmName;
  readonly validity: Period;
  /** 1 to 3 octets in lower-case hex. This instance's serials begin with them. The first octet is 01 to 7f. */
  readonly serialPrefix: string;
  readonly crl: {
    /** Seconds between two publications; less than `nextUpdate`. */
    readonly interval: number;
    /** Seconds for which a CRL holds, from the time when it is made to nextUpdate. */
    readonly nextUpdate: number;
    readonly onlyContainsUserCerts: boolean;
  };
  readonly ocsp: {
    /** The algorithm of the default responder. It answers clients that prefer none of the CA's algorithms. */
    readonly algorithm: AlgorithmName;
    /** The algorithms of further responders, for clients that prefer one of these (RFC 6960 4.4.7). */
    readonly furtherAlgorithms: readonly AlgorithmName[];
    /** How long the responders' certificates are valid. */
    readonly validity: Period;
    /** Seconds for which an answer holds, from producedAt to nextUpdate. */
    readonly nextUpdate: number;
    /**
     * Seconds for which caches may repeat an answer without nonce. After a revocation a client may get the earlier
     * answer for that long. Less than `nextUpdate`.
     */
    readonly maxAge: number;
    /** How many CertIDs one request may hold. */
    readonly maxCertIds: number;
    /** The status of serial numbers that were never issued; `revoked` as in RFC 6960 2.2. */
    readonly neverIssued: 'unknown' | 'revoked';
    readonly signedRequests: 'optional' | 'required';
    /** Seconds after a certificate's end for which its answers carry an archive cutoff (RFC 6960 4.4.4). */
    readonly retentionInterval: number;
    /** Whether an answer names the CRL that lists a revoked certificate (RFC 6960 4.4.2). */
    readonly crlReferences: boolean;
  };
  /**
   * Seconds by which the CA's own certificate and its responders' begin, and CRLs and OCSP answers have their thisUpdate,
   * before the true time: a relying party's clock may be behind ours. An hour at most; five minutes where the file is silent.
   */
  readonly backdate: number;
  /**
   * The CA's key signs nothing any more but one last CRL, which holds until the CA's end. Only the key of a CA whose own
   * certificate was revoked for a compromise is stopped, and it stays so.
   */
  readonly stopped: boolean;
}

export type FieldKind = 'text' | 'date' | 'choice' | 'dnsName' | 'rfc822Name' | 'iPAddress' | 'uri';

/** A value that a certificate request supplies. */
export interface Field {
  readonly name: string;
  readonly label: Text;
  /** `date` is `YYYY-MM-DD`; `choice` is one of `choices`. */
  readonly kind: FieldKind;
  readonly required: boolean;
  /** The limit of one value, in characters (code points). */
  readonly maxLength: number;
  /** Absent for a single value; otherwise the most values that the list may have. */
  readonly maxItems?: number;
  /** Must match the whole value. */
  readonly pattern?: RegExp;
  /** What a value has to be like, in words and with an example, for those who fill in the field. */
  readonly rule?: Text;
  readonly choices?: readonly { readonly value: string; readonly label: Text }[];
  /** Offices find requests by the beginning of its value. */
  readonly searched?: true;
}

/**
 * The holders of a profile's certificates. Sub-offices apply for organisations and persons; the service issues the
 * other two kinds by itself.
 */
export type ProfileKind = 'organisation' | 'person' | 'principal' | 'service';

/** `final`: a certificate may be put on hold, and the hold can never be released. */
export type HoldRule = 'notAllowed' | 'final' | 'releasable';

/** `renewal`: a key may be certified again for the holder whose key it is. */
export type SameKeyRule = 'refused' | 'renewal';

export interface Profile {
  readonly id: string;
  readonly version: number;
  /** Id of an authority. */
  readonly authority: string;
  readonly title: Text;
  readonly kind: ProfileKind;
  /** From notBefore to notAfter, both included. */
  readonly validity: Period;
  /**
   * Seconds by which notBefore lies before the true time, but not before the CA's. An hour at most; five minutes where the
   * file is silent.
   */
  readonly backdate: number;
  readonly subject: SubjectTemplate;
  readonly subjectAltName: readonly AlternativeNameTemplate[];
  readonly keyUsage: readonly KeyUsage[];
  /** If it is empty the extension is left out. */
  readonly extKeyUsage: readonly Oid[];
  readonly certificatePolicies: readonly PolicyInformation[];
  readonly publicKeys: readonly PublicKeyKind[];
  readonly hold: HoldRule;
  readonly sameKey: SameKeyRule;
  /** Its certificates sign their holders in at this service, for what is the holders' own. */
  readonly signsIn?: 'holder';
  /** Seconds within which a certificate has to be revoked after a report that it must be; an audit names those that were not. */
  readonly revocationTerm: number;
  /** Whether requests are examined at the office by two persons, one after the other, before the centre examines them. */
  readonly officeApproval: boolean;
  readonly fields: readonly Field[];
}

export interface Office {
  readonly id: string;
  readonly tenant: string;
  readonly name: Text;
  /** The office's attributes that subjects may use, by attribute name: `{ "O": "…", "L": "…" }`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Ids of the profiles that the office may apply for. */
  readonly profiles: readonly string[];
  /** Whether the office asks for a second examination of its own, whatever the profile says. */
  readonly officeApproval?: boolean;
}

export declare const checkedBrand: unique symbol;

/** Only `readTrustDomain` makes one, so every value has passed the checks. */
export interface TrustDomain {
  readonly [checkedBrand]: true;
  readonly name: string;
  readonly title: Text;
  readonly tenants: readonly Tenant[];
  readonly authorities: readonly AuthorityDefinition[];
  readonly profiles: readonly Profile[];
  /** The first ones. They enrol everybody else (lib/enrolment). */
  readonly operators: readonly Principal[];
  readonly retention: {
    /** Counted from the provision. */
    readonly provision: Period;
    /** Counted from the certificate's expiry. */
    readonly issuanceAfterExpiry: Period;
    /** Counted from publication. */
    readonly crl: Period;
    readonly report: Period;
    /** Counted from the moment when the act is no longer what is in force. `P10Y` where the file is silent. */
    readonly enrolment: Period;
    /**
     * The data of a request that came to nothing. Counted from its end; while it is open, from its submission. `P1Y` where the
     * file is silent.
     */
    readonly request: Period;
    /** Copies of data keys end so long after they were made. `P30D` where the file is silent. */
    readonly dataKeyCopies: Period;
  };
  readonly acts: {
    /** How long a complete approval, or one of two confirmations, waits for what is to follow. `P7D` where the file is silent. */
    readonly lapse: {
      readonly request: Period;
      readonly amendment: Period;
      readonly revocation: Period;
      readonly ceremony: Period;
      readonly enrolment: Period;
    };
    /** Generations of the keys that sign acts. A kind that the file does not name has its first key. */
    readonly keys: Readonly<Partial<Record<ActKeyKind, number>>>;
  };
  /**
   * The share of a file's rows, in per cent, that an examiner opens one by one before the others may be approved together, and how many
   * at least. Five each where the file is silent.
   */
  readonly bulkExamination: { readonly percent: number; readonly atLeast: number };
  /**
   * The service's public URLs, which certificates name. Where the file is silent, the addresses in force stay; the first
   * ones come from the setting PUBLIC_URL.
   */
  readonly addresses?: readonly [string, ...string[]] | undefined;
  /**
   * Ids of two operators of the service, who are different persons. The first gives the consent to a ceremony that needs
   * one.
   */
  readonly ceremony: { readonly persons: readonly [string, string] };
  /**
   * The profiles of the service's own certificates, one of kind `principal` and one of kind `service`, and the one
   * authority of both.
   */
  readonly operations: {
    readonly authority: AuthorityDefinition;
    readonly principal: Profile;
    readonly service: Profile;
  };
}

/** Values of a profile's fields, by the field's name. A field with `maxItems` has a list. */
export type FieldValues = Readonly<Record<string, string | readonly string[]>>;

/** The source of a value: fixed text, a field of the request, or an attribute of the office. */
export type Source = string | { readonly field: string } | { readonly office: string };

/** One RDN each, in encoded order. An entry whose optional field is absent is left out. */
export type SubjectTemplate = readonly (readonly [type: string, source: Source])[];

export type AlternativeNameTemplate =
  /** A UTF8String under the type-id of the otherName. */
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
 * The states of the trust domain are numbered from 1, and each is one object in the bucket, put once:
 *
 *   outcomes/trust-domain/{number}  the signed record (kind `trust-domain`) of the step `first` or `applied`
 *
 * A state is in force while the next number is absent. Only the ceremony puts a state, each over the one before it. So
 * nobody brings an earlier file back by putting rows back.
 */
export interface TrustDomainState {
  readonly number: number;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** SHA-256 of the file that was in force before; absent in the first state. */
  readonly before?: string;
  /** Id of the record, its actor, and its time: RFC 3339 UTC. */
  readonly record: string;
  readonly actor: string;
  readonly time: string;
  /** The amendment that brought this file, and the record of its proposal; absent in the first state. */
  readonly amendment?: string;
  readonly proposal?: string;
  readonly addresses: Addresses;
  /** The name of the log. */
  readonly logOrigin: string;
  /** The operators of the file, for an audit, which does not have the file. */
  readonly operators: readonly FoundingOperator[];
  /** Digest of the operators that earlier files had (withdrawn.ts). */
  readonly withdrawn: string;
  /** The principals' keys that its ceremony certifies; absent where the ceremony was asked for none by requests. */
  readonly credentials?: readonly PrincipalKey[];
  /** They stage the record where the ledger lacks it. */
  readonly writes: readonly Write[];
}

/** The service's public URLs. */
export interface Addresses {
  /** Certificates and CRLs name these. */
  readonly current: readonly [string, ...string[]];
  /** No certificate that names them was issued for longer. */
  readonly longest: Period;
  /** Earlier ones, which certificates that are still valid name: CRLs name these too. */
  readonly former: readonly FormerAddresses[];
}

export interface FormerAddresses {
  readonly urls: readonly string[];
  /** RFC 3339 UTC. No certificate that names them is valid any more. */
  readonly until: string;
}

/** Reads and puts the states. Fault: `act-object-invalid`. */
export interface States {
  /** Undefined before the first ceremony. */
  newest(): Promise<TrustDomainState | undefined>;
  /** All states, the first one first. */
  all(): Promise<readonly TrustDomainState[]>;
  /** The state that has this number afterwards: the drafted one, or the one that was first. */
  put(draft: StateDraft): Promise<TrustDomainState>;
}

/** Without the name, which no record has. */
export type FoundingOperator = Pick<Principal, 'id' | 'person' | 'tenant'>;

export interface StateDraft {
  readonly number: number;
  readonly actor: string;
  /** The details of the record, those of the state apart. */
  readonly details: Value;
  readonly addresses: Addresses;
  readonly logOrigin: string;
  readonly operators: readonly FoundingOperator[];
  readonly withdrawn: string;
  readonly credentials?: readonly PrincipalKey[] | undefined;
}

/**
 * The keys of principals that a ceremony certifies, for the record of its state. Only the ceremony that brings a principal
 * certifies its key: `added` has the ids that the file before lacks, and all ids for the first file.
 */
export type KeysFor = (added: readonly string[]) => Promise<readonly PrincipalKey[]>;

/** Whether this process may act by its file. What it learns counts for a minute. */
export interface Standing {
  /** The newest state, which may be another file's. Undefined before the first ceremony. */
  current(): Promise<TrustDomainState | undefined>;
  /**
   * Resolves where this process's file is in force, where two operators have approved that file as the next one, and before
   * the first ceremony. Fault: `trust-domain-changed`.
   */
  assertMayAct(): Promise<void>;
  /** The next call looks again. The ceremony asks for that after it has put a state. */
  forget(): void;
}

/**
 * A row beside the state in force. It says how far the ceremony is and which amendment waits, so that these are found at
 * once. It proves nothing: whether a file may act is decided by the states and the signed acts, in every function but
 * OCSP. OCSP goes by this row, because it reads rows only. The row exists once, so at most one amendment is between its
 * approval and its application.
 *
 *   trust-domain  ceremony  InForceRow
 */
export type InForceRow = {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** The number of the state. */
  readonly number: number;
  /** False until everything that the file asks for has been made. */
  readonly done: boolean;
  /** Id of the record of the state. */
  readonly record: string;
  /** The amendment that brought this file; absent for the first file. */
  readonly amendment?: string;
  /** The file that two operators have approved, until it is applied. */
  readonly approved?: { readonly amendment: string; readonly digest: string };
};

export interface InForce {
  /** Undefined before the first ceremony. Fault: `format-unsupported` where another version wrote the table. */
  read(): Promise<Item<InForceRow> | undefined>;
  /** Replaces the row that was read before, or puts the first one. */
  putWrite(previous: Item<InForceRow> | undefined, row: InForceRow): Write;
  /** A condition for a write: the row is still as it was read. */
  checkWrite(read: Item<InForceRow>): Write;
  /**
   * Whether the row says that a process may answer by the file with this digest. Between approval and application both
   * files may be deployed. Afterwards the earlier one may not, so that rolling a deployment back does not restore
   * principals that were withdrawn. Before the first ceremony there is nothing that another file could contradict.
   */
  mayAnswer(digest: string): Promise<boolean>;
  /** Fault: `trust-domain-changed`. */
  assertMayAnswer(digest: string): Promise<void>;
}

/* The changes of an amendment, for those who examine it. The record has them without values. */

export interface Change {
  /** Names of members, and ids for the items of lists: `operators.operator-noda.name.ja`. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * `superseded`: proposed against a file that is no longer in force. An `approved` amendment is applied by the first
 * ceremony with its file; if none comes in time, its approval has `lapsed`, and the file has to be proposed again.
 */
export const AMENDMENT_STATES = [
  'proposed',
  'approved',
  'applied',
  'rejected',
  'superseded',
  'lapsed',
] as const;

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
  /** RFC 3339 UTC. The approval counts until then, unless the amendment is applied. */
  readonly lapses?: string;
  readonly rejected?: Step;
  /** RFC 3339 UTC. */
  readonly appliedAt?: string;
  /** How many changes there are. */
  readonly changed: number;
}

/**
 * Changes of the trust domain while it runs. One operator proposes a whole new file, and another approves it. An
 * approval changes nothing by itself: the file is applied by the start that brings it, or by the deployment and
 * ceremony. Every step is a signed record of kind `trust-domain` with both digests and the paths of the changes, without
 * values.
 *
 * A proposal is opened by its record and has one end, the object `outcomes/{record of the proposal}/1`: `rejected`,
 * `lapsed`, or `applying` with the number of the state that follows. Views are made of rows; decisions read the acts and
 * the end.
 */
export interface Amendments {
  /**
   * Faults: `amendment-invalid` with every problem in `facts.issues`, where the text is not a trust domain or changes a
   * part that may never change; `amendment-pending` while an approved amendment waits to be applied.
   */
  propose(actor: Principal, text: string): Promise<AmendmentView>;
  /** Newest first; `limit` 1 to 100. Fault: `cursor-invalid`. */
  list(query: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly amendments: readonly AmendmentView[]; readonly cursor?: string }>;
  /** The amendment with its changes, at most `MAX_CHANGES_SHOWN` of them. Fault: `unknown-amendment`. */
  get(id: string): Promise<AmendmentView & { readonly changes: readonly Change[] }>;
  /**
   * The approver is another person than the proposer. Faults: `unknown-amendment`, `same-person`, `amendment-closed`,
   * `amendment-pending` while another amendment waits to be applied, `amendment-not-recorded` where the ledger lacks the
   * proposal.
   */
  approve(actor: Principal, id: string): Promise<AmendmentView>;
  /**
   * Any operator may reject it until it is applied, the proposer included. Faults: `unknown-amendment`,
   * `amendment-closed`, which says what happened instead; `amendment-not-recorded`.
   */
  reject(actor: Principal, id: string): Promise<AmendmentView>;
}

export const MAX_CHANGES_SHOWN = 1_000;
