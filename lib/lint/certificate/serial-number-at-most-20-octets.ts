import { derInteger, encodeTbsCertificate } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const serialNumberAtMost20Octets: EncodedCertificateRule = {
  id: 'serial-number-at-most-20-octets',
  cite: 'RFC 5280 4.1.2.2',
  applies: () => true,
  check: ({ serialNumber }) =>
    serialNumber.length > 20 ? `The serial number has ${serialNumber.length} octets.` : undefined,
  // 20 octets of magnitude whose first bit is set take 21 in DER.
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [1], () => derInteger((1n << 160n) - 1n)),
  }),
};
