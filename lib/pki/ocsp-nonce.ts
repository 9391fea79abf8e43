import { Fault } from '../fault.ts';
import { derOctetString } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { OID } from './oids.ts';

/**
 * The octets of the nonce extension, or undefined. RFC 6960 left the encoding open; RFC 8954 and RFC 9654 (2.1) settled
 * that extnValue holds an OCTET STRING. Some old clients put bare octets there: they are refused, not guessed at.
 * Echoed in the right form, they would not match what those clients compare; and random octets that happen to look like
 * an OCTET STRING would be echoed cut. The length is not judged here.
 */
export const findNonce = (
  extensions: readonly Extension[],
  code: 'malformed-ocsp-request' | 'malformed-ocsp-response',
): Uint8Array | undefined => {
  for (const extension of extensions) {
    if (extension.id !== 'other' || extension.oid !== OID.ocspNonce) continue;
    try {
      const reader = new DerReader(extension.value);
      const nonce = reader.octetString();
      reader.finish();
      return nonce;
    } catch (error) {
      if (!Fault.is(error, 'malformed-der')) throw error;
      throw new Fault(code, 'The nonce is not an OCTET STRING (RFC 9654 2.1).', {}, { cause: error });
    }
  }
  return undefined;
};

export const nonceExtension = (nonce: Uint8Array): Extension => ({
  id: 'other',
  oid: OID.ocspNonce,
  value: derOctetString(nonce),
  critical: false,
});
