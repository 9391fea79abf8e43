import { change } from '../examples.ts';
import type { CertListEntryRule } from '../rule.ts';
import { SerialsOnce } from '../serials-once.ts';

export const crlSerialNumbersUnique: CertListEntryRule = {
  id: 'crl-serial-numbers-unique',
  cite: 'RFC 5280 5.1.2.6, 5.3: an entry for each certificate; two could disagree',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start: ({ revokedCertificates = new Uint8Array() }) => {
    const serials = new SerialsOnce(revokedCertificates);
    return ({ serialStart, serialEnd }) =>
      serials.add(serialStart, serialEnd) ? undefined : 'A serial number comes twice.';
  },
  bad: (good) => {
    const { revokedCertificates } = good.tbs;
    return change(good, {
      revokedCertificates: [...revokedCertificates, ...revokedCertificates.slice(0, 1)],
    });
  },
};
