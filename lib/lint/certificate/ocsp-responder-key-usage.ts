import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const ocspResponderKeyUsage: CertificateRule = {
  id: 'ocsp-responder-key-usage',
  cite: 'RFC 5280 4.2.1.12 (id-kp-OCSPSigning); digitalSignature by this service',
  applies: ({ extensions }, { kind }) =>
    kind === 'ocspResponder' && findExtension(extensions, 'keyUsage') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'keyUsage')?.usages.includes('digitalSignature')
      ? undefined
      : 'The keyUsage of a responder lacks digitalSignature.',
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'keyUsage', { usages: ['nonRepudiation'] }),
    }),
};
