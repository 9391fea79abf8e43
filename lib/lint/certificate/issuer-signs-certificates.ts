import { findExtension } from '../../pki/pki.ts';
import { changed, inContext } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const issuerSignsCertificates: CertificateRule = {
  id: 'issuer-signs-certificates',
  cite: 'RFC 5280 6.1.4 (k), (n)',
  applies: (_, { issuer }) => issuer !== undefined,
  check: (_, { issuer }) => {
    const cA = findExtension(issuer?.extensions ?? [], 'basicConstraints')?.cA;
    const usages = findExtension(issuer?.extensions ?? [], 'keyUsage')?.usages;
    return cA && usages?.includes('keyCertSign')
      ? undefined
      : 'The certificate of the issuer does not let it sign certificates.';
  },
  bad: (good) => {
    const { issuer } = good.context;
    if (issuer === undefined) return good;
    return inContext(good, {
      issuer: { ...issuer, extensions: changed(issuer.extensions, 'keyUsage', { usages: ['cRLSign'] }) },
    });
  },
};
