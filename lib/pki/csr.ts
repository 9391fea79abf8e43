import type { Der, Oid } from './der.ts';
import type { Extension } from './extensions.ts';
import type { Name } from './name.ts';

/** PKCS#10 (RFC 2986). */
export interface CertificationRequest {
  readonly der: Der;
  /** certificationRequestInfo: the bytes that are signed. */
  readonly info: Der;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Der;
  readonly attributes: readonly { readonly type: Oid; readonly values: readonly Der[] }[];
  /** Of the extensionRequest attribute (RFC 2985 5.4.2); empty where there is none. */
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

/** 64 KiB. */
export declare const MAX_CSR_BYTES: number;
/** Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-csr`, `malformed-name`, `unsupported-version`. The signature is not verified here. */
export declare const decodeCertificationRequest: (bytes: Uint8Array) => CertificationRequest;
