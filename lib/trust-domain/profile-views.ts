import type { Principal } from '../principal.ts';
import type { Field, HoldRule, SameKeyRule, Text, TrustDomain } from './contract.ts';

/** What the requests for certificates of a profile have to be like, for those who make or examine them. */
export interface ProfileView {
  readonly id: string;
  readonly version: number;
  readonly title: Text;
  readonly kind: 'organisation' | 'person';
  /** The id of the CA that issues them. */
  readonly ca: string;
  /** Ids of the offices that may ask. An officer sees its own office only. */
  readonly offices: readonly string[];
  /** Kinds of keys, such as `p-256`. */
  readonly publicKeys: readonly string[];
  readonly sameKey: SameKeyRule;
  readonly hold: HoldRule;
  readonly fields: readonly FieldView[];
}

/** `pattern` is the source of a regular expression, which the whole value must match. */
export type FieldView = Omit<Field, 'pattern'> & { readonly pattern?: string };

export interface Profiles {
  /** Those that the officer's office may ask for; for any other caller, those that any office may ask for. */
  list(actor: Principal): readonly ProfileView[];
}

const fieldView = ({ pattern, ...field }: Field): FieldView => ({
  ...field,
  ...(pattern && { pattern: pattern.source }),
});

export const openProfiles = ({ profiles, authorities, offices }: TrustDomain): Profiles => ({
  list: ({ role, office }) =>
    profiles.flatMap((profile): ProfileView[] => {
      const { id, version, title, kind, publicKeys, sameKey, hold, fields } = profile;
      const asking = offices.filter(
        (one) => one.profiles.includes(id) && (role !== 'officer' || one.id === office),
      );
      const authority = authorities.find((one) => one.id === profile.authority);
      if (kind === 'principal' || kind === 'service' || asking.length === 0 || !authority) return [];
      return [
        {
          id,
          version,
          title,
          kind,
          ca: authority.ca,
          offices: asking.map((one) => one.id),
          publicKeys,
          sameKey,
          hold,
          fields: fields.map(fieldView),
        },
      ];
    }),
});
