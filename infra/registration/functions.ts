import { type RouteFunction, type TaskFunction, together } from '../lambda/grants.ts';
import {
  ADD_REQUEST_DATA,
  CHANGE_REQUEST_DATA,
  ISSUE_APART,
  MOVE_STAGED,
  NAMES,
  READ_CERTIFICATE,
  REQUEST_ITEMS,
  SEARCH,
  STAGE,
} from '../lambda/personal-rows.ts';
import {
  ACTS_ON_DATA_KEYS,
  ACTS_ON_HOLDERS,
  BASIS,
  BROUGHT_BACK,
  CERTIFY,
  CERTIFY_PRINCIPAL,
  DOOR,
  END,
  ENDS_OF_ORDERS,
  ENDS_OF_RECORDS,
  FIRST_ACTS_ON_PRINCIPALS,
  formOf,
  get,
  ISSUE,
  ISSUED,
  KEYS_OF_PRINCIPALS,
  LIST_CERTIFICATE,
  MOVE_REQUEST,
  OFFICE,
  OPENS,
  onRows,
  page,
  post,
  SIGNS_IN,
  VERIFY,
} from '../lambda/rows.ts';

const REQUESTS = '/api/v1/requests';
const LEAVERS = '/api/v1/leavers';
const REQUEST_PAGES = 'requests/request-pages';
const CONSOLE_REQUEST = '/console/requests/{id}';

