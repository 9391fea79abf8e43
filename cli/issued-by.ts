import { Fault } from '../lib/fault.ts';
import { verifySignature } from '../lib/keys/keys.ts';
import { type Certificate, encodeName, findExtension } from '../lib/pki/pki.ts';

/** Anything signed: a certificate, a CRL, an OCSP answer. */
export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signatureValue: Uint8Array;
}

/** False also where the key and the algorithm do not go together: another generation may have another algorithm. */
export const isSignedBy = (signed: Signed, { subjectPublicKeyInfo }: Certificate): boolean => {
  try {
    verifySignature({
      subjectPublicKeyInfo,
      signatureAlgorithm: signed.signatureAlgorithm,
      message: signed.tbs,
      signature: signed.signatureValue,
    });
    return true;
  } catch (error) {
    if (Fault.is(error, 'signature-invalid') || Fault.is(error, 'unsupported-algorithm')) return false;
    throw error;
  }
};

export const sameName = (a: Certificate['subject'], b: Certificate['subject']): boolean =>
  Buffer.compare(encodeName(a), encodeName(b)) === 0;

/**
 * Whether `issuer` is a CA that issued the certificate: by name and then by key, since generations of a CA share
 * their name (RFC 5280 6.1.3 (a), 6.1.4 (k), (n)).
 */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  sameName(certificate.issuer, issuer.subject) &&
  findExtension(issuer.extensions, 'basicConstraints')?.cA === true &&
  findExtension(issuer.extensions, 'keyUsage')?.usages.includes('keyCertSign') !== false &&
  isSignedBy(certificate, issuer);
