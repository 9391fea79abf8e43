/**
 * Every function of the service and all that it may touch, as data. test/infra compares the routes with those of
 * functions/routes.ts; the as-deployed test compares the rest with what the functions do.
 */

/** What a function may do to rows, by the beginning of their partition keys (`status/*`) or the whole (`issuers`). */
export interface Rows {
  readonly get?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
}

export interface Grants {
  readonly rows?: Rows;
  /** CRLs in the bucket. */
  readonly crls?: 'read' | 'publish';
  /** CA keys: read the public half and sign. */
  readonly caKeys?: 'sign';
  /** Keys of responders: `make` never sees one, `use` never makes one. */
  readonly responderKeys?: 'make' | 'use';
}

/** Which part of the service a function loads: the name of its loader, the module that has it, its environment. */
export const PARTS = {
  bare: { load: 'loadBare', from: './aws-bare.ts' },
  responder: { load: 'loadResponder', from: './aws-ocsp.ts' },
  rows: { load: 'loadRows', from: './aws.ts' },
  published: { load: 'loadPublished', from: './aws.ts' },
  issuing: { load: 'loadIssuing', from: './aws.ts' },
  signing: { load: 'loadSigning', from: './aws.ts' },
} as const;

/** Behind which doors a route is: `public` nobody is asked, `callers` everybody is, `both` whoever wants to be named. */
export type Doors = 'public' | 'callers' | 'both';

