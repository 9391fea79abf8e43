import { type RouteFunction, type Rows, type TaskFunction, together } from '../lambda/grants.ts';
import { ISSUE_APART, KEEP_NAMES, NAMES, READ_CERTIFICATE, READ_NAMES } from '../lambda/personal-rows.ts';
import {
  ACT_ON_PRINCIPALS,
  ACTS_ON_DATA_KEYS,
  ACTS_ON_HOLDERS,
  ACTS_ON_OFFICES,
  ACTS_ON_PRINCIPALS,
  BROUGHT_BACK,
  CERTIFY,
  CERTIFY_PRINCIPAL,
  CHANGE_STATUS,
  CLOSINGS,
  DOOR,
  END,
  ENDS_OF_ORDERS,
  ENDS_OF_STATUS,
  FOLLOW_COMPROMISE,
  get,
  ISSUE,
  ISSUED,
  KEYS_OF_PRINCIPALS,
  LIST_CERTIFICATE,
  OPENS,
  post,
  remove,
  VERIFY,
} from '../lambda/rows.ts';

const OFFICES = '/api/v1/offices';
const OFFICE = `${OFFICES}/{office}`;
const PRINCIPALS = '/api/v1/principals';
const PRINCIPAL = `${PRINCIPALS}/{principal}`;
const HOLDERS = '/api/v1/holders';
const HOLDER = `${HOLDERS}/{holder}`;

/** An act takes the row to it, and the lists that name the row. */
const ACT_ON_OFFICES: Rows = {
  get: ['enrolled-office/*', 'enrolled-offices', 'enrolled-offices/*'],
  put: ['enrolled-office/*', 'enrolled-offices', 'enrolled-offices/*'],
  // A first proposal that is taken back leaves no tenant.
  delete: ['enrolled-offices/*'],
};

