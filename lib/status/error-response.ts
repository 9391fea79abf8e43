import { Fault, type FaultCode } from '../fault.ts';
import { encodeOcspError, type OcspResponseStatus } from '../pki/pki.ts';
import type { Log } from '../ports.ts';
import type { OcspAnswer } from './contract.ts';

type ErrorStatus = Exclude<OcspResponseStatus, 'successful'>;

/**
 * The OCSPResponseStatus of each fault (RFC 6960 2.3) after the request was read. Any other fault is our internalError.
 */
const STATUS_OF_FAULT: Partial<Record<FaultCode, ErrorStatus>> = {
  'malformed-ocsp-request': 'malformedRequest',
  'unauthorized-issuer': 'unauthorized',
  'requestor-unauthorized': 'unauthorized',
  'signature-required': 'sigRequired',
  'try-later': 'tryLater',
  'store-unavailable': 'tryLater',
};

export const errorResponse = (status: ErrorStatus): OcspAnswer => ({
  der: encodeOcspError(status),
  error: status,
});

/** The error status for the fault that kept us from answering. The log gets the faults that are not the client's. */
export const responseToFailure = (error: unknown, log: Log): OcspAnswer => {
  const status = (Fault.is(error) && STATUS_OF_FAULT[error.code]) || 'internalError';
  if (status === 'internalError' || status === 'tryLater') {
    log('error', 'An OCSP request could not be answered', {
      status,
      error: Fault.is(error) ? error.code : String(error),
    });
  }
  return errorResponse(status);
};
