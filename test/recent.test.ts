import { describe, expect, it } from 'vitest';
import { Recent } from '../lib/recent.ts';

const octets = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 0xff);

describe('values by the octets that they are made of', () => {
  it('makes a value once, for equal octets in another array too', () => {
    const recent = new Recent<object>();
    const first = recent.of(octets(1), () => ({}));
    expect(recent.of(Uint8Array.of(9, 0, 1).subarray(1), () => ({}))).toBe(first);
    expect(recent.of(octets(256), () => ({}))).not.toBe(first);
  });

  it('forgets the octets that were asked about longest ago', () => {
    const recent = new Recent<number>();
    for (let n = 0; n < 64; n++) recent.of(octets(n), () => n);
    recent.of(octets(0), () => -1);
    recent.of(octets(64), () => 64);
    expect(recent.of(octets(0), () => -1)).toBe(0);
    expect(recent.of(octets(1), () => -1)).toBe(-1);
  });

  it('keeps no error', () => {
    const recent = new Recent<number>();
    const fail = (): number => {
      throw new Error('malformed');
    };
    expect(() => recent.of(octets(1), fail)).toThrow('malformed');
    expect(recent.of(octets(1), () => 1)).toBe(1);
  });
});
