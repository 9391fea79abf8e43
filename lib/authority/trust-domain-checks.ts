import type { z } from 'zod';
import { Fault } from '../fault.ts';
import { buildName, encodeName } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';
import { addPeriod, type Period } from './period.ts';
import type { Source, SubjectTemplate } from './subject-template.ts';
import type { AuthorityDefinition, Field, Office, Profile } from './trust-domain.ts';
import type * as schema from './trust-domain-schema.ts';

/* What the members of a trust domain say of each other. */

export interface Issue {
  /** `profiles.0.authority`. */
  readonly path: string;
  readonly message: string;
}

/** A member that is right in itself, and where it stands. */
export interface Placed<T> {
  readonly path: string;
  readonly value: T;
}

/** Those members that are right in themselves, and the ids of all: a reference to a faulty member is no second fault. */
export interface Draft {
  readonly authorities: readonly Placed<AuthorityDefinition>[];
  readonly profiles: readonly Placed<Profile>[];
  readonly offices: readonly Placed<Office>[];
  readonly principals: readonly Placed<z.output<typeof schema.principal>>[];
  readonly ceremony: Placed<readonly [string, string]> | undefined;
  readonly ids: Readonly<Record<'authorities' | 'profiles' | 'offices' | 'principals', readonly unknown[]>>;
}

const issue = (path: string, message: string): Issue => ({ path, message });

const EPOCH = new Date(Date.UTC(2025, 0));
const longer = (a: Period, b: Period): boolean => addPeriod(EPOCH, a) > addPeriod(EPOCH, b);

const repeated = (draft: Draft): readonly Issue[] =>
  (['authorities', 'profiles', 'offices', 'principals'] as const).flatMap((section) =>
    draft.ids[section].flatMap((id, index, ids) =>
      id !== undefined && ids.indexOf(id) < index
        ? [issue(`${section}.${index}.id`, 'This id is taken by an earlier one.')]
        : [],
    ),
  );

const authorityIssues = (draft: Draft): readonly Issue[] =>
  draft.authorities.flatMap(({ path, value: { subject, crl, ocsp, validity } }, index) => [
    ...(crl.interval < crl.nextUpdate
      ? []
      : [issue(`${path}.crl.interval`, 'A CRL is followed by the next one before its nextUpdate.')]),
    ...(longer(ocsp.validity, validity)
      ? [issue(`${path}.ocsp.validity`, 'The responder would outlive its authority.')]
      : []),
    // Renewed at half of its life, so an answer has to end within the other half.
    ...(longer({ months: 0, seconds: 2 * ocsp.nextUpdate }, ocsp.validity)
      ? [
          issue(
            `${path}.ocsp.nextUpdate`,
            "Answers live at most half as long as the responder's certificate.",
          ),
        ]
      : []),
    ...(draft.authorities
      .slice(0, index)
      .some((other) => Buffer.compare(encodeName(other.value.subject), encodeName(subject)) === 0)
      ? [issue(`${path}.subject`, 'Another authority has this subject.')]
      : []),
  ]);

/* Profiles ------------------------------------------------------------------------------------------------- */

const whyNot = (type: string, value: string): string | undefined => {
  try {
    buildName([[type, value]]);
    return undefined;
  } catch (error) {
    if (Fault.is(error)) return error.message;
    throw error;
  }
};

/** The longest value that a field can have, as far as length matters. */
const longest = ({ kind, maxLength }: Field): string =>
  kind === 'date' ? '2000-01-01' : 'A'.repeat(maxLength);

const fieldNamed = (profile: Profile, source: Source): Field | undefined =>
  typeof source === 'object' && 'field' in source
    ? profile.fields.find(({ name }) => name === source.field)
    : undefined;

const missingField = (profile: Profile, source: Source): boolean =>
  typeof source === 'object' && 'field' in source && fieldNamed(profile, source) === undefined;

const NO_FIELD = 'The profile has no field of that name.';

const rdnIssue = (profile: Profile, type: string, source: Source): string | undefined => {
  if (missingField(profile, source)) return NO_FIELD;
  const field = fieldNamed(profile, source);
  if (field?.maxItems !== undefined) return 'A list cannot stand in a name.';
  if (field) return whyNot(type, longest(field));
  // Of the office's attributes, each office is asked in officeIssues.
  return typeof source === 'string' ? whyNot(type, source) : undefined;
};

