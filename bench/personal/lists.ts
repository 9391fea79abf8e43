import type { Core } from '../../lib/app.ts';
import type { CertificateQuery } from '../../lib/authority/authority.ts';
import type { Registration } from '../../lib/registration/registration.ts';
import { counterId, organisationId, personId, receiverId } from './fill.ts';
import { FAMILY, GIVEN } from './names.ts';
import { counter, SIGNATURE } from './templates.ts';

/** The first page of a list. It takes other values for each `n`, so that not all its rows were read a moment ago. */
export interface List {
  /** Resolves with the number of rows on the page. */
  readonly page: (core: Core, n: number) => Promise<number>;
  /** The least number of rows that it has to have. */
  readonly rows: number;
}

const LIMIT = 50;
/** A person has two requests. */
const OF_A_PERSON = 2;
const DAY_MS = 86_400_000;

type RequestQuery = Omit<Parameters<Registration['list']>[1], 'limit'>;

const requests = (query: (n: number) => RequestQuery, rows = LIMIT): List => ({
  rows,
  page: async ({ registration }, n) =>
    (await registration.list(counter, { ...query(n), limit: LIMIT })).requests.length,
});

const certificates = (query: (n: number) => Omit<CertificateQuery, 'limit'>, rows = LIMIT): List => ({
  rows,
  page: async ({ authority }, n) =>
    (await authority.list(counter, { ...query(n), limit: LIMIT })).certificates.length,
});

/** Combinations of the most frequent names: also the shorter list has a page of each. */
const FREQUENT = [
  [0, 0],
  [0, 1],
  [1, 0],
] as const;
const nameOf = (n: number): readonly [string, string] => {
  const [family, given] = FREQUENT[n % FREQUENT.length] as (typeof FREQUENT)[number];
  return [FAMILY[family]?.[0] ?? '', GIVEN[given]?.[0] ?? ''];
};
const twoCharacters = (n: number) => ({ text: (FAMILY[n % 6]?.[0] ?? '').slice(0, 2) });
const threeCharacters = (n: number) => ({ text: nameOf(n).join('').slice(0, 3) });
const wholeName = (n: number) => ({ text: nameOf(n).join(' ') });

/** Thirty days of the next years. */
const windowOf = (n: number) => {
  const from = Date.now() + (1 + n) * 60 * DAY_MS;
  const [expiresFrom, expiresTo] = [from, from + 30 * DAY_MS].map((ms) => new Date(ms).toISOString());
  return { expiresFrom, expiresTo } as { readonly expiresFrom: string; readonly expiresTo: string };
};

export const LISTS: Readonly<Record<string, List>> = {
  'requests: all': requests(() => ({})),
  'requests: issued': requests(() => ({ state: 'issued' })),
  'requests: submitted': requests(() => ({ state: 'submitted' })),
  'requests: rejected': requests(() => ({ state: 'rejected' })),
  'requests: a profile': requests(() => ({ profile: SIGNATURE })),
  'requests: a person': requests((n) => ({ holder: personId(n) }), OF_A_PERSON),
  'requests: an organisation': requests((n) => ({ holder: organisationId(n) })),
  'requests: an officer': requests((n) => ({ submittedBy: counterId(n) })),
  'requests: two characters': requests(twoCharacters),
  'requests: three characters': requests(threeCharacters),
  'requests: a whole name': requests(wholeName),
  'certificates: soonest': certificates(() => ({})),
  'certificates: latest': certificates(() => ({ order: 'latest' })),
  'certificates: a profile': certificates(() => ({ profile: SIGNATURE })),
  'certificates: a person': certificates((n) => ({ holder: personId(n) }), 1),
  'certificates: an organisation': certificates((n) => ({ holder: organisationId(n) }), LIMIT - 5),
  'certificates: an officer': certificates((n) => ({ issuedTo: receiverId(n) }), LIMIT - 5),
  'certificates: thirty days': certificates(windowOf),
  'certificates: two characters': certificates(twoCharacters, LIMIT - 10),
  'certificates: three characters': certificates(threeCharacters, LIMIT - 10),
  'certificates: a whole name': certificates(wholeName, LIMIT - 10),
};
