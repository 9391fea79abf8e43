import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const keyCertSignOnlyInCa: CertificateRule = {
  id: 'key-cert-sign-only-in-ca',
  cite: 'RFC 5280 4.2.1.3, 4.2.1.9',
  applies: (_, { kind }) => kind !== 'ca',
  check: ({ extensions }) => {
    const usages = findExtension(extensions, 'keyUsage')?.usages ?? [];
    const signs = usages.includes('keyCertSign') || usages.includes('cRLSign');
    return signs
      ? 'keyUsage lets a certificate that is no CA certificate sign certificates or CRLs.'
      : undefined;
  },
  bad: (good) => {
    const usages = findExtension(good.tbs.extensions, 'keyUsage')?.usages ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'keyUsage', { usages: [...usages, 'keyCertSign'] }),
    });
  },
};
