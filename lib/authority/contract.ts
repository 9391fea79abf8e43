import type { AuthorityCompromise } from '../compromise.ts';
import type { Closes } from '../ledger/ledger.ts';
import type { PersonalDataState } from '../personal/personal.ts';
import type { Der, EntryReason, GeneralName, RevocationReason } from '../pki/pki.ts';
import type { CertificateRef, Principal, PrincipalKey } from '../principal.ts';
import type { StatusRow } from '../status/status.ts';
import type { FieldValues, KeysFor, Profile } from '../trust-domain/trust-domain.ts';
import type { KeyClaim } from '../used-key.ts';

/** The view of a CA that relying parties get. */
export interface CaView {
  /** One per generation, e.g. `organisation-1`; CA generations share a DN and differ by key. */
  readonly id: string;
  readonly authority: string;
  /** The tenant whose offices it serves; absent where it serves those of all tenants. */
  readonly tenant?: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  readonly subject: string;
  readonly algorithm: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  readonly urls: {
    readonly certificate: string;
    readonly crl: readonly string[];
    /** Those of the CRL of the CA's own certificate; absent where `crl` covers it. */
    readonly authorityCrl?: readonly string[];
    readonly ocsp: string;
  };
}

export interface Revocation {
  readonly status: 'revoked' | 'hold';
  /** RFC 3339 UTC, whole seconds: the time of recording, which is when it takes effect. */
  readonly revocationTime: string;
  readonly reason: EntryReason;
  readonly invalidityDate?: string;
}

/** One operator has asked for a revocation or hold of one of the service's own certificates; a second one has to confirm. */
export interface AwaitedRevocation {
  /** The status that the certificate will get. */
  readonly status: 'revoked' | 'hold';
  readonly reason: EntryReason;
  readonly invalidityDate?: string;
  /** Present where the certificate is revoked already, and this raises the reason or gives an earlier invalidity date. */
  readonly raises?: true;
  /** The operator who asked. */
  readonly askedBy: string;
  /** RFC 3339 UTC, whole seconds. From `lapsesAt` on somebody has to ask again. */
  readonly askedAt: string;
  readonly lapsesAt: string;
}

/**
 * Either the revocation has taken effect, or it awaits a second person. `first` is false where the call changed nothing: the
 * certificate was revoked for the same before, or this person had asked before. `raised` is present where the certificate was
 * revoked before, and the call raised the reason or gave an earlier invalidity date.
 */
export type RevocationOutcome =
  | {
      readonly revocation: Revocation;
      readonly awaiting?: undefined;
      readonly first: boolean;
      readonly raised?: true;
      /** The certificate is on hold, and by its profile the hold can never be released. */
      readonly final?: true;
    }
  | {
      readonly awaiting: AwaitedRevocation;
      readonly revocation?: undefined;
      readonly first: boolean;
      readonly raised?: undefined;
      readonly final?: undefined;
    };

/** One operator has asked to have the rows of a certificate corrected; a second one has to ask for the same. */
export type AwaitedCorrection = Pick<AwaitedRevocation, 'askedBy' | 'askedAt' | 'lapsesAt'>;

/** `first` is false where this person had asked before. */
export type CorrectionOutcome =
  | { readonly corrected: true; readonly awaiting?: undefined; readonly first: true }
  | { readonly awaiting: AwaitedCorrection; readonly corrected?: undefined; readonly first: boolean };

/** A certificate without what its subject is called. */
export type CertificateOutline = Omit<CertificateView, 'subject' | 'personalData' | 'pem'>;

