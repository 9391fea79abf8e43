import { change } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const validityInOrder: CertificateRule = {
  id: 'validity-in-order',
  cite: 'RFC 5280 4.1.2.5',
  applies: () => true,
  check: ({ notBefore, notAfter }) =>
    notBefore < notAfter ? undefined : 'notAfter is not later than notBefore.',
  bad: (good) => change(good, { notAfter: new Date(good.tbs.notBefore.getTime() - 1_000) }),
};
