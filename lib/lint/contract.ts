import type { TbsCertificate } from '../pki/pki.ts';

/** Kinds of public keys that certificates may carry, by the words that lib/keys has for them. */
export type PublicKeyKind =
  | 'rsa2048'
  | 'rsa3072'
  | 'rsa4096'
  | 'p-256'
  | 'p-384'
  | 'p-521'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

/** What a certificate is to be judged against. */
export interface CertificateContext {
  readonly kind: 'ca' | 'endEntity' | 'ocspResponder';
  /** The certificate of the CA that will sign; absent when the certificate is self-signed. */
  readonly issuer?: TbsCertificate;
  /** Hex with which this instance's serials begin. */
  readonly serialPrefix: string;
  /** The keys that the profile takes; any that linting knows when absent. */
  readonly publicKeys?: readonly PublicKeyKind[];
}

/** What a CRL is to be judged against. */
export interface CertListContext {
  /** The certificate of the CA that will sign. */
  readonly issuer: TbsCertificate;
  /** The number of the CRL before this one, where there was one. */
  readonly previousNumber?: bigint;
}

export interface Finding {
  readonly rule: string;
  readonly cite: string;
  readonly message: string;
}

/** Something to lint, with what it is judged against. */
export interface Example<Tbs, Context> {
  readonly tbs: Tbs;
  readonly context: Context;
}
