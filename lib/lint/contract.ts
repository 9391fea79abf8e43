import type { TbsCertificate } from '../pki/pki.ts';

/** Kinds of public keys that certificates may carry, named as in lib/keys. */
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

/** The facts that a certificate is judged by. */
export interface CertificateContext {
  readonly kind: 'ca' | 'endEntity' | 'ocspResponder';
  /** The certificate of the CA that will sign; absent when the certificate is self-signed. */
  readonly issuer?: TbsCertificate;
  /** This instance's serial numbers begin with these hex digits. */
  readonly serialPrefix: string;
  /** The kinds of keys that the profile allows. Absent: every kind that linting knows. */
  readonly publicKeys?: readonly PublicKeyKind[];
}

/** The facts that a CRL is judged by. */
export interface CertListContext {
  /** The certificate of the CA that will sign. */
  readonly issuer: TbsCertificate;
  /** The number of the previous CRL; absent for the first one. */
  readonly previousNumber?: bigint;
}

export interface Finding {
  readonly rule: string;
  readonly cite: string;
  readonly message: string;
}

/** A value to lint, with the facts that it is judged by. */
export interface Example<Tbs, Context> {
  readonly tbs: Tbs;
  readonly context: Context;
}
