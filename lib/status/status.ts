import { openAuthorityState } from './authority-state.ts';
import type { Status } from './contract.ts';
import { openCrls } from './crls/crls.ts';
import type { StatusDeps } from './deps.ts';
import { openOcsp } from './ocsp.ts';

export {
  type ArchivedCrl,
  AUTHORITY_CRL,
  type AuthorityState,
  type CrlState,
  FULL_CRL,
  type OcspAnswer,
  type ResponderState,
  type Status,
} from './contract.ts';
export { listId } from './crl-lists.ts';
export type { CrlScope } from './crl-scopes.ts';
export { recentCrlAlarms } from './crls/alarms.ts';
export { archiveKey } from './crls/archive.ts';
export { openCrlDue } from './crls/due.ts';
export { readCurrentCrl } from './crls/rows.ts';
export type { OcspDeps, ProvenClosing, ProvenStatus } from './deps.ts';
export { type Gauges, openGauges } from './gauges.ts';
export { askedByGetRequest } from './get-request.ts';
export { type IssuerTerms, issuerTermsOf } from './issuer-terms.ts';
export { crlPath, type IssuerUrls, issuerUrls } from './issuer-urls.ts';
export { type Issuer, type Issuers, type IssuersDeps, openIssuers } from './issuers.ts';
export { crlFloor, responderFloor } from './lateness.ts';
export { openOcsp } from './ocsp.ts';
export {
  openRegister,
  type Register,
  type Registered,
  type RevocationEntry,
  type RevokedRow,
  type StatusRow,
  type StatusRows,
} from './register.ts';
export type { ResponderRow } from './responder-rows.ts';
export { openResponders, type Responders } from './responders.ts';

export const openStatus = (deps: StatusDeps): Status => ({
  ...openOcsp(deps),
  ...openCrls(deps),
  authorityState: openAuthorityState(deps),
  authorityFor: async (actor, ca) => {
    const { tenant } = await deps.issuers.knownTo(actor, ca);
    return tenant === undefined ? {} : { tenant };
  },
});
