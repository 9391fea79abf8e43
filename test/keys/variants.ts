import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Pairs of keys of which whoever knows the one private key knows the other. */

const spki = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

const number = (text: string): bigint => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
const octets = (value: bigint, length?: number): string => {
  const digits = value.toString(16);
  const size = length === undefined ? digits.length + (digits.length % 2) : 2 * length;
  return Buffer.from(digits.padStart(size, '0'), 'hex').toString('base64url');
};

const inverse = (a: bigint, m: bigint): bigint => {
  let [r, next, t, other] = [m, a % m, 0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next, t, other] = [next, r - q * next, other, t - q * other];
  }
  return ((t % m) + m) % m;
};

const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' }) as Record<string, string>;

/** The order of P-256 (FIPS 186-5, SP 800-186 3.2.1.3), and its prime. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

export const negatedP256 = (key: KeyObject): KeyObject => {
  const { kty = '', crv = '', d = '', x = '', y = '' } = jwkOf(key);
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty,
      crv,
      x,
      y: octets(P256_PRIME - number(y), 32),
      d: octets(P256_ORDER - number(d), 32),
    },
  });
};

/** The same modulus with the exponent 65539 or, where that has no inverse, the next one. */
export const otherExponent = (key: KeyObject): KeyObject => {
  const { kty = '', n = '', p = '', q = '' } = jwkOf(key);
  const [first, second] = [number(p), number(q)];
  const order = (first - 1n) * (second - 1n);
  let e = 65539n;
  while ((inverse(e, order) * e) % order !== 1n) e += 2n;
  const d = inverse(e, order);
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty,
      n,
      e: octets(e),
      d: octets(d),
      p,
      q,
      dp: octets(d % (first - 1n)),
      dq: octets(d % (second - 1n)),
      qi: octets(inverse(second, first)),
    },
  });
};

/** The point with the same y: its private scalar is the negative, which no seed gives, and which signs all the same. */
export const flippedEd25519 = (subjectPublicKeyInfo: Uint8Array): Buffer => {
  const flipped = Buffer.from(subjectPublicKeyInfo);
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 0x80;
  return flipped;
};

export const newP256 = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
export const newRsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const newEd25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
export { spki };
