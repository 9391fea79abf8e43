import { createPublicKey } from 'node:crypto';
import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWK,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import type { EmbeddedIssuer, RemoteIssuer, Token } from './contract.ts';

const LIFETIME_SECONDS = 15 * 60;

/** Longer than any issuer's tokens. HTTP headers end at 16 KiB anyway. */
const MAX_TOKEN_CHARACTERS = 8192;

/** Asymmetric only: with `none` or an HMAC, anybody who knows the public key could sign. */
const REMOTE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];

const ID = /^[a-z0-9-]{1,64}$/;

export interface Tokens {
  /** A token for this principal. Fault: `unknown-route` where there is no embedded issuer. */
  issue(subject: string): Promise<Token>;
  /** The principal's id. Faults: `token-invalid`, `token-expired`; `try-later` when a remote issuer's keys cannot be had. */
  verify(token: string): Promise<string>;
  jwks(): Promise<{ readonly keys: readonly JWK[] }>;
}

interface Trusted {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly key: JWTVerifyGetKey;
  readonly principalClaim: string;
}

/** Faults at once with `configuration-invalid` where the embedded signer is not Ed25519. */
export const openTokens = (deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}): Tokens => {
  const { clock, random } = deps;
  const own = deps.embedded && openEmbedded(deps.embedded);
  const trusted: Trusted[] = [];
  if (own) trusted.push(own);
  if (deps.remote) {
    const { issuer, audience, jwks, principalClaim } = deps.remote;
    // Made with the first token: it loads all of `fetch`, which takes half of a function's start time.
    let keys: JWTVerifyGetKey | undefined;
    const key: JWTVerifyGetKey = (header, token) => {
      keys ??= createRemoteJWKSet(jwks);
      return keys(header, token);
    };
    trusted.push({ issuer, audience, algorithms: REMOTE_ALGORITHMS, key, principalClaim });
  }

  return {
    issue: async (subject) => {
      if (own === undefined) {
        throw new Fault('unknown-route', 'This service issues no tokens; get one from its token issuer.');
      }
      const iat = Math.floor(clock() / 1000);
      const exp = iat + LIFETIME_SECONDS;
      const jti = Buffer.from(random(16)).toString('base64url');
      const token = await own.sign({ iss: own.issuer, aud: own.audience, sub: subject, iat, exp, jti });
      return { token, expiresAt: new Date(exp * 1000).toISOString() };
    },

    verify: async (token) => {
      const { issuer, audience, algorithms, key, principalClaim } = choose(trusted, token);
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer,
          audience,
          algorithms: [...algorithms],
          requiredClaims: ['sub', 'iat', 'exp'],
          currentDate: new Date(clock()),
        });
        const principal = payload[principalClaim];
        if (typeof principal === 'string' && ID.test(principal)) return principal;
      } catch (error) {
        throw refusal(error);
      }
      throw new Fault('token-invalid', 'The token names no principal.');
    },

    jwks: async () => ({ keys: own ? [await own.jwk] : [] }),
  };
};

const openEmbedded = ({ signer, issuer, audience }: EmbeddedIssuer) => {
  if (signer.algorithm.name !== 'ed25519') {
    throw new Fault('configuration-invalid', 'The key that signs tokens must be Ed25519.');
  }
  const publicKey = createPublicKey({
    key: Buffer.from(signer.subjectPublicKeyInfo),
    format: 'der',
    type: 'spki',
  });
  const bare: JWK = publicKey.export({ format: 'jwk' });
  const jwk = calculateJwkThumbprint(bare).then((kid): JWK => ({ ...bare, kid, use: 'sig', alg: 'EdDSA' }));
  return {
    issuer,
    audience,
    algorithms: ['EdDSA'],
    principalClaim: 'sub',
    jwk,
    key: async () => publicKey,
    /**
     * JWS compact serialisation (RFC 7515 7.1, RFC 8037 3.1). A library cannot make it, because the key signs behind
     * its port.
     */
    sign: async (claims: Readonly<Record<string, string | number>>): Promise<string> => {
      const { kid } = await jwk;
      const input = `${encode({ alg: 'EdDSA', typ: 'JWT', kid })}.${encode(claims)}`;
      const signature = await signer.sign(Buffer.from(input));
      return `${input}.${Buffer.from(signature).toString('base64url')}`;
    },
  };
};

const encode = (part: Readonly<Record<string, unknown>>): string =>
  Buffer.from(JSON.stringify(part)).toString('base64url');

/** Chooses the issuer that the token names. The signature must then verify with that issuer's key. */
const choose = (trusted: readonly Trusted[], token: string): Trusted => {
  let named: string | undefined;
  try {
    if (token.length <= MAX_TOKEN_CHARACTERS) named = decodeJwt(token).iss;
  } catch (error) {
    throw new Fault('token-invalid', 'The token is not a JWT.', {}, { cause: error });
  }
  const found = trusted.find(({ issuer }) => issuer === named);
  if (found) return found;
  throw new Fault('token-invalid', 'The token does not come from an issuer that this service trusts.');
};

const refusal = (error: unknown): Fault => {
  if (error instanceof errors.JWTExpired) {
    return new Fault('token-expired', 'The token has expired; get a new one.');
  }
  const isJose = error instanceof errors.JOSEError;
  // The key set could not be fetched or read, which is no fault of the token.
  if (!isJose || KEY_SET_FAILURES.has(error.code)) {
    return new Fault('try-later', "The token issuer's keys cannot be had now.", {}, { cause: error });
  }
  return new Fault(
    'token-invalid',
    'The token does not verify for this service; get a new one.',
    {},
    { cause: error },
  );
};

const KEY_SET_FAILURES: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);
