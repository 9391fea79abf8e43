import { findExtension } from '../../pki/pki.ts';
import { changed, inContext } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const crlIssuerSignsCrls: CertListRule = {
  id: 'crl-issuer-signs-crls',
  cite: 'RFC 5280 4.2.1.3, 6.3.3 (f)',
  applies: () => true,
  check: (_, { issuer }) =>
    findExtension(issuer.extensions, 'keyUsage')?.usages.includes('cRLSign')
      ? undefined
      : 'The certificate of the CA does not let it sign CRLs.',
  bad: (good) => {
    const { issuer } = good.context;
    const extensions = changed(issuer.extensions, 'keyUsage', { usages: ['keyCertSign'] });
    return inContext(good, { issuer: { ...issuer, extensions } });
  },
};
