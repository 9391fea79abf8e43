import { Fault } from '../fault.ts';
import {
  decodeCertificate,
  decodeOcspRequest,
  type Extension,
  encodeName,
  findAcceptableResponses,
  findPreferredAlgorithms,
  type GeneralName,
  type OcspRequest,
  OID,
  type Oid,
  type PreferredSignatureAlgorithm,
} from '../pki/pki.ts';
import type { SignedRequest } from './deps.ts';

/** RFC 9654 2.1: a nonce has 1 to 128 octets; requests with any other length are rejected. */
const MAX_NONCE_OCTETS = 128;

/** Request extensions that are acted on here. */
const UNDERSTOOD: ReadonlySet<Oid> = new Set([
  OID.ocspNonce,
  OID.ocspAcceptableResponses,
  OID.ocspPreferredSignatureAlgorithms,
]);
const NONE: ReadonlySet<Oid> = new Set();

const refuseUnknownCritical = (extensions: readonly Extension[], understood: ReadonlySet<Oid>): void => {
  const unknown = extensions.some(
    (extension) => extension.critical && !(extension.id === 'other' && understood.has(extension.oid)),
  );
  if (unknown) {
    throw new Fault(
      'unknown-critical-extension',
      'The request has a critical extension that is not known here.',
    );
  }
};

/**
 * There are basic answers only. RFC 6960 leaves open what becomes of a request that accepts none: 4.4.3 names no error, and
 * has every client understand them (4.2.1 has every responder give them). So such a list contradicts the client's own
 * duty, and the request is malformed; an answer of a type that it says it cannot read would be worse than none.
 */
const refuseUnacceptable = (extensions: readonly Extension[]): void => {
  if (findAcceptableResponses(extensions)?.includes(OID.ocspBasic) ?? true) return;
  throw new Fault('malformed-ocsp-request', 'The request accepts no basic response (RFC 6960 4.4.3).');
};

/** What a request asks, in the grammar of RFC 6960 4.1 and with nothing in it that must not be ignored. */
export interface Asked {
  readonly request: OcspRequest;
  readonly preferred: readonly PreferredSignatureAlgorithm[];
  /** Who signed it, as far as the request says. */
  readonly signed?: SignedRequest & { readonly requestorName?: GeneralName };
}

/** Every fault of reading is the caller's. */
export const readRequest = (bytes: Uint8Array): Asked => {
  const request = decodeOcspRequest(bytes);
  const { nonce, signature, tbs, requestorName } = request;
  if (nonce && (nonce.length === 0 || nonce.length > MAX_NONCE_OCTETS)) {
    throw new Fault('malformed-ocsp-request', `A nonce has 1 to ${MAX_NONCE_OCTETS} octets (RFC 9654 2.1).`);
  }
  refuseUnknownCritical(request.extensions, UNDERSTOOD);
  for (const { extensions } of request.requestList) refuseUnknownCritical(extensions, NONE);
  refuseUnacceptable(request.extensions);
  const preferred = findPreferredAlgorithms(request.extensions);
  const [der] = signature?.certs ?? [];
  if (!signature) return { request, preferred };
  if (!der)
    throw new Fault('malformed-ocsp-request', 'A signed request comes with the certificate of its signer.');
  const { signatureAlgorithm, signatureValue } = signature;
  const certificate = decodeCertificate(der);
  const signed = {
    tbs,
    signatureAlgorithm,
    signatureValue,
    certificate,
    ...(requestorName && { requestorName }),
  };
  return { request, preferred, signed };
};

/**
 * RFC 6960 4.1.2: who signs a request names itself in it. The name must be that of the certificate, or the signature
 * would prove somebody else. Without a signature the name proves nothing and is not looked at (RFC 9919 3.1.2).
 */
export const assertNamed = ({ requestorName, certificate }: NonNullable<Asked['signed']>): void => {
  const named = requestorName?.kind === 'directoryName' ? encodeName(requestorName.value) : undefined;
  if (named && Buffer.compare(named, encodeName(certificate.subject)) === 0) return;
  throw new Fault(
    'requestor-unauthorized',
    'A signed request names the subject of its certificate as its requestor.',
  );
};
