import { type RouteFunction, type TaskFunction, together } from '../lambda/grants.ts';
import { END_MONTHS, ERASE, MOVE_STAGED, RENEW, SWEEP } from '../lambda/personal-rows.ts';
import {
  ACTS_ON_DATA_KEYS,
  BROUGHT_BACK,
  DOOR,
  END,
  ENDS_OF_RECOVERIES,
  ENROLLED,
  ENROLMENTS,
  get,
  ISSUED,
  KEYS_OF_PRINCIPALS,
  MAKE_REPORT,
  OPENS,
  ORDERS_ABOUT_DATA,
  onRows,
  page,
  post,
  QUERY_ACCESSES,
  QUERY_RECORDS,
  SEQUENCE,
  SETTLE,
  SETTLED,
  VERIFY,
  VERIFY_ENROLLED,
} from '../lambda/rows.ts';

export const LEDGER_ROUTES: readonly RouteFunction[] = [
  {
    id: 'log',
    routes: [
      get('public/get-log-checkpoint', '/log/checkpoint'),
      get('public/get-log-tile', '/log/tile/{path+}'),
      get('public/get-log-key', '/log/key'),
      get('public/get-act-keys', '/log/act-keys'),
    ],
    doors: 'public',
    concurrency: 20,
    part: 'published',
    rows: { get: ['log'] },
    log: 'read',
    proofs: { read: ['act-keys/*', 'act-keys-closed/*'] },
  },
  {
    id: 'records',
    routes: [
      get('records/list-provisions', '/api/v1/provisions'),
      get('records/list-records', '/api/v1/records'),
      ...['csv', 'ndjson', 'parquet'].map((format) =>
        get(`records/export-records-as-${format}`, `/api/v1/exports/records.${format}`),
      ),
      page('records/export-pages', 'provisionsAsCsvPage', '/console/provisions/export.csv'),
      page('records/export-pages', 'provisionsAsNdjsonPage', '/console/provisions/export.ndjson'),
    ],
    sessions: 'open',
    doors: 'callers',
    part: 'handing',
    // Whether somebody is a holder, requests say; whether a purpose is declared, the relying parties.
    rows: together(DOOR, SETTLE, QUERY_RECORDS, { query: ['requests/holder/*', 'enrolled-principals/*'] }),
    // To a relying party, and to an auditor of a tenant, the leaves prove which records are their own.
    log: 'read',
    handOver: true,
    actKeys: { sign: ['export'] },
  },
  {
    id: 'record',
    routes: [
      get('records/get-record', '/api/v1/records/{id}'),
      get('records/get-provision-proof', '/api/v1/provisions/{id}/proof'),
      get('records/get-record-proof', '/api/v1/records/{id}/proof'),
    ],
    doors: 'callers',
    part: 'published',
    rows: together(DOOR, { get: ['record/*', 'expired/*'] }),
    log: 'read',
  },
  {
    ...onRows('accesses', get('records/list-accesses', '/api/v1/accesses'), together(SETTLE, QUERY_ACCESSES)),
    // To an auditor of a tenant the leaves prove which records are the tenant's.
    log: 'read',
  },
  {
    ...onRows(
      'counts',
      get('records/count-records', '/api/v1/counts'),
      // Whether a name that the trust domain does not have is one of records, their index says.
      together(SETTLE, {
        query: ['record/*', 'count/*', 'set-aside', 'party/*', 'purpose/*', 'enrolled-principals/*'],
        get: ['record/*'],
      }),
    ),
    log: 'read',
  },
  {
    id: 'reports',
    routes: [
      get('records/list-annual-reports', '/api/v1/reports/annual'),
      get('records/get-annual-report-json', '/api/v1/reports/annual/{year}.json'),
      get('records/get-annual-report-csv', '/api/v1/reports/annual/{year}.csv'),
      get('records/get-annual-report-page', '/api/v1/reports/annual/{year}.html'),
    ],
    doors: 'public',
    concurrency: 10,
    part: 'reporting',
    rows: { query: ['report/annual'] },
    reports: 'read',
    handOver: true,
  },
  {
    id: 'report-make',
    routes: [post('records/make-annual-report', '/api/v1/reports/annual')],
    doors: 'callers',
    part: 'published',
    rows: together(DOOR, MAKE_REPORT),
    reports: 'make',
    actKeys: { sign: ['report'] },
  },
  {
    id: 'statistics',
    routes: [get('public/get-statistics', '/api/v1/statistics')],
    doors: 'public',
    concurrency: 10,
    part: 'rows',
    // Open to everybody, so it writes nothing.
    rows: { query: ['count/*'] },
  },
  {
    id: 'evidence',
    routes: [
      get('records/get-evidence', '/api/v1/evidence.ndjson'),
      get('records/draw-sample', '/api/v1/evidence/sample'),
    ],
    doors: 'callers',
    part: 'handing',
    rows: together(DOOR, SETTLE, {
      query: ['kind/*', 'channel/*'],
      get: ['record/*', 'expired/*', 'certificates/*'],
    }),
    log: 'read',
    handOver: true,
    actKeys: { sign: ['export'] },
  },
  onRows('cdn-log-import', post('records/import-cdn-log', '/api/v1/cdn-logs/{file}'), {
    get: ['cdn-log'],
    put: ['cdn-log', 'staged/*'],
  }),
  {
    // Reads as much of the log as a table lacks that is behind it.
    ...onRows(
      'recovery',
      [get('recovery/get-recovery', '/api/v1/recovery'), post('recovery/recover-table', '/api/v1/recovery')],
      together(END, OPENS, { query: ['record/*', 'staged/*', 'unsequenced/*'] }),
    ),
    slow: true,
    actKeys: { sign: ['recovery'], make: ['recovery'] },
    proofs: {
      read: [...VERIFY, 'log-batches/*', KEYS_OF_PRINCIPALS, BROUGHT_BACK],
      put: [ENDS_OF_RECOVERIES],
    },
  },
];

