import { createHash } from 'node:crypto';
import type { SignedRequestFacts } from '../ledger/ledger.ts';
import { algorithmId } from '../pki/pki.ts';
import type { SignedRequest } from './deps.ts';

/** ecdsa-with-SHA256, -SHA384 and -SHA512 (RFC 5758 3.2). */
const ECDSA = /^1\.2\.840\.10045\.4\.3\./;

/**
 * The part of a signature that nobody can change without the key. Of an ECDSA signature (r, s) everybody can make (r, n - s),
 * which verifies as well, so r alone counts: the first INTEGER in the SEQUENCE. The signature was verified, so it is one.
 */
const fixedPart = ({ signatureAlgorithm, signatureValue }: SignedRequest): Uint8Array => {
  if (!ECDSA.test(algorithmId(signatureAlgorithm).algorithm)) return signatureValue;
  const first = (signatureValue[1] ?? 0) < 0x80 ? 2 : 3;
  return signatureValue.subarray(first, first + 2 + (signatureValue[first + 1] ?? 0));
};

/**
 * The facts by which a signed request is known again. Only what is signed over counts, because anybody who sends it again can
 * change the certificates that come with it.
 */
export const signedRequestFacts = (signed: SignedRequest): SignedRequestFacts => {
  const digest = createHash('sha256').update(signed.tbs).update(fixedPart(signed)).digest('hex');
  return { digest, until: signed.certificate.notAfter.getTime() };
};
