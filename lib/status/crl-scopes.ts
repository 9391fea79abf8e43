import { AUTHORITY_CRL, FULL_CRL } from './contract.ts';
import type { IssuerTerms } from './issuer-terms.ts';

/**
 * A CRL without an issuingDistributionPoint covers all certificates of its CA, and every verifier takes it. With that
 * extension the CA publishes two lists (RFC 5280 5.2.5): one covers the certificates of users, and one the CA's own.
 */
export type CrlScope = 'onlyContainsUserCerts' | 'onlyContainsCACerts';

/** By partition, in the order of publication: `authority` comes first, so what `full` leaves out is listed already. */
export const SCOPES: ReadonlyMap<string, CrlScope> = new Map([
  [AUTHORITY_CRL, 'onlyContainsCACerts'],
  [FULL_CRL, 'onlyContainsUserCerts'],
]);
const WHOLE: ReadonlyMap<string, undefined> = new Map([[FULL_CRL, undefined]]);

export const scopesOf = ({ crl }: Pick<IssuerTerms, 'crl'>): ReadonlyMap<string, CrlScope | undefined> =>
  crl.onlyContainsUserCerts ? SCOPES : WHOLE;
