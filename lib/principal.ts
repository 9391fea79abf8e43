/** Who calls. Shared vocabulary of the rooms that act for somebody; it holds no behaviour. */
export const ROLES = ['officer', 'operator', 'auditor', 'relyingParty', 'holder'] as const;
export type Role = (typeof ROLES)[number];

/** What records say in place of a principal's id: of nobody in particular, and of the service itself. Nobody has such an id. */
export const WORDS_OF_RECORDS = ['public', 'service'] as const;

/**
 * What reports say in place of one: of persons their role, and of whom is registered no longer. Relying parties stand in
 * reports under their ids, so none of them has such an id: its lines would run together with theirs.
 */
export const WORDS_OF_REPORTS = ['former', ...ROLES] as const;

/** How a report names whoever does not stand in it under an id of its own. */
export type ReportedAs = (typeof WORDS_OF_RECORDS)[number] | (typeof WORDS_OF_REPORTS)[number];

/** What a relying party asks about certificates for, as the trust domain declares it. */
export interface Purpose {
  /** `[a-z0-9-]{1,40}`. */
  readonly id: string;
  readonly title: { readonly ja: string; readonly en: string };
  /** The law, ordinance or contract that lets it be told. */
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
  /** Officers only: the registration sub-office they act for and are confined to. */
  readonly office?: string;
  readonly name: { readonly ja: string; readonly en: string };
  /** Relying parties only; the first is meant where none is named. */
  readonly purposes?: readonly Purpose[];
}

/** Who asks, how and what for, as the record of the answer has it. */
export interface Caller {
  /** A principal's id, or `public`. */
  readonly recipient: string;
  /** The code of the fault for which the caller's credentials were not accepted. */
  readonly unproven?: string;
  /** The HTTP method of the request, or the protocol's word. */
  readonly method: string;
  readonly office?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
}

/** A certificate's address: the CA's id (one per generation, so one per key) and the serial. */
export interface CertificateRef {
  readonly ca: string;
  readonly serial: string;
}
