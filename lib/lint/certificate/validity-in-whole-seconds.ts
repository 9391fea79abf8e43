import { derText, encodeTbsCertificate, TAG } from '../../pki/pki.ts';
import { isWholeSeconds } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const validityInWholeSeconds: EncodedCertificateRule = {
  id: 'validity-in-whole-seconds',
  cite: 'RFC 5280 4.1.2.5.1, 4.1.2.5.2',
  applies: () => true,
  check: ({ validity }) =>
    validity.length === 2 && validity.every(isWholeSeconds)
      ? undefined
      : 'The validity is not two times to the second, in UTC, without a fraction.',
  bad: (good) => ({
    ...good,
    tbs: rewrite(encodeTbsCertificate(good.tbs), [4, 1], () =>
      derText(TAG.generalizedTime, '20510101000000.5Z'),
    ),
  }),
};
