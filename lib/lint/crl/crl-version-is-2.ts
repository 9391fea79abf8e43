import { derInteger, encodeTbsCertList } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlVersionIs2: EncodedCertListRule = {
  id: 'crl-version-is-2',
  cite: 'RFC 5280 5.1.2.1',
  applies: () => true,
  check: ({ version }) => (version === 1 ? undefined : 'A CRL with extensions has version 2.'),
  bad: (good) => ({ ...good, tbs: rewrite(encodeTbsCertList(good.tbs), [0], () => derInteger(0)) }),
};
