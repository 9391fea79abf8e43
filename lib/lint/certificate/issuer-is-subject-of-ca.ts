import { change } from '../examples.ts';
import { sameBytes } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

export const issuerIsSubjectOfCa: CertificateRule = {
  id: 'issuer-is-subject-of-ca',
  cite: 'RFC 5280 4.1.2.4, 6.1.3 (a)(4); for self-signed certificates 3.2',
  applies: () => true,
  check: (certificate, { issuer = certificate }) =>
    sameBytes(certificate.issuer, issuer.subject)
      ? undefined
      : 'The issuer is not, byte for byte, the subject of the CA that signs.',
  bad: (good) => change(good, { issuer: good.tbs.issuer.slice(1) }),
};
