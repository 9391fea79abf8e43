import { createHash, createPublicKey } from 'node:crypto';
import type { Signer } from '../../keys/keys.ts';

/** A JWS in the flattened JSON serialization (RFC 7515 7.2.2), signed by Ed25519 (RFC 8037 3.1). */
export type FlattenedJws = {
  readonly payload: string;
  readonly protected: string;
  readonly signature: string;
};

export type PublicJwk = {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
};

const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** The signer's public key; `kid` is its thumbprint (RFC 7638). */
export const publicJwk = ({ subjectPublicKeyInfo }: Signer): PublicJwk => {
  const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' });
  const { x = '' } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
};

export const signJws = async (signer: Signer, typ: string, payload: string): Promise<FlattenedJws> => {
  const { kid } = publicJwk(signer);
  const header = base64url(JSON.stringify({ alg: 'EdDSA', kid, typ }));
  const body = base64url(payload);
  const signature = await signer.sign(Buffer.from(`${header}.${body}`));
  return { payload: body, protected: header, signature: base64url(signature) };
};
