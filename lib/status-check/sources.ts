import {
  type Certificate,
  type DistributionPoint,
  findExtension,
  type GeneralName,
  OID,
} from '../pki/pki.ts';

/** Addresses of one kind, tried in turn. */
const MAX_ADDRESSES = 4;

/** Only http and https: an address in a certificate must not reach files or other protocols. */
export const webAddress = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
};

const webAddresses = (names: readonly GeneralName[]): readonly URL[] =>
  names
    .flatMap((name) => (name.kind === 'uniformResourceIdentifier' ? (webAddress(name.value) ?? []) : []))
    .slice(0, MAX_ADDRESSES);

const accessAddresses = ({ extensions }: Certificate, wanted: string): readonly URL[] =>
  webAddresses(
    (findExtension(extensions, 'authorityInfoAccess')?.accesses ?? [])
      .filter(({ method }) => method === wanted)
      .map(({ location }) => location),
  );

export const issuerAddresses = (certificate: Certificate): readonly URL[] =>
  accessAddresses(certificate, OID.caIssuers);

export const ocspAddresses = (certificate: Certificate): readonly URL[] =>
  accessAddresses(certificate, OID.ocsp);

/** Whether it names a responder at all, be it one that is not asked here. */
export const namesOcsp = ({ extensions }: Certificate): boolean =>
  findExtension(extensions, 'authorityInfoAccess')?.accesses.some(({ method }) => method === OID.ocsp) ===
  true;

/** Addresses by distribution point: those of one point give the same CRL (RFC 5280 4.2.1.13). */
const addressesOf = (points: readonly DistributionPoint[] = []): readonly (readonly URL[])[] =>
  points
    .map(({ fullName = [] }) => webAddresses(fullName))
    .filter((urls) => urls.length > 0)
    .slice(0, MAX_ADDRESSES);

export const crlAddresses = ({ extensions }: Certificate): readonly (readonly URL[])[] =>
  addressesOf(findExtension(extensions, 'cRLDistributionPoints')?.points);

/** Addresses of delta CRLs, by distribution point, that a certificate's or a CRL's extensions name. */
export const deltaAddresses = (extensions: Certificate['extensions']): readonly (readonly URL[])[] =>
  addressesOf(findExtension(extensions, 'freshestCRL')?.points);
