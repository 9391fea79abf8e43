import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const crlDistributionPointsPresent: CertificateRule = {
  id: 'crl-distribution-points-present',
  cite: 'RFC 5280 4.2.1.13 (a SHOULD); not in responders (RFC 6960 4.2.2.2.1) and self-signed certificates',
  applies: (_, { kind, issuer }) => kind !== 'ocspResponder' && issuer !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'cRLDistributionPoints') ? undefined : 'There is no cRLDistributionPoints.',
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'cRLDistributionPoints') }),
};
