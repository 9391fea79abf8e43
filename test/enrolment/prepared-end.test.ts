import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { auditOf } from '../world.ts';
import { failingStores } from './failing-stores.ts';
import { enter, firstChief, type Member, officer, openKita, openMinami, ownCertificate } from './people.ts';

/* An end that is prepared for a moment: at its moment, and where the run that does it is interrupted. */

const stores = failingStores();

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;
let ids = 0;

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, stores);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  await openKita(house);
  chief = (await firstChief(house)).principal;
}, 60_000);
afterAll(() => ground.close());

const WAIT_MS = 60_000;
const people = () => house.app.enrolment.people;
const moment = (): string => new Date(house.now() + WAIT_MS).toISOString();
const known = (member: Member) => house.app.principals.byCertificate(ownCertificate(member.pem), 'acts');

const clerk = async (): Promise<Member> => {
  const id = `clerk-${ids++}`;
  const { invitation } = await people().invite(chief, id, officer(id, 'receive'));
  return enter(house, invitation, chief);
};

/** Runs until a run goes through, as the schedule does. */
const run = async (): Promise<readonly string[]> => {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      return await people().bringIntoForce();
    } catch (error) {
      if (!Fault.is(error, 'store-unavailable')) throw error;
    }
  }
  throw new Error('the store never answered');
};

it('leaves everything as it is until its moment, and revokes then', async () => {
  const member = await clerk();
  const at = moment();
  const { number, prepared } = await people().end(chief, member.id, at);
  expect(prepared).toMatchObject({ standing: 'ended', effectiveFrom: at, by: chief.id });
  // The same again says what stands.
  expect((await people().end(noda, member.id, at)).number).toBe(number);
  expect(await codeOf(people().end(chief, member.id, moment().replace('.250Z', '.251Z')))).toBe(
    'wrong-state',
  );
  expect(await run()).toEqual([]);
  expect((await known(member)).id).toBe(member.id);
  house.advance(WAIT_MS);
  expect(await run()).toEqual([member.id]);
  expect(await people().get(noda, member.id)).toMatchObject({
    standing: 'ended',
    changed: { by: 'service' },
  });
  expect(await codeOf(known(member))).toBe('client-certificate-revoked');
  expect((await auditOf(house)).found).toEqual([]);
});

it('is what the office and operators may prepare, and nobody else', async () => {
  const member = await clerk();
  expect(await codeOf(people().end(member.principal, member.id, moment()))).toBe('forbidden');
  const stranger = house.principal('higashi-chief');
  expect(await codeOf(people().end(stranger, member.id, moment()))).toBe('unknown-principal');
  const wrong = ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'tomorrow'];
  for (const at of wrong) expect(await codeOf(people().end(chief, member.id, at))).toBe('invalid-input');
  await people().end(noda, member.id, moment());
  await people().end(noda, member.id);
  expect(await codeOf(people().end(noda, member.id, moment()))).toBe('wrong-state');
});

it('is taken back, or made void by another act, of which there is a notice', async () => {
  const [one, other] = [await clerk(), await clerk()];
  for (const { id } of [one, other]) await people().end(chief, id, moment());
  await people().withdraw(chief, one.id);
  await people().suspend(noda, other.id);
  house.advance(WAIT_MS);
  expect(await run()).toEqual([]);
  expect((await known(one)).id).toBe(one.id);
  expect(await people().get(noda, other.id)).toMatchObject({ standing: 'suspended' });
  const { items } = await people().notices(chief, { limit: 10 });
  const told = items.map(({ principal, why }) => `${principal} ${why}`);
  expect(told).toContain(`${other.id} other-act`);
  expect(told).not.toContain(`${one.id} other-act`);
});

it('is done in an office that is not open any more', async () => {
  await people().propose(sakai, 'kita-clerk', { ...officer('北', 'receive'), office: 'kita' });
  const member = await enter(house, (await people().confirm(noda, 'kita-clerk')).invitation ?? '', sakai);
  await people().end(noda, member.id, moment());
  await house.app.enrolment.offices.end(sakai, 'kita', 'minami');
  house.advance(WAIT_MS);
  expect(await run()).toEqual([member.id]);
  expect((await people().get(noda, member.id)).standing).toBe('ended');
});

it('leads to the same end at a store that fails at any write', async () => {
  for (let n = 1, most = 1; n <= most; n++) {
    for (const failure of ['lost', 'appliedThenErrored'] as const) {
      const member = await clerk();
      const { number } = await people().end(chief, member.id, moment());
      house.advance(WAIT_MS);
      stores.beginAnew();
      stores.planned.set(n, failure);
      await run();
      stores.planned.clear();
      if (n === 1) most = Math.max(most, stores.writes() - 1);
      expect((await people().get(noda, member.id)).number).toBe(number + 1);
      expect(await codeOf(known(member))).toBe('client-certificate-revoked');
      expect((await house.table.query({ pk: 'enrolled-due', limit: 10 })).items).toEqual([]);
    }
  }
  expect((await auditOf(house)).found).toEqual([]);
}, 60_000);
