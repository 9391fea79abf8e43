import { type RouteFunction, type TaskFunction, together } from '../lambda/grants.ts';
import { ADD_NAMES, CHANGE_REQUEST_DATA, ISSUE_APART } from '../lambda/personal-rows.ts';
import {
  BASIS,
  BROUGHT_BACK,
  CERTIFY,
  DOOR,
  END,
  ENDS_OF_RECORDS,
  ENROL_OPERATOR,
  get,
  ISSUE,
  ISSUED,
  KEY_LISTS,
  KEYS_OF_PRINCIPALS,
  LIST_CERTIFICATE,
  MOVE_REQUEST,
  OFFICE,
  OPENS,
  PUBLISH,
  post,
  RECORD,
  RENEW_RESPONDER,
  VERIFY,
} from '../lambda/rows.ts';

const KEY_LIST = '/api/v1/keys/compromised';
const AMENDMENTS = '/api/v1/trust-domain/amendments';

export const AUTHORITY_ROUTES: readonly RouteFunction[] = [
  {
    id: 'about',
    routes: [get('public/health', '/healthz'), get('public/openapi', '/openapi.json')],
    doors: 'public',
    concurrency: 10,
    part: 'bare',
    rows: { get: ['log'] },
  },
  {
    id: 'authorities',
    routes: [
      get('public/list-authorities', '/ca'),
      get('public/get-authority-certificate', '/ca/{ca}.cer'),
      get('public/get-authority-chain', '/ca/{ca}.pem'),
      get('public/get-authority-certs-only', '/ca/{ca}.p7c'),
    ],
    doors: 'public',
    concurrency: 10,
    part: 'rows',
    rows: together(BASIS, { query: ['issuers'] }),
    proofs: { read: VERIFY },
  },
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
    rows: together(DOOR, END, OPENS, {
      query: ['trust-domain-amendments', 'trust-domain-file/*', 'trust-domain-withdrawn'],
      get: ['trust-domain-amendments', 'trust-domain-file/*'],
      put: ['trust-domain', 'trust-domain-amendments', 'trust-domain-file/*'],
      check: ['trust-domain'],
    }),
    actKeys: { sign: ['trust-domain'] },
    proofs: { read: [...VERIFY, BROUGHT_BACK], put: [ENDS_OF_RECORDS] },
  },
  {
    id: 'key-list',
    routes: [
      get('keys/get-key-list', KEY_LIST),
      post('keys/propose-key-list', KEY_LIST),
      post('keys/upload-key-list-part', `${KEY_LIST}/parts`),
      post('keys/decide-key-list', `${KEY_LIST}/decision`),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END),
    actKeys: { sign: ['key-list'] },
    proofs: { read: VERIFY, put: ['outcomes/compromised-key-list/*', ...KEY_LISTS] },
  },
];

export const AUTHORITY_TASKS: readonly TaskFunction[] = [
  {
    // Says which event a ceremony may carry out, and carries out nothing itself.
    id: 'ceremony-consent',
    file: 'tasks/ceremony-consent',
    environment: 'rows',
    // It looks whether two operators are left.
    rows: together(RECORD, END, OPENS, {
      query: ['trust-domain-withdrawn'],
      get: ['enrolled-principal/*'],
    }),
    actKeys: { sign: ['consent'], make: ['consent'] },
    proofs: { read: [...VERIFY, KEYS_OF_PRINCIPALS, BROUGHT_BACK], put: ['outcomes/ceremony-consent/*'] },
  },
  {
    id: 'ceremony',
    file: 'tasks/ceremony',
    environment: 'issuing',
    closed: true,
    // Requests that were approved under the file in force are finished before the next file comes into force.
    // Where no two operators are left, it enrols one.
    rows: together(
      ISSUE,
      LIST_CERTIFICATE,
      END,
      PUBLISH,
      RENEW_RESPONDER,
      MOVE_REQUEST,
      OFFICE,
      OPENS,
      ENROL_OPERATOR,
      {
        query: ['unfinished/*', 'requests/*', 'trust-domain-file/*', 'trust-domain-withdrawn'],
        get: ['issuers', 'trust-domain-file/*', 'trust-domain-amendments', 'trust-domain-withdrawn'],
        put: ['issuers', 'trust-domain', 'trust-domain-amendments', 'trust-domain-withdrawn'],
        delete: ['used-keys/*'],
      },
    ),
    personal: { rows: together(CHANGE_REQUEST_DATA, ISSUE_APART, ADD_NAMES), dataKeys: ['open', 'make'] },
    bucketFormat: 'mark',
    crls: 'publish',
    caKeys: 'sign',
    responderKeys: 'make',
    tokenUsers: 'list',
    actKeys: { sign: ['ceremony', 'enrolment', 'issuance', 'publication'], make: 'all' },
    proofs: {
      read: [...CERTIFY, BROUGHT_BACK],
      put: ['outcomes/*', ISSUED, KEYS_OF_PRINCIPALS],
    },
  },
];
