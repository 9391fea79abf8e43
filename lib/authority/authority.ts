import type { CrlReason } from '../pki/extensions.ts';
import type { CertificateRef, Principal } from '../principal.ts';

/** What a relying party may know of a CA. */
export interface CaView {
  /** One per generation, e.g. `organisation-1`; CA generations share a DN and differ by key. */
  readonly id: string;
  readonly authority: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  readonly subject: string;
  readonly algorithm: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  readonly urls: { readonly certificate: string; readonly crl: string; readonly ocsp: string };
}

/** Reasons that a caller may give; hold has its own call. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const satisfies readonly CrlReason[];
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export interface Revocation {
  readonly status: 'revoked' | 'hold';
  /** RFC 3339 UTC, whole seconds: the time of recording, which is when it takes effect. */
  readonly revocationTime: string;
  readonly reason: RevocationReason | 'certificateHold';
  readonly invalidityDate?: string;
}

export interface CertificateView extends CertificateRef {
  readonly profile: string;
  readonly profileVersion: number;
  readonly office: string;
  readonly request: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly status: 'good' | 'revoked' | 'hold' | 'expired';
  readonly revocation?: Revocation;
  /** PEM; absent while the signature is still being finished. */
  readonly pem?: string;
}

/**
 * Officers act only on their own office's certificates (others are `unknown-certificate`); operators on all.
 */
export interface Authority {
  authorities(): readonly CaView[];
  /** DER of the CA's certificate. Faults: `unknown-authority`. */
  caCertificate(ca: string): Uint8Array;
  certificate(actor: Principal, ref: CertificateRef): Promise<CertificateView>;
  /**
   * Takes effect when it resolves. Revoking again gives the first revocation (`first` false). A certificate on
   * hold may be revoked. Faults: `unknown-certificate`.
   */
  revoke(
    actor: Principal,
    ref: CertificateRef,
    revocation: { readonly reason: RevocationReason; readonly invalidityDate?: string },
  ): Promise<{ readonly revocation: Revocation; readonly first: boolean }>;
  /** Faults: `unknown-certificate`, `hold-not-allowed`, `already-revoked`. */
  hold(
    actor: Principal,
    ref: CertificateRef,
  ): Promise<{ readonly revocation: Revocation; readonly first: boolean }>;
  /** Faults: `unknown-certificate`, `not-on-hold`, `hold-not-releasable`, `already-revoked`. */
  release(actor: Principal, ref: CertificateRef): Promise<void>;
}
