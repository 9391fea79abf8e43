import { derSequence, encodeTbsCertList } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlWithoutEmptyList: EncodedCertListRule = {
  id: 'crl-without-empty-list',
  cite: 'RFC 5280 5.1.2.6: absent when there is nothing to list',
  applies: () => true,
  check: ({ revokedCertificates }) =>
    revokedCertificates?.length === 0 ? 'revokedCertificates is there and empty.' : undefined,
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList({ ...good.tbs, revokedCertificates: [] }), [4], (nextUpdate) =>
      Buffer.concat([nextUpdate, derSequence()]),
    ),
  }),
};
