import { REQUEST_STATES } from '../../lib/registration/registration.ts';
import { counterId, organisationId } from '../personal/fill.ts';
import { FAMILY, GIVEN } from '../personal/names.ts';
import { AUTHENTICATION, POSITION, SIGNATURE, TENANT } from '../personal/templates.ts';
import type { Asked } from './browser.ts';
import { type Drawn, type Prefixes, requestOf, type Scale } from './drawn.ts';
import { COLLECTOR, PURPOSES } from './provisions.ts';

/* The pages that are measured, and as whom. */

/** The principal who is signed in. */
export const ROLES = {
  officer: 'higashi-examiner',
  operator: 'operator-noda',
  auditor: 'auditor',
  everybody: undefined,
} as const;
export type Role = keyof typeof ROLES;

/** What there is in a folder. */
export interface Filled {
  readonly scale: Scale;
  readonly prefixes: Prefixes;
}

export interface Measured {
  readonly role: Role;
  readonly name: string;
  /** The question takes other values for each `n`, so that not all rows were read a moment ago. */
  readonly asked: (filled: Filled, n: number) => Asked;
  /** The least number of rows of tables that the page has to have. */
  readonly rows: number;
}

/** Spreads neighbours over all requests. */
const STEP = 7_919;

const some = ({ scale, prefixes }: Filled, n: number, isWanted: (one: Drawn) => boolean): Drawn => {
  for (let at = (n * STEP) % scale.requests; ; at = (at + 1) % scale.requests) {
    const one = requestOf(scale, prefixes, at);
    if (isWanted(one)) return one;
  }
};

type Certified = Drawn & { readonly certificate: NonNullable<Drawn['certificate']> };

/** A request about a person that has a certificate. */
export const certified = (filled: Filled, n: number): Certified =>
  some(
    filled,
    n,
    ({ certificate, profile }) => certificate !== undefined && profile !== POSITION,
  ) as Certified;

const address = (path: string, query: Readonly<Record<string, string>>): Asked => ({
  path: `${path}?${new URLSearchParams(query)}`,
});

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Combinations of the most frequent names. */
const FREQUENT = [
  [0, 0],
  [0, 1],
  [1, 0],
] as const;
const wholeName = (n: number): string => {
  const [family, given] = FREQUENT[n % FREQUENT.length] as (typeof FREQUENT)[number];
  return `${FAMILY[family]?.[0]} ${GIVEN[given]?.[0]}`;
};
const twoCharacters = (n: number): string => (FAMILY[n % 6]?.[0] ?? '').slice(0, 2);

const REQUESTS = '/console/requests';
const CERTIFICATES = '/console/certificates';
const PROVISIONS = '/console/provisions';

/** As many as a page of a list has. */
const FULL = 20;
const FULL_OF_RECORDS = 50;

const thirtyDays = (n: number) => {
  const from = Date.now() + (1 + (n % 20)) * 60 * DAY_MS;
  return { expiresFrom: dayOf(from), expiresTo: dayOf(from + 30 * DAY_MS) };
};
/** Also those that have ended. */
const EVER = { expiresFrom: '2000-01-01' };

const aCertificate = (filled: Filled, n: number): Asked => {
  const { certificate } = certified(filled, n);
  return { path: `${CERTIFICATES}/${certificate.ca}/${certificate.serial}` };
};

const of =
  (role: Role) =>
  (name: string, rows: number, asked: Measured['asked']): Measured => ({ role, name, rows, asked });

const officer = of('officer');
const search = (path: string, text: (n: number) => string) => (_: Filled, n: number) => ({
  path: `${path}/search`,
  form: { text: text(n) },
});
const FILLED: readonly string[] = ['submitted', 'examined', 'issued', 'rejected', 'withdrawn'];
const inState = (state: string) => (filled: Filled, n: number) => ({
  path: `${REQUESTS}/${some(filled, n, (one) => one.state === state).id}`,
});

