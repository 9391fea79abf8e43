import type { Signer } from '../keys/keys.ts';
import type { Clock, Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';

export interface Token {
  readonly token: string;
  /** RFC 3339 UTC. */
  readonly expiresAt: string;
}

/**
 * What a caller is known by. `rows`: for what is read. `acts`: the newest act of the enrolment, for what changes something.
 * `objects`: the same, for what is done even while the table is behind its log. Then no row decides: an object binds the
 * certificate's key to the principal, and the acts on the certificate's status have not closed it.
 */
export type KnownBy = 'rows' | 'acts' | 'objects';

/**
 * Turns credentials into principals. A client certificate must come from the operations CA, be within its validity, be
 * good by its own status now and name a principal (its subject's serialNumber attribute holds the principal's id). A holder may
 * show a certificate of a profile that signs holders in: the act by which it was issued says whose it is, and its subject says
 * nothing. A token must come from the configured issuer for this audience and name a principal by `sub`. The principal and the
 * certificate's status are looked up at every call, so a principal that is removed or a certificate that is revoked is
 * refused at once. A token outlives the certificate for which it was issued by 15 minutes at most.
 */
export interface Principals {
  /**
   * DER. Faults: `client-certificate-invalid`, `client-certificate-expired`, `client-certificate-revoked`, `not-in-force`.
   * @param by `rows` where it is left out.
   * @param takesHolders whether a certificate that was issued to a holder is taken.
   */
  byCertificate(der: Uint8Array, by?: KnownBy, takesHolders?: boolean): Promise<Principal>;
  /**
   * The principal that a certificate names, if an operations CA of this service signed it. It may have ended, be revoked or
   * be no client's, and the principal may be gone: this says who was named, and proves nothing about who calls.
   */
  namedBy(der: Uint8Array): Promise<string | undefined>;
  /** Faults: `token-invalid`, `token-expired`, `not-in-force`; `try-later` when the keys of a remote issuer cannot be had. */
  byToken(token: string, by?: KnownBy): Promise<Principal>;
  /**
   * A token of the embedded issuer, for a principal that came with a client certificate. It lives 15 minutes.
   * Fault: `unknown-route` where tokens come from another issuer.
   */
  issueToken(principal: Principal): Promise<Token>;
  /** The embedded issuer's public keys (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
}

/** What a client certificate says, once its signature and its extensions were found good. */
export interface ShownCertificate {
  readonly ref: CertificateRef;
  /** The value of the subject's serialNumber attribute. Absent where the CA certifies holders. */
  readonly principal?: string;
  /** `keyIdentity` of its public key. */
  readonly keyIdentity: string;
  /** SHA-256 of its TBSCertificate, hex. */
  readonly tbsDigest: string;
}

/**
 * One generation of the operations CA, or of a CA whose certificates sign holders in. Generations share a name and differ by
 * key.
 */
export interface ClientCa {
  readonly ca: string;
  /** Absent: principals. */
  readonly certifies?: 'holders';
  /** DER. */
  readonly certificate: Uint8Array;
}

/** This service's own issuer. The signer is Ed25519. */
export interface EmbeddedIssuer {
  readonly signer: Signer;
  /** The `iss` and `aud` claims. */
  readonly issuer: string;
  readonly audience: string;
}

/** Another issuer, such as a Cognito user pool, that publishes its keys (RFC 7517). */
export interface RemoteIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: URL;
  /** The claim that holds the principal's id: `sub`, except with issuers that choose the value of `sub` themselves. */
  readonly principalClaim: string;
}

/** The issuers of bearer tokens: this service, another one, or both. */
export interface TokenIssuers {
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}

/**
 * Callers by their certificates alone. Before tokens can be issued nothing else is known, and OCSP needs nothing else.
 */
export type CertificateCallers = Pick<Principals, 'byCertificate' | 'namedBy'>;

export interface CertificateCallersDeps {
  /** The directory. Undefined for nobody. Fault: `not-in-force`. */
  find(id: string, by: KnownBy): Promise<Principal | undefined>;
  /**
   * All generations whose certificates are still in use. Returns the same array as before while nothing has changed.
   */
  clientCas(): Promise<readonly ClientCa[]>;
  statusOf(ref: CertificateRef): Promise<'good' | 'revoked' | 'hold' | 'unknown'>;
  /**
   * The same by objects and no rows; undefined while the table is not behind its log. Absent in a process that takes no acts.
   */
  provenStatusOf?(
    certificate: ShownCertificate,
  ): Promise<'good' | 'revoked' | 'hold' | 'unknown' | undefined>;
  /**
   * By objects and no rows: the holder to whom this very certificate was issued, where its profile signs holders in. Absent in a
   * process that no holder signs in to.
   */
  holderOf?(certificate: ShownCertificate): Promise<string | undefined>;
  readonly clock: Clock;
}

export interface TokenDeps extends TokenIssuers {
  /** The directory, as in `CertificateCallersDeps`. */
  find(id: string, by: KnownBy): Promise<Principal | undefined>;
  readonly clock: Clock;
  readonly random: Random;
}
