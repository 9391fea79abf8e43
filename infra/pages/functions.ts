import { type RouteFunction, together } from '../lambda/grants.ts';
import { CERTIFICATE_ITEMS, READ_NAMES, REQUEST_ITEMS, SEARCH } from '../lambda/personal-rows.ts';
import {
  ACTS_ON_DATA_KEYS,
  BASIS,
  DOOR,
  END,
  ENROLLED,
  ENROLMENTS,
  formOf,
  ISSUED,
  page,
  RECORD,
  SETTLE,
  VERIFY,
  VERIFY_ENROLLED,
} from '../lambda/rows.ts';

/*
 * The functions that render pages. Each has the grants of what it reads, and none has a CA key. A form is posted to the function of
 * its operation, which has its route among those of the operation. Files are saved by the function of their operation as well.
 */

const REQUESTS = 'requests/request-pages';
const NEW_REQUEST = 'requests/new-request';
const CERTIFICATES = 'certificates/list-page';
const SIGN_IN = 'sessions/sign-in';
const ENDING = 'sessions/ending';
const RECORDS = 'records/record-page';

export const PAGE_ROUTES: readonly RouteFunction[] = [
  {
    // For everybody. The pages for roles lead to them, and load the same files.
    id: 'public-pages',
    routes: [
      page('assets', 'asset', '/assets/{name}'),
      page('public/front-page', 'frontPage', '/'),
      page('public/authorities-page', 'authoritiesPage', '/authorities'),
      page('public/transparency-page', 'transparencyPage', '/transparency'),
    ],
    doors: 'both',
    concurrency: 20,
    part: 'published',
    rows: together(BASIS, { query: ['issuers'], get: ['log'] }),
    log: 'read',
    proofs: { read: VERIFY },
  },
  {
    // It answers as the OCSP function does, with the same keys, and asks nobody else.
    id: 'certificate-status-pages',
    routes: [
      page('public/status-pages', 'certificateStatusPage', '/certificate-status'),
      ...formOf('public/status-pages', 'certificateStatusForm', '/certificate-status'),
    ],
    doors: 'both',
    concurrency: 20,
    part: 'disclosing',
    rows: together(BASIS, ENROLLED, RECORD, {
      query: ['issuers'],
      get: ['responders', 'responder-keys', 'status/*', 'log'],
    }),
    rowsForCrlReferences: { get: ['crls/*'] },
    responderKeys: 'use',
    proofs: { read: [...VERIFY, ...VERIFY_ENROLLED, ...ENROLMENTS] },
  },
  {
    // The only function that makes keys of sessions. A responsible person names an officer, whose office is looked up.
    id: 'session-pages',
    routes: [
      page(SIGN_IN, 'signInPage', '/console/sign-in'),
      ...formOf(SIGN_IN, 'signIn', '/console/sign-in'),
      ...formOf(SIGN_IN, 'signOut', '/console/sign-out'),
      page(ENDING, 'sessionsPage', '/console/sessions'),
      ...formOf(ENDING, 'endOwnSessionsForm', '/console/sessions'),
      ...formOf(
        ENDING,
        'endOfficersSessionsForm',
        '/console/sessions/officers',
        'officersSessionsFormAddress',
      ),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, { put: ['session-end/*', 'sessions-end/*'] }),
    personal: READ_NAMES,
    sessions: 'make',
    proofs: { read: [ACTS_ON_DATA_KEYS, ...VERIFY], put: ['session-keys/*'] },
  },
  {
    id: 'request-pages',
    routes: [
      page('requests/home-page', 'homePage', '/console'),
      page('requests/list-page', 'requestListPage', '/console/requests'),
      ...formOf(
        'requests/search-page',
        'searchRequestsForm',
        '/console/requests/search',
        'requestSearchFormAddress',
      ),
      page(REQUESTS, 'requestPage', '/console/requests/{id}'),
      page(NEW_REQUEST, 'newRequestPage', '/console/new'),
      page(NEW_REQUEST, 'newRequestFormPage', '/console/new/{profile}'),
      ...formOf(NEW_REQUEST, 'previewRequestForm', '/console/new/{profile}/preview', 'previewFormAddress'),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, { query: ['requests', 'requests/*'], get: ['request/*'] }),
    personal: { rows: together({ get: [REQUEST_ITEMS] }, SEARCH), dataKeys: ['open'] },
    sessions: 'open',
    proofs: { read: [ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'certificate-pages',
    routes: [
      page(CERTIFICATES, 'certificateListPage', '/console/certificates'),
      page(CERTIFICATES, 'searchCertificatesPage', '/console/certificates/search'),
      ...formOf(CERTIFICATES, 'searchCertificatesForm', '/console/certificates/search'),
      page('certificates/certificate-page', 'certificatePage', '/console/certificates/{ca}/{serial}'),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, {
      query: ['certificates-of/*'],
      get: ['certificates/*', 'status/*', 'request/*'],
    }),
    personal: { rows: together({ get: [REQUEST_ITEMS, CERTIFICATE_ITEMS] }, SEARCH), dataKeys: ['open'] },
    sessions: 'open',
    proofs: { read: [...VERIFY, ISSUED] },
  },
  {
    id: 'authority-pages',
    routes: [page('authorities/authority-pages', 'authorityStatesPage', '/console/authorities')],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, BASIS, {
      query: ['crl-alarms', 'issuers'],
      get: ['crls/*', 'responders', 'status/*'],
    }),
    sessions: 'open',
    proofs: { read: VERIFY },
  },
  {
    id: 'record-pages',
    routes: [
      page('records/provisions-page', 'provisionsPage', '/console/provisions'),
      page('records/export-pages', 'exportProvisionsPage', '/console/provisions/export'),
      page(RECORDS, 'recordPage', '/console/records/{id}'),
      page(RECORDS, 'recordProofPage', '/console/records/{id}/proof'),
    ],
    doors: 'callers',
    part: 'published',
    rows: together(DOOR, SETTLE, {
      query: [
        'certificate/*',
        'channel/*',
        'count/*',
        'enrolled-principals/*',
        'holder/*',
        'party/*',
        'purpose/*',
        'record/*',
        'requests/holder/*',
        'set-aside',
        'shown-request/*',
        'tenant/*',
      ],
      get: ['expired/*', 'log'],
    }),
    log: 'read',
    sessions: 'open',
  },
];
