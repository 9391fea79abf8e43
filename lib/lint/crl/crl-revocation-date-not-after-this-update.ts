import { comparableTime } from '../encoded-certificate.ts';
import { change } from '../examples.ts';
import type { CertListEntryRule } from '../rule.ts';

export const crlRevocationDateNotAfterThisUpdate: CertListEntryRule = {
  id: 'crl-revocation-date-not-after-this-update',
  cite: 'RFC 5280 5.3.2: on revocationDate the CA acted, which was before it wrote the CRL',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start: ({ thisUpdate }) => {
    const end = Number(comparableTime(thisUpdate).slice(0, -1));
    return ({ revocationDate }) =>
      revocationDate > end ? 'A revocationDate is after thisUpdate.' : undefined;
  },
  bad: (good) => {
    const revocationDate = new Date(good.tbs.thisUpdate.getTime() + 1_000);
    return change(good, {
      revokedCertificates: good.tbs.revokedCertificates.map((entry) => ({ ...entry, revocationDate })),
    });
  },
};
