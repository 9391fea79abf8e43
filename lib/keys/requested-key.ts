import { Fault } from '../fault.ts';
import {
  type CertificationRequest,
  decodeCertificationRequest,
  decodePem,
  MAX_CSR_BYTES,
} from '../pki/pki.ts';
import { type CheckedPublicKey, checkPublicKey } from './quality.ts';
import { verifySignature } from './verify.ts';

/** A key that somebody asks to have certified, with the request as it came. */
export interface RequestedKey extends CheckedPublicKey {
  readonly request: CertificationRequest;
}

/**
 * Reads a PKCS#10 request in PEM. Its key is a sound one of an allowed kind, and its signature proves that its maker holds the
 * private key (RFC 2986 4.2). Faults: `malformed-pem`, `malformed-csr` and its kin, `weak-key`, `unsupported-algorithm`,
 * `key-algorithm-not-allowed`, `proof-of-possession-failed`.
 */
export const readRequestedKey = async (pem: string, allowed: readonly string[]): Promise<RequestedKey> => {
  const request = decodeCertificationRequest(decodePem('CERTIFICATE REQUEST', pem, MAX_CSR_BYTES));
  const key = await checkPublicKey(request.subjectPublicKeyInfo);
  if (!allowed.includes(key.kind)) {
    throw new Fault(
      'key-algorithm-not-allowed',
      'The profile does not take keys of this kind; make a key pair of a kind in facts.allowed.',
      { allowed },
    );
  }
  assertPossession(request);
  return { ...key, request };
};

const assertPossession = (request: CertificationRequest): void => {
  const { subjectPublicKeyInfo, signatureAlgorithm, info, signatureValue } = request;
  try {
    verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: info, signature: signatureValue });
  } catch (cause) {
    if (!Fault.is(cause, 'signature-invalid')) throw cause;
    throw new Fault(
      'proof-of-possession-failed',
      'The signature of the certification request is not by the private key of its public key; make the request again.',
      {},
      { cause },
    );
  }
};
