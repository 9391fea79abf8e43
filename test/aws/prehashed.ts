import { constants, createECDH, hash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';

/**
 * Signs a digest, which KMS offers and node:crypto does not. The arithmetic is OpenSSL's wherever node:crypto gives
 * access to it. The tests verify the results with node:crypto's own `verify` over the whole message.
 */

export const signDigest = (key: KeyObject, algorithm: string, digest: Buffer): Buffer => {
  if (algorithm.startsWith('ECDSA')) return ecdsa(key, digest);
  return algorithm.includes('PSS') ? pss(key, digest) : pkcs1(key, digest);
};

/* RSA, RFC 8017 ------------------------------------------------------------------------------------------------- */

const HASH_OF_LENGTH = new Map([
  [32, { name: 'sha256', digestInfo: '3031300d060960864801650304020105000420' }],
  [48, { name: 'sha384', digestInfo: '3041300d060960864801650304020205000430' }],
  [64, { name: 'sha512', digestInfo: '3051300d060960864801650304020305000440' }],
]);

const hashOf = (digest: Buffer) => {
  const found = HASH_OF_LENGTH.get(digest.length);
  if (found === undefined) throw new Error(`no hash gives ${digest.length} bytes`);
  return found;
};

/** EMSA-PKCS1-v1_5 (9.2). */
const pkcs1 = (key: KeyObject, digest: Buffer): Buffer =>
  privateEncrypt(
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([Buffer.from(hashOf(digest).digestInfo, 'hex'), digest]),
  );

/** EMSA-PSS (9.1.1) with a salt as long as the hash. */
const pss = (key: KeyObject, digest: Buffer): Buffer => {
  const { name } = hashOf(digest);
  const length = (key.asymmetricKeyDetails?.modulusLength as number) / 8;
  const salt = randomBytes(digest.length);
  const h = hash(name, Buffer.concat([Buffer.alloc(8), digest, salt]), 'buffer');
  const db = Buffer.alloc(length - h.length - 1);
  db[db.length - salt.length - 1] = 1;
  salt.copy(db, db.length - salt.length);
  for (let at = 0, counter = 0; at < db.length; at += h.length, counter++) {
    const suffix = Buffer.alloc(4);
    suffix.writeUInt32BE(counter);
    const mask = hash(name, Buffer.concat([h, suffix]), 'buffer');
    for (let i = 0; i < mask.length && at + i < db.length; i++)
      db[at + i] = (db[at + i] ?? 0) ^ (mask[i] ?? 0);
  }
  db[0] = (db[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([db, h, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
};

/* ECDSA, FIPS 186-5 6.4.1 ----------------------------------------------------------------------------------------- */

const CURVES: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
};

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

const inverse = (a: bigint, n: bigint): bigint => {
  let [r0, r1, t0, t1] = [n, a % n, 0n, 1n];
  while (r1 > 0n) {
    const q = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
  }
  return ((t0 % n) + n) % n;
};

const derInteger = (value: bigint): Buffer => {
  const hex = value.toString(16);
  let bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  if ((bytes[0] ?? 0) & 0x80) bytes = Buffer.concat([Buffer.of(0), bytes]);
  return Buffer.concat([Buffer.of(2, bytes.length), bytes]);
};

const ecdsa = (key: KeyObject, digest: Buffer): Buffer => {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const n = CURVES[curve];
  if (n === undefined) throw new Error(`unknown curve ${curve}`);
  const d = toBigInt(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  // P-521's order is longer than its digest. The orders of the other curves are as long as their digests.
  const z = toBigInt(digest);
  const ecdh = createECDH(curve);
  const point = ecdh.generateKeys();
  const k = toBigInt(ecdh.getPrivateKey());
  const r = toBigInt(point.subarray(1, (point.length + 1) / 2)) % n;
  const s = (inverse(k, n) * (z + r * d)) % n;
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  const header = body.length < 128 ? Buffer.of(0x30, body.length) : Buffer.of(0x30, 0x81, body.length);
  return Buffer.concat([header, body]);
};

/* ML-DSA, FIPS 204 6.2, from µ on ------------------------------------------------------------------------------------ */

const PARAMETER_SETS = { ML_DSA_44: ml_dsa44, ML_DSA_65: ml_dsa65, ML_DSA_87: ml_dsa87 };

export const signMu = (key: KeyObject, spec: string, mu: Uint8Array): Uint8Array => {
  const set = PARAMETER_SETS[spec as keyof typeof PARAMETER_SETS];
  const seed = Buffer.from(String(key.export({ format: 'jwk' }).priv), 'base64url');
  return set.internal.sign(mu, set.keygen(seed).secretKey, { externalMu: true });
};
