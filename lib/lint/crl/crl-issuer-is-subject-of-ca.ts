import { change } from '../examples.ts';
import { sameBytes } from '../name-rules.ts';
import type { CertListRule } from '../rule.ts';

export const crlIssuerIsSubjectOfCa: CertListRule = {
  id: 'crl-issuer-is-subject-of-ca',
  cite: 'RFC 5280 5.1.2.3, 6.3.3 (b)(1)',
  applies: () => true,
  check: (list, { issuer }) =>
    list.issuer.length > 0 && sameBytes(list.issuer, issuer.subject)
      ? undefined
      : 'The issuer is not, byte for byte, the subject of the CA.',
  bad: (good) => change(good, { issuer: good.tbs.issuer.slice(1) }),
};
