import { ECDH, hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS, generateSoftwareKey, keyIdentity } from '../../lib/keys/keys.ts';
import { flippedEd25519, negatedP256, newEd25519, newP256, newRsa, otherExponent, spki } from './variants.ts';

describe('the identity of a key', () => {
  it.each(ALGORITHMS)('of $name is the same each time, and no other key has it', async ({ name }) => {
    const [one, other] = [await generateSoftwareKey(name), await generateSoftwareKey(name)];
    const identity = keyIdentity(one.subjectPublicKeyInfo);
    expect(identity).toMatch(/^[0-9a-f]{64}$/);
    expect(keyIdentity(Buffer.from(one.subjectPublicKeyInfo))).toBe(identity);
    expect(keyIdentity(other.subjectPublicKeyInfo)).not.toBe(identity);
  });

  it('is that of an RSA modulus, whatever the exponent and the algorithm that the key is named for', () => {
    const key = newRsa();
    const other = spki(otherExponent(key));
    expect(other.equals(spki(key))).toBe(false);
    expect(keyIdentity(other)).toBe(keyIdentity(spki(key)));
    // rsaEncryption and id-RSASSA-PSS (RFC 4055 1.2) differ in the last arc.
    const text = spki(key).toString('hex');
    const pss = Buffer.from(text.replace('2a864886f70d010101', '2a864886f70d01010a'), 'hex');
    expect(pss.equals(spki(key))).toBe(false);
    expect(keyIdentity(pss)).toBe(keyIdentity(spki(key)));
  });

  it('is that of an EC point and of its negative, in every form of a point', () => {
    const key = newP256();
    const own = spki(key);
    const negative = spki(negatedP256(key));
    expect(negative.equals(own)).toBe(false);
    expect(keyIdentity(negative)).toBe(keyIdentity(own));
    const point = own.subarray(-65);
    for (const form of ['compressed', 'hybrid'] as const) {
      const bytes = ECDH.convertKey(point, 'prime256v1', undefined, undefined, form) as Buffer;
      const head = Buffer.from(own.subarray(0, -65));
      head[1] = (head[1] as number) + bytes.length - 65;
      head[head.length - 2] = bytes.length + 1;
      // The BIT STRING's length octet stands before its octet of unused bits.
      expect(keyIdentity(Buffer.concat([head, bytes]))).toBe(keyIdentity(own));
    }
  });

  it('of an EC point counts on its own curve', () => {
    const own = spki(newP256());
    // secp256k1 in place of prime256v1, with the length of its shorter name.
    const text = own
      .toString('hex')
      .replace('3059301306072a8648ce3d020106082a8648ce3d030107', '3056301006072a8648ce3d020106052b8104000a');
    expect(keyIdentity(Buffer.from(text, 'hex'))).not.toBe(keyIdentity(own));
  });

  it('is that of an Edwards point with either sign', () => {
    const own = spki(newEd25519());
    expect(keyIdentity(flippedEd25519(own))).toBe(keyIdentity(own));
    const y = Buffer.from(own);
    y[y.length - 2] = (y.at(-2) as number) ^ 0x80;
    expect(keyIdentity(y)).not.toBe(keyIdentity(own));
  });

  it('has the kind of the key in it, so that bytes of one kind are none of another', async () => {
    const own = spki(newEd25519());
    const x448 = Buffer.from(own.toString('hex').replace('06032b6570', '06032b656e'), 'hex');
    expect(keyIdentity(x448)).not.toBe(keyIdentity(own));
    const { subjectPublicKeyInfo } = await generateSoftwareKey('ml-dsa-44');
    expect(keyIdentity(subjectPublicKeyInfo)).not.toBe(hash('sha256', subjectPublicKeyInfo));
  });

  it.each([
    ['nothing', ''],
    ['no key', '0500'],
    ['a byte after it', `${spki(newP256()).toString('hex')}00`],
  ])('of %s is a fault', (_, hex) => {
    expect(() => keyIdentity(Buffer.from(hex, 'hex'))).toThrow();
  });
});
