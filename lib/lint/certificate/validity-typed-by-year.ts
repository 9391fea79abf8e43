import { derText, encodeTbsCertificate, TAG } from '../../pki/pki.ts';
import { isTypedByYear } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const validityTypedByYear: EncodedCertificateRule = {
  id: 'validity-typed-by-year',
  cite: 'RFC 5280 4.1.2.5',
  applies: () => true,
  check: ({ validity }) =>
    validity.every(isTypedByYear)
      ? undefined
      : 'A time through 2049 is written as UTCTime, one from 2050 as GeneralizedTime.',
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [4, 0], () =>
      derText(TAG.generalizedTime, '20260101000000Z'),
    ),
  }),
};
