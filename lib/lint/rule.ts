import type { TbsCertificate } from '../pki/certificate.ts';
import type { PublicKeyKind } from './public-key.ts';

/** What a certificate is to be judged against. */
export interface CertificateContext {
  readonly kind: 'ca' | 'endEntity' | 'ocspResponder';
  /** The certificate of the CA that will sign; absent when the certificate is self-signed. */
  readonly issuer?: TbsCertificate;
  /** Hex with which this instance's serials begin. */
  readonly serialPrefix: string;
  /** The keys that the profile takes; any that the service knows when absent. */
  readonly publicKeys?: readonly PublicKeyKind[];
}

/** What a CRL is to be judged against. */
export interface CertListContext {
  /** The certificate of the CA that will sign. */
  readonly issuer: TbsCertificate;
  /** The number of the CRL before this one, where there was one. */
  readonly previousNumber?: bigint;
}
