import { change } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const validityWithinIssuer: CertificateRule = {
  id: 'validity-within-issuer',
  cite: 'RFC 5280 6.1.3 (a)(2) asks it of neither; by this service, so that no certificate outlives its status',
  applies: (_, { issuer }) => issuer !== undefined,
  check: ({ notBefore, notAfter }, { issuer }) =>
    issuer !== undefined && (notBefore < issuer.notBefore || notAfter > issuer.notAfter)
      ? "The validity is not within the issuer's."
      : undefined,
  bad: (good) =>
    change(good, { notAfter: new Date((good.context.issuer ?? good.tbs).notAfter.getTime() + 1_000) }),
};
