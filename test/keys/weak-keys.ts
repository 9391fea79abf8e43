import { checkPrimeSync, generatePrimeSync, randomInt } from 'node:crypto';
import type { Der, Oid } from '../../lib/pki/der.ts';
import { derBitString, derInteger, derNull, derOid, derSequence } from '../../lib/pki/der-encoder.ts';

/** Weak public keys of the kinds that faulty tools have really made. */

export const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });

export const rsaInfo = (modulus: bigint, exponent = 65537n): Der =>
  derSequence(
    derSequence(derOid('1.2.840.113549.1.1.1' as Oid), derNull()),
    derBitString(derSequence(derInteger(modulus), derInteger(exponent))),
  );

const bitLength = (n: bigint): number => n.toString(2).length;

/** A product of exactly `bits` bits. */
export const productOf = (bits: number, first: () => bigint, second: () => bigint): bigint => {
  for (;;) {
    const product = first() * second();
    if (bitLength(product) === bits) return product;
  }
};

export const nextPrime = (from: bigint): bigint => {
  let candidate = from | 1n;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
};

/** A modulus of 2,048 bits: the factor times a prime. */
export const multipleOf = (factor: bigint): bigint =>
  factor * nextPrime((3n << 2046n) / factor + BigInt(randomInt(2 ** 40)));

const powerMod = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let factor = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
};

/** M for moduli of 1,984 to 3,936 bits: the product of the first 126 primes, 2 among them. */
const primorial = (() => {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 126; n++) if (primes.every((p) => n % p !== 0n)) primes.push(n);
  return primes.reduce((product, p) => product * p, 1n);
})();

/** A prime of 1,024 bits the way Infineon's RSALib made it: k·M + (65537^a mod M). */
export const rocaPrime = (): bigint => {
  const k = (7n << 1021n) / primorial;
  for (;;) {
    const a = BigInt(randomInt(2 ** 40));
    const candidate = (k + BigInt(randomInt(2 ** 40))) * primorial + powerMod(65537n, a, primorial);
    if (bitLength(candidate) === 1024 && checkPrimeSync(candidate)) return candidate;
  }
};
