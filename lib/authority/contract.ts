import type { Der, EntryReason, RevocationReason, TbsCertListDraft } from '../pki/pki.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { StatusRow } from '../status/status.ts';
import type { Write } from '../store/store.ts';
import type { FieldValues, Profile } from '../trust-domain/trust-domain.ts';

/** What a relying party may know of a CA. */
export interface CaView {
  /** One per generation, e.g. `organisation-1`; CA generations share a DN and differ by key. */
  readonly id: string;
  readonly authority: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  readonly subject: string;
  readonly algorithm: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  readonly urls: { readonly certificate: string; readonly crl: readonly string[]; readonly ocsp: string };
}

export interface Revocation {
  readonly status: 'revoked' | 'hold';
  /** RFC 3339 UTC, whole seconds: the time of recording, which is when it takes effect. */
  readonly revocationTime: string;
  readonly reason: EntryReason;
  readonly invalidityDate?: string;
}

/** A revocation or hold of one of the service's own certificates, asked for by one person, that takes a second one. */
export interface AwaitedRevocation {
  /** What the certificate will be. */
  readonly status: 'revoked' | 'hold';
  readonly reason: EntryReason;
  readonly invalidityDate?: string;
  /** The operator who asked. */
  readonly askedBy: string;
  /** RFC 3339 UTC, whole seconds; from `lapsesAt` on it is as if nobody had asked. */
  readonly askedAt: string;
  readonly lapsesAt: string;
}

/**
 * Either it has taken effect, or it awaits a second person. `first` is false where the call changed nothing: the
 * certificate was revoked before, or this person had asked before.
 */
export type RevocationOutcome =
  | { readonly revocation: Revocation; readonly awaiting?: undefined; readonly first: boolean }
  | { readonly awaiting: AwaitedRevocation; readonly revocation?: undefined; readonly first: boolean };

export interface CertificateView extends CertificateRef {
  readonly profile: string;
  readonly profileVersion: number;
  /** Absent for what no sub-office asked for. */
  readonly office?: string;
  readonly request: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly status: 'good' | 'revoked' | 'hold' | 'expired';
  readonly revocation?: Revocation;
  /** Of the service's own certificates: what takes a second person. */
  readonly awaiting?: AwaitedRevocation;
  /** PEM; absent while the signature is still being finished. */
  readonly pem?: string;
}

/**
 * Officers act only on their own office's certificates (others are `unknown-certificate`); operators on all.
 */
export interface Authority {
  authorities(): Promise<readonly CaView[]>;
  /** DER of the CA's certificate. Faults: `unknown-authority`. */
  caCertificate(ca: string): Promise<Der>;
  /** Every serial number of the CA that the service knows; `limit` 1 to 1,000. Faults: `unknown-authority`, `cursor-invalid`. */
  serials(ca: string, page: { readonly limit: number; readonly cursor?: string }): Promise<SerialPage>;
  /** For officers of its office, operators and auditors. Faults: `unknown-certificate`. */
  certificate(actor: Principal, ref: CertificateRef): Promise<CertificateView>;
  /**
   * Takes effect when it resolves, but for certificates of CAs, OCSP responders and the service's own doors: for these
   * it awaits another operator who asks for the same (same reason, same invalidity date), for seven days at most, and
   * a call of the same person changes nothing. Revoking again gives the first revocation (`first` false). A certificate on
   * hold may be revoked; its revocation then begins with the hold. Compromises go into a CRL at once, or as soon as one
   * can be published. `invalidityDate` (RFC 5280 5.3.2) is RFC 3339 in UTC and not in the future, and counts in whole
   * seconds. Faults: `unknown-certificate`, `invalid-input`, `confirmation-differs`.
   */
  revoke(
    actor: Principal,
    ref: CertificateRef,
    revocation: { readonly reason: RevocationReason; readonly invalidityDate?: string },
  ): Promise<RevocationOutcome>;
  /**
   * Two persons as for `revoke`. Faults: `unknown-certificate`, `hold-not-allowed`, `already-revoked`,
   * `confirmation-differs`.
   */
  hold(actor: Principal, ref: CertificateRef): Promise<RevocationOutcome>;
  /** For operators: takes back what awaits its confirmation, whoever asked. Fault: `nothing-awaited`. */
  withdrawRevocation(actor: Principal, ref: CertificateRef): Promise<void>;
  /** Faults: `unknown-certificate`, `not-on-hold`, `hold-not-releasable`, `already-revoked`. */
  release(actor: Principal, ref: CertificateRef): Promise<void>;
}

/** An approved request for a certificate, bound to its profile version. */
export interface Order {
  /** The request's id: issuing the same order again gives the same certificate. */
  readonly order: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly office?: string;
  readonly fields: FieldValues;
  /** The subject that was described at the submission and examined since. Absent where no sub-office applied. */
  readonly subjectDigest?: string;
  /** Whom the certificate is about, by a pseudonym. */
  readonly holder?: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly actor: string;
  /** Ids of the records of the acts that the certificate rests on. */
  readonly basis?: readonly string[];
}

