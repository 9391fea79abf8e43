/**
 * Every function of the service and all that it may touch, as data. test/infra compares the routes with those of
 * functions/routes/routes.ts; the as-deployed test compares the rest with what the functions do.
 */

/** What a function may do to rows, by the beginning of their partition keys (`status/*`) or the whole (`issuers`). */
export interface Rows {
  readonly get?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
  /** To be there or not as a condition of another write. */
  readonly check?: readonly string[];
}

export interface Grants {
  readonly rows?: Rows;
  /** Besides, where an authority's answers name the CRL on which a certificate stands (RFC 6960 4.4.2). */
  readonly rowsForCrlReferences?: Rows;
  /** CRLs in the bucket; to `list` is to read them besides. */
  readonly crls?: 'read' | 'list' | 'publish';
  /** The files of the log in the bucket; to extend it takes the key that signs its checkpoints besides. */
  readonly log?: 'read' | 'extend';
  /** Annual reports in the bucket. */
  readonly reports?: 'read' | 'make' | 'expire';
  /** CA keys: read the public half and sign. */
  readonly caKeys?: 'sign';
  /** Keys of responders: `make` never sees one, `use` never makes one. */
  readonly responderKeys?: 'make' | 'use';
  /** The key that signs what holders are given: made by whoever needs it first. */
  readonly disclosureKey?: 'make' | 'use';
  /** A place for answers that are too large for the front, from where they are fetched. */
  readonly handOver?: true;
  /** The CDN's access logs, in the bucket to which it delivers them. */
  readonly cdnLogs?: 'read';
}

/** Which part of the service a function loads: the name of its loader, the module that has it, its environment. */
export const PARTS = {
  bare: { load: 'loadBare', from: 'lambda/bare.ts' },
  responder: { load: 'loadResponder', from: 'lambda/responder.ts' },
  rows: { load: 'loadRows', from: 'lambda/parts.ts' },
  published: { load: 'loadPublished', from: 'lambda/parts.ts' },
  issuing: { load: 'loadIssuing', from: 'lambda/parts.ts' },
  signing: { load: 'loadSigning', from: 'lambda/parts.ts' },
  disclosing: { load: 'loadDisclosing', from: 'lambda/parts.ts' },
  bundling: { load: 'loadBundling', from: 'lambda/parts.ts' },
  handing: { load: 'loadHanding', from: 'lambda/parts.ts' },
  reporting: { load: 'loadReporting', from: 'lambda/parts.ts' },
} as const;

/** Behind which doors a route is: `public` nobody is asked, `callers` everybody is, `both` whoever wants to be named. */
export type Doors = 'public' | 'callers' | 'both';

