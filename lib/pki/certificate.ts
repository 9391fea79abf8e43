import type { Der } from './der.ts';
import type { Extension } from './extensions.ts';
import type { Name } from './name.ts';
import type { SerialHex } from './serial.ts';

/** Version is always v3 (RFC 5280 4.1.2.1 for certificates with extensions). AlgorithmIdentifiers stay DER: they are compared byte for byte. */
export interface TbsCertificate {
  readonly serialNumber: SerialHex;
  readonly signature: Der;
  readonly issuer: Name;
  /** Whole seconds, UTC. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Der;
  readonly extensions: readonly Extension[];
}

export interface Certificate extends TbsCertificate {
  readonly der: Der;
  /** The bytes that are signed. */
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
}

/** 64 KiB. */
export declare const MAX_CERTIFICATE_BYTES: number;
/** Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-certificate`, `malformed-serial`, `malformed-name`, `unsupported-version`. */
export declare const decodeCertificate: (bytes: Uint8Array) => Certificate;
export declare const decodeTbsCertificate: (bytes: Uint8Array) => TbsCertificate;
export declare const encodeTbsCertificate: (tbs: TbsCertificate) => Der;
/** `SEQUENCE { tbs, signatureAlgorithm, BIT STRING signatureValue }`: also the shape of CertificateList and CertificationRequest. */
export declare const encodeSigned: (
  tbs: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signatureValue: Uint8Array,
) => Der;
/** SHA-1 of the subjectPublicKey BIT STRING's octets (RFC 5280 4.2.1.2 method 1): the key identifier, and OCSP's issuerKeyHash with SHA-1. */
export declare const keyIdentifier: (subjectPublicKeyInfo: Uint8Array) => Uint8Array;
/** The octets of subjectPublicKey (what issuerKeyHash of RFC 6960 4.1.1 is a hash of). */
export declare const subjectPublicKeyOctets: (subjectPublicKeyInfo: Uint8Array) => Uint8Array;
