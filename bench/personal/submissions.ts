import { openBackground } from '../../functions/local/background.ts';
import { type Core, compose } from '../../lib/app.ts';
import type { Opened } from '../ocsp/store.ts';
import { type Cost, middleCost } from './cost.ts';
import { withoutStorage } from './ports.ts';
import { counter, newSubmission, SIGNATURE } from './templates.ts';

const ROUNDS = 5;
const SUBMISSIONS = 320;

/** By the clock until all are answered; of the processor until what goes on after the answers is done too. */
const submit = async (
  { registration }: Core,
  atOnce: number,
  settled: () => Promise<void>,
): Promise<Cost> => {
  // Each key is new, because a key is certified once.
  const waiting = await Promise.all(
    Array.from({ length: SUBMISSIONS }, (_, n) => newSubmission(SIGNATURE, n)),
  );
  const began = performance.now();
  const before = process.cpuUsage();
  const lanes = Array.from({ length: atOnce }, async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop())
      await registration.submit(counter, one);
  });
  await Promise.all(lanes);
  const clock = ((performance.now() - began) * 1000) / SUBMISSIONS;
  await settled();
  const { user, system } = process.cpuUsage(before);
  return { clock, processor: (user + system) / SUBMISSIONS };
};

/** With the storage of personal data and without it. They take turns, and the first round warms up. */
export const measureSubmissions = async ({ ports }: Opened) => {
  const background = openBackground();
  const stored = compose({ ...ports, background: background.later });
  const bare = compose(withoutStorage(ports));
  const costs: Record<string, { readonly stored: Cost; readonly bare: Cost }> = {};
  for (const atOnce of [1, 16]) {
    const rounds: { readonly stored: Cost; readonly bare: Cost }[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const both = {
        stored: await submit(stored, atOnce, background.settled),
        bare: await submit(bare, atOnce, async () => {}),
      };
      if (round >= 0) rounds.push(both);
    }
    costs[atOnce] = {
      stored: middleCost(rounds.map(({ stored: cost }) => cost)),
      bare: middleCost(rounds.map(({ bare: cost }) => cost)),
    };
  }
  return costs;
};
