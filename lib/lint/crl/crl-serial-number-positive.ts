import { derInteger, encodeTbsCertList } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { CertListEntryRule } from '../rule.ts';

export const crlSerialNumberPositive: CertListEntryRule = {
  id: 'crl-serial-number-positive',
  cite: 'RFC 5280 4.1.2.2, 5.1.2.6',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ bytes, serialStart, serialEnd }) => {
      const first = bytes[serialStart] as number;
      const zero = first === 0 && serialEnd === serialStart + 1;
      return first >= 0x80 || zero ? 'A serial number is not positive.' : undefined;
    },
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList(good.tbs), [5, 0, 0], () => derInteger(-1)),
  }),
};
