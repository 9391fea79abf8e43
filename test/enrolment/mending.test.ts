import { afterAll, beforeAll, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { listPk } from '../../lib/enrolment/listings.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Value } from '../../lib/store/store.ts';
import { codeOf } from '../authority/house.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { auditOf } from '../world.ts';
import { firstChief, officer, openMinami } from './people.ts';

const folder = temporaryFolder();
let house: Service;
let noda: Principal;
let chief: Principal;
let isWriting = true;
beforeAll(async () => {
  house = await openService(folder.path, {
    table: (real) => ({
      get: (key) => real.get(key),
      query: (query) => real.query(query),
      write: async (writes) => {
        if (!isWriting) throw new Fault('store-unavailable', 'down');
        return real.write(writes);
      },
      close: () => real.close(),
    }),
  });
  noda = house.principal('operator-noda');
  await openMinami(house);
  chief = (await firstChief(house)).principal;
  for (let i = 0; i < 30; i++)
    await house.app.enrolment.people.invite(chief, `m-${i}`, officer('x', 'receive'));
  await house.core.mending.mend();
}, 60_000);
afterAll(async () => {
  await house.close();
  folder.remove();
});

const standingOf = async (id: string) => (await house.app.enrolment.people.get(noda, id)).standing;

it('brings the row to a suspension whose process died after the act', async () => {
  const { people } = house.app.enrolment;
  const row = rowKey('principal', 'm-1');
  isWriting = false;
  expect(await codeOf(people.suspend(noda, 'm-1'))).toBe('store-unavailable');
  isWriting = true;
  expect(await standingOf('m-1')).toBe('invited');
  house.advance(60_000);
  const restored = await house.core.authority.followClosings();
  expect(restored).toHaveLength(1);
  expect(await standingOf('m-1')).toBe('suspended');
  expect(await house.core.authority.followClosings()).toEqual([]);
  expect((await house.table.get(row))?.value).not.toHaveProperty('known');
  expect((await house.app.enrolment.people.get(noda, 'm-1')).name).toEqual(officer('x').name);
  expect((await auditOf(house)).found).toEqual([]);
});

it('walks all acts within a day, a part at a time, and goes on where it was', async () => {
  const key = rowKey('principal', 'm-7');
  const rolledBack = (await house.table.get(key))?.value as Value;
  await house.app.enrolment.people.invite(chief, 'm-7', officer('y', 'examine'));
  await house.core.mending.mend();
  await putRow(house.table, key, rolledBack);
  await deleteRow(house.table, { pk: listPk('principal', { office: 'minami' }), sk: 'm-9' });
  // A tenth of a second has the time for one act.
  let done: readonly string[] = [];
  let runs = 0;
  for (; done.length < 2 && runs < 100; runs++) {
    house.advance(150);
    done = [...done, ...(await house.core.mending.mend())];
  }
  expect(done.toSorted()).toEqual(['principal m-7', 'principal m-9']);
  expect(runs).toBeGreaterThan(5);
  house.advance(86_400_000);
  expect(await house.core.mending.mend()).toEqual([]);
  const { items } = await house.app.enrolment.people.list(chief, { limit: 100 });
  expect(items).toHaveLength(31);
  // The names of the act whose row was rolled back stood apart.
  expect(items.find(({ id }) => id === 'm-7')?.name).toEqual(officer('y').name);
  expect(house.logged.filter(({ message }) => message.includes('name'))).toEqual([]);
});

it('begins anew where somebody changed its place', async () => {
  for (const value of [
    {},
    { subject: 'principal', cursor: 'x', at: 'y' },
    { subject: 7, cursor: 7, at: 7 },
  ]) {
    await putRow(house.table, { pk: 'enrolment-walk', sk: 'walk' }, value);
    await deleteRow(house.table, rowKey('principal', 'm-2'));
    house.advance(86_400_000);
    const done = [...(await TASKS.closings(house.core)), ...(await TASKS.closings(house.core))];
    expect(done).toEqual(['principal m-2']);
  }
});
