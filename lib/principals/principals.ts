import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import { clientCertificates, type OperationsCa } from './client-certificate.ts';
import { type EmbeddedIssuer, openTokens, type RemoteIssuer } from './tokens.ts';

export type { OperationsCa } from './client-certificate.ts';
export type { EmbeddedIssuer, RemoteIssuer } from './tokens.ts';

export interface Token {
  readonly token: string;
  /** RFC 3339 UTC. */
  readonly expiresAt: string;
}

/**
 * Turns credentials into principals. A client certificate must come from the operations CA, be within its
 * validity, be good by its own status now and name a principal (its subject's serialNumber attribute holds the
 * principal's id). A token must come from the configured issuer for this audience and name one by `sub`.
 *
 * Both are looked up at every call, so a principal that is removed or a certificate that is revoked is refused at
 * once. A token outlives the certificate that it was issued for by its 15 minutes at most.
 */
export interface Principals {
  /** DER. Faults: `client-certificate-invalid`, `client-certificate-expired`, `client-certificate-revoked`. */
  byCertificate(der: Uint8Array): Promise<Principal>;
  /** Faults: `token-invalid`, `token-expired`; `try-later` when the keys of a remote issuer cannot be had. */
  byToken(token: string): Promise<Principal>;
  /**
   * Of the embedded issuer, for a principal that came with a client certificate. Lives 15 minutes.
   * Fault: `unknown-route` where tokens come from another issuer.
   */
  issueToken(principal: Principal): Promise<Token>;
  /** The embedded issuer's public keys (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
}

export interface PrincipalsDeps {
  /** The directory. A principal removed or disabled is undefined. */
  find(id: string): Promise<Principal | undefined>;
  /** All generations whose certificates are still in use. */
  readonly operationsCas: readonly OperationsCa[];
  statusOf(ref: CertificateRef): Promise<'good' | 'revoked' | 'hold' | 'unknown'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}

/** Faults: `configuration-invalid` where an operations CA's certificate is not a CA's or the token key not Ed25519. */
export const openPrincipals = (deps: PrincipalsDeps): Principals => {
  const judge = clientCertificates(deps.operationsCas, deps.clock);
  const tokens = openTokens(deps);

  return {
    byCertificate: async (der) => {
      const shown = judge(der);
      const status = await deps.statusOf(shown.ref);
      if (status === 'revoked' || status === 'hold') {
        throw new Fault('client-certificate-revoked', 'The client certificate is revoked or on hold.');
      }
      const principal = status === 'good' ? await deps.find(shown.principal) : undefined;
      if (principal) return principal;
      throw new Fault(
        'client-certificate-invalid',
        'The client certificate is not accepted: it is not one of a principal of this service.',
      );
    },

    byToken: async (token) => {
      const principal = await deps.find(await tokens.verify(token));
      if (principal) return principal;
      throw new Fault('token-invalid', 'The token names no principal of this service.');
    },

    issueToken: ({ id }) => tokens.issue(id),

    jwks: () => tokens.jwks(),
  };
};
