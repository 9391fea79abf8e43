import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPeople } from '../../functions/local/demonstration-people.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, DAY, type Ground, type HouseFile, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { enter, firstChief, type Member, officer, openKita, openMinami, ownCertificate } from './people.ts';

/* Records of acts on offices and principals are deleted after their time. What the acts gave and ended stays so. */

const kept =
  (enrolment: string) =>
  (file: HouseFile): void => {
    file.retention.enrolment = enrolment;
  };
const KEPT_DAYS = 30;
const domain = kept(`P${KEPT_DAYS}D`);

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Member;
let counter: Member;
let clerk: Member;

const people = () => house.app.enrolment.people;

const enterClerk = async (id: string): Promise<Member> => {
  const { invitation } = await people().invite(chief.principal, id, officer(id, 'receive'));
  return enter(house, invitation, chief.principal);
};

/** The acts that have a record, as `{subject} {act}`. */
const recorded = async (): Promise<readonly string[]> =>
  (await allRecords(house)).flatMap((record) =>
    record.kind === 'enrolment' ? [`${record.details.id} ${record.details.act}`] : [],
  );

/** What the task says of records of enrolment. */
const enforce = async (): Promise<readonly string[]> => {
  while ((await house.core.sequencer.sequence()).leaves > 0);
  return (await house.core.retention.enforce()).filter((line) => line.startsWith('enrolment '));
};

/** In these days no task publishes CRLs. */
const found = async () =>
  (await auditOf(house, { enrolment: KEPT_DAYS * DAY })).found.filter(
    ({ damage }) => damage !== 'crl-stopped',
  );

const known = (member: Member, by: 'rows' | 'acts') =>
  house.app.principals.byCertificate(ownCertificate(member.pem), by);

/** What everybody may do, and what the service shows of them. */
const rights = async () => {
  const members = [chief, counter, clerk].flatMap((member) => [known(member, 'rows'), known(member, 'acts')]);
  const callers = await Promise.allSettled(members);
  const offices = ['minami', 'kita'].map((id) => house.app.enrolment.offices.get(noda, id));
  const shown = ['minami-chief', 'counter', 'clerk'].map((id) => people().get(noda, id));
  return {
    callers: callers.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code)),
    offices: await Promise.all(offices),
    shown: await Promise.all(shown),
  };
};

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground, { domain });
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  await openKita(house);
  chief = await firstChief(house);
  counter = await enterClerk('counter');
  clerk = await enterClerk('clerk');
  await people().propose(sakai, 'late', officer('late', 'receive'));
}, 60_000);
afterAll(() => ground.close());

it('deletes what is no longer in force, after its time and not before, and nothing changes by it', async () => {
  house.advance(10 * DAY);
  await people().suspend(chief.principal, 'counter');
  await people().resume(chief.principal, 'counter');
  await people().end(noda, 'clerk');
  await house.app.enrolment.offices.end(noda, 'kita', 'minami');
  const before = await rights();
  expect(before.callers).toEqual([
    ...[chief, chief, counter, counter].map(({ id }) => expect.objectContaining({ id })),
    ...['client-certificate-revoked', 'client-certificate-revoked'],
  ]);

  // The first acts are older than the period, and followed by others a short time ago only.
  house.advance((KEPT_DAYS - 11) * DAY);
  expect(await enforce()).toEqual([]);
  house.advance(2 * DAY);
  expect(await enforce()).toEqual([expect.stringMatching(/^enrolment 20\d\d-\d\d-\d\d: \d+$/)]);
  const between = await recorded();
  expect(between).toContain('counter enrolled');
  expect(between).toContain('clerk ended');
  expect(between).toContain('late proposed');
  expect(between).not.toContain('counter invited');
  expect(await found()).toEqual([]);

  house.advance(10 * DAY);
  await enforce();
  // What is in force keeps the act that made it so, however old that is.
  const { offices, principals } = await readPeople();
  const shipped = new Set([...offices, ...principals].map(({ id }) => id));
  const own = (await recorded()).filter((act) => !shipped.has(act.split(' ')[0] ?? ''));
  expect(own.toSorted()).toEqual(['counter resumed', 'minami opened', 'minami-chief enrolled']);
  expect(await rights()).toEqual(before);
  expect(await house.core.mending.mend()).toEqual([]);
  expect(await found()).toEqual([]);
  house.advance(100 * DAY);
  expect(await enforce()).toEqual([]);
});

it('leaves every door as it was where the records are gone', async () => {
  // An id stays taken, and the certificates of all keys that were ever confirmed are found by the objects.
  expect(await codeOf(people().propose(sakai, 'clerk', officer('x', 'receive')))).toBe('wrong-state');
  await people().end(noda, 'counter');
  expect(await codeOf(known(counter, 'rows'))).toBe('client-certificate-revoked');
  await openKita(house).catch(() => {});
  expect((await house.app.enrolment.offices.get(noda, 'kita')).standing).toBe('ended');
  expect(await found()).toEqual([]);
});

/** Somebody deletes the record of that act. */
const erase = async (id: string, act: string): Promise<void> => {
  const found = (await allRecords(house)).find(
    (record) => record.kind === 'enrolment' && record.details.id === id && record.details.act === act,
  );
  await deleteRow(ground.table, { pk: `record/${found?.time.slice(0, 10)}`, sk: found?.id ?? '' });
};

it('is named by an audit where a record went too early, however old the record was', async () => {
  await people().suspend(noda, 'minami-chief');
  house.advance(3 * DAY);
  await erase('minami-chief', 'enrolled');
  const missing = { damage: 'enrolment-missing', enrolment: 'principal minami-chief', acts: 1 };
  expect((await found()).filter(({ damage }) => damage.startsWith('enrolment'))).toEqual([missing]);
});

it('is named by an audit where the record of what is in force is gone', async () => {
  await erase('minami', 'opened');
  const differs = { damage: 'enrolment-differs', enrolment: 'office minami', recorded: 'none' };
  expect(await found()).toEqual(expect.arrayContaining([expect.objectContaining(differs)]));
});
