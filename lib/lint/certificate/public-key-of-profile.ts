import { inContext } from '../examples.ts';
import { publicKeyKind } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

export const publicKeyOfProfile: CertificateRule = {
  id: 'public-key-of-profile',
  cite: "RFC 3647 4.6.1.5 (key sizes): the trust domain's profile",
  applies: ({ subjectPublicKeyInfo }, { publicKeys }) =>
    publicKeys !== undefined && publicKeyKind(subjectPublicKeyInfo) !== undefined,
  check: ({ subjectPublicKeyInfo }, { publicKeys = [] }) => {
    const kind = publicKeyKind(subjectPublicKeyInfo);
    return kind !== undefined && publicKeys.includes(kind)
      ? undefined
      : 'The public key is not of a kind that the profile takes.';
  },
  bad: (good) => inContext(good, { publicKeys: [] }),
};
