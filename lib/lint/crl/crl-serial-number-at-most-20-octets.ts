import { derInteger, encodeTbsCertList } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { CertListEntryRule } from '../rule.ts';

export const crlSerialNumberAtMost20Octets: CertListEntryRule = {
  id: 'crl-serial-number-at-most-20-octets',
  cite: 'RFC 5280 4.1.2.2, 5.1.2.6',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ serialStart, serialEnd }) =>
      serialEnd - serialStart > 20 ? 'A serial number has more than 20 octets.' : undefined,
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList(good.tbs), [5, 0, 0], () => derInteger((1n << 160n) - 1n)),
  }),
};
