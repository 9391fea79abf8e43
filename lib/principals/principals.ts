/** The door of the principals room: who calls, by a client certificate, a token or the signature of an OCSP request. */
export { openDoor, requestorsBy, type TokenIssuers } from './callers.ts';
export type { Principals, RemoteIssuer } from './contract.ts';
