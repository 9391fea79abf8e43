import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Objects, Table } from '../../lib/store/store.ts';
import { type Options, openService, type Service, temporaryFolder } from '../service.ts';
import {
  CANCELLED,
  type Client,
  checkLives,
  checkPhase,
  ISSUED,
  type Life,
  newLife,
  PHASES,
} from './lives.ts';

/*
 * The process ends right after any of its writes, and whatever was under way ends with it. The next one goes on, and clients ask it again.
 * Where it ends is of chance.
 */

/** Stores of a process that dies right after its n-th write: nothing that it asks for is answered any more. */
const mortalStores = (n: number) => {
  let left = n;
  let die: () => void = () => {};
  const died = new Promise<'died'>((resolve) => {
    die = () => resolve('died');
  });
  const never = new Promise<never>(() => {});
  const alive = async <T>(act: () => Promise<T>): Promise<T> => {
    const answer = left > 0 ? await act() : never;
    return left > 0 ? answer : never;
  };
  const written = async <T>(act: () => Promise<T>): Promise<T> => {
    if (left <= 0) return never;
    const answer = await act();
    left--;
    if (left > 0) return answer;
    die();
    return never;
  };
  const table = (real: Table): Table => ({
    get: (key) => alive(() => real.get(key)),
    query: (query) => alive(() => real.query(query)),
    write: (writes) => written(() => real.write(writes)),
    close: () => real.close(),
  });
  const objects = (real: Objects): Objects => ({
    get: (key) => alive(() => real.get(key)),
    list: (...list) => alive(() => real.list(...list)),
    put: (...put) => written(() => real.put(...put)),
  });
  return { died, options: { table, personal: table, objects } satisfies Options };
};

const folder = temporaryFolder();
const data = join(folder.path, 'data');
let service: Service;
let died: Promise<'died'> = new Promise(() => {});
const points: number[] = [];

/** `isLast`: the process that lives on. */
const start = async (isLast = false): Promise<void> => {
  const point = isLast ? Number.POSITIVE_INFINITY : randomInt(1, 30);
  points.push(point);
  const stores = mortalStores(point);
  const opening = openService(data, stores.options);
  const opened = await Promise.race([opening, stores.died]);
  if (opened === 'died') throw new Error('a start writes nothing');
  service = opened;
  died = stores.died;
};

const client: Client = {
  insist: async (act) => {
    for (;;) {
      const answer = await Promise.race([act(service).then((value) => ({ value })), died]);
      if (answer !== 'died') return answer.value;
      await service.close();
      await start();
    }
  },
};

afterAll(async () => {
  await service.close();
  folder.remove();
});

it('a process that ends at any moment loses nothing', { timeout: 240_000 }, async () => {
  await (await openService(data)).close();
  const lives: Life[] = [];
  await start();
  for (const phases of [ISSUED, CANCELLED, ISSUED, ISSUED]) {
    const life = await newLife();
    lives.push(life);
    for (const phase of phases) {
      try {
        await PHASES[phase](client, life);
        await client.insist((at) => checkPhase(at, life, phase));
      } catch (error) {
        throw new Error(`phase ${phase}, ended after so many writes: ${points.join()}`, { cause: error });
      }
    }
  }
  expect(points.length).toBeGreaterThan(10);
  await service.close();
  await start(true);
  await checkLives(service, lives);
});
