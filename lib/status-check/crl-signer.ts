import { phrase } from '../fault.ts';
import {
  type Certificate,
  type CertificateList,
  findExtension,
  keyIdentifier,
  sameName,
} from '../pki/pki.ts';
import { Unusable } from './finding.ts';
import { isSignedBy, whyUnjudged } from './issued-by.ts';
import type { Subject } from './ocsp.ts';

/** Where the signers of CRLs are found, and which of them may be believed. */
export interface Signers {
  /** Certificates at hand, of any kind. */
  readonly certificates: readonly Certificate[];
  /**
   * Throws `Unusable` unless the certificate has a path to the root of the path that is judged, and no certificate of
   * it is revoked (RFC 5280 6.3.3 (f)).
   */
  trust(signer: Certificate): Promise<void>;
}

const maySign = ({ extensions }: Certificate): boolean =>
  findExtension(extensions, 'keyUsage')?.usages.includes('cRLSign') !== false;

const ownIdentifier = ({ extensions, subjectPublicKeyInfo }: Certificate): Uint8Array =>
  findExtension(extensions, 'subjectKeyIdentifier')?.keyIdentifier ?? keyIdentifier(subjectPublicKeyInfo);

const SIGNATURE = 'RFC 5280 6.3.3 (g)';

const noSigner = (
  crl: CertificateList,
  { issuer }: Subject,
  candidates: readonly Certificate[],
): Unusable => {
  const why = whyUnjudged(crl, candidates);
  if (why) return new Unusable(SIGNATURE, phrase`The signature of the CRL cannot be judged. ${why}`);
  if (!sameName(crl.issuer, issuer.subject)) {
    return new Unusable('RFC 5280 6.3.3 (f)', phrase`The certificate of the CRL's issuer is not at hand.`);
  }
  const named = findExtension(crl.crlExtensions, 'authorityKeyIdentifier')?.keyIdentifier;
  return named && Buffer.compare(named, ownIdentifier(issuer)) !== 0
    ? new Unusable(SIGNATURE, phrase`The CRL names another key of the CA.`)
    : new Unusable(SIGNATURE, phrase`The signature of the CRL does not verify.`);
};

const isIssued = (certificate: Certificate, by: Certificate): boolean =>
  sameName(certificate.issuer, by.subject) && isSignedBy(certificate, by);

/**
 * A name alone makes nobody the CA: under one root, several CAs can certify one name (RFC 5280 8). Another key of the CA
 * is certified by it, or certifies it, or is certified by the key that certified the CA. An indirect CRL has a name of its own.
 */
const mayStandFor = (
  signer: Certificate,
  crl: CertificateList,
  { issuer }: Subject,
  certificates: readonly Certificate[],
): boolean =>
  !sameName(crl.issuer, issuer.subject) ||
  isIssued(signer, issuer) ||
  isIssued(issuer, signer) ||
  certificates.some((one) => isIssued(issuer, one) && isIssued(signer, one));

/**
 * The certificate whose key signed the CRL: that of the certificate's own CA, whose path is judged anyway; or another
 * with the CRL issuer's name, found by its key, whose path is then judged as well (RFC 5280 6.3.3 (f), (g)).
 */
export const signerOf = async (
  crl: CertificateList,
  subject: Subject,
  { certificates, trust }: Signers,
): Promise<Certificate> => {
  const { issuer } = subject;
  const named = [issuer, ...certificates].filter((candidate) => sameName(candidate.subject, crl.issuer));
  const signed = named.filter((candidate) => isSignedBy(crl, candidate));
  if (signed.length === 0) throw noSigner(crl, subject, named);
  const allowed = signed.filter(maySign);
  if (allowed.length === 0) {
    throw new Unusable('RFC 5280 6.3.3 (f)', phrase`The CA is not allowed to sign CRLs.`);
  }
  if (allowed[0] === issuer) return issuer;
  let why: unknown;
  for (const signer of allowed) {
    try {
      await trust(signer);
      if (!mayStandFor(signer, crl, subject, certificates)) {
        throw new Unusable(
          'RFC 5280 6.3.3 (f)',
          phrase`The CRL's signer has the name of the CA, but neither the CA nor who certified it issued its certificate.`,
        );
      }
      return signer;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      why = error;
    }
  }
  throw why;
};