export interface CertificateView extends CertificateRef {
  readonly profile: string;
  readonly profileVersion: number;
  /** Absent where it is of no tenant. */
  readonly tenant?: string;
  /** Absent where no sub-office asked. */
  readonly office?: string;
  /** The pseudonym of whom it is about, and the officer to whom the office gave it. */
  readonly holder?: string;
  readonly issuedTo?: string;
  readonly request: string;
  /** Absent where the data about its subject have ended or cannot be read; so is `pem`. */
  readonly subject?: string;
  readonly personalData?: PersonalDataState;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly status: 'good' | 'revoked' | 'hold' | 'expired';
  readonly revocation?: Revocation;
  /** A revocation or hold that a second operator has to confirm; only the service's own certificates can have one. */
  readonly awaiting?: AwaitedRevocation;
  /** PEM; absent while the signature is still being finished. */
  readonly pem?: string;
}

/** A query for a list of certificates. */
export interface CertificateQuery {
  /** For officers the own one, or one of its predecessors. */
  readonly office?: string;
  /** Principals of the service name one of several tenants, unless they name an office, a holder or an officer. */
  readonly tenant?: string;
  readonly holder?: string;
  readonly profile?: string;
  /** The officer to whom the office gave the certificate. */
  readonly issuedTo?: string;
  readonly status?: CertificateView['status'];
  /** RFC 3339: certificates that end from then on, and before then. */
  readonly expiresFrom?: string;
  readonly expiresTo?: string;
  /** The beginning of a name, or two characters that stand in it, among the requests of one office; newest first. */
  readonly text?: string;
  /** `soonest`, the default: what ends soonest comes first, from now on unless the query says otherwise. */
  readonly order?: 'soonest' | 'latest';
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
  /** Also how many there are, where one list holds them. */
  readonly count?: boolean;
}

/** A certificate in a list. */
export type ListedCertificate = Omit<CertificateView, 'pem'>;

export interface CertificatePage {
  readonly certificates: readonly ListedCertificate[];
  /** A page may be shorter than asked for and still have a cursor. */
  readonly cursor?: string;
  /** At most 1,000; `more` says that there are more. */
  readonly total?: number;
  readonly more?: true;
}

/**
 * Officers act only on their own office's certificates (others are `unknown-certificate`), operators of a tenant on those of
 * the tenant, and operators of the service on all.
 */
