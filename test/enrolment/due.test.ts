import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import { type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { auditOf } from '../world.ts';
import { failingStores } from './failing-stores.ts';
import { enter, firstChief, MINAMI, officer, openMinami } from './people.ts';

/* What is prepared for a moment: at its moment, and where the run is interrupted. */

const stores = failingStores();

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;
let offices = 0;

const openOffice = async (): Promise<string> => {
  const id = `office-${offices++}`;
  await house.app.enrolment.offices.propose(sakai, id, MINAMI);
  await house.app.enrolment.offices.confirm(noda, id);
  return id;
};

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, stores);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  chief = (await firstChief(house)).principal;
  const { invitation } = await house.app.enrolment.people.invite(chief, 'mover', officer('係員', 'receive'));
  await enter(house, invitation, chief);
}, 60_000);
afterAll(() => ground.close());

const WAIT_MS = 60_000;

/** The officer is to go to the office in a minute. Gives the moment. */
const prepare = async (office: string): Promise<string> => {
  const { people } = house.app.enrolment;
  const moment = new Date(house.now() + WAIT_MS).toISOString();
  await people.transfer(sakai, 'mover', { office, duties: ['receive'] }, moment);
  await people.confirm(noda, 'mover');
  return moment;
};

/** Runs until a run goes through, as the schedule does. */
const run = async (): Promise<readonly string[]> => {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      return await house.app.enrolment.people.bringIntoForce();
    } catch (error) {
      if (!Fault.is(error, 'store-unavailable')) throw error;
    }
  }
  throw new Error('the store never answered');
};

const mover = () => house.app.enrolment.people.get(noda, 'mover');

const told = async (office: string, moment: string): Promise<readonly string[]> => {
  const { items } = await house.app.enrolment.people.notices(noda, { office, limit: 100 });
  return items.filter(({ effectiveFrom }) => effectiveFrom === moment).map(({ why }) => why);
};

const dueRows = async (): Promise<number> =>
  (await house.table.query({ pk: 'enrolled-due', limit: 10 })).items.length;

const nothingIsLeft = async (): Promise<void> => {
  expect(await dueRows()).toBe(0);
  const { number } = await mover();
  expect(await house.app.enrolment.people.bringIntoForce()).toEqual([]);
  expect((await mover()).number).toBe(number);
  expect(await house.core.mending.mend()).toEqual([]);
};

/** What comes before the moment, and what holds after it. */
const LIVES = {
  'in force': {
    before: async () => {},
    after: async (from: string, to: string, moment: string) => {
      expect(await mover()).toMatchObject({ office: to, standing: 'active', changed: { by: 'service' } });
      expect([...(await told(from, moment)), ...(await told(to, moment))]).toEqual([]);
    },
  },
  'something else came before': {
    before: async () => {
      await house.app.enrolment.people.suspend(noda, 'mover');
    },
    after: async (from: string, to: string, moment: string) => {
      expect(await mover()).toMatchObject({ office: from, standing: 'suspended' });
      for (const office of [from, to]) expect(await told(office, moment)).toEqual(['other-act']);
    },
  },
  'the office is not open': {
    before: async (to: string) => {
      await house.app.enrolment.offices.end(noda, to, 'minami');
    },
    after: async (from: string, to: string, moment: string) => {
      const view = await mover();
      expect(view).toMatchObject({ office: from, standing: 'active', changed: { by: 'service' } });
      expect(view.prepared).toBeUndefined();
      for (const office of [from, to]) expect(await told(office, moment)).toEqual(['office-not-open']);
    },
  },
} as const;

/** Afterwards the officer is active in Minami again. */
const comeBack = async (): Promise<void> => {
  const { people } = house.app.enrolment;
  const { standing, office } = await mover();
  if (standing === 'suspended') await people.resume(chief, 'mover');
  if (office === 'minami') return;
  await people.transfer(sakai, 'mover', { office: 'minami', duties: ['receive'] });
  await people.confirm(noda, 'mover');
};

describe('what is prepared', () => {
  it.each(Object.entries(LIVES))('at its moment: %s', async (_, { before, after }) => {
    const to = await openOffice();
    const moment = await prepare(to);
    await before(to);
    expect(await run()).toEqual([]);
    house.advance(WAIT_MS - 1);
    expect(await run()).toEqual([]);
    expect(await dueRows()).toBe(1);
    house.advance(1);
    await run();
    await after('minami', to, moment);
    await nothingIsLeft();
    await comeBack();
  });

  it('comes no earlier where somebody has put a row for an earlier moment', async () => {
    const to = await openOffice();
    await prepare(to);
    const { number } = await mover();
    const at = new Date(house.now() - 1).toISOString();
    const put = { pk: 'enrolled-due', sk: `${at} mover ${number}` };
    await house.table.write([{ put, value: { principal: 'mover', number }, if: 'absent' }]);
    expect(await run()).toEqual([]);
    expect(await mover()).toMatchObject({ office: 'minami', number, prepared: { office: to } });
    expect(await dueRows()).toBe(1);
    house.advance(WAIT_MS);
    expect(await run()).toEqual(['mover']);
    await comeBack();
  });

  it('comes where somebody has deleted its row, once the rows are mended', async () => {
    const to = await openOffice();
    await prepare(to);
    const [item] = (await house.table.query({ pk: 'enrolled-due', limit: 1 })).items;
    if (item) {
      const { pk, sk, version } = item;
      await house.table.write([{ delete: { pk, sk }, if: { version } }]);
    }
    house.advance(WAIT_MS);
    expect(await run()).toEqual([]);
    expect(await house.core.mending.mend()).toEqual(['principal mover']);
    expect(await run()).toEqual(['mover']);
    await comeBack();
  });

  it('is done once by two runs at the same moment', async () => {
    const to = await openOffice();
    await prepare(to);
    const { number } = await mover();
    house.advance(WAIT_MS);
    await Promise.all([run(), run()]);
    expect(await mover()).toMatchObject({ office: to, number: number + 1 });
    await nothingIsLeft();
    await comeBack();
  });
});

describe('a store that fails at any write', () => {
  it.each(Object.entries(LIVES))(
    'leads to the same end: %s',
    async (_, { before, after }) => {
      for (let n = 1, most = 1; n <= most; n++) {
        for (const failure of ['lost', 'appliedThenErrored'] as const) {
          const to = await openOffice();
          const moment = await prepare(to);
          await before(to);
          const { number } = await mover();
          house.advance(WAIT_MS);
          stores.beginAnew();
          stores.planned.set(n, failure);
          await run();
          stores.planned.clear();
          if (n === 1) most = Math.max(most, stores.writes() - 1);
          await after('minami', to, moment);
          // One act at most, however often it was tried.
          expect((await mover()).number - number).toBeLessThanOrEqual(1);
          await nothingIsLeft();
          await comeBack();
        }
      }
      expect((await auditOf(house)).found).toEqual([]);
    },
    120_000,
  );
});
