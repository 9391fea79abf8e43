import { findExtension } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

/** CA generations share a name and differ by key, so verifiers find the issuer by this identifier. */
export const authorityKeyIdentifierOfCa: CertificateRule = {
  id: 'authority-key-identifier-of-ca',
  cite: 'RFC 5280 4.2.1.1',
  applies: ({ extensions }) =>
    findExtension(extensions, 'authorityKeyIdentifier')?.keyIdentifier !== undefined,
  check: (certificate, { issuer = certificate }) => {
    const found = findExtension(certificate.extensions, 'authorityKeyIdentifier')?.keyIdentifier;
    const key = findExtension(issuer.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
    return found && key && Buffer.compare(found, key) === 0
      ? undefined
      : "The authorityKeyIdentifier is not the signing CA's subjectKeyIdentifier.";
  },
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, {
        id: 'authorityKeyIdentifier',
        keyIdentifier: new Uint8Array(20),
        critical: false,
      }),
    }),
};