export interface RouteFunction extends Grants {
  /** The file in functions/ that has the route. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly doors: Doors;
  readonly part: keyof typeof PARTS;
}

/* Rows that come together --------------------------------------------------------------------------------------- */

/** The door reads the operations CAs, and of whoever shows a certificate its status. */
const DOOR: Rows = { query: ['issuers'], get: ['status/*'] };

/** A record of its own: one put, and a look at it where the answer to that put was lost. */
const RECORD: Rows = { put: ['staged/*'], get: ['staged/*'] };

const ISSUE: Rows = {
  query: ['issuers'],
  get: ['issuance/*', 'status/*', 'certificates/*'],
  put: ['issuance/*', 'status/*', 'certificates/*', 'unfinished/*', 'staged/*'],
  delete: ['unfinished/*'],
};

const PUBLISH: Rows = {
  query: ['issuers', 'revoked/*'],
  get: ['crls/*'],
  put: ['crls/*', 'staged/*'],
};

/** A request moves from one state to the next. */
const MOVE_REQUEST: Rows = {
  get: ['request/*'],
  put: ['request/*', 'requests/*', 'staged/*'],
  delete: ['requests/*'],
};

const CHANGE_STATUS: Rows = {
  get: ['certificates/*', 'status/*'],
  put: ['status/*', 'revoked/*', 'staged/*'],
};

const RENEW_RESPONDER: Rows = {
  get: ['responders', 'responder-keys'],
  put: ['responders', 'responder-keys'],
};

/** Records are settled before a query of them is answered. */
const QUERY_RECORDS: Rows = {
  query: ['staged/*', 'record/*', 'party/*', 'certificate/*'],
  get: ['ledger', 'record/*', 'staged/*'],
  put: ['ledger', 'record/*', 'party/*', 'certificate/*', 'staged/*'],
  delete: ['staged/*'],
};

const together = (...parts: readonly Rows[]): Rows => {
  const all = (action: keyof Rows): string[] =>
    [...new Set(parts.flatMap((part) => part[action] ?? []))].sort();
  return { get: all('get'), query: all('query'), put: all('put'), delete: all('delete') };
};

/* Routes ---------------------------------------------------------------------------------------------------------- */

const ocsp = {
  doors: 'both',
  part: 'responder',
  rows: together(DOOR, RECORD, { get: ['responders', 'responder-keys'] }),
  responderKeys: 'use',
} as const;

const publicRead = { doors: 'public', part: 'rows', rows: { query: ['issuers'] } } as const;

const callers = (rows: Rows) => ({ doors: 'callers', part: 'rows', rows: together(DOOR, rows) }) as const;

const request = '/api/v1/requests';
const certificate = '/api/v1/certificates/{ca}/{serial}';

export const ROUTE_FUNCTIONS: readonly RouteFunction[] = [
  { id: 'healthz', method: 'GET', path: '/healthz', doors: 'public', part: 'bare' },
  { id: 'openapi-json', method: 'GET', path: '/openapi.json', doors: 'public', part: 'bare' },
  { id: 'authorities', method: 'GET', path: '/ca', ...publicRead },
  { id: 'ca-certificate', method: 'GET', path: '/ca/{ca}.cer', ...publicRead },
  { id: 'ca-chain', method: 'GET', path: '/ca/{ca}.pem', ...publicRead },
  {
    id: 'crl',
    method: 'GET',
    path: '/crl/{ca}/{partition}.crl',
    doors: 'both',
    part: 'published',
    rows: together(DOOR, RECORD, { get: ['crls/*'] }),
    crls: 'read',
  },
  { id: 'ocsp-post', method: 'POST', path: '/ocsp', ...ocsp },
  { id: 'ocsp-get', method: 'GET', path: '/ocsp/{request+}', ...ocsp },
  {
    id: 'request-submit',
    method: 'POST',
    path: request,
    ...callers({
      get: ['request-idempotency/*', 'request/*'],
      put: ['request/*', 'requests', 'requests/*', 'request-key/*', 'request-idempotency/*', 'staged/*'],
    }),
  },
  {
    id: 'requests',
    method: 'GET',
    path: request,
    ...callers(together(RECORD, { query: ['requests', 'requests/*'], get: ['request/*'] })),
  },
  {
    id: 'request',
    method: 'GET',
    path: `${request}/{id}`,
    ...callers(together(RECORD, { get: ['request/*'] })),
  },
  {
    id: 'request-examinations',
    method: 'POST',
    path: `${request}/{id}/examinations`,
    doors: 'callers',
    part: 'issuing',
    rows: together(DOOR, MOVE_REQUEST, ISSUE, { delete: ['request-key/*'] }),
    caKeys: 'sign',
  },
  {
    id: 'request-withdrawal',
    method: 'POST',
    path: `${request}/{id}/withdrawal`,
    ...callers(together(MOVE_REQUEST, { delete: ['request-key/*'] })),
  },
  {
    id: 'request-certificate',
    method: 'GET',
    path: `${request}/{id}/certificate.pem`,
    ...callers(together(RECORD, { get: ['request/*', 'certificates/*'] })),
  },
  {
    id: 'certificate',
    method: 'GET',
    path: certificate,
    ...callers(together(RECORD, { get: ['certificates/*'] })),
  },
  {
    id: 'certificate-revocation',
    method: 'POST',
    path: `${certificate}/revocation`,
    doors: 'callers',
    part: 'signing',
    // A key that is compromised is in a CRL at once.
    rows: together(DOOR, CHANGE_STATUS, PUBLISH),
    crls: 'publish',
    caKeys: 'sign',
  },
  { id: 'certificate-hold', method: 'POST', path: `${certificate}/hold`, ...callers(CHANGE_STATUS) },
  {
    id: 'certificate-release',
    method: 'DELETE',
    path: `${certificate}/hold`,
    ...callers({
      get: ['certificates/*'],
      put: ['status/*', 'staged/*'],
      delete: ['revoked/*'],
    }),
  },
  { id: 'provisions', method: 'GET', path: '/api/v1/provisions', ...callers(QUERY_RECORDS) },
  { id: 'records', method: 'GET', path: '/api/v1/records', ...callers(QUERY_RECORDS) },
  {
    id: 'record',
    method: 'GET',
    path: '/api/v1/records/{id}',
    ...callers(together(RECORD, { get: ['record/*'] })),
  },
  {
    id: 'crl-publish',
    method: 'POST',
    path: '/api/v1/crls/{ca}',
    doors: 'callers',
    part: 'signing',
    rows: together(DOOR, PUBLISH),
    crls: 'publish',
    caKeys: 'sign',
  },
];

/* Tasks, which nobody calls over HTTP -------------------------------------------------------------------------------- */

export interface TaskFunction extends Grants {
  /** The file in functions/ that has the handler. */
  readonly id: string;
  readonly environment: 'gauges' | 'issuing' | 'signing' | 'renewing' | 'ceremony';
  /** Minutes between two runs; absent where it is invoked by hand. */
  readonly everyMinutes?: number;
}

export const TASK_FUNCTIONS: readonly TaskFunction[] = [
  {
    id: 'scheduled-publication',
    environment: 'signing',
    everyMinutes: 5,
    rows: PUBLISH,
    crls: 'publish',
    caKeys: 'sign',
  },
  {
    id: 'scheduled-responders',
    environment: 'renewing',
    everyMinutes: 60,
    rows: together(ISSUE, RENEW_RESPONDER),
    caKeys: 'sign',
    responderKeys: 'make',
  },
  {
    id: 'scheduled-recovery',
    environment: 'issuing',
    everyMinutes: 5,
    rows: together(ISSUE, MOVE_REQUEST, { query: ['unfinished/*', 'requests/*'] }),
    caKeys: 'sign',
  },
  {
    id: 'scheduled-gauges',
    environment: 'gauges',
    everyMinutes: 1,
    rows: { query: ['issuers', 'staged/*'], get: ['crls/*', 'responders'] },
  },
  {
    id: 'ceremony',
    environment: 'ceremony',
    rows: together(ISSUE, PUBLISH, RENEW_RESPONDER, {
      get: ['trust-domain'],
      put: ['trust-domain', 'issuers'],
    }),
    crls: 'publish',
    caKeys: 'sign',
    responderKeys: 'make',
  },
];