/** What a sub-office applies for. */
export interface Application {
  readonly profile: string;
  readonly office: string;
  readonly fields: FieldValues;
  /** Both from an earlier description of the same application. */
  readonly profileVersion?: number;
  readonly subjectDigest?: string;
}

export interface Description {
  readonly profile: Profile;
  /** For people: `C=JP, O=…`. */
  readonly subject: string;
  /** SHA-256, hex, of the subject and the subjectAltName that the certificate will have. */
  readonly subjectDigest: string;
  /** As the certificate uses them: trimmed, composed, in one spelling. */
  readonly fields: FieldValues;
}

/** What other rooms and the scheduler ask of the authority; no caller of the API reaches it. */
export interface AuthorityCore {
  /**
   * What an application becomes under the trust domain in force. An application that was described before brings the
   * version and the digest that it was given, and both must come out the same. Faults: `unknown-profile` where they do
   * not, or where there is no such profile; `profile-not-allowed`; `invalid-field`.
   */
  describe(application: Application): Description;
  /**
   * Faults: `unknown-profile` where the profile is not in force or the subject is no longer the one that was examined;
   * `invalid-field`, `lint-failed`, `authority-expired`, `clock-behind`; `wrong-state` where the order was given up;
   * `duplicate-key` where a principal asks for another principal's key.
   */
  issue(order: Order): Promise<CertificateRef>;
  /** Writes after which no certificate can come of the order; undefined where one was recorded, and will be signed. */
  abandonWrites(order: string): Promise<readonly Write[] | undefined>;
  /** The certificate and its CA's, in PEM. Faults: `unknown-certificate`, `not-issued`. */
  chainPem(ref: CertificateRef): Promise<string>;
  signCrl(ca: string, tbs: TbsCertListDraft, previousNumber?: bigint): Promise<Der>;
  /**
   * Resolves with the CAs of which a delegated responder was renewed. A CA whose responder cannot be renewed is said in the
   * log and does not keep the others from it; the first of those faults is thrown when all were tried.
   */
  renewResponders(): Promise<readonly string[]>;
  /** Finishes what an interrupted run recorded and did not sign. Resolves with the orders; faults as `renewResponders`. */
  recover(): Promise<readonly string[]>;
  /** Faults: `trust-domain-changed`. Resolves with whether there was anything to do. */
  holdCeremony(report: Report): Promise<boolean>;
  /** Of two persons, for ceremonies that are held from afar. */
  readonly consents: Consents;
}

/** A serial number of a CA, as the status register and the rows of certificates have it. */
export interface SerialView {
  readonly serial: string;
  /** Absent where the register does not know the number, which is damage. */
  readonly state?: StatusRow['state'];
  /** As the register has it: RFC 3339 UTC, whole seconds. */
  readonly notAfter?: string;
  /** Of the register, of one that is revoked or on hold: times likewise, and whatever stands there as the reason. */
  readonly revocationTime?: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
  /** Absent where there is no certificate. */
  readonly order?: string;
  readonly profile?: string;
  readonly office?: string;
  /**
   * SHA-256, hex, of the TBSCertificate within the certificate, and of the certificate itself. One that is not signed yet
   * has the first only; one whose bytes are none has neither.
   */
  readonly tbsDigest?: string;
  readonly digest?: string;
  /** What its row says that the certificate in it does not (row-differences.ts); absent where nothing. */
  readonly differs?: readonly string[];
}

export interface SerialPage {
  readonly serials: readonly SerialView[];
  readonly cursor?: string;
}

/** What a ceremony is to do: apply this file, and certify these keys of principals. */
export interface CeremonyEvent {
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomain: string;
  readonly credentials: readonly PrincipalKey[];
}

export interface UsedConsent {
  /** Digest of the event. */
  readonly event: string;
  /** Ids of the records of the consent and of its use. */
  readonly records: readonly [string, string];
}

export interface Consents {
  /** Resolves with the event's digest; recorded under the first person's id. Fault: `duplicate-key`. */
  give(event: CeremonyEvent): Promise<string>;
  /**
   * To be called before anything of the event is done; recorded once for each consent, under both persons' ids. Faults:
   * `nothing-awaited` where nobody has consented, `confirmation-differs` where the consent was to another event,
   * `consent-not-recorded` where the ledger lacks the consent, `duplicate-key`.
   */
  use(event: CeremonyEvent): Promise<UsedConsent>;
}

/** A public key that is, or is to be, a principal's. */
export interface PrincipalKey {
  readonly principal: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeyDigest: string;
}

/**
 * The key ceremony: a trust domain becomes keys, CA certificates, responders and first CRLs. Every step is done at
 * most once; a ceremony that was interrupted goes on where it stopped, with the same file or not at all. Held by two
 * processes at once it is one ceremony: whoever is second at a step finds it done.
 *
 * With a file that two operators have approved to follow the one in force, it first moves on to that file, and then makes
 * what is new in it. CAs that exist get the new terms of their CRLs and answers; their keys are not needed for that, so
 * that one CA which has lost its key does not keep the others from changing.
 */

/** Told of each step when it has been done. */
export type Report = (step: string) => void;
