import type { AlgorithmName } from '../keys/algorithms.ts';
import type { PublicKeyKind } from '../lint/public-key.ts';
import type { Oid } from '../pki/der.ts';
import type { KeyUsage, PolicyInformation } from '../pki/extensions.ts';
import type { Name } from '../pki/name.ts';
import type { Principal } from '../principal.ts';
import type { Period } from './period.ts';
import type { AlternativeNameTemplate, SubjectTemplate } from './subject-template.ts';

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
    /** Of the delegated responder's key. */
    readonly algorithm: AlgorithmName;
    /** Of the responder's certificate. */
    readonly validity: Period;
    /** Seconds from thisUpdate to nextUpdate of an answer. */
    readonly nextUpdate: number;
    /** How many CertIDs one request may hold. */
    readonly maxCertIds: number;
  };
}

export const FIELD_KINDS = ['text', 'date', 'choice', 'dnsName', 'rfc822Name', 'iPAddress', 'uri'] as const;

/** A value that a request for a certificate brings. */
export interface Field {
  readonly name: string;
  readonly label: Text;
  /** `date` is `YYYY-MM-DD`; `choice` is one of `choices`. */
  readonly kind: (typeof FIELD_KINDS)[number];
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
export const PROFILE_KINDS = ['organisation', 'person', 'principal', 'service'] as const;

export const HOLD_RULES = ['notAllowed', 'final', 'releasable'] as const;

export interface Profile {
  readonly id: string;
  readonly version: number;
  /** Id of an authority. */
  readonly authority: string;
  readonly title: Text;
  readonly kind: (typeof PROFILE_KINDS)[number];
  readonly validity: Period;
  readonly subject: SubjectTemplate;
  readonly subjectAltName: readonly AlternativeNameTemplate[];
  readonly keyUsage: readonly KeyUsage[];
  /** Empty: the extension is left out. */
  readonly extKeyUsage: readonly Oid[];
  readonly certificatePolicies: readonly PolicyInformation[];
  readonly publicKeys: readonly PublicKeyKind[];
  /** `final`: a hold can be made and never released. */
  readonly hold: (typeof HOLD_RULES)[number];
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

export interface TrustDomain {
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
  /** Two operators' principal ids; they are different persons. */
  readonly ceremony: { readonly persons: readonly [string, string] };
  /** Where the service's own certificates come from: the only profile of kind `principal`, the only one of kind `service`, and their one authority. */
  readonly operations: {
    readonly authority: AuthorityDefinition;
    readonly principal: Profile;
    readonly service: Profile;
  };
}

/**
 * Reads the one declarative file of a trust domain (JSON). Fault: `trust-domain-invalid` with every problem at once in
 * `facts.issues`: `[{ path: 'profiles.0.authority', message }]`.
 */
export declare const readTrustDomain: (text: string) => TrustDomain;
