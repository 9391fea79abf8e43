import { change, having, rawExtension } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const crlCriticalExtensionsKnown: CertListRule = {
  id: 'crl-critical-extensions-known',
  cite: 'RFC 5280 5.2: who does not know a critical extension may not use the CRL',
  applies: () => true,
  check: ({ extensions }) => {
    const odd = extensions.find((extension) => extension.id === 'other' && extension.critical);
    return odd?.id === 'other' ? `The critical extension ${odd.oid} is not known here.` : undefined;
  },
  bad: (good) =>
    change(good, {
      crlExtensions: having(good.tbs.crlExtensions, {
        ...rawExtension('1.3.6.1.4.1.32473.9', '0500'),
        critical: true,
      }),
    }),
};
