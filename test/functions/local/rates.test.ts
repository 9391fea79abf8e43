import { expect, it } from 'vitest';
import { openRates } from '../../../functions/local/rates.ts';

const taken = (rates: ReturnType<typeof openRates>, key: string, rate: number, tries: number): number =>
  Array.from({ length: tries }, () => rates.take({ key, rate })).filter(Boolean).length;

it('a source has its rate, and saves what it did not use for ten seconds', () => {
  let now = 0;
  const rates = openRates(() => now);
  expect(taken(rates, 'a', 5, 100)).toBe(50);
  expect(taken(rates, 'b', 5, 1)).toBe(1);
  now += 1000;
  expect(taken(rates, 'a', 5, 100)).toBe(5);
  now += 100;
  expect(taken(rates, 'a', 5, 100)).toBe(0);
  now += 100;
  expect(taken(rates, 'a', 5, 100)).toBe(1);
  now += 3_600_000;
  expect(taken(rates, 'a', 5, 100)).toBe(50);
});

it('memory does not grow with the number of sources, and a source that is heard of stays known', () => {
  const rates = openRates(() => 0, 100);
  expect(taken(rates, 'busy', 1, 20)).toBe(10);
  for (let n = 0; n < 10_000; n++) {
    rates.take({ key: `other ${n}`, rate: 1 });
    if (n % 50 === 0) expect(rates.take({ key: 'busy', rate: 1 })).toBe(false);
    expect(rates.size()).toBeLessThanOrEqual(200);
  }
});
