import { type RouteFunction, together } from '../lambda/grants.ts';
import { READ_CERTIFICATE } from '../lambda/personal-rows.ts';
import {
  DISCLOSURE_KEY,
  DOOR,
  END,
  get,
  HOLDER_RECORDS,
  post,
  RECORD,
  SETTLE,
  SIGNS_IN,
} from '../lambda/rows.ts';

const DISCLOSURES = '/api/v1/disclosures';

export const HOLDERS_ROUTES: readonly RouteFunction[] = [
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
    rows: together(DOOR, END, {
      // To an operator of a tenant, somebody is a holder by the issuance of a certificate of that tenant.
      query: ['disclosure', 'disclosure/holder/*', 'disclosure/tenant/*', 'holder/*', 'requests/holder/*'],
      get: ['disclosure', 'delegate/*'],
      put: ['disclosure', 'disclosure/holder/*', 'disclosure/tenant/*'],
    }),
    actKeys: { sign: ['disclosure'] },
    proofs: { read: SIGNS_IN },
  },
  {
    id: 'disclosure-bundles',
    routes: [
      get('holders/get-disclosure-bundle', `${DISCLOSURES}/{id}/bundle.json`),
      get('holders/get-disclosure-page', `${DISCLOSURES}/{id}/bundle.html`),
    ],
    doors: 'callers',
    part: 'bundling',
    rows: together(DOOR, SETTLE, END, HOLDER_RECORDS, DISCLOSURE_KEY, {
      get: ['disclosure', 'delegate/*', 'certificates/*'],
      put: ['disclosure', 'staged/*'],
    }),
    personal: READ_CERTIFICATE,
    actKeys: { sign: ['setting'] },
    proofs: { read: SIGNS_IN },
    log: 'read',
    disclosureKey: 'use',
    handOver: true,
  },
  {
    id: 'disclosure-keys',
    routes: [get('holders/get-disclosure-keys', '/.well-known/disclosure-keys.json')],
    doors: 'public',
    concurrency: 10,
    part: 'disclosing',
    rows: together(RECORD, DISCLOSURE_KEY),
    disclosureKey: 'make',
    actKeys: { sign: ['setting'] },
  },
  {
    id: 'own',
    routes: [
      get('holders/list-own-records', '/api/v1/own/records'),
      get('holders/list-own-certificates', '/api/v1/own/certificates'),
      get('holders/list-delegates', '/api/v1/own/delegates'),
      post('holders/name-delegate', '/api/v1/own/delegates'),
      { file: 'holders/withdraw-delegate', method: 'DELETE', path: '/api/v1/own/delegates/{delegate}' },
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, SETTLE, END, HOLDER_RECORDS, {
      query: ['delegate/*'],
      get: ['delegate/*', 'certificates/*'],
      put: ['delegate/*'],
      delete: ['delegate/*'],
    }),
    actKeys: { sign: ['disclosure'] },
    proofs: { read: SIGNS_IN, put: ['outcomes/delegate.*'] },
  },
];
