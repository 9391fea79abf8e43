import { encodeName, type Name } from '../../pki/name.ts';
import { change } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

/** Byte for byte: names that are only equal under the comparison rules of 7.1 fail in verifiers that compare bytes. */
const same = (a: Name, b: Name): boolean => Buffer.compare(encodeName(a), encodeName(b)) === 0;

export const issuerIsSubjectOfCa: CertificateRule = {
  id: 'issuer-is-subject-of-ca',
  cite: 'RFC 5280 4.1.2.4, 6.1.3 (a)(4); for self-signed certificates 3.2',
  applies: () => true,
  check: (certificate, { issuer = certificate }) =>
    same(certificate.issuer, issuer.subject)
      ? undefined
      : 'The issuer is not, byte for byte, the subject of the CA that signs.',
  bad: (good) => change(good, { issuer: good.tbs.issuer.slice(1) }),
};