export const ENROLMENT_ROUTES: readonly RouteFunction[] = [
  {
    id: 'enrolled',
    routes: [
      get('enrolment/list-offices', OFFICES),
      get('enrolment/get-office', OFFICE),
      get('enrolment/list-principals', PRINCIPALS),
      get('enrolment/get-principal', PRINCIPAL),
      get('enrolment/list-notices', '/api/v1/notices'),
      get('enrolment/list-holders', HOLDERS),
      get('enrolment/get-holder', HOLDER),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, {
      query: [
        'enrolled-offices',
        'enrolled-offices/*',
        'enrolled-principals',
        'enrolled-principals/*',
        'enrolled-notices/*',
        'enrolled-holders/*',
      ],
      get: ['enrolled-holders/*'],
    }),
    personal: READ_NAMES,
    proofs: { read: [ACTS_ON_HOLDERS, ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'office-acts',
    routes: [
      post('enrolment/propose-office', `${OFFICE}/proposal`),
      remove('enrolment/withdraw-office-proposal', `${OFFICE}/proposal`),
      post('enrolment/confirm-office', `${OFFICE}/confirmation`),
      post('enrolment/end-office', `${OFFICE}/end`),
    ],
    doors: 'callers',
    part: 'rows',
    concurrency: 10,
    ownThrottle: true,
    rows: together(DOOR, END, OPENS, ACT_ON_OFFICES),
    actKeys: { sign: ['enrolment'] },
    proofs: { read: [...VERIFY, BROUGHT_BACK], put: [ACTS_ON_OFFICES, CLOSINGS] },
  },
  {
    id: 'principal-acts',
    routes: [
      post('enrolment/invite-officer', `${PRINCIPAL}/invitation`),
      post('enrolment/propose-principal', `${PRINCIPAL}/proposal`),
      remove('enrolment/withdraw-principal-proposal', `${PRINCIPAL}/proposal`),
      post('enrolment/confirm-principal', `${PRINCIPAL}/confirmation`),
      post('enrolment/change-principal', `${PRINCIPAL}/change`),
      post('enrolment/transfer-principal', `${PRINCIPAL}/transfer`),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, OPENS, ACT_ON_PRINCIPALS, {
      query: ['trust-domain-withdrawn', 'enrolled-persons/*'],
    }),
    personal: { rows: KEEP_NAMES, dataKeys: ['open', 'make'] },
    // A principal that two operators resume gets its user back within a minute.
    tokenUsers: 'list',
    actKeys: { sign: ['enrolment'] },
    proofs: { read: [...VERIFY, BROUGHT_BACK], put: [ACTS_ON_PRINCIPALS] },
  },
  {
    // Open to everybody. It can record that a key was brought, and nothing that gives a right.
    id: 'invitations',
    routes: [post('enrolment/bring-key', '/api/v1/invitations')],
    doors: 'public',
    concurrency: 10,
    part: 'rows',
    rows: together(END, OPENS, ACT_ON_PRINCIPALS, { query: ['issuers'], get: ['certificates/*'] }),
    // The certificate, for the person who brought the key.
    personal: READ_CERTIFICATE,
    tokenUsers: 'list',
    actKeys: { sign: ['invitation'] },
    proofs: { read: [...VERIFY, BROUGHT_BACK], put: [ACTS_ON_PRINCIPALS] },
  },
  {
    id: 'principal-enrolment',
    routes: [post('enrolment/enrol-principal', `${PRINCIPAL}/enrolment`)],
    doors: 'callers',
    part: 'enrolling',
    // The certificates that the new one replaces are revoked.
    rows: together(
      DOOR,
      END,
      OPENS,
      ACT_ON_PRINCIPALS,
      CERTIFY_PRINCIPAL,
      ISSUE,
      LIST_CERTIFICATE,
      CHANGE_STATUS,
      {
        query: ['enrolled-persons/*'],
      },
    ),
    personal: { rows: together(ISSUE_APART, NAMES), dataKeys: ['open', 'make'] },
    tokenUsers: 'open',
    caKeys: 'sign',
    actKeys: { sign: ['enrolment', 'issuance', 'revocation'] },
    proofs: {
      read: [...CERTIFY, ...FOLLOW_COMPROMISE, BROUGHT_BACK],
      put: [ACTS_ON_PRINCIPALS, ENDS_OF_ORDERS, ENDS_OF_STATUS, CLOSINGS, ISSUED, KEYS_OF_PRINCIPALS],
    },
  },
  {
    id: 'principal-ends',
    routes: [
      post('enrolment/suspend-principal', `${PRINCIPAL}/suspension`),
      remove('enrolment/resume-principal', `${PRINCIPAL}/suspension`),
      post('enrolment/end-principal', `${PRINCIPAL}/end`),
      post('enrolment/suspend-holder', `${HOLDER}/suspension`),
      remove('enrolment/resume-holder', `${HOLDER}/suspension`),
      post('enrolment/end-holder', `${HOLDER}/end`),
    ],
    doors: 'callers',
    part: 'following',
    concurrency: 10,
    ownThrottle: true,
    rows: together(DOOR, END, OPENS, ACT_ON_PRINCIPALS, CHANGE_STATUS, { get: ['enrolled-holders/*'] }),
    personal: READ_NAMES,
    tokenUsers: 'bring',
    actKeys: { sign: ['enrolment', 'revocation'] },
    proofs: {
      read: [...FOLLOW_COMPROMISE, BROUGHT_BACK],
      put: [ACTS_ON_PRINCIPALS, ENDS_OF_STATUS, CLOSINGS],
    },
  },
];

export const ENROLMENT_TASKS: readonly TaskFunction[] = [
  {
    id: 'scheduled-due',
    file: 'tasks/due',
    environment: 'following',
    everyMinutes: 1,
    // The certificates of whoever is to end are revoked.
    rows: together(END, OPENS, ACT_ON_PRINCIPALS, CHANGE_STATUS, {
      query: ['enrolled-due'],
      // An office that is not open receives nobody.
      get: ['enrolled-office/*'],
      put: ['enrolled-notices/*'],
      delete: ['enrolled-due'],
    }),
    tokenUsers: 'finish',
    actKeys: { sign: ['enrolment', 'revocation'] },
    proofs: {
      read: [...FOLLOW_COMPROMISE, BROUGHT_BACK],
      put: [ACTS_ON_PRINCIPALS, ENDS_OF_STATUS, CLOSINGS],
    },
  },
];