const OFFICER: readonly Measured[] = [
  officer('what waits', FULL, () => ({ path: '/console' })),
  officer('requests', FULL, () => ({ path: REQUESTS })),
  ...REQUEST_STATES.map((state) =>
    officer(`requests: ${state}`, FILLED.includes(state) ? FULL : 0, () => address(REQUESTS, { state })),
  ),
  officer('requests: a profile', FULL, () => address(REQUESTS, { profile: SIGNATURE })),
  officer('requests: a holder', 1, (filled, n) =>
    address(REQUESTS, { holder: certified(filled, n).about.holder }),
  ),
  officer('requests: an officer', FULL, (_, n) => address(REQUESTS, { submittedBy: counterId(n) })),
  officer('requests: an officer, rejected', 0, (_, n) =>
    address(REQUESTS, { submittedBy: counterId(n), state: 'rejected' }),
  ),
  officer('requests by two characters', FULL, search(REQUESTS, twoCharacters)),
  officer('requests by a name', 3, search(REQUESTS, wholeName)),
  officer('a request: issued', 0, inState('issued')),
  officer('a request: submitted', 0, inState('submitted')),
  officer('certificates', FULL, () => ({ path: CERTIFICATES })),
  officer('certificates: latest', FULL, () => address(CERTIFICATES, { order: 'latest' })),
  ...(['good', 'hold', 'revoked', 'expired'] as const).map((status) =>
    officer(`certificates: ${status}`, status === 'hold' ? 0 : 1, () => address(CERTIFICATES, { status })),
  ),
  officer('certificates: a profile', FULL, () => address(CERTIFICATES, { profile: SIGNATURE })),
  officer('certificates: thirty days', FULL, (_, n) => address(CERTIFICATES, thirtyDays(n))),
  officer('certificates: thirty days, revoked', 0, (_, n) =>
    address(CERTIFICATES, { ...thirtyDays(n), status: 'revoked' }),
  ),
  officer('certificates: a person', 1, (filled, n) =>
    address(CERTIFICATES, { ...EVER, holder: certified(filled, n).about.holder }),
  ),
  officer('certificates: an organisation', FULL, (_, n) =>
    address(CERTIFICATES, { holder: organisationId(n) }),
  ),
  officer('certificates: an organisation, none such', 0, (_, n) =>
    address(CERTIFICATES, { holder: organisationId(n), profile: AUTHENTICATION }),
  ),
  officer('certificates by two characters', FULL - 5, search(CERTIFICATES, twoCharacters)),
  officer('certificates by a name', 3, search(CERTIFICATES, wholeName)),
  officer('a certificate', 0, aCertificate),
];

const operator = of('operator');
const OPERATOR: readonly Measured[] = [
  operator('what waits', FULL, () => ({ path: '/console' })),
  operator('the queue', FULL, () => address(REQUESTS, { state: 'examined', order: 'oldest' })),
  operator('certificates of a tenant', FULL, () => address(CERTIFICATES, { tenant: TENANT })),
  operator('a certificate', 0, aCertificate),
  operator('CAs and their CRLs', 0, () => ({ path: '/console/authorities' })),
];

const auditor = of('auditor');
const aRecord =
  (kind: keyof Drawn['records'], isWanted: (one: Drawn) => boolean) => (filled: Filled, n: number) => ({
    path: `/console/records/${some(filled, n, isWanted).records[kind].id}`,
  });
const provisions = (
  name: string,
  rows: number,
  query: (filled: Filled, n: number) => Record<string, string>,
) => auditor(`provisions${name && `: ${name}`}`, rows, (filled, n) => address(PROVISIONS, query(filled, n)));

const AUDITOR: readonly Measured[] = [
  provisions('', FULL_OF_RECORDS, () => ({})),
  provisions('own looks too', FULL_OF_RECORDS, () => ({ own: 'shown' })),
  provisions('the public', FULL_OF_RECORDS, () => ({ recipient: 'public' })),
  provisions('a relying party', FULL_OF_RECORDS, () => ({ recipient: 'tax-portal' })),
  provisions('a certificate', 1, (filled, n) => ({ ...certified(filled, n).certificate })),
  provisions('a holder', 1, (filled, n) => ({ holder: certified(filled, n).about.holder })),
  provisions('a purpose', FULL_OF_RECORDS, (_, n) => ({
    purpose: PURPOSES[n % PURPOSES.length]?.purpose ?? '',
  })),
  provisions('a channel', FULL_OF_RECORDS, () => ({ channel: 'certificate' })),
  provisions('a day', FULL_OF_RECORDS, ({ scale }) => {
    const day = dayOf(scale.until - 1.5 * DAY_MS);
    return { from: day, to: day };
  }),
  provisions('a relying party, none such', 0, () => ({ recipient: 'tax-portal', channel: 'requests' })),
  provisions('an officer, none such', 0, () => ({ recipient: COLLECTOR, channel: 'crl' })),
  auditor(
    'a record: provision',
    0,
    aRecord('provision', () => true),
  ),
  auditor(
    'a record: issuance',
    0,
    aRecord('issuance', ({ state }) => state === 'issued'),
  ),
  auditor(
    'a record: revocation',
    0,
    aRecord('closing', ({ status }) => status === 'revoked'),
  ),
  auditor('what waits', 0, () => ({ path: '/console' })),
];

const everybody = of('everybody');
const EVERYBODY: readonly Measured[] = [
  everybody('front page', 0, () => ({ path: '/' })),
  everybody('status by number', 0, (filled, n) => {
    const { certificate } = certified(filled, n);
    // The form names a CA as its certificate's address does.
    return { path: '/certificate-status', form: { by: 'number', ...certificate } };
  }),
  everybody('authorities', 0, () => ({ path: '/authorities' })),
  everybody('the public log', 0, () => ({ path: '/transparency' })),
];

export const MEASURED: readonly Measured[] = [...OFFICER, ...OPERATOR, ...AUDITOR, ...EVERYBODY];