export interface RouteOfFunction {
  /** The file in functions/routes/ that has the route. */
  readonly file: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

/** One route, or several that may do exactly the same. */
export interface RouteFunction extends Grants {
  readonly id: string;
  readonly routes: readonly RouteOfFunction[];
  readonly doors: Doors;
  readonly part: keyof typeof PARTS;
}

export const together = (...parts: readonly Rows[]): Rows => {
  const all = (action: keyof Rows): string[] =>
    [...new Set(parts.flatMap((part) => part[action] ?? []))].sort();
  return {
    get: all('get'),
    query: all('query'),
    put: all('put'),
    delete: all('delete'),
    check: all('check'),
  };
};

/* Rows that come together --------------------------------------------------------------------------------------- */

/** The door reads the operations CAs, and of whoever shows a certificate its status. */
const DOOR: Rows = { query: ['issuers'], get: ['status/*'] };

/** Whether the trust domain that was deployed with the function is the one in force. */
const BEGIN: Rows = { get: ['trust-domain'] };

const beginning = <F extends Grants>(fns: readonly F[], knows: (fn: F) => boolean): readonly F[] =>
  fns.map((fn) => (knows(fn) ? { ...fn, rows: together(BEGIN, fn.rows ?? {}) } : fn));

/** A record of its own: one put, and a look at it where the answer to that put was lost. */
const RECORD: Rows = { put: ['staged/*'], get: ['staged/*'] };

const ISSUE: Rows = {
  query: ['issuers'],
  get: ['issuance/*', 'status/*', 'certificates/*', 'staged/*'],
  put: ['issuance/*', 'status/*', 'certificates/*', 'unfinished/*', 'staged/*'],
  delete: ['unfinished/*'],
};

/**
 * Nothing that somebody has to ask for is signed without the records of the acts that it rests on, and nothing is revoked
 * without that of its issuance.
 */
const BASIS: Rows = { get: ['staged/*', 'record/*', 'expired/*'] };

const PUBLISH: Rows = {
  query: ['issuers', 'revoked/*', 'changed/*', 'crls/*'],
  get: ['crls/*', 'revoked/*'],
  put: ['crls/*', 'staged/*'],
  delete: ['crls/*', 'changed/*'],
};

/** A request moves from one state to the next. */
const MOVE_REQUEST: Rows = {
  get: ['request/*'],
  put: ['request/*', 'requests/*', 'staged/*'],
  delete: ['requests/*'],
};

const CHANGE_STATUS: Rows = {
  get: ['certificates/*', 'status/*', 'awaited/*'],
  put: ['status/*', 'revoked/*', 'changed/*', 'awaited/*', 'staged/*'],
  delete: ['awaited/*'],
};

const RENEW_RESPONDER: Rows = {
  get: ['responders', 'responder-keys'],
  put: ['responders', 'responder-keys'],
};

/** A record, where it stands once it is settled, with all that points to it and the totals that it counts in. */
const SETTLED = [
  'certificate/*',
  'channel/*',
  'count/*',
  'holder/*',
  'kind/*',
  'office/*',
  'party/*',
  'purpose/*',
  'record/*',
];

/** What a query does before it answers: it settles what is staged. */
const SETTLE: Rows = {
  query: ['staged/*'],
  get: ['ledger', 'count/*'],
  put: ['ledger', ...SETTLED, 'unsequenced/*'],
  delete: ['staged/*'],
};

const QUERY_RECORDS: Rows = {
  query: SETTLED.filter((pk) => pk !== 'count/*'),
  get: ['record/*'],
};

const MAKE_REPORT: Rows = together(SETTLE, {
  query: ['record/*', 'count/*', 'report/annual'],
  put: ['report/annual', 'staged/*'],
});

/** A holder's records are found by its certificates. */
const HOLDER_RECORDS: Rows = { query: ['holder/*', 'certificate/*'], get: ['record/*'] };

const SEQUENCE: Rows = {
  query: ['staged/*', 'unsequenced/*', 'log/batch'],
  get: ['ledger', 'log', 'count/*', 'record/*', 'staged/*', 'unsequenced/*', 'settings'],
  put: ['ledger', 'log', 'log/batch', 'settings', 'staged/*', ...SETTLED],
  delete: ['staged/*', 'unsequenced/*', 'log/batch'],
  check: ['log'],
};

/** The key of disclosures is made by whoever needs it first, and recorded. */
const DISCLOSURE_KEY: Rows = { get: ['responder-keys', 'settings'], put: ['responder-keys', 'settings'] };

/* Routes ---------------------------------------------------------------------------------------------------------- */

const get = (file: string, path: string): RouteOfFunction => ({ file, method: 'GET', path });
const post = (file: string, path: string): RouteOfFunction => ({ file, method: 'POST', path });

/** A function of one route for named callers, that works on rows and nothing else. */
const onRows = (id: string, route: RouteOfFunction, rows: Rows): RouteFunction => ({
  id,
  routes: [route],
  doors: 'callers',
  part: 'rows',
  rows: together(DOOR, rows),
});

const REQUESTS = '/api/v1/requests';
const DISCLOSURES = '/api/v1/disclosures';
const ANNUAL_REPORTS = '/api/v1/reports/annual';
const AMENDMENTS = '/api/v1/trust-domain/amendments';
const CERTIFICATE = '/api/v1/certificates/{ca}/{serial}';

export const ROUTE_FUNCTIONS = beginning<RouteFunction>(
  [
    {
      id: 'about',
      routes: [get('public/health', '/healthz'), get('public/openapi', '/openapi.json')],
      doors: 'public',
      part: 'bare',
    },
    {
      id: 'authorities',
      routes: [
        get('public/list-authorities', '/ca'),
        get('public/get-authority-certificate', '/ca/{ca}.cer'),
        get('public/get-authority-chain', '/ca/{ca}.pem'),
      ],
      doors: 'public',
      part: 'rows',
      rows: { query: ['issuers'] },
    },
    {
      id: 'crl',
      routes: [get('public/get-crl', '/crl/{ca}/{partition}.crl')],
      doors: 'both',
      part: 'published',
      rows: together(DOOR, RECORD, { get: ['crls/*'] }),
      crls: 'read',
    },
    {
      id: 'ocsp',
      routes: [post('public/ask-status', '/ocsp'), get('public/ask-status-by-url', '/ocsp/{request+}')],
      doors: 'both',
      part: 'responder',
      rows: together(DOOR, RECORD, { get: ['responders', 'responder-keys'] }),
      rowsForCrlReferences: { get: ['crls/*'] },
      responderKeys: 'use',
    },
    {
      id: 'log',
      routes: [
        get('public/get-log-checkpoint', '/log/checkpoint'),
        get('public/get-log-tile', '/log/tile/{path+}'),
        get('public/get-log-key', '/log/key'),
      ],
      doors: 'public',
      part: 'published',
      rows: { query: ['issuers'], get: ['log'] },
      log: 'read',
    },
    onRows('request-submit', post('requests/submit-request', REQUESTS), {
      get: ['request-idempotency/*', 'request/*'],
      put: ['request/*', 'requests', 'requests/*', 'request-key/*', 'request-idempotency/*', 'staged/*'],
    }),
    onRows(
      'requests',
      get('requests/list-requests', REQUESTS),
      together(RECORD, { query: ['requests', 'requests/*'], get: ['request/*'] }),
    ),
    onRows(
      'request',
      get('requests/get-request', `${REQUESTS}/{id}`),
      together(RECORD, { get: ['request/*'] }),
    ),
    {
      id: 'request-examinations',
      routes: [post('requests/examine-request', `${REQUESTS}/{id}/examinations`)],
      doors: 'callers',
      part: 'issuing',
      rows: together(DOOR, MOVE_REQUEST, ISSUE, BASIS, { delete: ['request-key/*'] }),
      caKeys: 'sign',
    },
    onRows(
      'request-withdrawal',
      post('requests/withdraw-request', `${REQUESTS}/{id}/withdrawal`),
      together(MOVE_REQUEST, { delete: ['request-key/*'] }),
    ),
    onRows(
      'request-certificate',
      get('requests/collect-certificate', `${REQUESTS}/{id}/certificate.pem`),
      together(RECORD, { get: ['request/*', 'certificates/*'] }),
    ),
    onRows(
      'certificates',
      get('certificates/list-serials', '/api/v1/certificates/{ca}'),
      together(RECORD, { query: ['status/*', 'certificates/*'] }),
    ),
    onRows(
      'certificate',
      get('certificates/get-certificate', CERTIFICATE),
      together(RECORD, { get: ['certificates/*', 'awaited/*'] }),
    ),
    {
      id: 'certificate-revocation',
      routes: [post('certificates/revoke-certificate', `${CERTIFICATE}/revocation`)],
      doors: 'callers',
      part: 'signing',
      // A key that is compromised is in a CRL at once.
      rows: together(DOOR, CHANGE_STATUS, BASIS, PUBLISH),
      crls: 'publish',
      caKeys: 'sign',
    },
    onRows(
      'certificate-revocation-withdrawal',
      { file: 'certificates/withdraw-revocation', method: 'DELETE', path: `${CERTIFICATE}/revocation` },
      { get: ['awaited/*'], put: ['staged/*'], delete: ['awaited/*'] },
    ),
    onRows(
      'certificate-hold',
      post('certificates/hold-certificate', `${CERTIFICATE}/hold`),
      together(CHANGE_STATUS, BASIS),
    ),
    onRows(
      'certificate-release',
      { file: 'certificates/release-certificate', method: 'DELETE', path: `${CERTIFICATE}/hold` },
      together(BASIS, {
        get: ['certificates/*'],
        put: ['status/*', 'changed/*', 'staged/*'],
        delete: ['revoked/*'],
      }),
    ),
    {
      id: 'records',
      routes: [
        get('records/list-provisions', '/api/v1/provisions'),
        get('records/list-records', '/api/v1/records'),
      ],
      doors: 'callers',
      part: 'handing',
      rows: together(DOOR, RECORD, SETTLE, QUERY_RECORDS),
      handOver: true,
    },
    onRows(
      'record',
      get('records/get-record', '/api/v1/records/{id}'),
      together(RECORD, { get: ['record/*', 'expired/*'] }),
    ),
    {
      id: 'proofs',
      routes: [
        get('records/get-provision-proof', '/api/v1/provisions/{id}/proof'),
        get('records/get-record-proof', '/api/v1/records/{id}/proof'),
      ],
      doors: 'callers',
      part: 'published',
      rows: together(DOOR, RECORD, { get: ['record/*', 'expired/*'] }),
      log: 'read',
    },
    onRows(
      'counts',
      get('records/count-records', '/api/v1/counts'),
      together(RECORD, SETTLE, { query: ['record/*', 'count/*'] }),
    ),
    {
      id: 'reports',
      routes: [
        get('records/list-annual-reports', ANNUAL_REPORTS),
        get('records/get-annual-report-json', `${ANNUAL_REPORTS}/{year}.json`),
        get('records/get-annual-report-csv', `${ANNUAL_REPORTS}/{year}.csv`),
        get('records/get-annual-report-page', `${ANNUAL_REPORTS}/{year}.html`),
      ],
      doors: 'public',
      part: 'reporting',
      rows: { query: ['issuers', 'report/annual'] },
      reports: 'read',
      handOver: true,
    },
    {
      id: 'report-make',
      routes: [post('records/make-annual-report', ANNUAL_REPORTS)],
      doors: 'callers',
      part: 'published',
      rows: together(DOOR, MAKE_REPORT),
      reports: 'make',
    },
    {
      id: 'statistics',
      routes: [get('public/get-statistics', '/api/v1/statistics')],
      doors: 'public',
      part: 'rows',
      // For anybody, so it writes nothing.
      rows: { query: ['issuers', 'count/*'] },
    },
    {
      id: 'exports',
      routes: ['csv', 'ndjson', 'parquet'].map((format) =>
        get(`records/export-records-as-${format}`, `/api/v1/exports/records.${format}`),
      ),
      doors: 'callers',
      part: 'handing',
      rows: together(DOOR, RECORD, SETTLE, QUERY_RECORDS),
      handOver: true,
    },
    onRows('cdn-log-import', post('records/import-cdn-log', '/api/v1/cdn-logs/{file}'), {
      get: ['cdn-log'],
      put: ['cdn-log', 'staged/*'],
    }),
    {
      id: 'amendments',
      routes: [
        post('trust-domain/propose-amendment', AMENDMENTS),
        get('trust-domain/list-amendments', AMENDMENTS),
        get('trust-domain/get-amendment', `${AMENDMENTS}/{id}`),
        post('trust-domain/decide-amendment', `${AMENDMENTS}/{id}/decision`),
      ],
      doors: 'callers',
      part: 'rows',
      rows: together(DOOR, RECORD, {
        query: ['trust-domain-amendments', 'trust-domain-file/*', 'trust-domain-withdrawn'],
        get: ['trust-domain-amendments', 'trust-domain-file/*'],
        put: ['trust-domain', 'trust-domain-amendments', 'trust-domain-file/*'],
        check: ['trust-domain'],
      }),
    },
    {
      id: 'evidence',
      routes: [
        get('records/get-evidence', '/api/v1/evidence.ndjson'),
        get('records/draw-sample', '/api/v1/evidence/sample'),
      ],
      doors: 'callers',
      part: 'handing',
      rows: together(DOOR, RECORD, SETTLE, {
        query: ['kind/*', 'channel/*'],
        get: ['record/*', 'expired/*', 'certificates/*'],
      }),
      handOver: true,
    },
    {
      id: 'disclosures',
      routes: [
        post('holders/request-disclosure', DISCLOSURES),
        get('holders/list-disclosures', DISCLOSURES),
        get('holders/get-disclosure', `${DISCLOSURES}/{id}`),
        post('holders/extend-disclosure', `${DISCLOSURES}/{id}/extension`),
      ],
      doors: 'callers',
      part: 'rows',
      rows: together(DOOR, RECORD, {
        query: ['disclosure', 'disclosure/holder/*'],
        get: ['disclosure', 'delegate/*'],
        put: ['disclosure', 'disclosure/holder/*'],
      }),
    },
    {
      id: 'disclosure-bundles',
      routes: [
        get('holders/get-disclosure-bundle', `${DISCLOSURES}/{id}/bundle.json`),
        get('holders/get-disclosure-page', `${DISCLOSURES}/{id}/bundle.html`),
      ],
      doors: 'callers',
      part: 'bundling',
      rows: together(DOOR, SETTLE, HOLDER_RECORDS, DISCLOSURE_KEY, {
        get: ['disclosure', 'delegate/*', 'certificates/*'],
        put: ['disclosure', 'staged/*'],
      }),
      disclosureKey: 'use',
      handOver: true,
    },
    {
      id: 'disclosure-keys',
      routes: [get('holders/get-disclosure-keys', '/.well-known/disclosure-keys.json')],
      doors: 'public',
      part: 'disclosing',
      rows: together(RECORD, DISCLOSURE_KEY, { query: ['issuers'] }),
      disclosureKey: 'make',
    },
    {
      id: 'own',
      routes: [
        get('holders/list-own-records', '/api/v1/own/records'),
        get('holders/list-delegates', '/api/v1/own/delegates'),
        post('holders/name-delegate', '/api/v1/own/delegates'),
        { file: 'holders/withdraw-delegate', method: 'DELETE', path: '/api/v1/own/delegates/{delegate}' },
      ],
      doors: 'callers',
      part: 'rows',
      rows: together(DOOR, RECORD, SETTLE, HOLDER_RECORDS, {
        query: ['delegate/*'],
        get: ['delegate/*'],
        put: ['delegate/*'],
        delete: ['delegate/*'],
      }),
    },
    {
      id: 'crl-archive',
      routes: [get('crls/list-crls', '/api/v1/crls/{ca}')],
      doors: 'callers',
      part: 'published',
      rows: together(DOOR, RECORD),
      crls: 'list',
    },
    {
      id: 'crl-publish',
      routes: [post('crls/publish-crl', '/api/v1/crls/{ca}')],
      doors: 'callers',
      part: 'signing',
      rows: together(DOOR, PUBLISH),
      crls: 'publish',
      caKeys: 'sign',
    },
  ],
  ({ part }) => part !== 'bare',
);

/* Tasks, which nobody calls over HTTP -------------------------------------------------------------------------------- */

export interface TaskFunction extends Grants {
  readonly id: string;
  /** The file in functions/ that has the handler. */
  readonly file: string;
  readonly environment:
    | 'gauges'
    | 'rows'
    | 'published'
    | 'issuing'
    | 'signing'
    | 'sequencing'
    | 'renewing'
    | 'cdnLogs'
    | 'ceremony';
  /** Minutes between two runs; absent where it is invoked by hand. */
  readonly everyMinutes?: number;
  /** Cannot be invoked until somebody opens it. */
  readonly closed?: true;
  /** Asked by the CDN itself. */
  readonly behindCdn?: true;
  /** Only where there is a CDN. */
  readonly publicOnly?: true;
}

export const TASK_FUNCTIONS = beginning<TaskFunction>(
  [
    {
      id: 'scheduled-publication',
      file: 'tasks/publication',
      environment: 'signing',
      everyMinutes: 5,
      rows: PUBLISH,
      crls: 'publish',
      caKeys: 'sign',
    },
    {
      id: 'scheduled-responders',
      file: 'tasks/responders',
      environment: 'renewing',
      // Of a revoked responder nobody is answered any more until there is another.
      everyMinutes: 5,
      rows: together(ISSUE, RENEW_RESPONDER),
      caKeys: 'sign',
      responderKeys: 'make',
    },
    {
      id: 'scheduled-recovery',
      file: 'tasks/recovery',
      environment: 'issuing',
      everyMinutes: 5,
      rows: together(ISSUE, BASIS, MOVE_REQUEST, {
        query: ['unfinished/*', 'requests/*'],
        delete: ['request-key/*'],
      }),
      caKeys: 'sign',
    },
    {
      id: 'scheduled-sequencing',
      file: 'tasks/sequencing',
      environment: 'sequencing',
      everyMinutes: 1,
      rows: SEQUENCE,
      log: 'extend',
    },
    {
      id: 'scheduled-reports',
      file: 'tasks/reports',
      environment: 'published',
      everyMinutes: 24 * 60,
      rows: MAKE_REPORT,
      reports: 'make',
    },
    {
      id: 'scheduled-retention',
      file: 'tasks/retention',
      environment: 'published',
      everyMinutes: 24 * 60,
      rows: {
        query: ['record/*', 'report/annual', 'retention'],
        get: ['ledger', 'retention', 'certificates/*'],
        put: ['expired/*', 'report/annual', 'retention', 'staged/*'],
        delete: SETTLED.filter((pk) => pk !== 'count/*'),
      },
      reports: 'expire',
    },
    {
      // Behind the CDN's own address of a function, for CRLs that are larger than what API Gateway carries.
      id: 'crl-stream',
      file: 'lambda/crl-stream',
      environment: 'published',
      behindCdn: true,
      publicOnly: true,
      rows: together(RECORD, { query: ['issuers'], get: ['crls/*'] }),
      crls: 'read',
    },
    {
      // At each delivery of a log, and once a day for those of which nobody told.
      id: 'cdn-log-delivery',
      file: 'tasks/cdn-log-delivery',
      environment: 'cdnLogs',
      everyMinutes: 24 * 60,
      publicOnly: true,
      rows: { query: ['cdn-log', 'issuers'], get: ['cdn-log'], put: ['cdn-log', 'staged/*'] },
      cdnLogs: 'read',
    },
    {
      id: 'scheduled-gauges',
      file: 'tasks/gauges',
      environment: 'gauges',
      everyMinutes: 1,
      rows: { query: ['issuers', 'staged/*', 'unsequenced/*'], get: ['crls/*', 'responders', 'status/*'] },
    },
    {
      // Says what a ceremony may do, and does nothing of it.
      id: 'ceremony-consent',
      file: 'tasks/ceremony-consent',
      environment: 'rows',
      rows: together(RECORD, {
        get: ['ceremony-consent', 'principal-key/*'],
        put: ['ceremony-consent'],
      }),
    },
    {
      id: 'ceremony',
      file: 'tasks/ceremony',
      environment: 'ceremony',
      closed: true,
      // What was approved under the file in force is finished before the next one counts.
      rows: together(ISSUE, BASIS, PUBLISH, RENEW_RESPONDER, MOVE_REQUEST, {
        query: ['unfinished/*', 'requests/*', 'trust-domain-file/*', 'trust-domain-withdrawn'],
        get: [
          'ceremony-consent',
          'issuers',
          'principal-key/*',
          'trust-domain-amendments',
          'trust-domain-withdrawn',
        ],
        put: [
          'ceremony-consent',
          'issuers',
          'principal-key/*',
          'trust-domain',
          'trust-domain-amendments',
          'trust-domain-withdrawn',
        ],
        delete: ['request-key/*'],
      }),
      crls: 'publish',
      caKeys: 'sign',
      responderKeys: 'make',
    },
  ],
  ({ environment }) => environment !== 'gauges',
);