export interface Authority {
  authorities(): Promise<readonly CaView[]>;
  /** DER of the CA's certificate. Faults: `unknown-authority`. */
  caCertificate(ca: string): Promise<Der>;
  /**
   * Every serial number of the CA that the service knows; `limit` 1 to 1,000. With a tenant, those alone that rows name as that
   * tenant's, unless the CA is the tenant's: such a page may be shorter than `limit` and still have a cursor. Faults:
   * `unknown-authority`, `cursor-invalid`.
   */
  serials(
    ca: string,
    page: { readonly limit: number; readonly cursor?: string; readonly tenant?: string },
  ): Promise<SerialPage>;
  /** Every key that was ever certified, or that a request waits with; `limit` 1 to 1,000. Fault: `cursor-invalid`. */
  usedKeys(page: { readonly limit: number; readonly cursor?: string }): Promise<UsedKeyPage>;
  readonly keyLists: KeyLists;
  /** For officers of its office, and for operators and auditors of its tenant and of the service. Faults: `unknown-authority`, `unknown-certificate`. */
  certificate(actor: Principal, ref: CertificateRef): Promise<CertificateView>;
  /** The same, without what names anybody. Reads no personal data. Faults: as `certificate`. */
  outline(actor: Principal, ref: CertificateRef): Promise<CertificateOutline>;
  /**
   * Certificates of organisations, persons and principals: officers see those of their own office, operators and auditors those
   * of their tenant, and those of the service all. Faults: `forbidden`, `invalid-input`, `cursor-invalid`.
   */
  list(actor: Principal, query: CertificateQuery): Promise<CertificatePage>;
  /**
   * `reportedAt` (RFC 3339, not in the future, not before 1990) says when somebody reported what the revocation is for. It is
   * recorded, and an audit compares it with the profile's `revocationTerm`; nothing else follows from it.
   *
   * Takes effect when it resolves. Certificates of CAs, OCSP responders and the service's own doors are the exception:
   * another operator has to ask for the same (same reason, same invalidity date) within the trust domain's
   * `acts.lapse.revocation` (seven days unless it says otherwise), and a second call by the same person changes nothing.
   * A certificate on hold may be revoked; its revocation then begins with the hold. A compromise goes into a CRL at once, or as
   * soon as one can be published. `invalidityDate` (RFC 5280 5.3.2) is RFC 3339 in UTC and counts in whole seconds. It is not in the
   * future, and not before both the notBefore of the key's first certificate here and the submission of the request for that
   * certificate. Earlier requests for the key that came to nothing do not count.
   *
   * A later report raises a revocation (`raised`): its time stays, the reason rises as lib/compromise.ts says, and an earlier
   * invalidity date takes the place of a later one. The same again gives the revocation as it is (`first` false). Anything else
   * that is asked of a revoked certificate is `already-revoked`, with the revocation.
   * Faults: `unknown-certificate`, `invalid-input`, `reason-not-allowed` for cACompromise of a certificate that is no CA's,
   * `confirmation-differs`, `already-revoked`.
   */
  revoke(
    actor: Principal,
    ref: CertificateRef,
    revocation: {
      readonly reason: RevocationReason;
      readonly invalidityDate?: string;
      readonly reportedAt?: string;
    },
  ): Promise<RevocationOutcome>;
  /**
   * Takes two persons where `revoke` does. Faults: `unknown-certificate`, `hold-not-allowed`, `already-revoked`,
   * `confirmation-differs`.
   */
  hold(actor: Principal, ref: CertificateRef): Promise<RevocationOutcome>;
  /** Any operator may take back what another one asked for. Faults: `unknown-certificate`, `nothing-awaited`. */
  withdrawRevocation(actor: Principal, ref: CertificateRef): Promise<void>;
  /** Faults: `unknown-certificate`, `not-on-hold`, `hold-not-releasable`, `already-revoked`. */
  release(actor: Principal, ref: CertificateRef): Promise<void>;
  /**
   * For two operators of the service. The rows say that the certificate is revoked or on hold, and no act says so; after the second
   * operator's call they say what the acts say. A number whose issuance is not proven leaves the rows of revoked
   * certificates, and is not made good. Faults: `unknown-certificate`, `nothing-to-correct`.
   */
  correctStatus(actor: Principal, ref: CertificateRef): Promise<CorrectionOutcome>;
}

/** An approved request for a certificate, or one of the service itself. */
export interface Order {
  /** The request's id, or a name that the service gives. */
  readonly order: string;
  /**
   * The end of the request that the issuance will be: issuing for the same end again gives the same certificate. Absent
   * where the service itself asks; then the order's name gives it.
   */
  readonly closes?: Closes;
  readonly profile: string;
  readonly office?: string;
  readonly fields: FieldValues;
  /** The certificate that was examined, as `toExamine` gave its digest. Absent where no sub-office applied. */
  readonly examined?: { readonly salt: string; readonly digest: string };
  /** The pseudonym of the person or organisation that the certificate is about. */
  readonly holder?: string;
  /** The id of the officer to whom the office gives the certificate. */
  readonly issuedTo?: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly actor: string;
  /** Ids of the records of the acts that the certificate rests on. */
  readonly basis?: readonly string[];
}

/** The certificate that a sub-office applies for. */
export interface Application {
  readonly profile: string;
  readonly office: string;
  readonly fields: FieldValues;
  /** From an earlier description of the same application. */
  readonly subjectDigest?: string;
}

export interface Description {
  readonly profile: Profile;
  /** That of the office. */
  readonly tenant: string;
  /** For people: `C=JP, O=…`. */
  readonly subject: string;
  /** SHA-256, hex, of the subject and the subjectAltName that the certificate will have. */
  readonly subjectDigest: string;
  readonly subjectAltNames: readonly GeneralName[];
  /** In the form that goes into the certificate: trimmed, composed, in one spelling. */
  readonly fields: FieldValues;
  /** Their values under which offices search. */
  readonly searched: readonly string[];
}

