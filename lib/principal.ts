/** Who calls. Shared vocabulary of the rooms that act for somebody; it holds no behaviour. */
export const ROLES = ['officer', 'operator', 'auditor', 'relyingParty', 'holder'] as const;
export type Role = (typeof ROLES)[number];

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

/** A certificate's address: the CA's id (one per generation, so one per key) and the serial. */
export interface CertificateRef {
  readonly ca: string;
  readonly serial: string;
}
