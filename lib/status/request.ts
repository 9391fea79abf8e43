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
import { assertNonce } from './nonce.ts';

/** Request extensions that this responder acts on. */
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
 * This responder gives basic responses only. RFC 6960 does not say how to answer a request that accepts none: 4.4.3
 * names no error. It requires every client to understand basic responses (4.4.3), and every responder to give them
 * (4.2.1). A list without basic responses contradicts the client's own duty, so the request is malformed. A response of
 * a type that the client says it cannot read would be worse than none.
 */
const refuseUnacceptable = (extensions: readonly Extension[]): void => {
  if (findAcceptableResponses(extensions)?.includes(OID.ocspBasic) ?? true) return;
  throw new Fault('malformed-ocsp-request', 'The request accepts no basic response (RFC 6960 4.4.3).');
};

/** A request in the grammar of RFC 6960 4.1. Its critical extensions are all ones that this responder acts on. */
export interface AcceptedRequest {
  readonly request: OcspRequest;
  readonly preferred: readonly PreferredSignatureAlgorithm[];
  /** The request's statements about its signer; absent where it is not signed. They are not verified yet. */
  readonly signed?: SignedRequest & { readonly requestorName?: GeneralName };
}

/** Any fault means that the request is malformed. */
export const acceptRequest = (bytes: Uint8Array): AcceptedRequest => {
  const request = decodeOcspRequest(bytes);
  const { signature, tbs, requestorName } = request;
  assertNonce(request);
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
 * RFC 6960 4.1.2: the signer of a request names itself in it. The name must be that of the certificate, or the
 * signature would prove somebody else. Without a signature the name proves nothing and is ignored (RFC 9919 3.1.2).
 * Fault: `requestor-unauthorized`.
 */
export const assertRequestorName = ({
  requestorName,
  certificate,
}: NonNullable<AcceptedRequest['signed']>): void => {
  const named = requestorName?.kind === 'directoryName' ? encodeName(requestorName.value) : undefined;
  if (named && Buffer.compare(named, encodeName(certificate.subject)) === 0) return;
  throw new Fault(
    'requestor-unauthorized',
    'A signed request names the subject of its certificate as its requestor.',
  );
};
