import type { Principal } from '../principal.ts';

export interface Token {
  readonly token: string;
  /** RFC 3339 UTC. */
  readonly expiresAt: string;
}

/**
 * Turns credentials into principals. A client certificate must come from the operations CA, be within its
 * validity, be good by its own status now and name a principal (its subject's serialNumber attribute holds the
 * principal's id). A token must come from the configured issuer for this audience and name one by `sub`.
 */
export interface Principals {
  /** DER. Faults: `client-certificate-invalid`, `client-certificate-expired`, `client-certificate-revoked`. */
  byCertificate(der: Uint8Array): Promise<Principal>;
  /** Faults: `token-invalid`, `token-expired`. */
  byToken(token: string): Promise<Principal>;
  /** Of the embedded issuer, for a principal that came with a client certificate. Lives 15 minutes. */
  issueToken(principal: Principal): Promise<Token>;
  /** The embedded issuer's public keys (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
}
