import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Principal } from '../../lib/principal.ts';
import type { Objects } from '../../lib/store/store.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { enter, firstChief, MINAMI, officer, openKita, openMinami } from './people.ts';

/* Another act comes between the moment when somebody looks and the moment when the own act is put. */

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;
/** Runs once, before the next act on this principal is put. */
let meanwhile: { readonly of: string; readonly act: () => Promise<unknown> } | undefined;

beforeAll(async () => {
  ground = await openGround();
  const put = async (real: Objects, ...args: Parameters<Objects['put']>) => {
    const first = meanwhile;
    if (first && args[0].startsWith(`outcomes/principal.${first.of}/`)) {
      meanwhile = undefined;
      await first.act();
    }
    return real.put(...args);
  };
  house = await openHouse(ground, {
    table: (real) => real,
    objects: (real) => ({ ...real, put: (...args) => put(real, ...args) }),
  });
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  await openKita(house);
  chief = (await firstChief(house)).principal;
  for (const id of ['first', 'second', 'third', 'fourth', 'fifth']) {
    const { invitation } = await people().invite(chief, id, officer(id, 'receive'));
    await enter(house, invitation, chief);
  }
}, 60_000);
afterAll(() => ground.close());

const people = () => house.app.enrolment.people;
const stateOf = async (id: string) => people().get(sakai, id);

const move = async (id: string): Promise<void> => {
  await people().transfer(sakai, id, { office: 'kita', duties: ['receive'] });
  await people().confirm(noda, id);
};

/** The code of the act, before which the officer goes to another office. */
const afterMove = async (id: string, act: () => Promise<unknown>): Promise<string> => {
  meanwhile = { of: id, act: () => move(id) };
  const code = await codeOf(act());
  expect(meanwhile).toBeUndefined();
  expect(await stateOf(id)).toMatchObject({ office: 'kita', duties: ['receive'], standing: 'active' });
  return code;
};

it('an officer who went to another office is not brought back by the former one', async () => {
  const terms = (id: string) => officer(id, 'receive', 'examine');
  expect(await afterMove('first', () => people().invite(chief, 'first', terms('first')))).toBe(
    'unknown-principal',
  );
  expect(await afterMove('second', () => people().change(chief, 'second', terms('second')))).toBe(
    'forbidden',
  );
  const to = { office: 'mizusaki-higashi', duties: ['receive'] } as const;
  expect(await afterMove('third', () => people().transfer(chief, 'third', to))).toBe('forbidden');
  expect(await afterMove('fourth', () => people().suspend(chief, 'fourth'))).toBe('forbidden');
  expect(await afterMove('fifth', () => people().end(chief, 'fifth'))).toBe('forbidden');
});

it('what is confirmed is what was looked at', async () => {
  const { offices } = house.app.enrolment;
  const terms = { role: 'auditor', name: { ja: '監査', en: 'Audit' } } as const;
  const { number: looked } = await people().propose(sakai, 'new-auditor', terms);
  const later = new Date(house.now() + 86_400_000).toISOString();
  await people().propose(sakai, 'new-auditor', { ...terms, until: later });
  expect(await codeOf(people().confirm(noda, 'new-auditor', looked))).toBe('confirmation-differs');
  expect((await stateOf('new-auditor')).standing).toBeUndefined();
  expect(await codeOf(people().confirm(noda, 'new-auditor', looked + 1))).toBe('none');

  const proposed = await offices.propose(sakai, 'minami', { ...MINAMI, officeApproval: true });
  await offices.propose(sakai, 'minami', { ...MINAMI, profiles: ['official-position'] });
  expect(await codeOf(offices.confirm(noda, 'minami', proposed.number))).toBe('confirmation-differs');
  expect((await offices.confirm(noda, 'minami', proposed.number + 1)).profiles).toEqual([
    'official-position',
  ]);
});

it('nobody decides about the own enrolment', async () => {
  const more = officer('責任者', 'responsible', 'receive', 'examine', 'approve');
  expect(await codeOf(people().change(chief, 'minami-chief', more))).toBe('same-person');
  expect(await codeOf(people().invite(chief, 'minami-chief', more))).toBe('same-person');
  const second = { ...more, person: chief.person };
  expect(await codeOf(people().invite(chief, 'minami-chief-2', second))).toBe('same-person');
  const later = new Date(house.now() + 86_400_000).toISOString();
  await people().end(noda, 'minami-chief', later);
  expect(await codeOf(people().withdraw(chief, 'minami-chief'))).toBe('same-person');
  expect((await stateOf('minami-chief')).prepared).toMatchObject({ standing: 'ended' });
  await people().withdraw(sakai, 'minami-chief');
  // What one has prepared for oneself may be taken back.
  await people().end(chief, 'minami-chief', later);
  await people().withdraw(chief, 'minami-chief');
  expect(await stateOf('minami-chief')).toMatchObject({ standing: 'active' });
});
