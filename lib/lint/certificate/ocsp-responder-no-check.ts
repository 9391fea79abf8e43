import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const ocspResponderNoCheck: CertificateRule = {
  id: 'ocsp-responder-no-check',
  cite: 'RFC 6960 4.2.2.2.1: trusted for its lifetime, because nobody could answer for it but itself',
  applies: (_, { kind }) => kind === 'ocspResponder',
  check: ({ extensions }) =>
    findExtension(extensions, 'ocspNoCheck')
      ? undefined
      : "A responder's certificate has the extension id-pkix-ocsp-nocheck.",
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'ocspNoCheck') }),
};
