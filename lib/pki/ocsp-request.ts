import type { Der, Oid } from './der.ts';
import type { Extension, GeneralName } from './extensions.ts';
import type { SerialHex } from './serial.ts';

/** RFC 6960 4.1.1. */
export interface CertId {
  /** The whole CertID, to be echoed byte for byte. */
  readonly der: Der;
  readonly hashAlgorithm: Oid;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: SerialHex;
}

export interface OcspRequest {
  readonly der: Der;
  readonly tbs: Der;
  readonly requestorName?: GeneralName;
  readonly requestList: readonly { readonly certId: CertId; readonly extensions: readonly Extension[] }[];
  /** The nonce's octets (RFC 9654): undefined when there is no nonce extension; the length is not judged here. */
  readonly nonce?: Uint8Array;
  /** Request extensions as they came, the nonce among them. */
  readonly extensions: readonly Extension[];
  readonly signature?: {
    readonly signatureAlgorithm: Der;
    readonly signatureValue: Uint8Array;
    readonly certs: readonly Der[];
  };
}

/** 64 KiB. */
export declare const MAX_OCSP_REQUEST_BYTES: number;
/** Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-ocsp-request`, `malformed-serial`, `unsupported-version`. */
export declare const decodeOcspRequest: (bytes: Uint8Array) => OcspRequest;
/** For clients. `hash` names a digest of node:crypto: sha1, sha256, sha384, sha512. */
export declare const encodeOcspRequest: (request: {
  readonly certIds: readonly Der[];
  readonly nonce?: Uint8Array;
}) => Der;
export declare const encodeCertId: (id: {
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly issuerName: Der;
  readonly issuerPublicKeyInfo: Uint8Array;
  readonly serialNumber: SerialHex;
}) => Der;
