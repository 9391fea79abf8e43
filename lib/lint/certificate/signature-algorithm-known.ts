import { derNull, derOid, derSequence, type Oid } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import { signingKeys } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

export const signatureAlgorithmKnown: CertificateRule = {
  id: 'signature-algorithm-known',
  cite: 'RFC 5280 4.1.2.3; RFC 4055 5, 5758 3.2, 8410 3, 9881 2; no SHA-1, no MD5',
  applies: () => true,
  check: ({ signature }) =>
    signingKeys(signature) === undefined
      ? 'The signature algorithm, or its parameters, are not among those that this service signs with.'
      : undefined,
  // sha1WithRSAEncryption
  bad: (good) => change(good, { signature: derSequence(derOid('1.2.840.113549.1.1.5' as Oid), derNull()) }),
};
