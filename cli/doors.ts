import type { Question } from './exchange.ts';

/**
 * Operations that ask nobody for credentials. On AWS they are at the plain address only: the doors for certificates and
 * tokens do not have them. OCSP and CRLs are not among them, because a caller may be named there; those are at every door.
 */
const OPEN = [
  /^\/ca(\/|$)/,
  /^\/log\//,
  /^\/\.well-known\//,
  /^\/(healthz|openapi\.json)$/,
  /^\/api\/v1\/statistics$/,
  /^\/api\/v1\/reports\/annual(\/[^/]+)?$/,
];

/** Whoever has an invitation has no credentials yet. */
const INVITATIONS = '/api/v1/invitations';

/** Whether everybody may ask this, so that it is asked at the plain address. `path` is below the service's address. */
export const isOpen = (method: Question['method'], path: string): boolean =>
  method === 'GET' ? OPEN.some((pattern) => pattern.test(path)) : method === 'POST' && path === INVITATIONS;
