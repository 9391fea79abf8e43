import { type Phrase, phrase } from '../fault.ts';
import { OID } from '../pki/pki.ts';
import type { Field, Profile, Source, SubjectTemplate } from './contract.ts';
import { type Draft, type Issue, issue, type Placed, whyNot } from './draft.ts';
import { longer } from './period.ts';

/* Checks of profiles against authorities, against their own fields, and for the service's own certificates. */

/** A value of the field's greatest length. Only its length matters. */
const longest = ({ kind, maxLength }: Field): string =>
  kind === 'date' ? '2000-01-01' : 'A'.repeat(maxLength);

const fieldNamed = (profile: Profile, source: Source): Field | undefined =>
  typeof source === 'object' && 'field' in source
    ? profile.fields.find(({ name }) => name === source.field)
    : undefined;

const missingField = (profile: Profile, source: Source): boolean =>
  typeof source === 'object' && 'field' in source && fieldNamed(profile, source) === undefined;

const NO_FIELD = phrase`The profile has no field of that name.`;

const rdnIssue = (profile: Profile, type: string, source: Source): Phrase | undefined => {
  if (missingField(profile, source)) return NO_FIELD;
  const field = fieldNamed(profile, source);
  if (field?.maxItems !== undefined) return phrase`A list cannot stand in a name.`;
  if (field) return whyNot(type, longest(field));
  // The attributes of each office are checked by officeIssues.
  return typeof source === 'string' ? whyNot(type, source) : undefined;
};

const nameIssues = (profile: Profile, template: SubjectTemplate, path: string): readonly Issue[] =>
  template.flatMap(([type, source], index) => {
    const why = rdnIssue(profile, type, source);
    return why === undefined ? [] : [issue(`${path}.${index}`, why)];
  });

/** The kind of field that certainly fits each kind of name. */
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
      ? [issue(`${at}.source`, phrase`A ${kind} comes from a field of kind ${fitting}.`)]
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
      ? [issue(`${path}.keyUsage`, phrase`Only CAs sign certificates and CRLs.`)]
      : []),
    // RFC 5480 3, RFC 8410 5, RFC 9881 5; RFC 3279 2.3.1
    ...((keyUsage.includes('keyEncipherment') || keyUsage.includes('dataEncipherment')) && !all(/^rsa/)
      ? [issue(`${path}.keyUsage`, phrase`Only RSA keys encipher.`)]
      : []),
    ...(keyUsage.includes('keyAgreement') && !all(/^p-/)
      ? [issue(`${path}.keyUsage`, phrase`Only keys on the curves P-256, P-384 and P-521 agree.`)]
      : []),
    ...(extKeyUsage.includes(OID.serverAuth) || extKeyUsage.includes(OID.clientAuth)
      ? keyUsage.includes('digitalSignature')
        ? []
        : [issue(`${path}.keyUsage`, phrase`TLS asks for digitalSignature (RFC 8446 4.4.2.2).`)]
      : []),
  ];
};

/** A holder is a person, and shows the certificate as a TLS client. */
const signInIssues = ({ signsIn, kind, extKeyUsage }: Profile, path: string): readonly Issue[] => {
  if (signsIn === undefined) return [];
  return [
    ...(kind === 'person'
      ? []
      : [issue(`${path}.signsIn`, phrase`Only the certificate of a person signs in its holder.`)]),
    ...(extKeyUsage.includes(OID.clientAuth)
      ? []
      : [issue(`${path}.extKeyUsage`, phrase`Whoever signs in is a client: clientAuth.`)]),
  ];
};

/** The longest life of a TLS server's certificate from 2026-03-15 on (CA/Browser Forum BR 6.3.2). */
const SERVER_DAYS = 200;

export const ENDED_BEFORE = phrase`A certificate would end before it is issued.`;

