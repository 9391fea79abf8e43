/** The door of the principals room: who calls, by a client certificate, a token or the signature of an OCSP request. */
export { type Callers, openCallers } from './callers.ts';
export type { Principals, TokenIssuers } from './contract.ts';
export { requestorsBy } from './requestors.ts';
