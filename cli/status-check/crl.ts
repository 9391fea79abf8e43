import { type Phrase, phrase } from '../../lib/fault.ts';
import {
  type Certificate,
  type CertificateList,
  type DistributionPoint,
  decodeCertificateList,
  decodePem,
  type Extension,
  encodeExtensions,
  findExtension,
  formatName,
  type GeneralName,
  keyIdentifier,
  type RevokedCertificate,
} from '../../lib/pki/pki.ts';
import { isSignedBy, sameName } from '../issued-by.ts';
import { checkWindow, type Finding, type Statement, silence, Unusable, usable } from './finding.ts';
import type { Subject } from './ocsp.ts';

/** 64 MiB. */
export const MAX_CRL_BYTES = 64 * 1024 * 1024;

export interface CrlFinding {
  readonly finding: Finding;
  /** Whether the CRL lists that certificate of the same CA; false if the CRL cannot be relied on. */
  readonly lists: (serialNumber: string) => boolean;
}

export const noCrl = (
  why: 'absent' | 'unreachable' | 'unavailable' | 'unusable',
  detail: Phrase,
): CrlFinding => ({
  finding: silence(why, detail),
  lists: () => false,
});

/** Distribution points of the issuer itself, for every reason. A single complete CRL covers no others. */
export const wholePoints = ({ extensions }: Certificate): readonly DistributionPoint[] =>
  (findExtension(extensions, 'cRLDistributionPoints')?.points ?? []).filter(
    ({ cRLIssuer, reasons }) => cRLIssuer === undefined && reasons === undefined,
  );

/** A name as text that can be compared: the DER of an extension that holds this name only. */
const nameKey = (name: GeneralName): string =>
  Buffer.from(encodeExtensions([{ id: 'subjectAltName', names: [name], critical: false }])).toString(
    'base64',
  );

const issuerNames = ({ subject }: Certificate): readonly GeneralName[] => [
  { kind: 'directoryName', value: subject },
];

/** RFC 5280 6.3.3 (b) (2) (i): the CRL's distribution point is one of the certificate's, by a name in common. */
const matchesPoint = (
  idp: Extract<Extension, { id: 'issuingDistributionPoint' }>,
  { certificate, issuer }: Subject,
): boolean => {
  const points = wholePoints(certificate);
  const relative = idp.nameRelativeToCRLIssuer;
  if (relative) {
    return points.some(
      ({ nameRelativeToCRLIssuer: own }) => own !== undefined && Buffer.compare(own, relative) === 0,
    );
  }
  if (!idp.distributionPoint) return true;
  // RFC 5280 6.3.3: a certificate without distribution points is looked for under its issuer's name.
  const names = findExtension(certificate.extensions, 'cRLDistributionPoints')
    ? points.flatMap(({ fullName = [] }) => fullName)
    : issuerNames(issuer);
  const own = new Set(names.map(nameKey));
  return idp.distributionPoint.fullName.some((name) => own.has(nameKey(name)));
};

const checkScope = (crl: CertificateList, subject: Subject): void => {
  if (findExtension(crl.crlExtensions, 'deltaCRLIndicator')) {
    throw new Unusable(phrase`The CRL is a delta, which says nothing alone.`);
  }
  const idp = findExtension(crl.crlExtensions, 'issuingDistributionPoint');
  if (!idp) return;
  if (!matchesPoint(idp, subject)) {
    throw new Unusable(phrase`The CRL is that of another distribution point than the certificate's.`);
  }
  if (idp.indirectCRL) throw new Unusable(phrase`The CRL is an indirect one, which is not understood here.`);
  if (idp.onlySomeReasons) throw new Unusable(phrase`The CRL covers some reasons only.`);
  const isCa = findExtension(subject.certificate.extensions, 'basicConstraints')?.cA === true;
  if (idp.onlyContainsAttributeCerts) throw new Unusable(phrase`The CRL covers attribute certificates only.`);
  if (isCa && idp.onlyContainsUserCerts)
    throw new Unusable(phrase`The CRL does not cover certificates of CAs.`);
  if (!isCa && idp.onlyContainsCACerts) throw new Unusable(phrase`The CRL covers certificates of CAs only.`);
};

/** RFC 5280 6.3.3 (f), (g): signed by the key that signed the certificate. No other signer is accepted here. */
const checkSigner = (crl: CertificateList, issuer: Certificate): void => {
  if (!sameName(crl.issuer, issuer.subject))
    throw new Unusable(phrase`The CRL is not of the certificate's CA.`);
  if (findExtension(issuer.extensions, 'keyUsage')?.usages.includes('cRLSign') === false) {
    throw new Unusable(phrase`The CA is not allowed to sign CRLs.`);
  }
  const named = findExtension(crl.crlExtensions, 'authorityKeyIdentifier')?.keyIdentifier;
  const own =
    findExtension(issuer.extensions, 'subjectKeyIdentifier')?.keyIdentifier ??
    keyIdentifier(issuer.subjectPublicKeyInfo);
  if (named && Buffer.compare(named, own) !== 0)
    throw new Unusable(phrase`The CRL names another key of the CA.`);
  if (!isSignedBy(crl, issuer)) throw new Unusable(phrase`The signature of the CRL does not verify.`);
};

const read = (bytes: Buffer): CertificateList =>
  decodeCertificateList(
    bytes[0] === 0x30 ? bytes : decodePem('X509 CRL', bytes.toString('utf8'), MAX_CRL_BYTES),
    MAX_CRL_BYTES,
  );

const entryStatus = (entry: RevokedCertificate | undefined): Pick<Statement, 'says' | 'revocation'> => {
  if (!entry) return { says: 'good' };
  const { reasonCode: reason, revocationDate: time, invalidityDate } = entry;
  // RFC 5280 5.3.1: for delta CRLs only.
  if (reason === 'removeFromCRL')
    throw new Unusable(phrase`The CRL removes the certificate, which only a delta can.`);
  return {
    says: reason === 'certificateHold' ? 'hold' : 'revoked',
    revocation: { time, ...(reason && { reason }), ...(invalidityDate && { invalidityDate }) },
  };
};

/** Judges a complete CRL, in DER or PEM, for the certificate. */
export const judgeCrl = (bytes: Buffer, subject: Subject, now: number): CrlFinding => {
  const entries = new Map<string, RevokedCertificate>();
  const finding = usable(() => {
    const crl = read(bytes);
    checkSigner(crl, subject.issuer);
    checkScope(crl, subject);
    checkWindow(phrase`The CRL`, now, crl.thisUpdate, crl.nextUpdate);
    for (const entry of crl.revokedCertificates) {
      // RFC 5280 5.3.3: a CRL that is not indirect lists certificates of its own issuer only.
      if (findExtension(entry.otherExtensions ?? [], 'certificateIssuer')) {
        throw new Unusable(phrase`The CRL has entries of other CAs without being an indirect one.`);
      }
      entries.set(entry.serialNumber, entry);
    }
    const number = findExtension(crl.crlExtensions, 'cRLNumber')?.number;
    return {
      ...entryStatus(entries.get(subject.certificate.serialNumber)),
      thisUpdate: crl.thisUpdate,
      nextUpdate: crl.nextUpdate,
      signer: formatName(crl.issuer),
      ...(number === undefined ? {} : { number: number.toString() }),
    };
  });
  return { finding, lists: (serialNumber) => finding.says !== 'nothing' && entries.has(serialNumber) };
};
