import { afterAll, beforeAll, expect, it } from 'vitest';
import { principalAnswer } from '../../cli/enrolment/answers.ts';
import { principalText } from '../../cli/enrolment/principal-text.ts';
import type { PrincipalView } from '../../lib/enrolment/enrolment.ts';
import { speaking } from '../../lib/messages/messages.ts';
import type { Principal } from '../../lib/principal.ts';
import { DAY, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { auditOf } from '../world.ts';
import { enter, firstChief, type Member, officer, openMinami, ownCertificate } from './people.ts';
import { watchedPersonItems } from './person-items.ts';

/* The names of persons end some time after the enrolment, and not before. The tests are in the order of their days. */

const KEPT_DAYS = 120;

let ground: Ground;
let house: Service;
let noda: Principal;
let chief: Member;
let began: number;
const watched = watchedPersonItems();

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, {
    ...watched,
    domain: (file) => {
      file.retention.enrolment = `P${KEPT_DAYS}D`;
    },
  });
  noda = house.principal('operator-noda');
  await openMinami(house);
  chief = await firstChief(house);
  began = house.now();
}, 60_000);
afterAll(() => ground.close());

const people = () => house.app.enrolment.people;
const view = (id: string): Promise<PrincipalView> => people().get(noda, id);
const monthOf = (days: number): string =>
  new Date(began + days * DAY).toISOString().slice(0, 'yyyy-mm'.length);
const monthsOf = (id: string): readonly string[] =>
  watched.all().flatMap((item) => (item.id === id ? [item.month] : []));
const itIsDay = async (day: number): Promise<void> => {
  house.advance(began + day * DAY - house.now());
  await house.core.mending.mend();
  await house.core.personalRetention.enforce();
};
const found = async () =>
  (await auditOf(house, { enrolment: KEPT_DAYS * DAY })).found.filter(
    ({ damage }) => typeof damage === 'string' && damage.startsWith('enrolment'),
  );

it('is put under a later month while the enrolment is in force, and not with every walk', async () => {
  expect(monthsOf('minami-chief')).toEqual([monthOf(KEPT_DAYS)]);
  await itIsDay(30);
  expect(monthsOf('minami-chief')).toEqual([monthOf(KEPT_DAYS)]);
  // Less than half of the period is left of the month.
  await itIsDay(100);
  expect(monthsOf('minami-chief')).toEqual([monthOf(100 + KEPT_DAYS)]);
  expect((await view('minami-chief')).name).toEqual(officer('責任者').name);
});

it('follows from the end of the enrolment, of its term, and of a proposal that nobody confirmed', async () => {
  const until = new Date(began + 110 * DAY).toISOString();
  await people().invite(chief.principal, 'short', { ...officer('short', 'receive'), until });
  await people().propose(noda, 'late', officer('late', 'receive'));
  const { invitation } = await people().invite(chief.principal, 'leaver', officer('leaver', 'receive'));
  await enter(house, invitation, chief.principal);
  await itIsDay(140);
  await people().end(noda, 'leaver');
  await itIsDay(141);
  // The proposal lapsed after a week.
  expect([monthsOf('leaver'), monthsOf('short'), monthsOf('late')]).toEqual([
    [monthOf(140 + KEPT_DAYS)],
    [monthOf(110 + KEPT_DAYS)],
    [monthOf(107 + KEPT_DAYS)],
  ]);
  await itIsDay(140 + KEPT_DAYS);
  expect((await view('leaver')).name).toEqual(officer('leaver').name);
  expect(await found()).toEqual([]);
});

it('takes the name from every answer, and leaves the enrolment as it was', async () => {
  const month = monthOf(140 + KEPT_DAYS);
  await itIsDay(140 + KEPT_DAYS + 31);
  for (const run of ['the key is gone', 'the rows are gone too']) {
    const shown = await view('leaver');
    expect(shown, run).toMatchObject({ standing: 'ended', personalData: { state: 'ended', month } });
    expect(shown).not.toHaveProperty('name');
    const text = principalText(await speaking('en'), principalAnswer.parse(shown));
    expect(text).toContain(`gone: their retention ended with ${month}`);
    expect(await found()).toEqual([]);
    await itIsDay(140 + KEPT_DAYS + 32);
  }
  // The mark in the place of an item says that it ended, and has no month.
  expect(monthsOf('leaver').filter((month) => month !== '')).toEqual([]);
  expect((await view('late')).awaiting).toMatchObject({ personalData: { state: 'ended' } });
  // Somebody who is still there is not touched by the end of others.
  expect((await view('minami-chief')).name).toEqual(officer('責任者').name);
  const caller = await house.app.principals.byCertificate(ownCertificate(chief.pem), 'acts');
  expect(caller.id).toBe('minami-chief');
  expect(house.logged.filter(({ level }) => level === 'error')).toEqual([]);
});
