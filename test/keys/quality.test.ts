import { createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { ALGORITHMS, checkPublicKey, generateSoftwareKey, keyIdentity } from '../../lib/keys/keys.ts';
import { PUBLIC_KEY_KINDS } from '../../lib/lint/public-key.ts';
import type { Oid } from '../../lib/pki/der.ts';
import { derBitString, derOid, derSequence } from '../../lib/pki/der-encoder.ts';
import { multipleOf, nextPrime, prime, productOf, rocaPrime, rsaInfo } from './weak-keys.ts';

const infoOf = ({ publicKey }: { publicKey: KeyObject }): Buffer =>
  publicKey.export({ format: 'der', type: 'spki' });
const ecOf = (namedCurve: string, paramEncoding: 'named' | 'explicit' = 'named'): Buffer =>
  infoOf(generateKeyPairSync('ec', { namedCurve, paramEncoding }));
const weak = (weakness: string) => expect.objectContaining({ code: 'weak-key', facts: { weakness } });
const unsupported = expect.objectContaining({ code: 'unsupported-algorithm' });

describe('good keys', () => {
  it.each(ALGORITHMS)('of $name', async ({ name, family, kind }) => {
    const { subjectPublicKeyInfo } = await generateSoftwareKey(name);
    const digest = hash('sha256', subjectPublicKeyInfo, 'hex');
    expect(await checkPublicKey(subjectPublicKeyInfo)).toEqual({
      family,
      kind,
      digest,
      identity: keyIdentity(subjectPublicKeyInfo),
    });
    expect(PUBLIC_KEY_KINDS).toContain(kind);
  });

  it('of RSA with 2,056 bits and another exponent', async () => {
    const info = infoOf(generateKeyPairSync('rsa', { modulusLength: 2056, publicExponent: 65539 }));
    expect((await checkPublicKey(info)).kind).toBe('rsa2056');
  });

  it('many: no good key passes for a weak one', async () => {
    for (let i = 0; i < 20; i++) {
      const pair = generateKeyPairSync('ed25519');
      expect((await checkPublicKey(pair.publicKey.export({ format: 'der', type: 'spki' }))).kind).toBe(
        'ed25519',
      );
    }
    const modulus = () =>
      productOf(
        2048,
        () => prime(1024),
        () => prime(1024),
      );
    for (let i = 0; i < 10; i++) expect((await checkPublicKey(rsaInfo(modulus()))).kind).toBe('rsa2048');
  });
});

describe('weak RSA keys', () => {
  const good = productOf(
    2048,
    () => prime(1024),
    () => prime(1024),
  );

  it.each([
    ['size', 1024],
    ['size', 2040],
    ['size', 2047],
    ['size', 2049],
    ['size', 8200],
  ])('%s: %i bits', async (weakness, bits) => {
    const modulus = (1n << BigInt(bits - 1)) | 1n;
    await expect(checkPublicKey(rsaInfo(modulus))).rejects.toThrow(weak(weakness));
  });

  it.each([1n, 3n, 17n, 65535n, 65536n, 65538n, (1n << 256n) + 1n])('exponent %i', async (exponent) => {
    await expect(checkPublicKey(rsaInfo(good, exponent))).rejects.toThrow(weak('exponent'));
  });

  it('accepts the largest exponent that the Baseline Requirements allow', async () => {
    expect((await checkPublicKey(rsaInfo(good, (1n << 256n) - 1n))).kind).toBe('rsa2048');
  });

  it('negative numbers and zeros', async () => {
    for (const [n, e] of [
      [-good, 65537n],
      [good, -65537n],
      [0n, 65537n],
      [good, 0n],
    ] as const) {
      await expect(checkPublicKey(rsaInfo(n, e))).rejects.toThrow(Fault);
    }
  });

  it('an even modulus', async () => {
    await expect(
      checkPublicKey(
        rsaInfo(
          productOf(
            2048,
            () => 2n,
            () => prime(2047),
          ),
        ),
      ),
    ).rejects.toThrow(weak('even-modulus'));
  });

  it.each([3n, 5n, 167n, 743n, 751n])('a factor of %i', async (factor) => {
    const modulus = multipleOf(factor);
    await expect(checkPublicKey(rsaInfo(modulus))).rejects.toThrow(weak('small-factor'));
  });

  it('a factor of 757 passes: it is the next prime, beyond those that are tried', async () => {
    const modulus = multipleOf(757n);
    expect((await checkPublicKey(rsaInfo(modulus))).kind).toBe('rsa2048');
  });

  it('ROCA: primes made from powers of 65537', async () => {
    const modulus = productOf(2048, rocaPrime, rocaPrime);
    await expect(checkPublicKey(rsaInfo(modulus))).rejects.toThrow(weak('roca'));
  });

  it('one ROCA prime beside a good one is not the fingerprint', async () => {
    const modulus = productOf(2048, rocaPrime, () => prime(1024));
    expect((await checkPublicKey(rsaInfo(modulus))).kind).toBe('rsa2048');
  });

  it.each([2n, 1n << 200n, 1n << 514n])('primes %i apart', async (distance) => {
    const modulus = productOf(
      2048,
      () => 1n,
      () => {
        const p = prime(1024);
        return p * nextPrime(p + distance);
      },
    );
    await expect(checkPublicKey(rsaInfo(modulus))).rejects.toThrow(weak('close-primes'));
  });

  it('primes that Fermat does not reach in 100 rounds', async () => {
    const p = prime(1024) | (3n << 1022n);
    const modulus = nextPrime(p) * nextPrime(p - (1n << 530n));
    expect((await checkPublicKey(rsaInfo(modulus))).kind).toBe('rsa2048');
  });

  it('a square, higher powers and a prime', async () => {
    const power = (k: number, bits: number): bigint =>
      productOf(
        bits,
        () => 1n,
        () => prime(Math.ceil(bits / k)) ** BigInt(k),
      );
    await expect(checkPublicKey(rsaInfo(power(2, 2048)))).rejects.toThrow(weak('close-primes'));
    await expect(checkPublicKey(rsaInfo(power(3, 2064)))).rejects.toThrow(weak('prime-power'));
    await expect(checkPublicKey(rsaInfo(power(5, 2560)))).rejects.toThrow(weak('prime-power'));
    await expect(checkPublicKey(rsaInfo(power(9, 2304)))).rejects.toThrow(weak('prime-power'));
    const dense = [757n, 761n, 769n, 773n, 787n].flatMap((base) =>
      Array.from({ length: 640 }, (_, i) => base ** BigInt(214 + i)),
    );
    const whole = dense.filter((n) => n.toString(2).length % 8 === 0 && n < 1n << 8192n);
    expect(whole.length).toBeGreaterThan(200);
    for (const modulus of whole.filter((_, i) => i % 20 === 0)) {
      await expect(checkPublicKey(rsaInfo(modulus))).rejects.toThrow(
        expect.objectContaining({ code: 'weak-key' }),
      );
    }
    await expect(checkPublicKey(rsaInfo(prime(2048)))).rejects.toThrow(weak('prime-power'));
  });
});

describe('a key that takes long to judge', () => {
  it('keeps nobody else waiting meanwhile', async () => {
    // A modulus of 8,192 bits that only the last test can refuse. That test takes longer than all others.
    const info = rsaInfo(
      productOf(
        8192,
        () => prime(4096),
        () => prime(4096),
      ),
    );
    // The first check builds tables and compiles code.
    await checkPublicKey(info);
    const began = performance.now();
    let [longest, turns, last, ended] = [0, 0, began, false];
    const watching = (async () => {
      while (!ended) {
        await nextTurn();
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        turns++;
      }
    })();
    await checkPublicKey(info);
    const took = performance.now() - began;
    ended = true;
    await watching;
    expect(turns).toBeGreaterThan(10);
    expect(longest).toBeLessThan(took / 2);
  }, 120_000);
});

describe('other keys', () => {
  it.each([
    ['RSA-PSS', infoOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }))],
    ['X25519', infoOf(generateKeyPairSync('x25519'))],
    ['Ed448', infoOf(generateKeyPairSync('ed448'))],
    ['DSA', infoOf(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }))],
    ['P-224', ecOf('secp224r1')],
    ['secp256k1', ecOf('secp256k1')],
    ['P-256 with explicit parameters', ecOf('P-256', 'explicit')],
  ])('refuses %s', async (_, info) => {
    createPublicKey({ key: info, format: 'der', type: 'spki' });
    await expect(checkPublicKey(info)).rejects.toThrow(unsupported);
  });

  const ecInfo = (point: Uint8Array) =>
    derSequence(
      derSequence(derOid('1.2.840.10045.2.1' as Oid), derOid('1.2.840.10045.3.1.7' as Oid)),
      derBitString(point),
    );
  const point = ecOf('P-256').subarray(-65);

  it('P-256: takes the plain point and refuses the same compressed, hybrid, off the curve, or none', async () => {
    expect((await checkPublicKey(ecInfo(point))).kind).toBe('p-256');
    const parity = (point[64] as number) & 1;
    const off = Buffer.from(point);
    off[64] = (off[64] as number) ^ 1;
    for (const bad of [
      Buffer.concat([Buffer.of(2 + parity), point.subarray(1, 33)]),
      Buffer.concat([Buffer.of(6 + parity), point.subarray(1)]),
      off,
      Buffer.of(0),
      Buffer.concat([Buffer.of(4), Buffer.alloc(64)]),
      Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)]),
      point.subarray(0, 64),
      Buffer.alloc(0),
    ]) {
      await expect(checkPublicKey(ecInfo(bad))).rejects.toThrow(unsupported);
    }
  });

  const edInfo = (octets: Uint8Array) =>
    derSequence(derSequence(derOid('1.3.101.112' as Oid)), derBitString(octets));
  const P = 2n ** 255n - 19n;
  const octets = (y: bigint, sign = 0n): Buffer =>
    Buffer.from((y | (sign << 255n)).toString(16).padStart(64, '0'), 'hex').reverse();
  // The y coordinate of two points of order 8 on RFC 8032's curve.
  const ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

  it.each([
    ['the identity', octets(1n)],
    ['order 2', octets(P - 1n)],
    ['order 4', octets(0n)],
    ['order 4, negative', octets(0n, 1n)],
    ['order 8', octets(ORDER_8)],
    ['order 8, negative', octets(ORDER_8, 1n)],
    ['order 8, the other', octets(P - ORDER_8)],
    ['order 8, the other, negative', octets(P - ORDER_8, 1n)],
  ])('Ed25519: refuses a point of small order, %s', async (_, key) => {
    await expect(checkPublicKey(edInfo(key))).rejects.toThrow(weak('small-order'));
  });

  it('Ed25519: refuses bytes that are no point, or not its canonical encoding', async () => {
    for (const key of [octets(2n), octets(P), octets(P + 1n), octets(1n, 1n), octets(P - 1n, 1n)]) {
      await expect(checkPublicKey(edInfo(key))).rejects.toThrow(weak('not-a-point'));
    }
    await expect(checkPublicKey(edInfo(new Uint8Array(31)))).rejects.toThrow(unsupported);
  });

  it('ML-DSA: refuses another length', async () => {
    for (const length of [0, 32, 1311, 1313, 1952]) {
      const info = derSequence(
        derSequence(derOid('2.16.840.1.101.3.4.3.17' as Oid)),
        derBitString(new Uint8Array(length)),
      );
      await expect(checkPublicKey(info)).rejects.toThrow(unsupported);
    }
  });
});

