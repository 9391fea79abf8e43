import { findExtension, OID } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const authorityInfoAccessPresent: CertificateRule = {
  id: 'authority-info-access-present',
  cite: 'RFC 5280 4.2.2.1; both methods by this service, but in responders and self-signed certificates',
  applies: (_, { kind, issuer }) => kind !== 'ocspResponder' && issuer !== undefined,
  check: ({ extensions }) => {
    const accesses = findExtension(extensions, 'authorityInfoAccess')?.accesses ?? [];
    const methods = accesses.map(({ method }) => method);
    return methods.includes(OID.ocsp) && methods.includes(OID.caIssuers)
      ? undefined
      : 'authorityInfoAccess does not have both an ocsp and a caIssuers location.';
  },
  bad: (good) => {
    const accesses = findExtension(good.tbs.extensions, 'authorityInfoAccess')?.accesses ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'authorityInfoAccess', {
        accesses: accesses.filter(({ method }) => method !== OID.ocsp),
      }),
    });
  },
};
