import { isDeepStrictEqual } from 'node:util';
import { ACT_KEY_KINDS } from '../act-kinds.ts';
import { type Phrase, phrase } from '../fault.ts';
import { encodeName } from '../pki/pki.ts';
import type { AuthorityDefinition, Period, Profile, TrustDomain } from './contract.ts';
import { type Issue, issue } from './draft.ts';

/*
 * The parts of a trust domain that may never change while it runs, because certificates, rows and records rest on them.
 * Everything else may change. Paths are those of the new file; an item that is missing from it has its section's path.
 */

const byId = <T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.id, item]));

/** Issues for items of the earlier file that the new one lacks: all of them must stay. */
const missing = (
  section: 'tenants' | 'authorities' | 'profiles',
  before: TrustDomain,
  after: TrustDomain,
  why: Phrase,
): readonly Issue[] => {
  const kept = byId<{ readonly id: string }>(after[section]);
  return before[section]
    .filter(({ id }) => !kept.has(id))
    .map(({ id }) => issue(section, phrase`${id} is missing. ${why}`));
};

/** The members of an authority on which its certificate, its key or its serial numbers depend. */
const FIXED: readonly {
  readonly name: 'tenant' | 'generation' | 'algorithm' | 'subject' | 'validity' | 'serialPrefix';
  readonly same: (a: AuthorityDefinition, b: AuthorityDefinition) => boolean;
}[] = [
  { name: 'tenant', same: (a, b) => a.tenant === b.tenant },
  { name: 'generation', same: (a, b) => a.generation === b.generation },
  { name: 'algorithm', same: (a, b) => a.algorithm === b.algorithm },
  {
    name: 'subject',
    same: (a, b) => Buffer.compare(encodeName(a.subject), encodeName(b.subject)) === 0,
  },
  { name: 'validity', same: (a, b) => isDeepStrictEqual(a.validity, b.validity) },
  { name: 'serialPrefix', same: (a, b) => a.serialPrefix === b.serialPrefix },
];

/** Responders' keys are numbered by the place of their algorithm in this list (own-certificates.ts). */
const responderAlgorithms = ({ ocsp }: AuthorityDefinition): readonly string[] => [
  ocsp.algorithm,
  ...ocsp.furtherAlgorithms,
];

const authorityIssues = (before: TrustDomain, after: TrustDomain): readonly Issue[] => {
  const known = byId(before.authorities);
  return after.authorities.flatMap((authority, index) => {
    const was = known.get(authority.id);
    const path = `authorities.${index}`;
    if (!was) {
      return authority.stopped
        ? [issue(`${path}.stopped`, phrase`A CA that is yet to be made has no key to stop.`)]
        : [];
    }
    const now = responderAlgorithms(authority);
    const place = responderAlgorithms(was).findIndex((algorithm, at) => now[at] !== algorithm);
    return [
      ...FIXED.filter(({ same }) => !same(was, authority)).map(({ name }) =>
        issue(
          `${path}.${name}`,
          phrase`The ${name} of a CA that exists never changes; a CA that differs is an authority with an id of its own.`,
        ),
      ),
      ...(was.stopped && !authority.stopped
        ? [issue(`${path}.stopped`, phrase`A key that was stopped stays so.`)]
        : []),
      ...(place === -1
        ? []
        : [
            issue(
              place === 0 ? `${path}.ocsp.algorithm` : `${path}.ocsp.furtherAlgorithms`,
              phrase`Responders stay with their algorithms, in their order; others may be added at the end.`,
            ),
          ]),
    ];
  });
};

/** Everything in a profile that decides a certificate's contents. Who examines its requests does not, nor how a rule is said. */
const contentOf = ({
  title: _title,
  version: _version,
  revocationTerm: _term,
  officeApproval: _approval,
  signsIn: _signsIn,
  fields,
  ...content
}: Profile): unknown => ({ ...content, fields: fields.map(({ rule: _rule, ...field }) => field) });

