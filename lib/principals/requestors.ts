import { Fault, type FaultCode } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import type { OcspDeps } from '../status/status.ts';
import type { CertificateCallers } from './contract.ts';

/**
 * Finds the principal that signed an OCSP request. Its certificate is checked like that of any caller, and its
 * signature must verify.
 */
export const requestorsBy =
  (callers: CertificateCallers): OcspDeps['requestorOf'] =>
  async ({ certificate, signatureAlgorithm, signatureValue, tbs }) => {
    try {
      const principal = await callers.byCertificate(certificate.der);
      const { subjectPublicKeyInfo } = certificate;
      verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: tbs, signature: signatureValue });
      return principal;
    } catch (error) {
      if (!Fault.is(error) || !UNPROVEN.has(error.code)) throw error;
      throw new Fault(
        'requestor-unauthorized',
        'The signature of the OCSP request does not prove who asks.',
        {},
        { cause: error },
      );
    }
  };

const UNPROVEN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'not-in-force',
  'signature-invalid',
  'unsupported-algorithm',
]);
