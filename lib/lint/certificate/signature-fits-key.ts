import { asDer } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import { publicKeyKind, signingKeys } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

const ED25519 = asDer(Buffer.from('300506032b6570', 'hex'));
const ECDSA_P256 = asDer(Buffer.from('300a06082a8648ce3d040302', 'hex'));

export const signatureFitsKey: CertificateRule = {
  id: 'signature-fits-key',
  cite: 'RFC 5280 4.1.2.3, 6.1.3 (a)(1)',
  applies: ({ signature }) => signingKeys(signature) !== undefined,
  check: (certificate, { issuer = certificate }) => {
    const signer = publicKeyKind(issuer.subjectPublicKeyInfo);
    return signer !== undefined && signingKeys(certificate.signature)?.includes(signer)
      ? undefined
      : "The signature algorithm is not one for the signing CA's key.";
  },
  bad: (good) => {
    const signer = publicKeyKind((good.context.issuer ?? good.tbs).subjectPublicKeyInfo);
    return change(good, { signature: signer === 'ed25519' ? ECDSA_P256 : ED25519 });
  },
};
