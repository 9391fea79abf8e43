import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const subjectKeyIdentifierPresent: CertificateRule = {
  id: 'subject-key-identifier-present',
  cite: 'RFC 5280 4.2.1.2: a MUST for CAs, a SHOULD for others',
  applies: () => true,
  check: ({ extensions }) =>
    findExtension(extensions, 'subjectKeyIdentifier') ? undefined : 'There is no subjectKeyIdentifier.',
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'subjectKeyIdentifier') }),
  // In a self-signed certificate the authorityKeyIdentifier then has nothing to equal.
  also: ['authority-key-identifier-of-ca'],
};
