import { phrase } from '../fault.ts';
import {
  type Certificate,
  type CertificateList,
  type DistributionPoint,
  type Extension,
  findExtension,
  type GeneralName,
  type Name,
  nameBelow,
  sameName,
} from '../pki/pki.ts';
import { Unusable } from './finding.ts';
import { haveCommonName } from './general-name-key.ts';

/** What a CRL covers, and whether it covers a certificate: RFC 5280 6.3.3 (b) and (d). */

type Idp = Extract<Extension, { id: 'issuingDistributionPoint' }>;

const directory = (value: Name): GeneralName => ({ kind: 'directoryName', value });

export const idpOf = ({ crlExtensions }: CertificateList): Idp | undefined =>
  findExtension(crlExtensions, 'issuingDistributionPoint');

/**
 * The certificate's distribution points, and behind them the one that every certificate has: its issuer, under the
 * issuer's name (RFC 5280 6.3.3, last paragraph).
 */
export const pointsOf = ({ extensions, issuer }: Certificate): readonly DistributionPoint[] => [
  ...(findExtension(extensions, 'cRLDistributionPoints')?.points ?? []),
  { fullName: [directory(issuer)] },
];

/** (b) (1): the CRL is of the point's cRLIssuer, or else of the certificate's issuer. */
const isOfIssuer = (
  { cRLIssuer }: DistributionPoint,
  { issuer }: CertificateList,
  certificate: Certificate,
): boolean =>
  cRLIssuer === undefined
    ? sameName(issuer, certificate.issuer)
    : haveCommonName(cRLIssuer, [directory(issuer)]);

/** The certificate's points whose CRL issuer this CRL's issuer is. */
const pointsOfIssuer = (crl: CertificateList, certificate: Certificate): readonly DistributionPoint[] =>
  pointsOf(certificate).filter((point) => isOfIssuer(point, crl, certificate));

/** Whether the CRL may be about the certificate at all: it is of its issuer, or of one that its points name. */
export const isFrom = (crl: CertificateList, certificate: Certificate): boolean =>
  pointsOfIssuer(crl, certificate).length > 0;

const namesOfPoint = (point: DistributionPoint, certificate: Certificate): readonly GeneralName[] => {
  if (point.fullName) return point.fullName;
  const { nameRelativeToCRLIssuer: relative, cRLIssuer = [] } = point;
  if (!relative) return cRLIssuer;
  const issuers = cRLIssuer.flatMap((name) => (name.kind === 'directoryName' ? [name.value] : []));
  return (issuers.length > 0 ? issuers : [certificate.issuer]).map((issuer) =>
    directory(nameBelow(issuer, relative)),
  );
};

/** (b) (2) (i). A point with a cRLIssuer and no name of its own goes by the cRLIssuer. */
const hasName = (
  idp: Idp,
  crl: CertificateList,
  point: DistributionPoint,
  certificate: Certificate,
): boolean => {
  const { distributionPoint, nameRelativeToCRLIssuer: relative } = idp;
  const names = distributionPoint
    ? distributionPoint.fullName
    : relative && [directory(nameBelow(crl.issuer, relative))];
  return names === undefined || haveCommonName(names, namesOfPoint(point, certificate));
};

/** Reasons as bits by their place in ReasonFlags (RFC 5280 4.2.1.13), without the unused first one. */
export type Reasons = number;

export const EVERY_REASON: Reasons = 0b1_1111_1110;

/** `flags` are the content octets of the BIT STRING. */
const reasonsIn = (flags: Uint8Array | undefined): Reasons => {
  if (flags === undefined) return EVERY_REASON;
  let reasons = 0;
  for (let bit = 1; bit <= 8; bit++) {
    if ((flags[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) reasons |= 1 << bit;
  }
  return reasons;
};

const isCa = ({ extensions }: Certificate): boolean =>
  findExtension(extensions, 'basicConstraints')?.cA === true;

/** (b) (2) (ii) to (iv). */
const checkKind = (idp: Idp, certificate: Certificate): void => {
  if (idp.onlyContainsAttributeCerts) {
    throw new Unusable('RFC 5280 6.3.3 (b) (2) (iv)', phrase`The CRL covers attribute certificates only.`);
  }
  if (isCa(certificate) && idp.onlyContainsUserCerts) {
    throw new Unusable('RFC 5280 6.3.3 (b) (2) (ii)', phrase`The CRL does not cover certificates of CAs.`);
  }
  if (!isCa(certificate) && idp.onlyContainsCACerts) {
    throw new Unusable('RFC 5280 6.3.3 (b) (2) (iii)', phrase`The CRL covers certificates of CAs only.`);
  }
};

/** Throws `Unusable` unless the CRL covers the certificate; gives the reasons for which it does (d). */
export const coveredReasons = (crl: CertificateList, certificate: Certificate): Reasons => {
  const idp = idpOf(crl);
  const points = pointsOfIssuer(crl, certificate);
  if (points.length === 0) {
    throw new Unusable('RFC 5280 6.3.3 (b) (1)', phrase`The CRL is not of the certificate's CA.`);
  }
  const named = idp ? points.filter((point) => hasName(idp, crl, point, certificate)) : points;
  if (named.length === 0) {
    throw new Unusable(
      'RFC 5280 6.3.3 (b) (2) (i)',
      phrase`The CRL is that of another distribution point than the certificate's.`,
    );
  }
  const usable = named.filter(({ cRLIssuer }) => cRLIssuer === undefined || idp?.indirectCRL);
  if (usable.length === 0) {
    throw new Unusable(
      'RFC 5280 6.3.3 (b) (1)',
      phrase`The CRL of another issuer does not say that it is an indirect one.`,
    );
  }
  if (idp) checkKind(idp, certificate);
  const bySet = usable.reduce((all, { reasons }) => all | reasonsIn(reasons), 0);
  return bySet & reasonsIn(idp?.onlySomeReasons);
};
