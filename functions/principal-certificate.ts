import type { Works } from '../lib/app.ts';
import type { TrustDomain } from '../lib/authority/trust-domain.ts';
import { Fault } from '../lib/fault.ts';
import { checkPublicKey, verifySignature } from '../lib/keys/keys.ts';
import { decodeCertificationRequest, decodePem, MAX_CSR_BYTES } from '../lib/pki/pki.ts';

/** A principal's own key, in PKCS#10: made where it is used, never seen here. */
export interface CredentialRequest {
  readonly principal: string;
  /** PEM. */
  readonly csr: string;
}

/**
 * The certificate from the operations CA with which a principal shows who it is, followed by the CA's, in PEM. The
 * same key again gives the same certificate. Faults: `invalid-input` for a principal that the trust domain does not
 * have, `malformed-csr` and its kin, `signature-invalid`, `weak-key`, `key-algorithm-not-allowed`.
 */
export const certifyPrincipal = async (
  works: Works,
  { principals, operations }: TrustDomain,
  { principal: id, csr }: CredentialRequest,
): Promise<string> => {
  const principal = principals.find((one) => one.id === id);
  if (principal === undefined) {
    throw new Fault('invalid-input', 'The trust domain has no principal of that id.', { principal: id });
  }
  const request = decodeCertificationRequest(decodePem('CERTIFICATE REQUEST', csr, MAX_CSR_BYTES));
  const { subjectPublicKeyInfo, signatureAlgorithm, info, signatureValue } = request;
  const { kind, digest } = await checkPublicKey(subjectPublicKeyInfo);
  const profile = operations.principal;
  if (!profile.publicKeys.some((allowed) => allowed === kind)) {
    throw new Fault('key-algorithm-not-allowed', 'The profile does not take keys of this kind.', {
      allowed: profile.publicKeys,
    });
  }
  // RFC 2986 4.2: possession of the private key.
  verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: info, signature: signatureValue });
  const ref = await works.authority.issue({
    order: `principal:${id}:${digest.slice(0, 16)}`,
    profile: profile.id,
    profileVersion: profile.version,
    fields: { principal: id, name: principal.name.ja },
    subjectPublicKeyInfo,
    actor: 'service',
  });
  return works.authority.chainPem(ref);
};
