import { type RouteFunction, type RouteOfFunction, type Rows, together } from './grants.ts';

/** The check of a caller reads the operations CAs, and the status of the caller's certificate. */
export const DOOR: Rows = { query: ['issuers'], get: ['status/*'] };

/** Stores a record: one put, and one get if the put's answer was lost. */
export const RECORD: Rows = { put: ['staged/*'], get: ['staged/*'] };

export const ISSUE: Rows = {
  query: ['issuers'],
  get: ['issuance/*', 'status/*', 'certificates/*', 'staged/*'],
  put: ['issuance/*', 'status/*', 'certificates/*', 'unfinished/*', 'staged/*'],
  delete: ['unfinished/*'],
};

/**
 * A signature that a person has to ask for is made only with the records of the acts that it rests on. A certificate is
 * revoked only with the record of its issuance.
 */
export const BASIS: Rows = { get: ['staged/*', 'record/*', 'expired/*'] };

export const PUBLISH: Rows = {
  query: ['issuers', 'revoked/*', 'changed/*', 'crls/*'],
  get: ['crls/*', 'revoked/*'],
  put: ['crls/*', 'staged/*'],
  delete: ['crls/*', 'changed/*'],
};

/** A request moves from one state to the next. */
export const MOVE_REQUEST: Rows = {
  get: ['request/*'],
  put: ['request/*', 'requests/*', 'staged/*'],
  delete: ['requests/*'],
};

export const CHANGE_STATUS: Rows = {
  get: ['certificates/*', 'status/*', 'awaited/*'],
  put: ['status/*', 'revoked/*', 'changed/*', 'awaited/*', 'staged/*'],
  delete: ['awaited/*'],
};

export const RENEW_RESPONDER: Rows = {
  get: ['responders', 'responder-keys'],
  put: ['responders', 'responder-keys'],
};

/** The partitions of a settled record, of all rows that point to it, and of the totals that count it. */
export const SETTLED = [
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

/** A query settles the staged records before it answers. */
export const SETTLE: Rows = {
  query: ['staged/*'],
  get: ['ledger', 'count/*'],
  put: ['ledger', ...SETTLED, 'unsequenced/*'],
  delete: ['staged/*'],
};

export const QUERY_RECORDS: Rows = {
  query: SETTLED.filter((pk) => pk !== 'count/*'),
  get: ['record/*'],
};

export const MAKE_REPORT: Rows = together(SETTLE, {
  query: ['record/*', 'count/*', 'report/annual'],
  put: ['report/annual', 'staged/*'],
});

/** A holder's records are found by its certificates. */
export const HOLDER_RECORDS: Rows = { query: ['holder/*', 'certificate/*'], get: ['record/*'] };

export const SEQUENCE: Rows = {
  query: ['staged/*', 'unsequenced/*', 'log/batch'],
  get: ['ledger', 'log', 'count/*', 'record/*', 'staged/*', 'unsequenced/*', 'settings'],
  put: ['ledger', 'log', 'log/batch', 'settings', 'staged/*', ...SETTLED],
  delete: ['staged/*', 'unsequenced/*', 'log/batch'],
  check: ['log'],
};

/** The function that needs the disclosure key first makes it, and records that. */
export const DISCLOSURE_KEY: Rows = {
  get: ['responder-keys', 'settings'],
  put: ['responder-keys', 'settings'],
};

export const get = (file: string, path: string): RouteOfFunction => ({ file, method: 'GET', path });
export const post = (file: string, path: string): RouteOfFunction => ({ file, method: 'POST', path });

/** A function with one route for named callers. It works on rows and nothing else. */
export const onRows = (id: string, route: RouteOfFunction, rows: Rows): RouteFunction => ({
  id,
  routes: [route],
  doors: 'callers',
  part: 'rows',
  rows: together(DOOR, rows),
});
