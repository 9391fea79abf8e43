import type { Der } from './der.ts';
import type { CrlReason, Extension } from './extensions.ts';
import type { Name } from './name.ts';
import type { CertId } from './ocsp-request.ts';

/** OCSPResponseStatus numbers (RFC 6960 4.2.1). */
export const OCSP_RESPONSE_STATUS = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;
export type OcspResponseStatus = keyof typeof OCSP_RESPONSE_STATUS;

export type CertStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revocationTime: Date; readonly revocationReason?: CrlReason }
  | { readonly status: 'unknown' };

export interface SingleResponse {
  /** Echoed from the request, byte for byte. */
  readonly certId: Der;
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly extensions?: readonly Extension[];
}

export type ResponderId = { readonly byName: Name } | { readonly byKey: Uint8Array };

export interface ResponseData {
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  /** Raw nonce octets to echo (RFC 9654). */
  readonly nonce?: Uint8Array;
  readonly extensions?: readonly Extension[];
}

export interface BasicOcspResponse extends Omit<ResponseData, 'responses'> {
  readonly responses: readonly (Omit<SingleResponse, 'certId'> & { readonly certId: CertId })[];
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
  readonly certs: readonly Der[];
}

export declare const encodeResponseData: (data: ResponseData) => Der;
/** A whole `successful` OCSPResponse around a signed BasicOCSPResponse. */
export declare const encodeOcspResponse: (basic: {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signatureValue: Uint8Array;
  readonly certs: readonly Uint8Array[];
}) => Der;
/** An OCSPResponse that carries only an error status. */
export declare const encodeOcspError: (status: Exclude<OcspResponseStatus, 'successful'>) => Der;
/** For clients. Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-ocsp-response`, `malformed-serial`. The signature is not verified here. */
export declare const decodeOcspResponse: (
  bytes: Uint8Array,
) =>
  | { readonly status: Exclude<OcspResponseStatus, 'successful'> }
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse };
