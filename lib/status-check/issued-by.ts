import { Fault, type Phrase } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import { type Certificate, findExtension, sameName } from '../pki/pki.ts';

/** Anything signed: a certificate, a CRL, an OCSP answer. */
export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signatureValue: Uint8Array;
}

/**
 * What the issuer's key says about a signature; a phrase says why it says nothing: the algorithm is not known here, this
 * runtime does not have it, or it does not go with the key. Generations of a CA may have different ones.
 */
export const signatureUnder = (
  signed: Signed,
  { subjectPublicKeyInfo }: Certificate,
): 'verified' | 'wrong' | Phrase => {
  try {
    verifySignature({
      subjectPublicKeyInfo,
      signatureAlgorithm: signed.signatureAlgorithm,
      message: signed.tbs,
      signature: signed.signatureValue,
    });
    return 'verified';
  } catch (error) {
    if (Fault.is(error, 'signature-invalid')) return 'wrong';
    if (Fault.is(error, 'unsupported-algorithm') || Fault.is(error, 'input-too-large')) return error.phrase;
    throw error;
  }
};

export const isSignedBy = (signed: Signed, issuer: Certificate): boolean =>
  signatureUnder(signed, issuer) === 'verified';

/** Why a signature that verifies under none of these keys cannot be judged; undefined where it is wrong under all. */
export const whyUnjudged = (signed: Signed, issuers: readonly Certificate[]): Phrase | undefined => {
  for (const issuer of issuers) {
    const says = signatureUnder(signed, issuer);
    if (typeof says !== 'string') return says;
  }
  return undefined;
};

/**
 * Whether `issuer` is a CA that issued the certificate: by name and then by key, since generations of a CA share
 * their name (RFC 5280 6.1.3 (a), 6.1.4 (k), (n)).
 */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  sameName(certificate.issuer, issuer.subject) &&
  findExtension(issuer.extensions, 'basicConstraints')?.cA === true &&
  findExtension(issuer.extensions, 'keyUsage')?.usages.includes('keyCertSign') !== false &&
  isSignedBy(certificate, issuer);
