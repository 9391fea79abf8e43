import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { failingStores } from '../enrolment/failing-stores.ts';
import { openService, temporaryFolder } from '../service.ts';
import type { Failure } from '../store/faulty-table.ts';
import {
  CANCELLED,
  type Client,
  checkLives,
  checkPhase,
  ISSUED,
  type Life,
  newLife,
  PHASES,
  type PhaseName,
} from './lives.ts';

/*
 * Each write of the tables and each object put is lost, or carried out without an answer. A client asks again, and the service goes on:
 * each row leads to one request and to one certificate.
 *
 * A life of a file has phases, and in each of them one write fails: the n-th one, in the n-th life. Lives go on side by side, in services
 * of their own, because a row that failed waits for its next turn.
 */

const FAILURES = ['lost', 'appliedThenErrored'] as const satisfies readonly Failure[];
/** Services for one kind of failure. */
const SIDE_BY_SIDE = 2;

const openLane = async () => {
  const folder = temporaryFolder();
  const stores = failingStores();
  const service = await openService(join(folder.path, 'data'), stores);
  const client: Client = {
    insist: async (act) => {
      for (let attempt = 0; attempt < 10; attempt++) {
        try {
          return await act(service);
        } catch (error) {
          if (!Fault.is(error, 'store-unavailable')) throw error;
        }
      }
      throw new Error('the store never answered');
    },
  };
  const lives: Life[] = [];
  return { folder, stores, service, client, lives };
};
type Lane = Awaited<ReturnType<typeof openLane>>;

let lanes: readonly Lane[] = [];
beforeAll(async () => {
  lanes = await Promise.all(FAILURES.flatMap(() => Array.from({ length: SIDE_BY_SIDE }, openLane)));
});
afterAll(async () => {
  for (const { service, folder } of lanes) {
    await service.close();
    folder.remove();
  }
});

/** Resolves with the number of writes of the longest phase. */
const live = async (
  { stores, service, client, lives }: Lane,
  phases: readonly PhaseName[],
  n: number,
  failure?: Failure,
): Promise<number> => {
  const life = await newLife();
  lives.push(life);
  let most = 0;
  for (const phase of phases) {
    stores.beginAnew();
    if (failure) stores.planned.set(n, failure);
    try {
      await PHASES[phase](client, life);
      most = Math.max(most, stores.writes());
      stores.planned.clear();
      await checkPhase(service, life, phase);
    } catch (error) {
      throw new Error(`${failure} at write ${n} of the phase ${phase}`, { cause: error });
    }
  }
  return most;
};

describe('a store that fails', () => {
  it.each([
    ['from a file to its certificates', ISSUED, 50],
    ['to its cancellation', CANCELLED, 15],
  ] as const)('at any write, %s', { timeout: 240_000 }, async (_, phases, atLeast) => {
    // The first life makes this month's data keys.
    await Promise.all(lanes.map((lane) => live(lane, phases, 0)));
    const writes = Math.max(...(await Promise.all(lanes.map((lane) => live(lane, phases, 0)))));
    // Fewer would mean that the test has lost writes.
    expect(writes).toBeGreaterThanOrEqual(atLeast);
    await Promise.all(
      lanes.map(async (lane, index) => {
        const failure = FAILURES[index % FAILURES.length] as Failure;
        const first = 1 + Math.floor(index / FAILURES.length);
        for (let n = first; n <= writes; n += SIDE_BY_SIDE) await live(lane, phases, n, failure);
      }),
    );
  });

  it('leaves a world in which nothing is wrong', { timeout: 240_000 }, async () => {
    for (const { service, lives } of lanes) await checkLives(service, lives);
  });
});
