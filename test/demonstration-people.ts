import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  enrolOne,
  openOffices,
  operatorsOf,
  PEOPLE_FILE,
  readPeople,
} from '../functions/local/demonstration-people.ts';
import type { Core } from '../lib/app.ts';
import type { OfficeTerms, PrincipalTerms } from '../lib/enrolment/enrolment.ts';
import type { Principal } from '../lib/principal.ts';
import type { Office, TrustDomain } from '../lib/trust-domain/trust-domain.ts';

/** The offices and people of the demonstration, as tests have them: with the demonstration's acts, keys and certificates. */
export interface TestPeople {
  offices: (OfficeTerms & { readonly id: string })[];
  principals: (PrincipalTerms & { readonly id: string })[];
}

/** Offices ask for the profiles that the file has. */
export const peopleOf = async (
  text: string,
  { people: change, nobody }: { readonly people?: (people: TestPeople) => void; readonly nobody?: boolean },
): Promise<TestPeople> => {
  if (nobody) return { offices: [], principals: [] };
  const { profiles }: { readonly profiles: readonly { readonly id: string }[] } = JSON.parse(text);
  const has = new Set(profiles.map(({ id }) => id));
  const { offices, principals } = await readPeople();
  const people: TestPeople = {
    offices: offices.map((office) => ({
      ...office,
      profiles: office.profiles.filter((profile) => has.has(profile)),
    })),
    principals: [...principals],
  };
  change?.(people);
  return people;
};

export const credentialsIn = (folder: string): string => join(folder, 'credentials');

export const enrolAll = async (
  core: Pick<Core, 'enrolment'>,
  trustDomain: TrustDomain,
  people: TestPeople,
  credentials: string,
): Promise<void> => {
  const operators = operatorsOf(trustDomain);
  await openOffices(core, operators, people);
  for (const one of people.principals) await enrolOne(core, operators, one, join(credentials, one.id), false);
  // As after a first request about each of them, so that no test has these acts within its own.
  const counter = principalsOf(trustDomain, people).find(({ id }) => id === 'higashi-counter');
  for (const { id } of people.principals.filter(({ role }) => role === 'holder'))
    if (counter) await core.enrolment.holders.name(counter, id);
};

/** As the directory gives them. */
export const principalsOf = (
  { operators }: TrustDomain,
  { offices, principals }: TestPeople,
): readonly Principal[] => [
  ...operators,
  ...principals.map(({ id, role, person, tenant, office, duties, name, purposes, assumedPurpose }) => {
    const own = offices.find((one) => one.id === office)?.tenant ?? tenant;
    return {
      id,
      role,
      person: person ?? id,
      ...(own !== undefined && { tenant: own }),
      ...(office !== undefined && { office }),
      ...(duties && { duties }),
      name: role === 'relyingParty' ? name : { ja: id, en: id },
      ...(purposes && { purposes }),
      ...(assumedPurpose !== undefined && { assumedPurpose }),
    };
  }),
];

/** The keys and certificates of those who were enrolled when the data in `folder` were made. */
export const copyCredentials = (folder: string, to: string): void => {
  if (credentialsIn(folder) !== to) cpSync(credentialsIn(folder), to, { recursive: true });
};

/** The first office, for tests that need no service. */
export const HIGASHI: Office = { tenant: '', ...JSON.parse(readFileSync(PEOPLE_FILE, 'utf8')).offices[0] };

/** Two operators give an office of the demonstration these attributes over its own, and further profiles. */
export const changeOffice = async (
  { core, trustDomain }: { readonly core: Pick<Core, 'enrolment'>; readonly trustDomain: TrustDomain },
  id: string,
  attributes: OfficeTerms['attributes'],
  ...profiles: readonly string[]
): Promise<void> => {
  const { offices } = core.enrolment;
  const [first, second] = operatorsOf(trustDomain);
  const { offices: all } = await readPeople();
  const { id: _, ...terms } = all.find((one) => one.id === id) as TestPeople['offices'][number];
  await offices.propose(first, id, {
    ...terms,
    attributes: { ...terms.attributes, ...attributes },
    profiles: [...terms.profiles, ...profiles],
  });
  await offices.confirm(second, id);
};
