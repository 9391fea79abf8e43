import type { Der } from './der.ts';
import type { CrlReason, Extension } from './extensions.ts';
import type { Name } from './name.ts';
import type { SerialHex } from './serial.ts';

export interface RevokedCertificate {
  readonly serialNumber: SerialHex;
  readonly revocationDate: Date;
  /** Absent and `unspecified` mean the same; it is written absent (RFC 5280 5.3.1). */
  readonly reasonCode?: CrlReason;
  readonly invalidityDate?: Date;
  /** Any further entry extensions. */
  readonly otherExtensions?: readonly Extension[];
}

/** Version is always v2. */
export interface TbsCertList {
  readonly signature: Der;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revokedCertificates: readonly RevokedCertificate[];
  readonly crlExtensions: readonly Extension[];
}

export interface CertificateList extends TbsCertList {
  readonly der: Der;
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

export declare const encodeTbsCertList: (tbs: TbsCertList) => Der;
/** 64 MiB unless `maxBytes` says otherwise. Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-crl`, `malformed-serial`, `unsupported-version`, `unknown-critical-extension`. */
export declare const decodeCertificateList: (bytes: Uint8Array, maxBytes?: number) => CertificateList;
