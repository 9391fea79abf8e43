import { AUTHORITY_CRL, FULL_CRL } from './contract.ts';

/** Where relying parties find what the service publishes of a CA. */
export interface IssuerUrls {
  readonly certificate: string;
  /** Several addresses are locations of the same CRL. */
  readonly crl: readonly [string, ...string[]];
  /** Those of the CRL of the CA's own certificate, where the CA publishes one. No certificate names them. */
  readonly authorityCrl: readonly string[];
  readonly ocsp: string;
}

/** Where relying parties fetch a CRL of the CA, below each address. */
export const crlPath = (ca: string, partition: string): string => `/crl/${ca}/${partition}.crl`;

type ServiceAddresses = readonly [string, ...string[]];

/** The addresses in force stay one object as long as they are in force, and so do the addresses of each CA. */
const known = new WeakMap<ServiceAddresses, Map<string, IssuerUrls>>();

/** The CA's full CRL is published under each address; its certificate and OCSP answers are under the first. */
export const issuerUrls = (ca: string, addresses: ServiceAddresses): IssuerUrls => {
  const ofCas = known.get(addresses) ?? new Map<string, IssuerUrls>();
  known.set(addresses, ofCas);
  const urls = ofCas.get(ca) ?? urlsUnder(ca, addresses);
  ofCas.set(ca, urls);
  return urls;
};

const urlsUnder = (ca: string, [first, ...others]: ServiceAddresses): IssuerUrls => ({
  certificate: `${first}/ca/${ca}.cer`,
  crl: [`${first}${crlPath(ca, FULL_CRL)}`, ...others.map((address) => `${address}${crlPath(ca, FULL_CRL)}`)],
  authorityCrl: [first, ...others].map((address) => `${address}${crlPath(ca, AUTHORITY_CRL)}`),
  ocsp: `${first}/ocsp`,
});
