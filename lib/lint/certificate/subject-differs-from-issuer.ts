import { change } from '../examples.ts';
import { sameBytes } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

export const subjectDiffersFromIssuer: CertificateRule = {
  id: 'subject-differs-from-issuer',
  cite: 'RFC 5280 3.2: only CA certificates are self-issued',
  applies: (_, { kind }) => kind !== 'ca',
  check: ({ subject, issuer }) =>
    sameBytes(subject, issuer)
      ? 'The certificate is no CA certificate and has its issuer for its subject.'
      : undefined,
  bad: (good) => change(good, { subject: good.tbs.issuer }),
};
