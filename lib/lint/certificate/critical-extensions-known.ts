import { change, having, rawExtension } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const criticalExtensionsKnown: CertificateRule = {
  id: 'critical-extensions-known',
  cite: 'RFC 5280 4.2: critical extensions beyond it keep stock clients from using a certificate',
  applies: () => true,
  check: ({ extensions }) => {
    const odd = extensions.find((extension) => extension.id === 'other' && extension.critical);
    return odd?.id === 'other' ? `The critical extension ${odd.oid} is not known here.` : undefined;
  },
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, {
        ...rawExtension('1.3.6.1.4.1.32473.9', '0500'),
        critical: true,
      }),
    }),
};
