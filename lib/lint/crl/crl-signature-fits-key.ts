import { asDer } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import { publicKeyKind, signingKeys } from '../public-key.ts';
import type { CertListRule } from '../rule.ts';

const ED25519 = asDer(Buffer.from('300506032b6570', 'hex'));
const ECDSA_P256 = asDer(Buffer.from('300a06082a8648ce3d040302', 'hex'));

export const crlSignatureFitsKey: CertListRule = {
  id: 'crl-signature-fits-key',
  cite: 'RFC 5280 5.1.2.2, 6.3.3 (f), (g)',
  applies: ({ signature }) => signingKeys(signature) !== undefined,
  check: ({ signature }, { issuer }) => {
    const signer = publicKeyKind(issuer.subjectPublicKeyInfo);
    return signer !== undefined && signingKeys(signature)?.includes(signer)
      ? undefined
      : "The signature algorithm is not one for the CA's key.";
  },
  bad: (good) => {
    const signer = publicKeyKind(good.context.issuer.subjectPublicKeyInfo);
    return change(good, { signature: signer === 'ed25519' ? ECDSA_P256 : ED25519 });
  },
};
