/**
 * The part of edwards25519 (RFC 8032 5.1) that checking a public key needs. OpenSSL accepts any 32 octets as an Ed25519
 * public key. A point of small order would let anybody make signatures that verify.
 */
const P = 2n ** 255n - 19n;

const mod = (n: bigint): bigint => ((n % P) + P) % P;

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  let factor = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
};

const inverse = (n: bigint): bigint => power(n, P - 2n);

/** d, that is -121665/121666. */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** For the curve -x² + y² = 1 + d·x²·y². The denominator is never 0: -1/d is not a square. */
const xSquared = (y: bigint): bigint => mod((y * y - 1n) * inverse(D * y * y + 1n));

/** The y of twice a point; x enters only as its square. */
const doubled = (y: bigint): bigint => {
  const y2 = (y * y) % P;
  const x2 = xSquared(y);
  return mod((y2 + x2) * inverse(1n - D * x2 * y2));
};

/** Why these 32 octets are not certified as a public key; undefined where they may be. */
export const edwardsWeakness = (octets: Uint8Array): 'not-a-point' | 'small-order' | undefined => {
  const littleEndian = Buffer.from(octets).reverse();
  const sign = (littleEndian[0] as number) >> 7;
  littleEndian[0] = (littleEndian[0] as number) & 0x7f;
  const y = BigInt(`0x${littleEndian.toString('hex')}`);
  if (y >= P) return 'not-a-point';
  const x2 = xSquared(y);
  if (x2 === 0n) return sign === 1 ? 'not-a-point' : 'small-order';
  // Euler's criterion: x² must be a square.
  if (power(x2, (P - 1n) / 2n) !== 1n) return 'not-a-point';
  // The cofactor is 8, so three doublings take a point of small order to the identity, y = 1.
  return doubled(doubled(doubled(y))) === 1n ? 'small-order' : undefined;
};
