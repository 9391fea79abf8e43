import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Signer } from '../../lib/keys/keys.ts';
import { openSigningQueue } from '../../lib/status/signing-queue.ts';

const signerOf = (sign: Signer['sign']): Signer => ({ sign }) as Signer;
const message = (n: number): Uint8Array => Uint8Array.of(n);

describe('signing together', () => {
  it('makes the signatures of one turn before the first of them goes on, each with its own key', async () => {
    const signed = openSigningQueue();
    const seen: string[] = [];
    const one = signerOf((bytes) => {
      seen.push(`one signs ${bytes[0]}`);
      return Uint8Array.of(1, bytes[0] as number);
    });
    const other = signerOf(async (bytes) => {
      seen.push(`other signs ${bytes[0]}`);
      return Uint8Array.of(2, bytes[0] as number);
    });
    const ask = async (signer: Signer, n: number) => {
      const signature = await signed(signer, message(n));
      seen.push(`${n} goes on`);
      return [...signature];
    };
    expect(await Promise.all([ask(one, 5), ask(other, 6), ask(one, 7)])).toEqual([
      [1, 5],
      [2, 6],
      [1, 7],
    ]);
    expect(seen.slice(0, 3)).toEqual(['one signs 5', 'other signs 6', 'one signs 7']);
    expect(seen.slice(3).sort()).toEqual(['5 goes on', '6 goes on', '7 goes on']);
  });

  it('lets one signature fail without harm to the others', async () => {
    const signed = openSigningQueue();
    const broken = signerOf(() => {
      throw new Error('the key is gone');
    });
    const refused = signerOf(() => Promise.reject(new Error('refused')));
    const whole = signerOf((bytes) => bytes);
    const outcomes = await Promise.allSettled([
      signed(broken, message(1)),
      signed(whole, message(2)),
      signed(refused, message(3)),
      signed(whole, message(4)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect([...(await signed(whole, message(5)))]).toEqual([5]);
  });

  it('lets other work run if signing takes long', async () => {
    const signed = openSigningQueue();
    let made = 0;
    const slow = signerOf((bytes) => {
      made++;
      for (const until = performance.now() + 3; performance.now() < until; );
      return bytes;
    });
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => signed(slow, message(n))));
    const seen: number[] = [];
    while (made < 20) {
      await nextTurn();
      seen.push(made);
    }
    expect((await all).map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    // Never more than two of 3 ms in a turn of 4 ms.
    const steps = seen.map((count, i) => count - (seen[i - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2);
  });
});
