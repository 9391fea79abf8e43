/** The door of the principals room. It finds the caller by a client certificate, a token or a signed OCSP request. */
export { type Callers, openCallers } from './callers.ts';
export type { KnownBy, Principals, TokenIssuers } from './contract.ts';
export { requestorsBy } from './requestors.ts';
export { type Begun, type OpenSession, openSessions, type SessionKeys, type Sessions } from './sessions.ts';
