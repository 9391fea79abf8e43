import { derText, encodeTbsCertList, TAG } from '../../pki/pki.ts';
import { isWholeSeconds } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlTimesInWholeSeconds: EncodedCertListRule = {
  id: 'crl-times-in-whole-seconds',
  cite: 'RFC 5280 5.1.2.4, 5.1.2.5',
  applies: () => true,
  check: ({ thisUpdate, nextUpdate }) =>
    isWholeSeconds(thisUpdate) && (nextUpdate === undefined || isWholeSeconds(nextUpdate))
      ? undefined
      : 'thisUpdate or nextUpdate is not a time to the second, in UTC, without a fraction.',
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertList(good.tbs), [4], () => derText(TAG.generalizedTime, '20510101000000.5Z')),
  }),
};
