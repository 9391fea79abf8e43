import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const issuingDistributionPointCritical: CertListRule = {
  id: 'issuing-distribution-point-critical',
  cite: 'RFC 5280 5.2.5',
  applies: ({ extensions }) => findExtension(extensions, 'issuingDistributionPoint') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'issuingDistributionPoint')?.critical
      ? undefined
      : 'The issuingDistributionPoint is not critical.',
  bad: (good) =>
    change(good, {
      crlExtensions: changed(good.tbs.crlExtensions, 'issuingDistributionPoint', { critical: false }),
    }),
};
