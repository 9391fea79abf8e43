import { findExtension, keyIdentifier } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const subjectKeyIdentifierOfKey: CertificateRule = {
  id: 'subject-key-identifier-of-key',
  cite: 'RFC 5280 4.2.1.2 (1)',
  applies: ({ extensions }) => findExtension(extensions, 'subjectKeyIdentifier') !== undefined,
  check: ({ extensions, subjectPublicKeyInfo }) => {
    const found = findExtension(extensions, 'subjectKeyIdentifier')?.keyIdentifier ?? new Uint8Array();
    return Buffer.compare(found, keyIdentifier(subjectPublicKeyInfo)) === 0
      ? undefined
      : 'The subjectKeyIdentifier is not the SHA-1 of the public key.';
  },
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'subjectKeyIdentifier', { keyIdentifier: new Uint8Array(20) }),
    }),
  also: ['authority-key-identifier-of-ca'],
};