export const LEDGER_TASKS: readonly TaskFunction[] = [
  {
    id: 'scheduled-sequencing',
    file: 'tasks/sequencing',
    environment: 'sequencing',
    everyMinutes: 1,
    rows: SEQUENCE,
    bucketFormat: 'mark',
    log: 'extend',
    actKeys: { sign: ['setting'], make: ['setting'] },
    proofs: { read: ['act-keys/*', ENDS_OF_RECOVERIES, BROUGHT_BACK], put: ['act-keys-closed/*'] },
  },
  {
    id: 'scheduled-reports',
    file: 'tasks/reports',
    environment: 'published',
    everyMinutes: 24 * 60,
    // A report names relying parties, and tells people by their roles.
    rows: together(MAKE_REPORT, ENROLLED),
    reports: 'make',
    actKeys: { sign: ['report'] },
    proofs: { read: [...VERIFY_ENROLLED, ...ENROLMENTS] },
  },
  {
    id: 'scheduled-retention',
    file: 'tasks/retention',
    environment: 'published',
    everyMinutes: 24 * 60,
    // The requests that are open, and those of a holder whose data are held or erased.
    rows: together(END, MOVE_STAGED, {
      query: ['record/*', 'report/annual', 'retention', 'requests/tenant/*'],
      get: ['ledger', 'retention', 'certificates/*', 'expired/*', 'request/*', ...SETTLED],
      put: ['expired/*', 'report/annual', 'retention', 'staged/*'],
      delete: SETTLED.filter((pk) => pk !== 'count/*'),
    }),
    personal: {
      rows: together(END_MONTHS, ERASE, RENEW, SWEEP),
      dataKeys: ['list', 'open', 'make', 'destroy'],
    },
    reports: 'expire',
    actKeys: { sign: ['retention', 'personal-data', 'data-key'] },
    proofs: {
      // The acts on offices and principals say which of them are no longer in force; those on certificates, which still count.
      read: [...VERIFY, ISSUED],
      put: [ACTS_ON_DATA_KEYS, ORDERS_ABOUT_DATA],
    },
  },
  {
    // Runs at each delivery of a log, and once a day for logs that came without a message.
    id: 'cdn-log-delivery',
    file: 'tasks/cdn-log-delivery',
    environment: 'cdnLogs',
    everyMinutes: 24 * 60,
    publicOnly: true,
    rows: { query: ['cdn-log', 'issuers'], get: ['cdn-log', 'status/*'], put: ['cdn-log', 'staged/*'] },
    cdnLogs: 'read',
  },
];
