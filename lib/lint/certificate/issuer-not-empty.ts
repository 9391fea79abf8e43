import { change } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

export const issuerNotEmpty: EncodedCertificateRule = {
  id: 'issuer-not-empty',
  cite: 'RFC 5280 4.1.2.4',
  applies: () => true,
  check: ({ issuer }) => (issuer.length === 0 ? 'The issuer is an empty name.' : undefined),
  bad: (good) => change(good, { issuer: [] }),
};
