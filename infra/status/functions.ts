import { type RouteFunction, type Rows, type TaskFunction, together } from '../lambda/grants.ts';
import {
  CERTIFICATE_ITEMS,
  KEEP_NAMES,
  READ_CERTIFICATE,
  REQUEST_ITEMS,
  SEARCH,
} from '../lambda/personal-rows.ts';
import {
  ACTS_ON_DATA_KEYS,
  BROUGHT_BACK,
  CERTIFY,
  CHANGE_STATUS,
  CLIENT_CERTIFICATE,
  CLOSINGS,
  COMPROMISED_KEYS,
  DOOR,
  END,
  ENDS_OF_ORDERS,
  ENDS_OF_STATUS,
  ENROLLED,
  ENROLMENTS,
  FOLLOW_COMPROMISE,
  FOLLOW_ENROLMENT,
  formOf,
  get,
  ISSUE,
  ISSUED,
  KEYS_OF_PRINCIPALS,
  OPENS,
  onRows,
  PUBLISH,
  page,
  post,
  RECORD,
  RENEW_RESPONDER,
  VERIFY,
  VERIFY_ENROLLED,
} from '../lambda/rows.ts';

const CERTIFICATES = '/api/v1/certificates';
const CERTIFICATE = `${CERTIFICATES}/{ca}/{serial}`;

/** The form of an act on a certificate, and its address. */
const actForm = (form: string, act: string) =>
  formOf('certificates/acts', form, `/console/certificates/{ca}/{serial}/${act}`, `${act}FormAddress`);

const LISTED: Rows = { query: ['certificates-of/*'], get: ['certificates/*', 'status/*'] };

