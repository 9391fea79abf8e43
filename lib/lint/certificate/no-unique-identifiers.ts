import { derBitString, encodeTbsCertificate, primitive } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const noUniqueIdentifiers: EncodedCertificateRule = {
  id: 'no-unique-identifiers',
  cite: 'RFC 5280 4.1.2.8',
  applies: () => true,
  check: ({ hasUniqueIdentifier }) =>
    hasUniqueIdentifier ? 'The certificate has an issuer or subject unique identifier.' : undefined,
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [6], (key) =>
      Buffer.concat([key, derBitString(Uint8Array.of(1), 0, primitive(2))]),
    ),
  }),
};