describe('strictness', () => {
  it('refuses bytes after the end and lengths that are not the shortest', async () => {
    const { subjectPublicKeyInfo: info } = await generateSoftwareKey('ecdsa-p256-sha256');
    await expect(checkPublicKey(Buffer.concat([info, Buffer.of(0)]))).rejects.toThrow(
      expect.objectContaining({ code: 'trailing-data' }),
    );
    const long = Buffer.concat([Buffer.of(0x30, 0x81), info.subarray(1)]);
    await expect(checkPublicKey(long)).rejects.toThrow(expect.objectContaining({ code: 'malformed-der' }));
    await expect(checkPublicKey(new Uint8Array(4097))).rejects.toThrow(
      expect.objectContaining({ code: 'input-too-large' }),
    );
  });

  it('any bytes, and any change to a good key, give a value or a Fault', async () => {
    const infos = await Promise.all(
      (['rsa2048-sha256', 'ecdsa-p384-sha384', 'ed25519', 'ml-dsa-44'] as const).map(
        async (name) => (await generateSoftwareKey(name)).subjectPublicKeyInfo,
      ),
    );
    const judge = async (bytes: Uint8Array): Promise<void> => {
      try {
        await checkPublicKey(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), judge), { numRuns: 200 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...infos),
        fc.nat(60),
        fc.integer({ min: 1, max: 255 }),
        async (info, at, change) => {
          const bytes = Buffer.from(info);
          bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ change;
          await judge(bytes);
        },
      ),
      { numRuns: 200 },
    );
  });
});
