import { derText, encodeTbsCertList, TAG } from '../../pki/pki.ts';
import { isTypedByYear } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlTimesTypedByYear: EncodedCertListRule = {
  id: 'crl-times-typed-by-year',
  cite: 'RFC 5280 5.1.2.4, 5.1.2.5',
  applies: () => true,
  check: ({ thisUpdate, nextUpdate }) =>
    isTypedByYear(thisUpdate) && (nextUpdate === undefined || isTypedByYear(nextUpdate))
      ? undefined
      : 'A time through 2049 is written as UTCTime, one from 2050 as GeneralizedTime.',
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList(good.tbs), [4], () => derText(TAG.generalizedTime, '20490101000000Z')),
  }),
};