export interface ToExamine {
  readonly certificateDigest: string;
  /** Whether the profile or the office asks for a second examination at the office. */
  readonly officeApproval: boolean;
}

/** The interface for other rooms and scheduled tasks. No route of the API reaches it. */
export interface AuthorityCore {
  /**
   * Describes the certificate that the application would get under the trust domain in force. An application that was
   * described before brings the subject digest of that description, which must be the same now. Faults: `unknown-profile`
   * where it differs or the profile does not exist; `profile-not-allowed`; `invalid-field`.
   */
  describe(application: Application): Promise<Description>;
  /**
   * The key of an application, which no other request or certificate has. Faults: `compromised-key`; `duplicate-key`, unless
   * the profile takes a renewal with the same key and the key is this holder's; `unknown-profile`; `malformed-der` and its kin.
   */
  claimKey(
    application: Pick<Application, 'profile' | 'office'> & {
      readonly holder?: string;
      readonly subjectPublicKeyInfo: Uint8Array;
    },
  ): Promise<KeyClaim>;
  /**
   * Whether anything may be applied for under the profile: refuses where the status row of its CA's certificate says that it
   * is revoked or on hold. Issuing goes by the acts. Faults: `unknown-profile`, `authority-revoked`, `authority-suspended`.
   */
  assertOpen(profile: string): Promise<void>;
  /**
   * What an examination of this application is about now. The digest is SHA-256, hex, of the salt, the CA's public key and
   * the TBSCertificate that the application would give now, but for its serial number and its times. Two examinations that
   * bind it have examined the same certificate. Whether office approval is asked for goes by the file in force and by the
   * newest act on the office. Faults: those of `describe`, `unknown-authority`, `authority-revoked`, `authority-suspended`.
   */
  toExamine(
    application: Application & { readonly subjectPublicKeyInfo: Uint8Array },
    salt: string,
  ): Promise<ToExamine>;
  /**
   * Faults: `unknown-profile` where the profile is not in force or the certificate would differ from the one that was
   * examined; `invalid-field`, `lint-failed`, `authority-expired`, `clock-behind`; `wrong-state` where the order ended in
   * another way; `compromised-key`; `duplicate-key` where the key is another's, or was certified before and the profile takes
   * no renewal with it. `issuance-not-rebuilt` where an earlier
   * run put the end without its rows, and the same certificate cannot be built any more. `issuance-rows-lost` where somebody
   * has deleted the rows of the order's certificate: its number is not admitted again.
   */
  issue(order: Order): Promise<CertificateRef>;
  /** Finishes what an issuance began that ended this order. Faults: `wrong-state` without one, and those of `issue`. */
  resume(order: Order): Promise<CertificateRef>;
  /** The certificate of an order of the service itself, by the end of that order; undefined where none was issued. */
  issuedFor(order: string): Promise<CertificateRef | undefined>;
  /**
   * The end by which the order may fail: no certificate is issued for it any more, once that end is put. Undefined where it
   * has ended in another way, or its certificate is recorded and will be signed.
   */
  giveUp(closes: Closes): Promise<Closes | undefined>;
  /**
   * The certificate and its chain, in PEM, with the root unless that is left out. Faults: `unknown-certificate`, `not-issued`,
   * `personal-data-ended`, `data-key-missing`, `data-key-damaged`, `personal-data-damaged`.
   */
  chainPem(
    ref: CertificateRef,
    options?: { readonly withRoot?: boolean; readonly order?: string },
  ): Promise<string>;
  /**
   * Resolves with the CAs that got a new delegated responder. A CA whose responder cannot be renewed becomes an error in the
   * log and does not keep the others from being renewed; the first such fault is thrown at the end.
   */
  renewResponders(): Promise<readonly string[]>;
  /**
   * Signs the certificates that an interrupted run recorded and did not sign. Resolves with their orders; faults as
   * `renewResponders`.
   */
  recover(): Promise<readonly string[]>;
  /**
   * Compares the rows of certificates with the revocations and holds in the bucket, of the last day at least, and makes again
   * what somebody erased. Resolves with the records of acts whose rows or records were missing; faults as
   * `renewResponders`, and then the next run looks at all of them again.
   */
  followClosings(): Promise<readonly string[]>;
  /**
   * Resolves with whether there was anything to do. `keysFor` is asked where a file comes into force by this ceremony. Faults:
   * `trust-domain-changed`; `duplicate-key` for a key that is another principal's.
   */
  holdCeremony(report: Report, keysFor?: KeysFor): Promise<boolean>;
  /** The principals' keys that ceremonies on this machine were to certify, of each principal the newest one. */
  ceremonyKeys(): Promise<readonly CeremonyKey[]>;
  /** By the acts alone. Fault: `act-object-invalid`. */
  actedState(ref: CertificateRef): Promise<'good' | 'hold' | 'revoked'>;
  /**
   * Whether the principal has a certificate that signs in now, had others, or had none. By the acts alone. Fault:
   * `act-object-invalid`.
   */
  credentialOf(principal: string): Promise<'good' | 'over' | 'none'>;
  /** For ceremonies that are held from afar. */
  readonly consents: Consents;
}