export const STATUS_ROUTES: readonly RouteFunction[] = [
  {
    id: 'crl',
    routes: [get('public/get-crl', '/crl/{ca}/{partition}.crl')],
    doors: 'both',
    concurrency: 20,
    part: 'published',
    rows: together(DOOR, { get: ['crls/*'] }),
    crls: 'read',
  },
  {
    id: 'ocsp',
    routes: [post('public/ask-status', '/ocsp'), get('public/ask-status-by-url', '/ocsp/{request+}')],
    doors: 'both',
    concurrency: 'questions',
    part: 'responder',
    // It goes by the row that says that the table is behind its log.
    rows: together(CLIENT_CERTIFICATE, ENROLLED, RECORD, {
      get: ['responders', 'responder-keys', 'log', 'signed-requests/*'],
      put: ['signed-requests/*'],
    }),
    rowsForCrlReferences: { get: ['crls/*'] },
    responderKeys: 'use',
    proofs: { read: [...VERIFY_ENROLLED, ...ENROLMENTS] },
  },
  {
    ...onRows('certificates', get('certificates/list-serials', `${CERTIFICATES}/{ca}`), {
      query: ['status/*', 'certificates/*'],
    }),
    personal: READ_CERTIFICATE,
    proofs: { read: [ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'certificate-lists',
    routes: [
      get('certificates/list-certificates', CERTIFICATES),
      post('certificates/search-certificates', '/api/v1/searches/certificates'),
    ],
    doors: 'callers',
    part: 'rows',
    // A search finds requests, and then their certificates.
    rows: together(DOOR, END, LISTED, { get: ['request/*'] }),
    personal: { rows: together({ get: [REQUEST_ITEMS, CERTIFICATE_ITEMS] }, SEARCH), dataKeys: ['open'] },
    proofs: { read: [...VERIFY, ISSUED] },
  },
  {
    id: 'certificate-exports',
    routes: [
      ...['csv', 'xlsx'].map((format) =>
        get(`certificates/export-certificates-as-${format}`, `/api/v1/exports/certificates.${format}`),
      ),
      page('certificates/list-page', 'certificatesAsCsvPage', '/console/certificates/export.csv'),
      page('certificates/list-page', 'certificatesAsXlsxPage', '/console/certificates/export.xlsx'),
    ],
    doors: 'callers',
    sessions: 'open',
    part: 'handing',
    rows: together(DOOR, END, LISTED),
    personal: READ_CERTIFICATE,
    handOver: true,
    actKeys: { sign: ['export'] },
    proofs: { read: [...VERIFY, ISSUED] },
  },
  onRows('used-keys', get('keys/list-used-keys', '/api/v1/keys'), { query: ['used-keys/*'] }),
  {
    ...onRows(
      'certificate',
      get('certificates/get-certificate', CERTIFICATE),
      together(END, { get: ['certificates/*', 'status/*'] }),
    ),
    personal: READ_CERTIFICATE,
    proofs: { read: [...VERIFY, ISSUED] },
  },
  {
    id: 'certificate-revocation',
    routes: [
      post('certificates/revoke-certificate', `${CERTIFICATE}/revocation`),
      ...actForm('revokeCertificateForm', 'revocation'),
    ],
    doors: 'callers',
    sessions: 'open',
    part: 'issuing',
    concurrency: 20,
    ownThrottle: true,
    // A compromised key goes into a CRL at once, so this function publishes.
    rows: together(DOOR, CHANGE_STATUS, END, PUBLISH, OPENS),
    crls: 'publish',
    caKeys: 'sign',
    actKeys: { sign: ['revocation', 'confirmation', 'publication'] },
    proofs: {
      read: [...FOLLOW_COMPROMISE, KEYS_OF_PRINCIPALS, BROUGHT_BACK],
      put: [ENDS_OF_STATUS, CLOSINGS, COMPROMISED_KEYS],
    },
  },
  {
    id: 'certificate-hold',
    routes: [
      post('certificates/hold-certificate', `${CERTIFICATE}/hold`),
      ...actForm('holdCertificateForm', 'hold'),
    ],
    doors: 'callers',
    sessions: 'open',
    part: 'rows',
    concurrency: 10,
    ownThrottle: true,
    rows: together(DOOR, CHANGE_STATUS, END, OPENS),
    // What takes two persons cannot be put on hold.
    actKeys: { sign: ['hold'] },
    proofs: {
      read: [...FOLLOW_COMPROMISE, KEYS_OF_PRINCIPALS, BROUGHT_BACK],
      put: [ENDS_OF_STATUS, CLOSINGS, COMPROMISED_KEYS],
    },
  },
  {
    id: 'certificate-correction',
    routes: [
      // The function that revokes does not serve it, because that one may also sign.
      { file: 'certificates/withdraw-revocation', method: 'DELETE', path: `${CERTIFICATE}/revocation` },
      post('certificates/correct-status', `${CERTIFICATE}/correction`),
      ...actForm('withdrawRevocationForm', 'withdrawal'),
    ],
    doors: 'callers',
    sessions: 'open',
    part: 'rows',
    rows: together(DOOR, CHANGE_STATUS, END, OPENS),
    actKeys: { sign: ['confirmation'] },
    proofs: {
      read: [...FOLLOW_COMPROMISE, KEYS_OF_PRINCIPALS, BROUGHT_BACK],
      put: [ENDS_OF_STATUS, COMPROMISED_KEYS],
    },
  },
  {
    ...onRows(
      'certificate-release',
      [
        { file: 'certificates/release-certificate', method: 'DELETE', path: `${CERTIFICATE}/hold` },
        ...actForm('releaseCertificateForm', 'release'),
      ],
      together(CHANGE_STATUS, END, OPENS),
    ),
    concurrency: 10,
    ownThrottle: true,
    sessions: 'open',
    actKeys: { sign: ['release'] },
    proofs: { read: [...FOLLOW_COMPROMISE, BROUGHT_BACK], put: [ENDS_OF_STATUS, COMPROMISED_KEYS] },
  },
  // The rows from which the gauges are made, and no key of a responder.
  onRows('authority-state', get('crls/get-authority-state', '/api/v1/authorities/{ca}/state'), {
    query: ['crl-alarms', 'issuers'],
    get: ['crls/*', 'responders', 'status/*'],
  }),
  {
    id: 'crl-archive',
    routes: [
      get('crls/list-crls', '/api/v1/crls/{ca}'),
      get('crls/get-archived-crl', '/api/v1/crls/{ca}/{partition}/{number}.crl'),
    ],
    doors: 'callers',
    part: 'published',
    rows: DOOR,
    crls: 'list',
  },
  {
    id: 'crl-publish',
    routes: [
      post('crls/publish-crl', '/api/v1/crls/{ca}/{partition}'),
      ...formOf(
        'authorities/authority-pages',
        'publishCrlForm',
        '/console/authorities/{ca}/crls/{partition}',
        'publishCrlFormAddress',
      ),
    ],
    doors: 'callers',
    sessions: 'open',
    part: 'issuing',
    rows: together(DOOR, PUBLISH, END),
    crls: 'publish',
    caKeys: 'sign',
    actKeys: { sign: ['publication'] },
    proofs: { read: [...VERIFY, ISSUED] },
  },
];

export const STATUS_TASKS: readonly TaskFunction[] = [
  {
    id: 'scheduled-publication',
    file: 'tasks/publication',
    environment: 'issuing',
    everyMinutes: 5,
    rows: together(PUBLISH, END),
    crls: 'publish',
    caKeys: 'sign',
    actKeys: { sign: ['publication'] },
    proofs: { read: [...VERIFY, ISSUED] },
  },
  {
    id: 'scheduled-responders',
    file: 'tasks/responders',
    environment: 'issuing',
    // A revoked responder must not answer, so its successor must come soon.
    everyMinutes: 5,
    rows: together(ISSUE, END, RENEW_RESPONDER, OPENS),
    caKeys: 'sign',
    responderKeys: 'make',
    actKeys: { sign: ['issuance'] },
    proofs: { read: [...CERTIFY, BROUGHT_BACK], put: [ENDS_OF_ORDERS, ISSUED] },
  },
  {
    // Makes rows again that somebody erased, those of enrolments too. It signs nothing: the acts are in the bucket.
    id: 'scheduled-closings',
    file: 'tasks/closings',
    environment: 'following',
    everyMinutes: 15,
    // After a recovery it admits lost certificates, and looks at all that are on hold.
    rows: together(CHANGE_STATUS, END, FOLLOW_ENROLMENT, {
      query: ['issuers', 'revoked/*'],
      get: ['crls/*', 'used-keys/*', 'enrolment-walk'],
      put: ['crls/*', 'used-keys/*', 'enrolment-walk'],
    }),
    // Names stay while the enrolment is in force, and end after it.
    personal: { rows: KEEP_NAMES, dataKeys: ['open', 'make'] },
    tokenUsers: 'compare',
    proofs: { read: [...FOLLOW_COMPROMISE, CLOSINGS], put: [BROUGHT_BACK, COMPROMISED_KEYS] },
  },
  {
    // The CDN invokes it by its function URL, for CRLs that are larger than API Gateway carries.
    id: 'crl-stream',
    file: 'lambda/crl-stream',
    environment: 'published',
    behindCdn: true,
    publicOnly: true,
    concurrency: 50,
    rows: together(RECORD, { query: ['issuers'], get: ['crls/*'] }),
    crls: 'read',
  },
  {
    id: 'scheduled-gauges',
    file: 'tasks/gauges',
    environment: 'gauges',
    everyMinutes: 1,
    rows: {
      query: ['crl-alarms', 'issuers', 'set-aside', 'staged/*', 'unsequenced/*'],
      get: ['crls/*', 'log', 'responders', 'status/*'],
    },
  },
];
