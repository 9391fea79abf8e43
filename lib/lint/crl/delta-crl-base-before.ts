import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const deltaCrlBaseBefore: CertListRule = {
  id: 'delta-crl-base-before',
  cite: 'RFC 5280 5.2.4: a delta has a number of its own, above its base',
  applies: ({ extensions }) => findExtension(extensions, 'deltaCRLIndicator') !== undefined,
  check: ({ extensions }) => {
    const base = findExtension(extensions, 'deltaCRLIndicator')?.number ?? 0n;
    const number = findExtension(extensions, 'cRLNumber')?.number;
    return number !== undefined && number <= base
      ? 'The BaseCRLNumber is not below the cRLNumber.'
      : undefined;
  },
  bad: (good) => {
    const number = findExtension(good.tbs.crlExtensions, 'cRLNumber')?.number ?? 0n;
    return change(good, { crlExtensions: changed(good.tbs.crlExtensions, 'deltaCRLIndicator', { number }) });
  },
};
