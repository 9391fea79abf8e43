import { constructed, derInteger, encodeTbsCertificate, tlv } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const versionIs3: EncodedCertificateRule = {
  id: 'version-is-3',
  cite: 'RFC 5280 4.1.2.1',
  applies: () => true,
  check: ({ version }) => (version === 2 ? undefined : 'A certificate with extensions has version 3.'),
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [0], () => tlv(constructed(0), derInteger(1))),
  }),
};
