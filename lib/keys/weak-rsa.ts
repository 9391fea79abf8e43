import { checkPrime } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * Why an RSA public key is too weak to certify, or undefined. CA/Browser Forum Baseline Requirements 6.1.1.3 and 6.1.6,
 * NIST SP 800-56B 6.4.2.2. The cheap tests come first. The last one is a modular exponentiation (3 ms at 2,048 bits,
 * about 130 ms at 8,192). It runs on another thread, so that no other request waits for it.
 */
export type RsaWeakness =
  | 'size'
  | 'exponent'
  | 'even-modulus'
  | 'small-factor'
  | 'roca'
  | 'close-primes'
  | 'prime-power';

const MIN_BITS = 2048;
const MAX_BITS = 8192;
const MIN_EXPONENT = 65537n;
const EXPONENT_LIMIT = 1n << 256n;
const LARGEST_SMALL_FACTOR = 751;
const FERMAT_ROUNDS = 100;

export const rsaWeakness = async (modulus: bigint, exponent: bigint): Promise<RsaWeakness | undefined> => {
  const bits = bitLength(modulus);
  if (bits < MIN_BITS || bits > MAX_BITS || bits % 8 !== 0) return 'size';
  if (exponent < MIN_EXPONENT || exponent >= EXPONENT_LIMIT || exponent % 2n === 0n) return 'exponent';
  if (modulus % 2n === 0n) return 'even-modulus';
  tables ??= makeTables();
  const { smallPrimes, smallPrimeProduct, rocaPowers, degrees } = tables;
  const residue = modulus % smallPrimeProduct;
  if (smallPrimes.some((prime) => residue % prime === 0n)) return 'small-factor';
  if (hasRocaFingerprint(modulus, rocaPowers)) return 'roca';
  if (hasClosePrimes(modulus)) return 'close-primes';
  if (isPerfectPower(modulus, degrees) || (await isLargePrime(modulus))) return 'prime-power';
  return undefined;
};

const isLargePrime = promisify((n: bigint, told: (error: Error | null, result: boolean) => void) =>
  checkPrime(n, told),
);

const bitLength = (n: bigint): number => n.toString(2).length;

const primesBelow = (limit: number): readonly number[] => {
  const primes: number[] = [];
  for (let n = 2; n < limit; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
};

/**
 * Made when the first key is checked: most processes check none, and making them would take a good part of their start.
 */
let tables: Tables | undefined;

interface Tables {
  readonly smallPrimes: readonly bigint[];
  readonly smallPrimeProduct: bigint;
  readonly rocaPowers: readonly RocaPowers[];
  readonly degrees: readonly Degree[];
}

const makeTables = (): Tables => {
  const primes = primesBelow(1000);
  const smallPrimes = primes.filter((prime) => prime > 2 && prime <= LARGEST_SMALL_FACTOR).map(BigInt);
  return {
    smallPrimes,
    smallPrimeProduct: smallPrimes.reduce((product, prime) => product * prime, 1n),
    rocaPowers: primes.filter((prime) => prime > 2 && prime <= 167).map(rocaPowersOf),
    degrees: primes
      .filter((prime) => prime <= MAX_DEGREE)
      .map((k) => ({ k, witnesses: witnessesOf(k, primes) })),
  };
};

/* ROCA ---------------------------------------------------------------------------------------------------- */

/**
 * Infineon's library (CVE-2017-15361) made primes k·M + (65537^a mod M), where M is a product of the first primes. So a
 * modulus of its keys is a power of 65537 modulo each of these primes. This table has the powers of 65537 for the 38
 * odd primes up to 167, which divide M at every key size. About one good key in 2^27 passes for one of the library's.
 */
interface RocaPowers {
  readonly prime: bigint;
  readonly powers: ReadonlySet<number>;
}

const rocaPowersOf = (prime: number): RocaPowers => {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
  return { prime: BigInt(prime), powers };
};

const hasRocaFingerprint = (modulus: bigint, rocaPowers: readonly RocaPowers[]): boolean =>
  rocaPowers.every(({ prime, powers }) => powers.has(Number(modulus % prime)));

/* Close primes -------------------------------------------------------------------------------------------- */

/** The largest integer whose `k`-th power is at most `n`, by Newton's method from above. */
const integerRoot = (n: bigint, k: number): bigint => {
  if (n === 0n) return 0n;
  const degree = BigInt(k);
  let root = 1n << BigInt(Math.ceil(bitLength(n) / k));
  for (;;) {
    const next = ((degree - 1n) * root + n / root ** (degree - 1n)) / degree;
    if (next >= root) return root;
    root = next;
  }
};

/** The last six bits of squares. Three candidates in sixteen end in such bits; the others need no square root. */
const SQUARES_MOD_64 = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64));

const isSquare = (n: bigint): boolean => SQUARES_MOD_64.has(Number(n & 63n)) && integerRoot(n, 2) ** 2n === n;

/** Fermat's factorisation (CVE-2022-26320): modulus = a² - b² for an `a` just above the square root. */
const hasClosePrimes = (modulus: bigint): boolean => {
  let a = integerRoot(modulus, 2);
  if (a * a < modulus) a += 1n;
  let difference = a * a - modulus;
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (isSquare(difference)) return true;
    difference += 2n * a + 1n;
    a += 1n;
  }
  return false;
};

/* Powers -------------------------------------------------------------------------------------------------- */

const powerMod = (base: number, exponent: number, modulus: number): number => {
  let result = 1;
  let factor = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
};

/** For an `n` below the square of the last of the primes. */
const isPrime = (n: number, primes: readonly number[]): boolean => {
  for (const prime of primes) {
    if (prime * prime > n) return true;
    if (n % prime === 0) return false;
  }
  return true;
};

/** Few non-powers pass this many residues (1 in 2^16 for squares, fewer for the rest), so roots are rarely computed. */
const WITNESSES = 16;

/**
 * Primes q = 1 modulo k. If n is a k-th power and no multiple of q, then n^((q-1)/k) = 1 modulo q. Only one in k of the
 * other numbers satisfies that.
 */
const witnessesOf = (k: number, primes: readonly number[]): readonly number[] => {
  const witnesses: number[] = [];
  for (let q = k + 1; witnesses.length < WITNESSES; q += k)
    if (q > 2 && isPrime(q, primes)) witnesses.push(q);
  return witnesses;
};

/** A power of 8,192 bits without factors up to 751 has a base of more than 9.5 bits, which bounds its degree. */
const MAX_DEGREE = Math.ceil(MAX_BITS / Math.log2(LARGEST_SMALL_FACTOR));

interface Degree {
  readonly k: number;
  readonly witnesses: readonly number[];
}

const isPerfectPower = (n: bigint, degrees: readonly Degree[]): boolean =>
  degrees.some(
    ({ k, witnesses }) =>
      witnesses.every((q) => {
        const residue = Number(n % BigInt(q));
        return residue === 0 || powerMod(residue, (q - 1) / k, q) === 1;
      }) && integerRoot(n, k) ** BigInt(k) === n,
  );
