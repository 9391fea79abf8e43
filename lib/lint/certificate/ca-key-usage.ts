import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const caKeyUsage: CertificateRule = {
  id: 'ca-key-usage',
  cite: 'RFC 5280 4.2.1.3; cRLSign because every CA here publishes CRLs, and no more by this service',
  applies: ({ extensions }, { kind }) => kind === 'ca' && findExtension(extensions, 'keyUsage') !== undefined,
  check: ({ extensions }) => {
    const usages = findExtension(extensions, 'keyUsage')?.usages ?? [];
    return usages.length === 2 && usages.includes('keyCertSign') && usages.includes('cRLSign')
      ? undefined
      : 'The keyUsage of a CA is keyCertSign and cRLSign and nothing else.';
  },
  bad: (good) =>
    change(good, { extensions: changed(good.tbs.extensions, 'keyUsage', { usages: ['cRLSign'] }) }),
};