const nameIssues = (profile: Profile, template: SubjectTemplate, path: string): readonly Issue[] =>
  template.flatMap(([type, source], index) => {
    const why = rdnIssue(profile, type, source);
    return why === undefined ? [] : [issue(`${path}.${index}`, why)];
  });

/** Kinds of fields whose values are known to fit. */
const FITTING: Readonly<Record<string, Field['kind']>> = {
  dNSName: 'dnsName',
  rfc822Name: 'rfc822Name',
  uniformResourceIdentifier: 'uri',
  iPAddress: 'iPAddress',
};

const alternativeNameIssues = (profile: Profile, path: string): readonly Issue[] =>
  profile.subjectAltName.flatMap((template, index) => {
    const at = `${path}.subjectAltName.${index}`;
    if (template.kind === 'directoryName') return nameIssues(profile, template.name, `${at}.name`);
    const { source, kind } = template;
    if (missingField(profile, source)) return [issue(`${at}.source`, NO_FIELD)];
    const fitting = FITTING[kind];
    return fitting !== undefined && fieldNamed(profile, source)?.kind !== fitting
      ? [issue(`${at}.source`, `A ${kind} comes from a field of kind ${fitting}.`)]
      : [];
  });

/** An empty subject would need a critical subjectAltName (RFC 5280 4.1.2.6); no profile here has one. */
const certainOf = ({ subject, fields }: Profile): boolean =>
  subject.some(
    ([, source]) =>
      typeof source === 'string' ||
      'office' in source ||
      fields.some(({ name, required }) => required && name === source.field),
  );

const usageIssues = ({ keyUsage, publicKeys, extKeyUsage }: Profile, path: string): readonly Issue[] => {
  const all = (test: RegExp): boolean => publicKeys.every((kind) => test.test(kind));
  return [
    ...(keyUsage.includes('keyCertSign') || keyUsage.includes('cRLSign')
      ? [issue(`${path}.keyUsage`, 'Only CAs sign certificates and CRLs.')]
      : []),
    // RFC 5480 3, RFC 8410 5, RFC 9881 5; RFC 3279 2.3.1
    ...((keyUsage.includes('keyEncipherment') || keyUsage.includes('dataEncipherment')) && !all(/^rsa/)
      ? [issue(`${path}.keyUsage`, 'Only RSA keys encipher.')]
      : []),
    ...(keyUsage.includes('keyAgreement') && !all(/^p-/)
      ? [issue(`${path}.keyUsage`, 'Only keys on the curves P-256, P-384 and P-521 agree.')]
      : []),
    ...(extKeyUsage.includes(OID.serverAuth) || extKeyUsage.includes(OID.clientAuth)
      ? keyUsage.includes('digitalSignature')
        ? []
        : [issue(`${path}.keyUsage`, 'TLS asks for digitalSignature (RFC 8446 4.4.2.2).')]
      : []),
  ];
};

const profileIssues = (draft: Draft): readonly Issue[] =>
  draft.profiles.flatMap(({ path, value: profile }) => {
    const authority = draft.authorities.find(({ value }) => value.id === profile.authority)?.value;
    const names = profile.fields.map(({ name }) => name);
    return [
      ...(draft.ids.authorities.includes(profile.authority)
        ? []
        : [issue(`${path}.authority`, 'There is no authority of that id.')]),
      ...(authority && longer(profile.validity, authority.validity)
        ? [issue(`${path}.validity`, 'A certificate would outlive its authority.')]
        : []),
      ...names.flatMap((name, index) =>
        names.indexOf(name) < index
          ? [issue(`${path}.fields.${index}.name`, 'Two fields have this name.')]
          : [],
      ),
      ...nameIssues(profile, profile.subject, `${path}.subject`),
      ...alternativeNameIssues(profile, path),
      ...(certainOf(profile) ? [] : [issue(`${path}.subject`, 'The subject could be empty.')]),
      ...usageIssues(profile, path),
      ...(profile.extKeyUsage.includes(OID.serverAuth) &&
      !profile.subjectAltName.some(({ kind }) => kind === 'dNSName' || kind === 'iPAddress')
        ? [issue(`${path}.subjectAltName`, 'A TLS server is named in subjectAltName (RFC 9525).')]
        : []),
    ];
  });

