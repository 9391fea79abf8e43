import { type RouteFunction, type TaskFunction, together } from '../lambda/grants.ts';
import { BASIS, DOOR, get, ISSUE, MOVE_REQUEST, onRows, post, RECORD } from '../lambda/rows.ts';

const REQUESTS = '/api/v1/requests';

export const REGISTRATION_ROUTES: readonly RouteFunction[] = [
  onRows('request-submit', post('requests/submit-request', REQUESTS), {
    get: ['request-idempotency/*', 'request/*'],
    put: ['request/*', 'requests', 'requests/*', 'request-key/*', 'request-idempotency/*', 'staged/*'],
  }),
  {
    id: 'requests',
    routes: [get('requests/list-requests', REQUESTS), get('requests/get-request', `${REQUESTS}/{id}`)],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, RECORD, { query: ['requests', 'requests/*'], get: ['request/*'] }),
  },
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
];

export const REGISTRATION_TASKS: readonly TaskFunction[] = [
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
];
