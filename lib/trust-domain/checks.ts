import { Fault, phrase } from '../fault.ts';
import { encodeName } from '../pki/pki.ts';
import type { FieldValues, Office, Profile, Source, SubjectTemplate } from './contract.ts';
import { type Draft, type Issue, issue, whyNot } from './draft.ts';
import { longer } from './period.ts';
import { ENDED_BEFORE, operationsIssues, profileIssues } from './profile-checks.ts';
import { describeSubject } from './subject.ts';

/* Checks between the members of a trust domain. */

const repeated = (draft: Draft): readonly Issue[] =>
  (['tenants', 'authorities', 'profiles', 'operators'] as const).flatMap((section) => {
    const seen = new Set<unknown>();
    return draft.ids[section].flatMap((id, index) => {
      if (id === undefined || !seen.has(id)) {
        seen.add(id);
        return [];
      }
      return [issue(`${section}.${index}.id`, phrase`This id is taken by an earlier one.`)];
    });
  });

const authorityIssues = (draft: Draft): readonly Issue[] =>
  draft.authorities.flatMap(({ path, value: { subject, crl, ocsp, validity, backdate } }, index) => [
    ...(crl.interval < crl.nextUpdate
      ? []
      : [issue(`${path}.crl.interval`, phrase`A CRL is followed by the next one before its nextUpdate.`)]),
    ...(longer(ocsp.validity, validity)
      ? [issue(`${path}.ocsp.validity`, phrase`The responder would outlive its authority.`)]
      : []),
    ...(longer(ocsp.validity, { months: 0, seconds: backdate })
      ? []
      : [issue(`${path}.backdate`, ENDED_BEFORE)]),
    // The certificate is renewed at half of its life, so an answer must expire within the other half.
    ...(longer({ months: 0, seconds: 2 * ocsp.nextUpdate }, ocsp.validity)
      ? [
          issue(
            `${path}.ocsp.nextUpdate`,
            phrase`Answers live at most half as long as the responder's certificate.`,
          ),
        ]
      : []),
    ...(ocsp.maxAge < ocsp.nextUpdate
      ? []
      : [issue(`${path}.ocsp.maxAge`, phrase`Caches give an answer up before its nextUpdate (RFC 9919).`)]),
    ...(draft.authorities
      .slice(0, index)
      .some((other) => Buffer.compare(encodeName(other.value.subject), encodeName(subject)) === 0)
      ? [issue(`${path}.subject`, phrase`Another authority has this subject.`)]
      : []),
  ]);

/* Offices and operators -------------------------------------------------------------------------------------- */

const namesOf = (profile: Profile): SubjectTemplate => [
  ...profile.subject,
  ...profile.subjectAltName.flatMap((template) => (template.kind === 'directoryName' ? template.name : [])),
];

const officeAttributeIssues = (office: Office, profile: Profile, path: string): readonly Issue[] => {
  const fromOffice = (source: Source): string | undefined =>
    typeof source === 'object' && 'office' in source ? source.office : undefined;
  const plain = profile.subjectAltName.flatMap((template) =>
    template.kind === 'directoryName' ? [] : (fromOffice(template.source) ?? []),
  );
  const missing = (name: string): Issue =>
    issue(
      `${path}.attributes`,
      phrase`The profile ${profile.id} takes the attribute ${name} from its offices.`,
    );
  return [
    ...plain.filter((name) => !Object.hasOwn(office.attributes, name)).map(missing),
    ...namesOf(profile).flatMap(([type, source]) => {
      const name = fromOffice(source);
      if (name === undefined) return [];
      const value = Object.hasOwn(office.attributes, name) ? office.attributes[name] : undefined;
      if (value === undefined) return [missing(name)];
      const why = whyNot(type, value);
      return why === undefined ? [] : [issue(`${path}.attributes.${name}`, why)];
    }),
  ];
};

/** Why the attributes of the office do not serve the profiles that it may ask for. */
export const attributeIssuesOf = (office: Office, profiles: readonly Profile[]): readonly Issue[] =>
  profiles
    .filter(({ id }) => office.profiles.includes(id))
    .flatMap((profile) => officeAttributeIssues(office, profile, 'office'));

/** The certificate of a principal has its id and its name, as far as the profile takes them. */
const principalNameIssues = (draft: Draft, path: string, fields: FieldValues): readonly Issue[] => {
  const profile = draft.profiles.find(({ value }) => value.kind === 'principal')?.value;
  if (!profile) return [];
  try {
    describeSubject(profile, undefined, fields);
    return [];
  } catch (error) {
    if (Fault.is(error)) return [issue(path, error.phrase)];
    throw error;
  }
};

const operatorIssues = (draft: Draft): readonly Issue[] =>
  draft.operators.flatMap(({ path, value: { id, name } }) =>
    principalNameIssues(draft, `${path}.name.ja`, { principal: id, name: name.ja }),
  );

const ceremonyIssues = (draft: Draft): readonly Issue[] => {
  if (!draft.ceremony) return [];
  const { path, value: ids } = draft.ceremony;
  const found = ids.map((id) => draft.operators.find(({ value }) => value.id === id)?.value);
  const [first, second] = found;
  return [
    ...found.flatMap((operator, index) => {
      const known = draft.ids.operators.includes(ids[index]);
      if (!known) return [issue(`${path}.${index}`, phrase`There is no operator of that id.`)];
      return operator?.tenant === undefined
        ? []
        : [
            issue(
              `${path}.${index}`,
              phrase`Operators of the service hold the ceremony, and not those of a tenant.`,
            ),
          ];
    }),
    ...(first && second && first.person === second.person
      ? [issue(path, phrase`The ceremony asks for two persons.`)]
      : []),
  ];
};

/** Every tenant that is named stands in the file. */
const tenantIssues = (draft: Draft): readonly Issue[] =>
  [...draft.authorities, ...draft.operators].flatMap(({ path, value: { tenant } }) =>
    tenant === undefined || draft.ids.tenants.includes(tenant)
      ? []
      : [issue(`${path}.tenant`, phrase`There is no tenant of that id.`)],
  );

export const crossIssues = (draft: Draft): readonly Issue[] => [
  ...repeated(draft),
  ...tenantIssues(draft),
  ...authorityIssues(draft),
  ...profileIssues(draft),
  ...operationsIssues(draft),
  ...operatorIssues(draft),
  ...ceremonyIssues(draft),
];