/** The service's own certificates: one profile for principals, one for servers, one authority for both. */
const operationsIssues = (draft: Draft): readonly Issue[] => {
  const of = (kind: Profile['kind']): readonly Placed<Profile>[] =>
    draft.profiles.filter(({ value }) => value.kind === kind);
  // Profiles that are faulty in themselves may be the ones that are missing here.
  if (draft.profiles.length < draft.ids.profiles.length) return [];
  const [principal, service] = [of('principal'), of('service')];
  const named = principal[0]?.value.subject.some(
    ([type, source]) =>
      type === 'serialNumber' &&
      typeof source === 'object' &&
      'field' in source &&
      source.field === 'principal',
  );
  return [
    ...(principal.length === 1 ? [] : [issue('profiles', 'There is exactly one profile of kind principal.')]),
    ...(service.length === 1 ? [] : [issue('profiles', 'There is exactly one profile of kind service.')]),
    ...(principal[0] && service[0] && principal[0].value.authority !== service[0].value.authority
      ? [issue(`${service[0].path}.authority`, 'Principals and the service have one authority.')]
      : []),
    ...(principal[0] && !named
      ? [
          issue(
            `${principal[0].path}.subject`,
            'The serialNumber of a principal comes from the field "principal".',
          ),
        ]
      : []),
    ...(principal[0] && !principal[0].value.extKeyUsage.includes(OID.clientAuth)
      ? [issue(`${principal[0].path}.extKeyUsage`, 'Principals are clients: clientAuth.')]
      : []),
    ...(service[0] && !service[0].value.extKeyUsage.includes(OID.serverAuth)
      ? [issue(`${service[0].path}.extKeyUsage`, 'The service is a server: serverAuth.')]
      : []),
  ];
};

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
    issue(`${path}.attributes`, `The profile ${profile.id} takes the attribute ${name} from its offices.`);
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

const officeIssues = (draft: Draft): readonly Issue[] =>
  draft.offices.flatMap(({ path, value: office }) => {
    const officers = draft.principals.filter(({ value }) => value.office === office.id);
    const persons = new Set(officers.map(({ value }) => value.person));
    return [
      ...office.profiles.flatMap((id, index) => {
        const at = `${path}.profiles.${index}`;
        if (!draft.ids.profiles.includes(id)) return [issue(at, 'There is no profile of that id.')];
        const profile = draft.profiles.find(({ value }) => value.id === id)?.value;
        if (!profile) return [];
        return profile.kind === 'principal' || profile.kind === 'service'
          ? [issue(at, "Certificates of this profile are the service's own.")]
          : officeAttributeIssues(office, profile, path);
      }),
      // Who submits and who examines are two persons.
      ...(office.profiles.length > 0 &&
      persons.size < 2 &&
      draft.principals.length === draft.ids.principals.length
        ? [issue(path, 'An office that applies for certificates has officers who are at least two persons.')]
        : []),
    ];
  });

const principalIssues = (draft: Draft): readonly Issue[] =>
  draft.principals.flatMap(({ path, value: { role, office, person } }) => [
    ...((role === 'officer') === (office !== undefined)
      ? []
      : [issue(`${path}.office`, 'Officers, and only they, belong to an office.')]),
    ...(office === undefined || draft.ids.offices.includes(office)
      ? []
      : [issue(`${path}.office`, 'There is no office of that id.')]),
    // Who audits does nothing that is audited.
    ...(role === 'auditor' &&
    draft.principals.some(({ value }) => value.person === person && value.role !== 'auditor')
      ? [issue(`${path}.person`, 'An auditor has no other role.')]
      : []),
  ]);

const ceremonyIssues = (draft: Draft): readonly Issue[] => {
  if (!draft.ceremony) return [];
  const { path, value: ids } = draft.ceremony;
  const found = ids.map((id) => draft.principals.find(({ value }) => value.id === id)?.value);
  const [first, second] = found;
  return [
    ...found.flatMap((principal, index) => {
      const known = draft.ids.principals.includes(ids[index]);
      if (!known) return [issue(`${path}.${index}`, 'There is no principal of that id.')];
      return principal && principal.role !== 'operator'
        ? [issue(`${path}.${index}`, 'Operators hold the ceremony.')]
        : [];
    }),
    ...(first && second && first.person === second.person
      ? [issue(path, 'The ceremony asks for two persons.')]
      : []),
  ];
};

export const crossIssues = (draft: Draft): readonly Issue[] => [
  ...repeated(draft),
  ...authorityIssues(draft),
  ...profileIssues(draft),
  ...operationsIssues(draft),
  ...officeIssues(draft),
  ...principalIssues(draft),
  ...ceremonyIssues(draft),
];
