import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const authorityKeyIdentifierPresent: CertificateRule = {
  id: 'authority-key-identifier-present',
  cite: 'RFC 5280 4.2.1.1: self-signed certificates may go without',
  applies: (_, { issuer }) => issuer !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'authorityKeyIdentifier')?.keyIdentifier
      ? undefined
      : 'There is no authorityKeyIdentifier with a keyIdentifier.',
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'authorityKeyIdentifier') }),
};
