/** The types that say who calls, shared by the rooms that act for somebody. They hold no behaviour. */
export const ROLES = ['officer', 'operator', 'auditor', 'relyingParty', 'holder'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What an officer may do at the office: submit requests, examine them, examine them a second time where the profile or the
 * office asks for that, and enrol the office's officers. One officer may have several duties. Two steps of one request always
 * take two persons.
 */
export const DUTIES = ['receive', 'examine', 'approve', 'responsible'] as const;
export type Duty = (typeof DUTIES)[number];

/**
 * Records have these words in place of a principal's id: `public` for an anonymous caller, `service` for the service
 * itself. No principal may have such an id.
 */
export const WORDS_OF_RECORDS = ['public', 'service'] as const;

/**
 * Reports have these words in place of a principal's id: `former` for a principal that is no longer registered, and a
 * person's role for the person. Relying parties appear in reports under their ids. So no principal may have one of
 * these words as its id: its lines would be mixed with the others.
 */
export const WORDS_OF_REPORTS = ['former', ...ROLES] as const;

/** The names that reports use for callers who do not appear under their own ids. */
export type ReportedAs = (typeof WORDS_OF_RECORDS)[number] | (typeof WORDS_OF_REPORTS)[number];

/**
 * By what a caller proves who it is. `signed-request`: an OCSP request that it signed (RFC 6960 4.1.2). `session`: a session of
 * the console, which began with a client certificate.
 */
export const DOORS = ['client-certificate', 'token', 'signed-request', 'session'] as const;
export type Door = (typeof DOORS)[number];

/** A purpose for which a relying party asks about certificates, as the trust domain declares it. */
export interface Purpose {
  /** `[a-z0-9-]{1,40}`. */
  readonly id: string;
  readonly title: { readonly ja: string; readonly en: string };
  /** The law, ordinance or contract that allows the relying party to be answered. */
  readonly legalBasis: string;
}

export interface Principal {
  /** `[a-z0-9-]{1,64}`. */
  readonly id: string;
  readonly role: Role;
  /**
   * The human or organisation behind the principal. One person may hold several principals; rules that ask
   * for different persons compare this, never `id`.
   */
  readonly person: string;
  /**
   * The tenant that the principal belongs to, and whose affairs alone it sees. Absent for the principals of the service, who
   * serve all tenants.
   */
  readonly tenant?: string;
  /** Officers only: the registration sub-office for which they act, and whose data alone they see. */
  readonly office?: string;
  /** Officers only: ended offices whose affairs the own office has taken over, from others that had taken them over too. */
  readonly predecessors?: readonly string[];
  /** Officers only. */
  readonly duties?: readonly Duty[];
  readonly name: { readonly ja: string; readonly en: string };
  /** RFC 3339 UTC: the principal may act before this time. Absent where no end is set. */
  readonly until?: string;
  /** Relying parties only: what they may name as the purpose of a call. */
  readonly purposes?: readonly Purpose[];
  /** The id of the purpose of calls that name none. Without it their records have no purpose. */
  readonly assumedPurpose?: string;
  /** Of a caller only: by what it has proven who it is. The directory of principals does not have it. */
  readonly door?: Door;
}

/** A public key and the principal that it belongs to, or will belong to. */
export interface PrincipalKey {
  readonly principal: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeyDigest: string;
  /** `keyIdentity` of the key. */
  readonly keyIdentity: string;
}

/** Who asks, how and for what purpose. The record of the answer has it. */
export interface Caller {
  /** A principal's id, or `public`. */
  readonly recipient: string;
  /** The fault's code, where the caller's credentials were refused. */
  readonly unproven?: string;
  /** By what the recipient has proven who it is. */
  readonly door?: Door;
  /** The HTTP method of the request, or another protocol's word for it. */
  readonly method: string;
  readonly office?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** The caller named no purpose; the trust domain's file assumes this one for the caller. */
  readonly purposeAssumed?: true;
}

/** A certificate's address: the CA's id (one per generation, so one per key) and the serial. */
export interface CertificateRef {
  readonly ca: string;
  readonly serial: string;
}
