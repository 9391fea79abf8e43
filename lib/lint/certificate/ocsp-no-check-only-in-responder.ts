import { findExtension } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const ocspNoCheckOnlyInResponder: CertificateRule = {
  id: 'ocsp-no-check-only-in-responder',
  cite: 'RFC 6960 4.2.2.2.1',
  applies: (_, { kind }) => kind !== 'ocspResponder',
  check: ({ extensions }) =>
    findExtension(extensions, 'ocspNoCheck')
      ? 'A certificate that is no responder has id-pkix-ocsp-nocheck.'
      : undefined,
  bad: (good) =>
    change(good, { extensions: having(good.tbs.extensions, { id: 'ocspNoCheck', critical: false }) }),
};
