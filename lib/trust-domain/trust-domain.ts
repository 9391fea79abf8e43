import type { z } from 'zod';
import { Fault } from '../fault.ts';
import type { AlgorithmName } from '../keys/keys.ts';
import type { PublicKeyKind } from '../lint/public-key.ts';
import type { KeyUsage, Name, Oid, PolicyInformation } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import { crossIssues } from './checks.ts';
import type { Draft, Issue, Placed } from './draft.ts';
import type { Period } from './period.ts';
import * as schema from './schema.ts';
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
    /** Of the delegated responder that answers where the client prefers nothing that there is. */
    readonly algorithm: AlgorithmName;
    /** Of further responders, for clients that prefer theirs (RFC 6960 4.4.7). */
    readonly furtherAlgorithms: readonly AlgorithmName[];
    /** Of the responders' certificates. */
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

declare const checkedBrand: unique symbol;

/** Comes from `readTrustDomain` only, so whoever has one need not check it. */
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

/** 16 MiB: some tens of thousands of principals. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

const invalid = (issues: readonly Issue[]): Fault => {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new Fault(
    'trust-domain-invalid',
    `The trust domain is invalid at ${first?.path || 'its top'}: ${first?.message}${more}`,
    { issues },
  );
};

const readJson = (text: string): unknown => {
  if (text.length > MAX_CHARACTERS)
    throw invalid([{ path: '', message: `The file has more than ${MAX_CHARACTERS} characters.` }]);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: '', message: 'The file is not JSON.' }]);
  }
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** Members that are right in themselves; the others have been reported by the schema. */
const placed = <T>(file: unknown, section: string, schema: z.ZodType<T>): readonly Placed<T>[] => {
  const items = member(file, section);
  return !Array.isArray(items)
    ? []
    : items.flatMap((item: unknown, index) => {
        const { data, success } = schema.safeParse(item);
        return success ? [{ path: `${section}.${index}`, value: data }] : [];
      });
};

const idsOf = (file: unknown, section: string): readonly unknown[] => {
  const items = member(file, section);
  return Array.isArray(items) ? items.map((item: unknown) => member(item, 'id')) : [];
};

const draftOf = (file: unknown): Draft => {
  const ceremony = schema.ceremony.safeParse(member(file, 'ceremony')).data;
  return {
    authorities: placed(file, 'authorities', schema.authority),
    profiles: placed(file, 'profiles', schema.profile),
    offices: placed(file, 'offices', schema.office),
    principals: placed(file, 'principals', schema.principal),
    ceremony: ceremony && { path: 'ceremony.persons', value: ceremony.persons },
    ids: {
      authorities: idsOf(file, 'authorities'),
      profiles: idsOf(file, 'profiles'),
      offices: idsOf(file, 'offices'),
      principals: idsOf(file, 'principals'),
    },
  };
};

/**
 * Reads the one declarative file of a trust domain (JSON), and is the only source of a `TrustDomain`. Fault:
 * `trust-domain-invalid` with every problem at once in `facts.issues`: `[{ path: 'profiles.0.authority', message }]`.
 */
export const readTrustDomain = (text: string): TrustDomain => {
  const file = readJson(text);
  const { data, error } = schema.trustDomain.safeParse(file);
  const issues: readonly Issue[] = [
    ...(error?.issues.map(({ path, message }) => ({ path: path.join('.'), message })) ?? []),
    ...crossIssues(draftOf(file)),
  ];
  if (data === undefined || issues.length > 0) throw invalid(issues);
  const principal = data.profiles.find(({ kind }) => kind === 'principal');
  const service = data.profiles.find(({ kind }) => kind === 'service');
  const authority = data.authorities.find(({ id }) => id === principal?.authority);
  // The checks have seen to these.
  if (!principal || !service || !authority)
    throw invalid([{ path: 'profiles', message: 'Operations are incomplete.' }]);
  const domain: Omit<TrustDomain, typeof checkedBrand> = {
    ...data,
    operations: { authority, principal, service },
  };
  return domain as TrustDomain;
};
