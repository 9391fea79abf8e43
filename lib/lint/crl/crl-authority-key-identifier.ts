import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const crlAuthorityKeyIdentifier: CertListRule = {
  id: 'crl-authority-key-identifier',
  cite: 'RFC 5280 5.2.1',
  applies: () => true,
  check: ({ extensions }, { issuer }) => {
    const found = findExtension(extensions, 'authorityKeyIdentifier')?.keyIdentifier;
    const key = findExtension(issuer.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
    return found && key && Buffer.compare(found, key) === 0
      ? undefined
      : "There is no authorityKeyIdentifier that is the CA's subjectKeyIdentifier.";
  },
  bad: (good) =>
    change(good, {
      crlExtensions: changed(good.tbs.crlExtensions, 'authorityKeyIdentifier', {
        keyIdentifier: new Uint8Array(20),
      }),
    }),
};
