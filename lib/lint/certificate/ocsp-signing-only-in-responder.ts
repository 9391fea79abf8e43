import { findExtension, OID } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const ocspSigningOnlyInResponder: CertificateRule = {
  id: 'ocsp-signing-only-in-responder',
  cite: 'RFC 6960 4.2.2.2: whoever holds it answers for all of the CA',
  applies: (_, { kind }) => kind !== 'ocspResponder',
  check: ({ extensions }) =>
    findExtension(extensions, 'extKeyUsage')?.purposes.includes(OID.OCSPSigning)
      ? 'A certificate that is no responder has the purpose OCSPSigning.'
      : undefined,
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, {
        id: 'extKeyUsage',
        purposes: [OID.OCSPSigning],
        critical: false,
      }),
    }),
  also: ['ext-key-usage-fits-key-usage'],
};
