import type { Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { Field, HoldRule, Office, Profile, SameKeyRule, Source, Text, TrustDomain } from './contract.ts';

/** What the requests for certificates of a profile have to be like, for those who make or examine them. */
export interface ProfileView {
  readonly id: string;
  readonly version: number;
  readonly title: Text;
  readonly kind: 'organisation' | 'person';
  /** The id of the CA that issues them. */
  readonly ca: string;
  /** An officer's own office, by its id. Absent for operators: there may be thousands, and each office has its profiles. */
  readonly offices?: readonly string[];
  /** Kinds of keys, such as `p-256`. */
  readonly publicKeys: readonly string[];
  readonly sameKey: SameKeyRule;
  readonly hold: HoldRule;
  /** Whether its requests are examined twice at the office: at the officer's own, or at any office for other callers. */
  readonly officeApproval: boolean;
  readonly fields: readonly FieldView[];
}

export type FieldView = Omit<Field, 'pattern'> & {
  /** The source of a regular expression, which the whole value must match. */
  readonly pattern?: string;
  /** Whether its value goes into the certificate. Other values are kept with the request alone. */
  readonly certified: boolean;
};

export interface Profiles {
  /**
   * Those that the officer's office may ask for; for any other caller, those that offices can be allowed to ask for. The
   * principals of a tenant do not see the profiles of other tenants' authorities.
   */
  list(actor: Principal): Promise<readonly ProfileView[]>;
}

/** Undefined where there is no office of that id. */
type OfficeOf = (id: string) => Promise<Pick<Office, 'id' | 'profiles' | 'officeApproval'> | undefined>;

/** Where the profile's names come from. */
const sourcesOf = ({ subject, subjectAltName }: Profile): readonly Source[] => [
  ...subject.map(([, source]) => source),
  ...subjectAltName.flatMap((name) =>
    name.kind === 'directoryName' ? name.name.map(([, source]) => source) : [name.source],
  ),
];

const fieldViews = (profile: Profile): readonly FieldView[] => {
  const sources = sourcesOf(profile);
  return profile.fields.map(({ pattern, ...field }) => ({
    ...field,
    ...(pattern && { pattern: pattern.source }),
    certified: sources.some(
      (source) => typeof source === 'object' && 'field' in source && source.field === field.name,
    ),
  }));
};

export const openProfiles = ({ profiles, authorities }: TrustDomain, officeOf: OfficeOf): Profiles => ({
  list: async (actor) => {
    const { role, office: id } = actor;
    const office = role === 'officer' && id !== undefined ? await officeOf(id) : undefined;
    return profiles.flatMap((profile): ProfileView[] => {
      const { kind, title, version, publicKeys, sameKey, hold, officeApproval } = profile;
      const authority = authorities.find((one) => one.id === profile.authority);
      if (kind === 'principal' || kind === 'service' || !authority) return [];
      if (authority.tenant !== undefined && !serves(actor, authority.tenant)) return [];
      if (role === 'officer' && !office?.profiles.includes(profile.id)) return [];
      return [
        {
          id: profile.id,
          version,
          title,
          kind,
          ca: authority.ca,
          ...(office && { offices: [office.id] }),
          publicKeys,
          sameKey,
          hold,
          officeApproval: officeApproval || office?.officeApproval === true,
          fields: fieldViews(profile),
        },
      ];
    });
  },
});
