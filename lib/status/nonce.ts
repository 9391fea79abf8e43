import { Fault, phrase } from '../fault.ts';
import type { OcspRequest, ResponseData } from '../pki/pki.ts';

/**
 * The nonce binds an answer to one request (RFC 6960 4.4.1):
 *   - a request's nonce is accepted if it has 1 to 128 octets (RFC 9654 2.1);
 *   - the answer echoes it, octet by octet;
 *   - an answer with a nonce is for its requestor only: neither this service nor a cache keeps it.
 *
 * The decoder checks the form of the extension (lib/pki/ocsp-nonce.ts).
 */
type Nonce = Pick<OcspRequest, 'nonce'>;

const MAX_NONCE_OCTETS = 128;

/** Fault: `malformed-ocsp-request`: RFC 9654 2.1 rejects requests with a nonce of any other length. */
export const assertNonce = ({ nonce }: Nonce): void => {
  if (nonce && (nonce.length === 0 || nonce.length > MAX_NONCE_OCTETS)) {
    throw new Fault(
      'malformed-ocsp-request',
      phrase`A nonce has 1 to ${MAX_NONCE_OCTETS} octets (RFC 9654 2.1).`,
    );
  }
};

/** The member `nonce` of the answer's ResponseData: the request's nonce, absent where the request has none. */
export const echoNonce = ({ nonce }: Nonce): Pick<ResponseData, 'nonce'> => (nonce ? { nonce } : {});

/** Whether the answer is for this request alone. */
export const hasNonce = ({ nonce }: Nonce): boolean => nonce !== undefined;
