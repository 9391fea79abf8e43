import type { PersonalDataState } from '../personal/personal.ts';
import type { Duty, Principal, Purpose, Role } from '../principal.ts';
import type { Office, Text } from '../trust-domain/trust-domain.ts';

/**
 * Offices and principals that come and go while the trust domain stays. Each step of each is a signed act, kept as an object
 * that is put once:
 *
 *   outcomes/office.{id}/{n}      what an act made of an office
 *   outcomes/principal.{id}/{n}   what an act made of a principal
 *
 * An act has the whole state that it leads to, so the newest one says everything. It has ids, times, digests and the terms of
 * relying parties. Names and attributes of organisations are in the row, names of persons stand apart (lib/personal), and the act
 * has their salted digest. A row repeats the newest act with its signature. Readers go by the row. Whatever opens a door goes by
 * the newest object.
 */

/** Names of offices and relying parties stand in rows, and those of persons apart. */
export interface PersonalContents {
  readonly name: Text;
  /** The reading of the Japanese name. */
  readonly kana?: string;
}

export interface OfficeContents extends PersonalContents {
  /** Subjects take these: `{ "O": "…", "L": "…" }`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** From `from` on, and before `until`; RFC 3339 UTC. Without `until` no end is set. */
export interface Term {
  readonly from: string;
  readonly until?: string;
}

export interface OfficeState extends Term {
  readonly standing: 'open' | 'ended';
  /** It stays: records name it. */
  readonly tenant: string;
  readonly parent?: string;
  /** The six digits of a local government code (全国地方公共団体コード), the last of which is its check digit. */
  readonly code?: string;
  /** Ids of the profiles that the office may ask for. */
  readonly profiles: readonly string[];
  /** The office's requests are examined twice at the office, by two persons. */
  readonly officeApproval?: true;
  /** Of an ended office: the one that takes over what it leaves. */
  readonly successor?: string;
  /** SHA-256, hex, of the salt and the `OfficeContents`. */
  readonly contents: string;
}

/**
 * `invited`: nobody has a credential yet. `ended`: for good; the id stays taken, because records name it.
 */
export type PrincipalStanding = 'invited' | 'active' | 'suspended' | 'ended';

export interface PrincipalState extends Term {
  readonly standing: PrincipalStanding;
  readonly role: Role;
  readonly person: string;
  /** An officer has the tenant of the office. Absent for principals of the service. It cannot change. */
  readonly tenant?: string;
  readonly office?: string;
  readonly duties?: readonly Duty[];
  readonly purposes?: readonly Purpose[];
  readonly assumedPurpose?: string;
  /** The number of the agreement with a relying party. */
  readonly agreement?: string;
  /** The invitation that may still be opened. */
  readonly invitation?: {
    /** SHA-256 of the secret, hex. */
    readonly secret: string;
    /** RFC 3339 UTC. */
    readonly until: string;
    /** The person to whom the secret was shown. */
    readonly person: string;
  };
  /** The key that somebody brought with the invitation and nobody has confirmed yet. */
  readonly brought?: BroughtKey;
  /** The key that was confirmed last. */
  readonly key?: BroughtKey;
  /** SHA-256, hex, of the salt and the `PersonalContents`. A holder that a submission enrolled has no name. */
  readonly contents?: string;
}

export interface BroughtKey {
  /** SHA-256 of the SubjectPublicKeyInfo, hex: the fingerprint that two people read to each other. */
  readonly publicKeyDigest: string;
  readonly keyIdentity: string;
  /** The digest of the secret of the invitation that it came with. */
  readonly invitation: string;
}

/** Who took a step, and when: RFC 3339 UTC. */
export interface Step {
  readonly by: string;
  readonly at: string;
}

/** What one person proposed; another one has to confirm it before `lapsesAt`. */
export interface Awaited<S> extends Step {
  readonly state: S;
  readonly lapsesAt: string;
  /** Where it is to be in force later than at its confirmation. */
  readonly effectiveFrom?: string;
  /** With the confirmation the person is invited to bring a key. */
  readonly invites?: true;
}

/** What will be in force from `effectiveFrom` on (RFC 3339 UTC), unless another act on the same subject comes before. */
export interface Prepared<S> extends Step {
  readonly state: S;
  readonly effectiveFrom: string;
}

/** Names are absent where a crash came between an act and its row, or somebody changed the row. Who gives them again brings them. */
export interface OfficeView extends Partial<Omit<OfficeState, 'contents'>>, Partial<OfficeContents> {
  readonly id: string;
  /** The number of the newest act. */
  readonly number: number;
  readonly changed: Step;
  readonly awaiting?: Step & { readonly lapsesAt: string } & Omit<OfficeState, 'contents'> &
    Partial<OfficeContents>;
}

interface ShownNames extends Partial<PersonalContents> {
  /** Why a person has no name here. */
  readonly personalData?: PersonalDataState;
}

type ShownPrincipal = Omit<PrincipalState, 'contents' | 'invitation' | 'brought' | 'key'> & ShownNames;

export interface PrincipalView extends Partial<ShownPrincipal> {
  readonly id: string;
  readonly number: number;
  readonly changed: Step;
  readonly awaiting?: Step &
    Pick<Awaited<PrincipalState>, 'lapsesAt' | 'effectiveFrom' | 'invites'> &
    ShownPrincipal;
  /** RFC 3339 UTC; while an invitation waits to be opened. */
  readonly invitedUntil?: string;
  /** The fingerprint of the key that waits for its confirmation. */
  readonly fingerprint?: string;
  /** The fingerprint of the key that was confirmed last. */
  readonly key?: string;
  /** What was prepared, and from when on it is in force. */
  readonly prepared?: Step & { readonly effectiveFrom: string } & ShownPrincipal;
}

/** Tells an office that a prepared act was not done, because something else came before it. */
export interface Notice {
  /** RFC 3339 UTC: when the act was to be in force. */
  readonly effectiveFrom: string;
  readonly principal: string;
  /** Ids of the records of the prepared act and of the act that came before it. */
  readonly prepared: string;
  readonly instead?: string;
  readonly why: 'other-act' | 'office-not-open';
}

/** What an operator gives of an office. */
export interface OfficeTerms extends OfficeContents {
  /** Where it is left out: the tenant of the operator, or the only one that there is. */
  readonly tenant?: string;
  readonly parent?: string;
  readonly code?: string;
  readonly profiles: readonly string[];
  /** False where it is not given. */
  readonly officeApproval?: boolean;
  readonly from?: string;
  readonly until?: string;
}

/** What is given of a principal. The person is the principal's own id where none is named. */
export interface PrincipalTerms extends PersonalContents {
  readonly role: Role;
  readonly person?: string;
  /** Not of officers. Where it is left out: the tenant of the operator, if that has one. */
  readonly tenant?: string;
  readonly office?: string;
  readonly duties?: readonly Duty[];
  readonly purposes?: readonly Purpose[];
  readonly assumedPurpose?: string;
  readonly agreement?: string;
  readonly from?: string;
  readonly until?: string;
}

export interface Page<V> {
  readonly items: readonly V[];
  readonly cursor?: string;
}

/** Two operators for every opening and change; one for an end. */
export interface Offices {
  /** Opens an office, or changes one, once another operator confirms. Faults: `invalid-input`, `unknown-office`, `wrong-state`. */
  propose(actor: Principal, id: string, terms: OfficeTerms): Promise<OfficeView>;
  /**
   * `number`: of the proposal that the actor has looked at. Without it the newest one is meant. Faults: `unknown-office`,
   * `nothing-awaited`, `same-person`; `confirmation-differs` where a newer proposal took the place of that one.
   */
  confirm(actor: Principal, id: string, number?: number): Promise<OfficeView>;
  /** Any operator may take back what was proposed. Faults: `unknown-office`, `nothing-awaited`. */
  withdraw(actor: Principal, id: string): Promise<OfficeView>;
  /**
   * At once. `successor` is an open office, which takes over the open requests and the certificates, those included that the
   * ended one had taken over itself: at most 50 offices in all. Undefined says that there is none. The same end again says what
   * stands. Faults: `unknown-office`, `wrong-state`, `invalid-input`.
   */
  end(actor: Principal, id: string, successor: string | undefined): Promise<OfficeView>;
  /** Fault: `unknown-office`. */
  get(actor: Principal, id: string): Promise<OfficeView>;
  /** By id; `limit` 1 to 100. Fault: `cursor-invalid`. */
  list(
    actor: Principal,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<OfficeView>>;
}

export interface Invited {
  readonly principal: PrincipalView;
  /** To be given to the invited person. It is shown this once. */
  readonly invitation: string;
}

/**
 * The office's responsible person enrols its officers. Everybody else, and the first responsible person of an office, takes two
 * operators. Suspending and ending take one person and work at once.
 */
export interface People {
  /**
   * Invites an officer of the actor's own office. With an id that is there, the officer's lost credential is replaced. Faults:
   * `invalid-input`, `forbidden`, `wrong-state`.
   */
  invite(actor: Principal, id: string, terms: PrincipalTerms): Promise<Invited>;
  /**
   * An operator proposes; another one has to confirm. `invites` asks for a new key of a principal that has one. Faults:
   * `invalid-input`, `wrong-state`, `unknown-office`.
   */
  propose(
    actor: Principal,
    id: string,
    terms: PrincipalTerms,
    options?: { readonly effectiveFrom?: string; readonly invites?: boolean },
  ): Promise<PrincipalView>;
  /**
   * Other duties, another term or name of an officer, by the office's responsible person alone; from `effectiveFrom` on where
   * that is given.
   * Faults: `unknown-principal`, `invalid-input`, `wrong-state` where something is prepared already.
   */
  change(actor: Principal, id: string, terms: PrincipalTerms, effectiveFrom?: string): Promise<PrincipalView>;
  /**
   * To another office. The responsible person of the present office proposes it, or an operator; the responsible person of the
   * other office confirms it, or another operator. Faults: as of `change`; `unknown-office`.
   */
  transfer(actor: Principal, id: string, to: Transfer, effectiveFrom?: string): Promise<PrincipalView>;
  /**
   * What was proposed. An invitation comes with it where the principal is new, or was proposed with `invites`. The same operator
   * may confirm again while nobody has opened the invitation, and gets a new one. `number`: of the proposal that the actor has
   * looked at. Without it the newest one is meant. Faults: `unknown-principal`, `nothing-awaited`, `same-person`;
   * `confirmation-differs` where a newer proposal took the place of that one.
   */
  confirm(actor: Principal, id: string, number?: number): Promise<Confirmed>;
  /** Takes back what was proposed or prepared. Faults: `unknown-principal`, `nothing-awaited`. */
  withdraw(actor: Principal, id: string): Promise<PrincipalView>;
  /**
   * Anybody who has the invitation. The same invitation with the same key says how far it is. Faults: `invitation-invalid`,
   * `invitation-expired`, `invitation-opened`, and those of the CSR.
   */
  bring(invitation: string, csr: string): Promise<Brought>;
  /**
   * The fingerprint was read aloud by the invited person. Whoever invites an officer of the own office confirms the key as well;
   * elsewhere it is an operator other than the one who got the invitation. Faults: `unknown-principal`, `nothing-awaited`,
   * `fingerprint-differs`, `same-person`, `duplicate-key`.
   */
  enrol(actor: Principal, id: string, fingerprint: string): Promise<PrincipalView>;
  /** Faults: `unknown-principal`, `wrong-state`. */
  suspend(actor: Principal, id: string): Promise<PrincipalView>;
  /** Of an officer, by the office's responsible person. Everybody else is proposed and confirmed. Faults: as above. */
  resume(actor: Principal, id: string): Promise<PrincipalView>;
  /**
   * For good; the certificates are revoked. At once, also where an end is prepared; or from `effectiveFrom` on. Again, it revokes
   * what is left, and what is prepared for that moment stays so. Faults: as above; `wrong-state` where something else is prepared.
   */
  end(actor: Principal, id: string, effectiveFrom?: string): Promise<PrincipalView>;
  /** Fault: `unknown-principal`. */
  get(actor: Principal, id: string): Promise<PrincipalView>;
  list(
    actor: Principal,
    query: {
      readonly office?: string;
      readonly role?: Role;
      readonly limit: number;
      readonly cursor?: string;
    },
  ): Promise<Page<PrincipalView>>;
  /** Certifies what was confirmed and not certified yet. Resolves with the ids; the first fault is thrown at the end. */
  recover(): Promise<readonly string[]>;
  /**
   * Brings the users of tokens to what the newest acts say, where the function that took the act could not. Resolves with the
   * ids; the first fault is thrown at the end.
   */
  bringUsers(): Promise<readonly string[]>;
  /**
   * Brings into force what was prepared for now or earlier. Where another act came before, or the office is not open, it does
   * nothing and leaves a notice to both offices. Resolves with the ids that changed; the first fault is thrown at the end.
   */
  bringIntoForce(): Promise<readonly string[]>;
  /** Newest first, with the office's tenant; of the officer's own office, or of the one that an operator or auditor names. */
  notices(
    actor: Principal,
    query: { readonly office?: string; readonly limit: number; readonly cursor?: string },
  ): Promise<Page<Notice> & { readonly tenant?: string }>;
}

/** What the act on an operator says whom the two persons of the ceremony enrolled. */
export interface Appointed {
  /** The digest of the event to which both persons consented. */
  readonly event: string;
  /** Ids of the records of the consent and of its use. */
  readonly basis: readonly string[];
  /** All operators at that time, and whether each could act: in force, and not without a credential. */
  readonly operators: readonly { readonly id: string; readonly person: string; readonly acts: boolean }[];
}

export interface Appointment {
  /** An id that nobody has had. */
  readonly id: string;
  readonly person: string;
  readonly key: Pick<BroughtKey, 'publicKeyDigest' | 'keyIdentity'>;
  /** The digest of the ceremony's event. */
  readonly event: string;
}

/** Enrols an operator where no two operators are left. */
export interface Appointments {
  /**
   * Faults: `wrong-state` where two operators can act, or somebody has had the id; `same-person` where the person is the operator
   * who is left; `invalid-input`.
   */
  assertMayAppoint(asked: Appointment): Promise<void>;
  /**
   * After both persons consented, by the records of `basis`. The same again goes on where it stopped. Resolves with the
   * certificate and its CA's, in PEM. Faults: as above, and those of the certification.
   */
  appoint(
    asked: Appointment & {
      readonly persons: readonly string[];
      readonly basis: readonly string[];
      readonly subjectPublicKeyInfo: Uint8Array;
    },
  ): Promise<string>;
}

/** A holder that was enrolled, as somebody may see it. */
export interface HolderView {
  readonly id: string;
  readonly standing: PrincipalStanding;
  /** RFC 3339 UTC: when a submission of the officer's office first named the holder; for others, when its enrolment began. */
  readonly since: string;
  /** The newest act. An officer is not told, because it may be another office's. */
  readonly number?: number;
  readonly changed?: Step;
}

/**
 * Holders are enrolled by the submissions that name them. A holder has a pseudonym and no name. It needs no credential of the
 * operations CA: it signs in with a certificate that was issued to it. An office sees the holders that its own submissions named,
 * and no others; their responsible person closes and opens again what the holder may do, and so does an operator.
 */
export interface Holders {
  /**
   * Enrols the pseudonym that a submission of the actor's office names, if nobody has the id, and records that this office named
   * it. Again, it does nothing. `signsIn`: the certificate is to sign the holder in, and shows what others were told of the
   * holder. Faults: `invalid-input` where the id is somebody else's, or another tenant would sign in a holder that is not its own;
   * `not-in-force` where the holder is suspended or has ended.
   */
  name(actor: Principal, id: string, certificate?: { readonly signsIn?: boolean }): Promise<void>;
  /** At once. Faults: `unknown-holder`, `wrong-state`, `forbidden`. */
  suspend(actor: Principal, id: string): Promise<HolderView>;
  resume(actor: Principal, id: string): Promise<HolderView>;
  /**
   * At once and for good: no submission names the holder again. Its certificates stay as they are, and offices revoke them. Again,
   * it says what stands.
   */
  end(actor: Principal, id: string): Promise<HolderView>;
  /** Fault: `unknown-holder`. */
  get(actor: Principal, id: string): Promise<HolderView>;
  /** By id. Officers choose between their own office and those whose affairs it has taken over. Faults: `forbidden`, `cursor-invalid`. */
  list(
    actor: Principal,
    query: { readonly office?: string; readonly limit: number; readonly cursor?: string },
  ): Promise<Page<HolderView>>;
}

export interface Transfer {
  readonly office: string;
  readonly duties: readonly Duty[];
  readonly until?: string;
}

export interface Confirmed {
  readonly principal: PrincipalView;
  readonly invitation?: string;
}

export interface Brought {
  readonly id: string;
  readonly fingerprint: string;
  /** The certificate and its CA's, in PEM, once the key was confirmed. */
  readonly pem?: string;
}

/**
 * The users of another issuer of tokens, one for each enrolled principal, under the principal's id. A user opens nothing by
 * being there: the directory decides at each call. Every call may be repeated. Faults: `store-unavailable` where a later attempt
 * may succeed; `configuration-invalid` where the issuer refuses for good.
 */
export interface TokenUsers {
  /**
   * `enabled` makes the user if there is none. `disabled` ends the user's sessions too, and does nothing if there is no user.
   * Resolves with whether something had to be done.
   */
  bring(id: string, wanted: 'enabled' | 'disabled'): Promise<boolean>;
  /** Ends the user's sessions. Does nothing if there is no user. */
  signOut(id: string): Promise<void>;
}

export interface OfficeSuccession {
  readonly successors: readonly string[];
  readonly isServed: boolean;
}

/** Who somebody is, and what an office is, for the rooms that act on it. */
export interface Directory {
  /**
   * By the rows: at most two reads. An officer comes with the offices whose affairs the own office has taken over. The name of a
   * person who was enrolled is the id, here and below: names are read where they are shown. Undefined for nobody. Fault: `not-in-force` where the enrolment is suspended, ended or out of its term.
   */
  find(id: string): Promise<Principal | undefined>;
  /** By the newest act in the bucket, for what opens a door. Faults: the same. */
  findProven(id: string): Promise<Principal | undefined>;
  /** By the row, whatever its standing: records name also whoever was suspended or ended. Undefined for nobody. */
  known(id: string): Promise<Principal | undefined>;
  /** The same by the newest act, for what is signed or decided by it. */
  knownProven(id: string): Promise<Principal | undefined>;
  /** By the rows: those who were enrolled in the role, whatever their standing. */
  everyOf(role: Role): AsyncIterable<Principal>;
  /** By the row. Undefined where there is none. An ended office is given too. */
  office(id: string): Promise<Office | undefined>;
  /** The same by the newest act, for what is decided by it. */
  officeProven(id: string): Promise<Office | undefined>;
  /**
   * By the newest act. Undefined also where it is of a tenant that the asker does not serve, whatever its standing. Fault:
   * `not-in-force` where the office has ended or is out of its term.
   */
  openOffice(id: string, asker?: Pick<Principal, 'tenant'>): Promise<Office | undefined>;
  /**
   * The same, and also an office that has ended while an open one has its affairs: what was submitted there may be finished.
   * `officeApproval` is then that of the one that has its affairs, whose officers examine. Fault: `not-in-force`.
   */
  servedOffice(id: string): Promise<Office | undefined>;
  /**
   * By the newest acts: which offices have taken over the affairs of this one, one after another, and whether one that is open
   * has them now.
   */
  succession(id: string): Promise<OfficeSuccession>;
}