export const REGISTRATION_ROUTES: readonly RouteFunction[] = [
  {
    ...onRows(
      'profiles',
      [get('requests/list-profiles', '/api/v1/profiles'), get('enrolment/whoami', '/api/v1/whoami')],
      {},
    ),
    // A holder may ask who it is.
    proofs: { read: SIGNS_IN },
  },
  {
    ...onRows(
      'request-submit',
      [
        post('requests/submit-request', REQUESTS),
        ...formOf(
          'requests/new-request',
          'submitRequestForm',
          '/console/new/{profile}/submission',
          'submissionFormAddress',
        ),
      ],
      // A submission enrols the holder that it names.
      together(END, STAGE, {
        get: [
          'request-idempotency/*',
          'request/*',
          'used-keys/*',
          'enrolled-holders/*',
          'enrolled-principals/*',
          'issued-to/*',
          ...(BASIS.get ?? []),
        ],
        put: [
          'request/*',
          'requests',
          'requests/*',
          'used-keys/*',
          'request-idempotency/*',
          'staged/*',
          'enrolled-holders/*',
          'enrolled-principal/*',
          'enrolled-principals/*',
          'issued-to/*',
        ],
        query: ['requests/tenant/*', 'trust-domain-withdrawn'],
      }),
    ),
    sessions: 'open',
    personal: { rows: ADD_REQUEST_DATA, dataKeys: ['open', 'make'] },
    actKeys: { sign: ['submission', 'holder'] },
    proofs: { read: CERTIFY, put: [FIRST_ACTS_ON_PRINCIPALS, ACTS_ON_HOLDERS] },
  },
  {
    id: 'requests',
    routes: [
      get('requests/list-requests', REQUESTS),
      post('requests/search-requests', '/api/v1/searches/requests'),
      get('requests/get-request', `${REQUESTS}/{id}`),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, { query: ['requests', 'requests/*'], get: ['request/*'] }),
    personal: { rows: together({ get: [REQUEST_ITEMS] }, SEARCH), dataKeys: ['open'] },
    proofs: { read: [ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'request-exports',
    routes: ['csv', 'xlsx'].map((format) =>
      get(`requests/export-requests-as-${format}`, `/api/v1/exports/requests.${format}`),
    ),
    doors: 'callers',
    part: 'handing',
    rows: together(DOOR, END, { query: ['requests', 'requests/*'], get: ['request/*'] }),
    personal: { rows: { get: [REQUEST_ITEMS] }, dataKeys: ['open'] },
    handOver: true,
    actKeys: { sign: ['export'] },
    proofs: { read: [ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'request-examinations',
    routes: [
      post('requests/examine-request', `${REQUESTS}/{id}/examinations`),
      ...formOf(
        REQUEST_PAGES,
        'examineRequestForm',
        `${CONSOLE_REQUEST}/examinations`,
        'examinationFormAddress',
      ),
    ],
    sessions: 'open',
    doors: 'callers',
    part: 'issuing',
    rows: together(DOOR, MOVE_REQUEST, ISSUE, LIST_CERTIFICATE, END, OPENS, { delete: ['used-keys/*'] }),
    personal: { rows: together(CHANGE_REQUEST_DATA, ISSUE_APART), dataKeys: ['open', 'make'] },
    caKeys: 'sign',
    actKeys: { sign: ['examination', 'issuance'] },
    proofs: { read: [...CERTIFY, BROUGHT_BACK], put: [ENDS_OF_RECORDS, 'issued/*', KEYS_OF_PRINCIPALS] },
  },
  {
    ...onRows(
      'request-withdrawal',
      [
        post('requests/withdraw-request', `${REQUESTS}/{id}/withdrawal`),
        ...formOf(
          REQUEST_PAGES,
          'withdrawRequestForm',
          `${CONSOLE_REQUEST}/withdrawal`,
          'requestWithdrawalFormAddress',
        ),
      ],
      together(MOVE_REQUEST, END, {
        get: ['used-keys/*'],
        put: ['used-keys/*'],
        delete: ['used-keys/*'],
      }),
    ),
    sessions: 'open',
    personal: { rows: CHANGE_REQUEST_DATA, dataKeys: ['open', 'make'] },
    actKeys: { sign: ['submission'] },
    proofs: { read: VERIFY, put: [ENDS_OF_RECORDS] },
  },
  {
    // Certificates of officers who left: each is found by rows, and a decision about one goes by objects.
    id: 'leavers',
    routes: [
      get('requests/list-leavers', LEAVERS),
      post('requests/keep-leaver', `${LEAVERS}/{ca}/{serial}/dismissal`),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, {
      query: ['issued-to/*', 'requests/issued-to/*'],
      get: ['request/*'],
    }),
    actKeys: { sign: ['confirmation'] },
    proofs: { read: SIGNS_IN, put: ['outcomes/leaver.*'] },
  },
  {
    ...onRows(
      'request-certificate',
      [
        get('requests/collect-certificate', `${REQUESTS}/{id}/certificate.pem`),
        page(REQUEST_PAGES, 'collectCertificatePage', `${CONSOLE_REQUEST}/certificate.pem`),
      ],
      together(END, { get: ['request/*', 'certificates/*'] }),
    ),
    sessions: 'open',
    personal: READ_CERTIFICATE,
    // Whether the certificate was issued for this request.
    proofs: { read: [...VERIFY, ISSUED] },
  },
];

export const REGISTRATION_TASKS: readonly TaskFunction[] = [
  {
    id: 'scheduled-recovery',
    file: 'tasks/recovery',
    environment: 'issuing',
    everyMinutes: 5,
    rows: together(
      ISSUE,
      LIST_CERTIFICATE,
      END,
      MOVE_REQUEST,
      OPENS,
      OFFICE,
      CERTIFY_PRINCIPAL,
      MOVE_STAGED,
      {
        query: ['unfinished/*', 'requests/*', 'enrolled-uncertified'],
        delete: ['used-keys/*'],
      },
    ),
    personal: { rows: together(CHANGE_REQUEST_DATA, ISSUE_APART, NAMES), dataKeys: ['open', 'make'] },
    caKeys: 'sign',
    actKeys: { sign: ['issuance'] },
    proofs: {
      read: [...CERTIFY, BROUGHT_BACK],
      put: [ENDS_OF_RECORDS, ENDS_OF_ORDERS, 'issued/*', KEYS_OF_PRINCIPALS],
    },
  },
];
