import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const deltaCrlIndicatorCritical: CertListRule = {
  id: 'delta-crl-indicator-critical',
  cite: 'RFC 5280 5.2.4',
  applies: ({ extensions }) => findExtension(extensions, 'deltaCRLIndicator') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'deltaCRLIndicator')?.critical
      ? undefined
      : 'The deltaCRLIndicator is not critical.',
  bad: (good) =>
    change(good, {
      crlExtensions: changed(good.tbs.crlExtensions, 'deltaCRLIndicator', { critical: false }),
    }),
};
