import { Fault, phrase } from '../fault.ts';
import { encodeName } from '../pki/pki.ts';
import { WORDS_OF_REPORTS } from '../principal.ts';
import type { FieldValues, Office, Profile, Source, SubjectTemplate } from './contract.ts';
import { type Draft, type Issue, issue, whyNot } from './draft.ts';
import { longer } from './period.ts';
import { ENDED_BEFORE, operationsIssues, profileIssues } from './profile-checks.ts';
import { describeSubject } from './subject.ts';

/* Checks between the members of a trust domain. */

const repeated = (draft: Draft): readonly Issue[] =>
  (['tenants', 'authorities', 'profiles', 'offices', 'principals'] as const).flatMap((section) => {
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

/* Offices and principals -------------------------------------------------------------------------------------- */

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

const officeIssues = (draft: Draft): readonly Issue[] =>
  draft.offices.flatMap(({ path, value: office }) => {
    const officers = draft.principals.filter(({ value }) => value.office === office.id);
    const persons = new Set(officers.map(({ value }) => value.person));
    return [
      ...office.profiles.flatMap((id, index) => {
        const at = `${path}.profiles.${index}`;
        if (!draft.ids.profiles.includes(id)) return [issue(at, phrase`There is no profile of that id.`)];
        const profile = draft.profiles.find(({ value }) => value.id === id)?.value;
        if (!profile) return [];
        const issuer = draft.authorities.find(({ value }) => value.id === profile.authority)?.value;
        if (issuer?.tenant !== undefined && issuer.tenant !== office.tenant)
          return [issue(at, phrase`The authority of this profile serves another tenant.`)];
        return profile.kind === 'principal' || profile.kind === 'service'
          ? [issue(at, phrase`Certificates of this profile are the service's own.`)]
          : officeAttributeIssues(office, profile, path);
      }),
      // One person submits and another examines, so an office needs two.
      ...(office.profiles.length > 0 &&
      persons.size < 2 &&
      draft.principals.length === draft.ids.principals.length
        ? [
            issue(
              path,
              phrase`An office that applies for certificates has officers who are at least two persons.`,
            ),
          ]
        : []),
    ];
  });

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

const principalIssues = (draft: Draft): readonly Issue[] =>
  draft.principals.flatMap(
    ({ path, value: { id, role, office, person, name, purposes, assumedPurpose } }) => [
      ...(role === 'relyingParty' && WORDS_OF_REPORTS.some((word) => word === id)
        ? [
            issue(
              `${path}.id`,
              phrase`Reports name a relying party by its id, and say ${id} of others; choose another id, such as ${id}-1.`,
            ),
          ]
        : []),
      ...(purposes === undefined || role === 'relyingParty'
        ? []
        : [issue(`${path}.purposes`, phrase`Relying parties, and only they, declare purposes.`)]),
      ...(assumedPurpose === undefined || purposes?.some((purpose) => purpose.id === assumedPurpose)
        ? []
        : [issue(`${path}.assumedPurpose`, phrase`The principal declares no purpose of that id.`)]),
      ...((role === 'officer') === (office !== undefined)
        ? []
        : [issue(`${path}.office`, phrase`Officers, and only they, belong to an office.`)]),
      ...(office === undefined || draft.ids.offices.includes(office)
        ? []
        : [issue(`${path}.office`, phrase`There is no office of that id.`)]),
      ...principalNameIssues(draft, `${path}.name.ja`, { principal: id, name: name.ja }),
      // Auditors do nothing that they would have to audit.
      ...(role === 'auditor' &&
      draft.principals.some(({ value }) => value.person === person && value.role !== 'auditor')
        ? [issue(`${path}.person`, phrase`An auditor has no other role.`)]
        : []),
    ],
  );

const ceremonyIssues = (draft: Draft): readonly Issue[] => {
  if (!draft.ceremony) return [];
  const { path, value: ids } = draft.ceremony;
  const found = ids.map((id) => draft.principals.find(({ value }) => value.id === id)?.value);
  const [first, second] = found;
  return [
    ...found.flatMap((principal, index) => {
      const known = draft.ids.principals.includes(ids[index]);
      if (!known) return [issue(`${path}.${index}`, phrase`There is no principal of that id.`)];
      return principal && principal.role !== 'operator'
        ? [issue(`${path}.${index}`, phrase`Operators hold the ceremony.`)]
        : [];
    }),
    ...(first && second && first.person === second.person
      ? [issue(path, phrase`The ceremony asks for two persons.`)]
      : []),
  ];
};

/** What names a tenant names one that the file has. */
const tenantIssues = (draft: Draft): readonly Issue[] =>
  [...draft.authorities, ...draft.offices, ...draft.principals].flatMap(({ path, value: { tenant } }) =>
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
  ...officeIssues(draft),
  ...principalIssues(draft),
  ...ceremonyIssues(draft),
];
