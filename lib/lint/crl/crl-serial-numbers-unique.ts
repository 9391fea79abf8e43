import { change } from '../examples.ts';
import { OctetSet } from '../octet-set.ts';
import type { CertListEntryRule } from '../rule.ts';

export const crlSerialNumbersUnique: CertListEntryRule = {
  id: 'crl-serial-numbers-unique',
  cite: 'RFC 5280 5.1.2.6, 5.3: an entry for each certificate; two could disagree',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start: ({ der }) => {
    const seen = new OctetSet(der);
    return ({ serialNumber }) => (seen.add(serialNumber) ? undefined : 'A serial number comes twice.');
  },
  bad: (good) => {
    const { revokedCertificates } = good.tbs;
    return change(good, {
      revokedCertificates: [...revokedCertificates, ...revokedCertificates.slice(0, 1)],
    });
  },
};
