import { findExtension, OID } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const ocspResponderPurpose: CertificateRule = {
  id: 'ocsp-responder-purpose',
  cite: 'RFC 6960 4.2.2.2; alone by this service',
  applies: (_, { kind }) => kind === 'ocspResponder',
  check: ({ extensions }) => {
    const purposes = findExtension(extensions, 'extKeyUsage')?.purposes ?? [];
    return purposes.length === 1 && purposes[0] === OID.OCSPSigning
      ? undefined
      : "The one purpose of a responder's certificate is OCSPSigning.";
  },
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'extKeyUsage', {
        purposes: [OID.OCSPSigning, OID.clientAuth],
      }),
    }),
};
