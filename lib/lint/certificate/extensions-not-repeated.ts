import { encodeTbsCertificate } from '../../pki/pki.ts';
import { repeatedOid } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const extensionsNotRepeated: EncodedCertificateRule = {
  id: 'extensions-not-repeated',
  cite: 'RFC 5280 4.2',
  applies: () => true,
  check: ({ extensions }) => {
    const repeated = repeatedOid(extensions);
    return repeated === undefined ? undefined : `The extension ${repeated} comes twice.`;
  },
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [7, 0, 0], (first) => Buffer.concat([first, first])),
  }),
};
