import { type RouteFunction, type Rows, together } from '../lambda/grants.ts';
import { END_MONTHS, ERASE } from '../lambda/personal-rows.ts';
import {
  ACTS_ON_DATA_KEYS,
  DOOR,
  END,
  get,
  ISSUED,
  ORDERS_ABOUT_DATA,
  post,
  VERIFY,
} from '../lambda/rows.ts';

const RETENTION = '/api/v1/retention';
const HOLDER = `${RETENTION}/holders/{holder}`;

/** A holder is known by the requests of the tenant. */
const HOLDERS_REQUESTS: Rows = { query: ['requests/tenant/*'], get: ['request/*'] };

export const RETENTION_ROUTES: readonly RouteFunction[] = [
  {
    id: 'data-orders',
    routes: [
      get('retention/list-retention-months', `${RETENTION}/months`),
      get('retention/list-data-orders', `${RETENTION}/orders`),
      get('retention/get-data-order', HOLDER),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, HOLDERS_REQUESTS),
    // Which months have keys. It opens none.
    personal: { dataKeys: ['list'] },
    proofs: { read: VERIFY },
  },
  {
    // Orders that two operators give, and that touch no data.
    id: 'data-order-acts',
    routes: [
      post('retention/hold-data', `${HOLDER}/hold`),
      post('retention/release-data', `${HOLDER}/release`),
      post('retention/withdraw-data-order', `${HOLDER}/withdrawal`),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, HOLDERS_REQUESTS),
    actKeys: { sign: ['personal-data'] },
    proofs: { read: VERIFY, put: [ORDERS_ABOUT_DATA] },
  },
  {
    id: 'data-erasure',
    routes: [post('retention/erase-data', `${HOLDER}/erasure`)],
    doors: 'callers',
    part: 'rows',
    // Not while a certificate of the holder counts.
    rows: together(DOOR, END, HOLDERS_REQUESTS),
    personal: { rows: ERASE, dataKeys: ['open'] },
    actKeys: { sign: ['personal-data', 'data-key'] },
    proofs: { read: [...VERIFY, ISSUED], put: [ORDERS_ABOUT_DATA, ACTS_ON_DATA_KEYS] },
  },
  {
    id: 'data-end',
    routes: [post('retention/end-retention-month', `${RETENTION}/months/{month}/end`)],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, HOLDERS_REQUESTS),
    personal: { rows: END_MONTHS, dataKeys: ['open', 'make', 'destroy'] },
    actKeys: { sign: ['data-key'] },
    proofs: { read: VERIFY, put: [ACTS_ON_DATA_KEYS] },
  },
];
