import { derBitString, derOid, derSequence, type Oid } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import { publicKeyKind } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

export const publicKeyKnown: CertificateRule = {
  id: 'public-key-known',
  cite: 'RFC 5280 4.1.2.7; RFC 3279 2.3.1, 5480 2.1, 8410 3, 9881 2',
  applies: () => true,
  check: ({ subjectPublicKeyInfo }) =>
    publicKeyKind(subjectPublicKeyInfo) === undefined
      ? 'The public key is not one that this service certifies, by algorithm, parameters or size.'
      : undefined,
  // An X25519 key, which cannot sign.
  bad: (good) =>
    change(good, {
      subjectPublicKeyInfo: derSequence(
        derSequence(derOid('1.3.101.110' as Oid)),
        derBitString(new Uint8Array(32).fill(9)),
      ),
    }),
  also: ['subject-key-identifier-of-key', 'signature-fits-key'],
};