/**
 * Whether a CA may issue: its own certificate is neither revoked nor on hold. The acts on that certificate decide. A row that
 * says so closes the CA as well, until the row is mended.
 *
 * A closed CA issues to nobody. It goes on certifying its responders and publishing CRLs, which do not ask here.
 */
export interface Closures {
  /**
   * Faults: `authority-revoked` where an act revoked the certificate; `authority-suspended` where it is on hold, or a row
   * closed it without an act.
   */
  assertIssues(ca: string): Promise<void>;
  /** The same by the status row alone, for a door that refuses early and opens nothing. Faults: as above. */
  assertNotClosed(ca: string): Promise<void>;
  /** The revocation for a compromise, by the acts alone; undefined where there is none. */
  compromise(ca: string): Promise<AuthorityCompromise | undefined>;
  /** The same by the status row alone, for what shows a status as OCSP does. */
  shownCompromise(ca: string): Promise<AuthorityCompromise | undefined>;
}

/** A serial number of a CA, as the status register and the certificate's row have it. */
export interface SerialView {
  readonly serial: string;
  /** Absent where the register does not know the number, which is damage. */
  readonly state?: StatusRow['state'];
  /** RFC 3339 UTC, whole seconds, from the register. */
  readonly notAfter?: string;
  /**
   * From the register, for a certificate that is revoked or on hold. The reason is shown even if it is not a known one.
   */
  readonly revocationTime?: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
  /** Absent where there is no certificate. */
  readonly order?: string;
  readonly profile?: string;
  readonly tenant?: string;
  readonly office?: string;
  readonly holder?: string;
  readonly issuedTo?: string;
  /**
   * SHA-256, hex, of the TBSCertificate within the certificate, and of the certificate itself. A certificate that is not
   * signed yet has only the first. Bytes that cannot be read as a certificate have neither.
   */
  readonly tbsDigest?: string;
  readonly digest?: string;
  /** The addresses in the cRLDistributionPoints of the certificate; absent where it has none or cannot be read. */
  readonly crlAddresses?: readonly string[];
  /** Members of the row that differ from the certificate (row-differences.ts); absent where none does. */
  readonly differs?: readonly string[];
  /**
   * In place of the digests: the certificate's data have ended. `key`: the data key that was destroyed. `record`: the order by
   * which they were erased.
   */
  readonly ended?: { readonly key?: string; readonly record?: string };
  /** In place of the digests: the code of the fault for which the certificate's data cannot be read. */
  readonly unreadable?: string;
}

