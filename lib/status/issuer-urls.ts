import { FULL_CRL } from './contract.ts';

/** Where relying parties find what the service publishes of a CA. */
export interface IssuerUrls {
  readonly certificate: string;
  /** Several addresses are locations of the same CRL. */
  readonly crl: readonly [string, ...string[]];
  readonly ocsp: string;
}

/** Where relying parties fetch the CA's full CRL, below each address. */
export const crlPath = (ca: string): string => `/crl/${ca}/${FULL_CRL}.crl`;

/** The CA's full CRL is published under each address; its certificate and OCSP answers are under the first. */
export const issuerUrls = (ca: string, [first, ...others]: readonly [string, ...string[]]): IssuerUrls => ({
  certificate: `${first}/ca/${ca}.cer`,
  crl: [`${first}${crlPath(ca)}`, ...others.map((address) => `${address}${crlPath(ca)}`)],
  ocsp: `${first}/ocsp`,
});
