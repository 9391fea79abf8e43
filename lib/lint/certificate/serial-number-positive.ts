import { derInteger, encodeTbsCertificate } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const serialNumberPositive: EncodedCertificateRule = {
  id: 'serial-number-positive',
  cite: 'RFC 5280 4.1.2.2',
  applies: () => true,
  check: ({ serialNumber }) => {
    const negative = (serialNumber[0] as number) >= 0x80;
    const zero = serialNumber.every((octet) => octet === 0);
    return negative || zero ? 'The serial number is not a positive integer.' : undefined;
  },
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [1], () => derInteger(-1)),
  }),
};
