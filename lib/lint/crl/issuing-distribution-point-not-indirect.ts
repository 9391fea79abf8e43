import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const issuingDistributionPointNotIndirect: CertListRule = {
  id: 'issuing-distribution-point-not-indirect',
  cite: "RFC 5280 5.2.5: this service's CRLs list their own CA's certificates, for every reason",
  applies: ({ extensions }) => findExtension(extensions, 'issuingDistributionPoint') !== undefined,
  check: ({ extensions }) => {
    const point = findExtension(extensions, 'issuingDistributionPoint');
    return point?.indirectCRL || point?.onlySomeReasons || point?.onlyContainsAttributeCerts
      ? 'The CRL is indirect, or for some reasons only, or for attribute certificates.'
      : undefined;
  },
  bad: (good) =>
    change(good, {
      crlExtensions: changed(good.tbs.crlExtensions, 'issuingDistributionPoint', { indirectCRL: true }),
    }),
};