const profileIssues = (before: TrustDomain, after: TrustDomain): readonly Issue[] => {
  const known = byId(before.profiles);
  return after.profiles.flatMap((profile, index) => {
    const was = known.get(profile.id);
    if (!was) return [];
    const path = `profiles.${index}`;
    const fixed = (name: 'authority' | 'kind' | 'hold', why: Phrase): readonly Issue[] =>
      was[name] === profile[name] ? [] : [issue(`${path}.${name}`, why)];
    const changed = !isDeepStrictEqual(contentOf(was), contentOf(profile));
    return [
      ...fixed('authority', phrase`Certificates of this profile have their issuer; make another profile.`),
      ...fixed('kind', phrase`Certificates of this profile were issued as what it is; make another profile.`),
      ...fixed('hold', phrase`Certificates were issued under this rule of holds; make another profile.`),
      // A request is bound to the version that it was submitted under.
      ...(profile.version < was.version || (changed && profile.version === was.version)
        ? [
            issue(
              `${path}.version`,
              phrase`A profile that is changed has a version greater than ${was.version}, and no version comes back.`,
            ),
          ]
        : []),
    ];
  });
};

/** Compares months with months and seconds with seconds, so the result is the same from any starting day. */
const isShorter = (period: Period, promised: Period): boolean =>
  period.months < promised.months || period.seconds < promised.seconds;

const retentionIssues = (before: TrustDomain, after: TrustDomain): readonly Issue[] =>
  (['provision', 'issuanceAfterExpiry', 'crl', 'report', 'enrolment'] as const).flatMap((name) =>
    isShorter(after.retention[name], before.retention[name])
      ? [
          issue(
            `retention.${name}`,
            phrase`Records were promised to be kept for the period in force; write one that is longer in the same units.`,
          ),
        ]
      : [],
  );

const operatorIssues = (
  before: TrustDomain,
  after: TrustDomain,
  withdrawn: ReadonlyMap<string, string>,
): readonly Issue[] => {
  const persons = new Map([...withdrawn, ...before.operators.map(({ id, person }) => [id, person] as const)]);
  return after.operators.flatMap(({ id, person }, index) => {
    const was = persons.get(id);
    return was === undefined || was === person
      ? []
      : [
          issue(
            `operators.${index}.person`,
            phrase`Records name ${id} for another person, also after a withdrawal; take an id that nobody has had.`,
          ),
        ];
  });
};

/** The key of a kind gets one successor at a time, because each names the one before it, and none comes back. */
const actKeyIssues = (before: TrustDomain, after: TrustDomain): readonly Issue[] =>
  ACT_KEY_KINDS.flatMap((kind) => {
    const [was, now] = [before.acts.keys[kind] ?? 1, after.acts.keys[kind] ?? 1];
    return now === was || now === was + 1
      ? []
      : [
          issue(
            `acts.keys.${kind}`,
            phrase`The generation of a key of acts stays at ${was} or goes to ${was + 1}.`,
          ),
        ];
  });

/**
 * The reasons why this file may not follow the file in force; empty where it may. `withdrawn` has the principals of
 * earlier files by id, with their persons.
 */
export const amendmentIssues = (
  before: TrustDomain,
  after: TrustDomain,
  withdrawn: ReadonlyMap<string, string>,
): readonly Issue[] => [
  ...(before.name === after.name
    ? []
    : [
        issue(
          'name',
          phrase`The name of the trust domain is its identity; another one is another trust domain.`,
        ),
      ]),
  ...missing('tenants', before, after, phrase`A tenant stays, because records name it.`),
  ...missing(
    'authorities',
    before,
    after,
    phrase`A CA stays: its certificates are asked about until they end.`,
  ),
  ...authorityIssues(before, after),
  ...missing(
    'profiles',
    before,
    after,
    phrase`A profile stays, because certificates name it; take it from the offices that may ask for it instead.`,
  ),
  ...profileIssues(before, after),
  ...retentionIssues(before, after),
  ...operatorIssues(before, after, withdrawn),
  ...actKeyIssues(before, after),
];
