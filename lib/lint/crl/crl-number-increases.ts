import { findExtension } from '../../pki/pki.ts';
import { inContext } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const crlNumberIncreases: CertListRule = {
  id: 'crl-number-increases',
  cite: 'RFC 5280 5.2.3',
  applies: ({ extensions }, { previousNumber }) =>
    previousNumber !== undefined && findExtension(extensions, 'cRLNumber') !== undefined,
  check: ({ extensions }, { previousNumber = 0n }) => {
    const number = findExtension(extensions, 'cRLNumber')?.number ?? 0n;
    return number > previousNumber ? undefined : 'The cRLNumber is not above that of the CRL before.';
  },
  bad: (good) => {
    const number = findExtension(good.tbs.crlExtensions, 'cRLNumber')?.number ?? 0n;
    return inContext(good, { previousNumber: number });
  },
};
