import { Fault } from '../fault.ts';
import { decodeCertificationRequest, decodePem, MAX_CSR_BYTES } from '../pki/pki.ts';
import { ignoredParts } from './ignored.ts';
import { hasIndividualNumber } from './individual-number.ts';

/**
 * Whether the subject or another name in a certification request (PEM) has the form of an Individual Number. One that cannot be read
 * names nobody: it is refused for that.
 */
export const namesIndividualNumber = (csr: string): boolean => {
  try {
    const request = decodeCertificationRequest(decodePem('CERTIFICATE REQUEST', csr, MAX_CSR_BYTES));
    const parts = ignoredParts(request, { subject: '', subjectAltNames: [] });
    return parts.some(({ value = '' }) => hasIndividualNumber(value));
  } catch (error) {
    if (!Fault.is(error)) throw error;
    return false;
  }
};