export const profileIssues = (draft: Draft): readonly Issue[] =>
  draft.profiles.flatMap(({ path, value: profile }) => {
    const authority = draft.authorities.find(({ value }) => value.id === profile.authority)?.value;
    const names = profile.fields.map(({ name }) => name);
    return [
      ...(draft.ids.authorities.includes(profile.authority)
        ? []
        : [issue(`${path}.authority`, phrase`There is no authority of that id.`)]),
      ...(authority && longer(profile.validity, authority.validity)
        ? [issue(`${path}.validity`, phrase`A certificate would outlive its authority.`)]
        : []),
      ...(profile.extKeyUsage.includes(OID.serverAuth) &&
      longer(profile.validity, { months: 0, seconds: SERVER_DAYS * 86_400 })
        ? [
            issue(
              `${path}.validity`,
              phrase`The certificate of a TLS server lives at most ${SERVER_DAYS} days (CA/Browser Forum BR 6.3.2).`,
            ),
          ]
        : []),
      ...(longer(profile.validity, { months: 0, seconds: profile.backdate })
        ? []
        : [issue(`${path}.backdate`, ENDED_BEFORE)]),
      ...names.flatMap((name, index) =>
        names.indexOf(name) < index
          ? [issue(`${path}.fields.${index}.name`, phrase`Two fields have this name.`)]
          : [],
      ),
      ...nameIssues(profile, profile.subject, `${path}.subject`),
      ...alternativeNameIssues(profile, path),
      ...(certainOf(profile) ? [] : [issue(`${path}.subject`, phrase`The subject could be empty.`)]),
      ...usageIssues(profile, path),
      ...(profile.officeApproval && (profile.kind === 'principal' || profile.kind === 'service')
        ? [issue(`${path}.officeApproval`, phrase`No office asks for certificates of this kind.`)]
        : []),
      ...signInIssues(profile, path),
      ...(profile.extKeyUsage.includes(OID.serverAuth) &&
      !profile.subjectAltName.some(({ kind }) => kind === 'dNSName' || kind === 'iPAddress')
        ? [issue(`${path}.subjectAltName`, phrase`A TLS server is named in subjectAltName (RFC 9525).`)]
        : []),
    ];
  });

/** The service's own certificates: one profile for principals, one for servers, one authority for both. */
export const operationsIssues = (draft: Draft): readonly Issue[] => {
  const of = (kind: Profile['kind']): readonly Placed<Profile>[] =>
    draft.profiles.filter(({ value }) => value.kind === kind);
  // The profiles that are missing here may be among those that did not pass their schema.
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
    ...(principal.length === 1
      ? []
      : [issue('profiles', phrase`There is exactly one profile of kind principal.`)]),
    ...(service.length === 1
      ? []
      : [issue('profiles', phrase`There is exactly one profile of kind service.`)]),
    ...(principal[0] && service[0] && principal[0].value.authority !== service[0].value.authority
      ? [issue(`${service[0].path}.authority`, phrase`Principals and the service have one authority.`)]
      : []),
    // It certifies the principals of all tenants.
    ...draft.authorities.flatMap(({ path, value: { id, tenant } }) =>
      tenant !== undefined && id === principal[0]?.value.authority
        ? [issue(`${path}.tenant`, phrase`The authority of the principals serves all tenants.`)]
        : [],
    ),
    // The holder of a client certificate of this authority is the principal that its subject names.
    ...draft.profiles.flatMap(({ path, value: { kind, authority } }) =>
      kind !== 'principal' && kind !== 'service' && authority === principal[0]?.value.authority
        ? [
            issue(
              `${path}.authority`,
              phrase`This authority certifies principals and the service, and nobody else.`,
            ),
          ]
        : [],
    ),
    ...(principal[0] && !named
      ? [
          issue(
            `${principal[0].path}.subject`,
            phrase`The serialNumber of a principal comes from the field "principal".`,
          ),
        ]
      : []),
    ...(principal[0] && !principal[0].value.extKeyUsage.includes(OID.clientAuth)
      ? [issue(`${principal[0].path}.extKeyUsage`, phrase`Principals are clients: clientAuth.`)]
      : []),
    ...(service[0] && !service[0].value.extKeyUsage.includes(OID.serverAuth)
      ? [issue(`${service[0].path}.extKeyUsage`, phrase`The service is a server: serverAuth.`)]
      : []),
  ];
};
