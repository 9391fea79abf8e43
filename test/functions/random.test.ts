import { expect, it } from 'vitest';
import { random } from '../../functions/random.ts';

it('gives different bytes to each caller, of every length', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 2000; round++) {
    for (const n of [8, 16, 255, 256, 257]) {
      const bytes = random(n);
      expect(bytes).toHaveLength(n);
      seen.add(Buffer.from(bytes.subarray(0, 8)).toString('hex'));
    }
  }
  expect(seen.size).toBe(10_000);
  expect(random(0)).toHaveLength(0);
});

it('never changes bytes that it has given out', () => {
  const first = random(16);
  const copy = Uint8Array.from(first);
  for (let i = 0; i < 1000; i++) random(16);
  expect(first).toEqual(copy);
});