/** A row of the index of used keys. It has the newest issuance for the key, the request that the key waits for, or both. */
export interface UsedKeyView {
  /** `keyIdentity` of the key, as the record of its issuance has it. */
  readonly identity: string;
  /** Id of the record of the issuance. */
  readonly record?: string;
  readonly request?: string;
}

/** The list of keys that others report as compromised, and what awaits a second operator. */
export interface KeyListView {
  readonly inForce?: { readonly list: string; readonly keys: number };
  readonly proposal?: {
    readonly id: string;
    /** SHA-256 of the list's text. Absent where the list in force is to be withdrawn. */
    readonly list?: string;
    readonly keys: number;
    readonly by: string;
    /** RFC 3339 UTC, whole seconds. From `lapsesAt` on somebody has to propose it again. */
    readonly at: string;
    readonly lapsesAt: string;
  };
}

/** Operators only; two of them for every change. */
export interface KeyLists {
  view(): Promise<KeyListView>;
  /** Stores a part of a list: sorted lines, at most 8,192. Resolves with its digest. Fault: `malformed-key-list`. */
  putPart(text: Uint8Array): Promise<{ readonly part: string; readonly keys: number }>;
  /**
   * Proposes the list of these parts or, without parts, that the list in force is withdrawn. Faults: `malformed-key-list`,
   * `confirmation-differs` where another proposal waits, `key-list-unchanged`.
   */
  propose(actor: Principal, parts?: readonly string[]): Promise<KeyListView>;
  /** Faults: `nothing-awaited`, `confirmation-differs`, `same-person`. */
  approve(actor: Principal, proposal: string): Promise<KeyListView>;
  /** Any operator may take back what was proposed. Faults: `nothing-awaited`, `confirmation-differs`. */
  reject(actor: Principal, proposal: string): Promise<KeyListView>;
}

export interface UsedKeyPage {
  readonly keys: readonly UsedKeyView[];
  readonly cursor?: string;
}

export interface SerialPage {
  readonly serials: readonly SerialView[];
  readonly cursor?: string;
}

/** The event of a ceremony: it applies this file and certifies these keys of principals. */
export interface CeremonyEvent {
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomain: string;
  readonly credentials: readonly PrincipalKey[];
  /** The operator whom both persons enrol, because no two operators are left. */
  readonly operator?: PrincipalKey & { readonly person: string };
}

export interface UsedConsent {
  /** Digest of the event. */
  readonly event: string;
  /** Ids of the records of the consent and of its use. */
  readonly records: readonly [string, string];
}

export interface Consents {
  /**
   * Resolves with the event's digest; recorded under the first person's id. It replaces an earlier consent, and lapses after
   * the trust domain's `acts.lapse.ceremony`. Fault: `duplicate-key`.
   */
  give(event: CeremonyEvent): Promise<string>;
  /**
   * Call this before any part of the event is carried out. It is recorded once for each consent, under both persons'
   * ids. Faults: `nothing-awaited` where nobody has consented or the consent has lapsed, `confirmation-differs` where the
   * consent was to another event, `duplicate-key`.
   */
  use(event: CeremonyEvent): Promise<UsedConsent>;
}

/**
 * The key ceremony: a trust domain becomes keys, CA certificates, responders and first CRLs. Every step is done at most
 * once. An interrupted ceremony continues where it stopped, and only with the same file. Two processes may hold it at
 * the same time: the one that comes second to a step finds it done.
 *
 * With a file that two operators have approved, the ceremony first brings the file into force and then makes whatever
 * is new in it. Existing CAs get the new terms of their CRLs and answers. That does not need their keys, so a CA that
 * has lost its key does not keep the others from changing.
 */

/** A key that the ceremony of a state was to certify. */
export interface CeremonyKey extends PrincipalKey {
  /** Id of the record of the state, which names the key, and its actor. */
  readonly record: string;
  readonly actor: string;
}

/** Called after each step. */
export type Report = (step: string) => void;
