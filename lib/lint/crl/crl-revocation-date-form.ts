import { derText, encodeTbsCertList, TAG } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { CertListEntryRule } from '../rule.ts';

export const crlRevocationDateForm: CertListEntryRule = {
  id: 'crl-revocation-date-form',
  cite: 'RFC 5280 5.1.2.6: as in 5.1.2.4',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ revocationDate }) =>
      Number.isNaN(revocationDate)
        ? 'A revocationDate is no date, or not UTCTime through 2049 and GeneralizedTime from 2050, to the second.'
        : undefined,
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList(good.tbs), [5, 0, 1], () =>
      derText(TAG.generalizedTime, '20200101000000Z'),
    ),
  }),
};
