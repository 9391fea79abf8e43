import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PrincipalTerms } from '../../lib/enrolment/enrolment.ts';
import { personPk } from '../../lib/enrolment/listings.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { auditOf } from '../world.ts';
import { enter, firstChief, newKey, officer, openMinami } from './people.ts';

/* The person behind an auditor is neither an officer nor an operator at the same time. */

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Principal;

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house);
  chief = (await firstChief(house)).principal;
}, 60_000);
afterAll(() => ground.close());

const people = () => house.app.enrolment.people;
type Terms = Partial<PrincipalTerms>;

const clerk = (person: string, terms: Terms = {}): PrincipalTerms => ({
  ...officer('係員', 'receive'),
  person,
  ...terms,
});
const auditor = (person: string, terms: Terms = {}): PrincipalTerms => ({
  role: 'auditor',
  name: { ja: '監査', en: 'Audit' },
  person,
  ...terms,
});

const inviteClerk = async (id: string, person: string, terms?: Terms): Promise<string> =>
  (await people().invite(chief, id, clerk(person, terms))).invitation;
const proposeAuditor = (id: string, person: string, terms?: Terms) =>
  people().propose(sakai, id, auditor(person, terms));
const confirm = async (id: string): Promise<string> => (await people().confirm(noda, id)).invitation ?? '';
const enterAuditor = async (id: string, person: string): Promise<void> => {
  await proposeAuditor(id, person);
  await enter(house, await confirm(id), sakai);
};

const mend = async (): Promise<void> => {
  await deleteRow(house.table, { pk: 'enrolment-walk', sk: 'walk' });
  await house.core.mending.mend();
};

it('holds against the people of the trust domain', async () => {
  expect(await codeOf(proposeAuditor('a-file', 'operator-sakai'))).toBe('same-person');
  expect(await codeOf(inviteClerk('c-file', 'auditor'))).toBe('same-person');
  const operator = { role: 'operator', name: auditor('x').name, person: 'auditor' } as const;
  expect(await codeOf(people().propose(sakai, 'o-file', operator))).toBe('same-person');
  // A relying party is judged by nobody, and one person may be an officer and an operator.
  const party = { role: 'relyingParty', name: operator.name, person: 'auditor' } as const;
  expect(await codeOf(people().propose(sakai, 'r-file', party))).toBe('none');
  expect(await codeOf(inviteClerk('c-operator', 'operator-sakai'))).toBe('none');
});

it('holds for an officer who is to audit, until the officer has ended', async () => {
  await enter(house, await inviteClerk('ueda-clerk', 'ueda'), chief);
  expect(await codeOf(proposeAuditor('ueda-audits', 'ueda'))).toBe('same-person');
  await people().suspend(noda, 'ueda-clerk');
  expect(await codeOf(proposeAuditor('ueda-audits', 'ueda'))).toBe('same-person');
  await people().end(noda, 'ueda-clerk');
  await enterAuditor('ueda-audits', 'ueda');
  expect(await codeOf(inviteClerk('ueda-again', 'ueda'))).toBe('same-person');
});

it('leaves one after the other, and does not let the earlier term grow', async () => {
  const at = (days: number): string => new Date(house.now() + days * 86_400_000).toISOString();
  const until = { until: at(30) };
  await enter(house, await inviteClerk('mori-clerk', 'mori', until), chief);
  expect(await codeOf(proposeAuditor('mori-audits', 'mori', { from: at(29) }))).toBe('same-person');
  await proposeAuditor('mori-audits', 'mori', { from: at(30) });
  await confirm('mori-audits');
  const longer = [{ until: at(31) }, {}] as const;
  for (const terms of longer) {
    expect(await codeOf(people().change(chief, 'mori-clerk', clerk('mori', terms)))).toBe('same-person');
    const later = people().change(chief, 'mori-clerk', clerk('mori', terms), at(10));
    expect(await codeOf(later)).toBe('same-person');
    const to = { office: 'mizusaki-higashi', duties: ['receive'], ...terms } as const;
    expect(await codeOf(people().transfer(sakai, 'mori-clerk', to))).toBe('same-person');
  }
  expect(await codeOf(people().change(chief, 'mori-clerk', clerk('mori', until)))).toBe('none');
});

it('is looked at again by who confirms, and before a key counts', async () => {
  await proposeAuditor('abe-audits', 'abe');
  await inviteClerk('abe-clerk', 'abe');
  expect(await codeOf(confirm('abe-audits'))).toBe('same-person');
  await people().end(noda, 'abe-clerk');
  await enter(house, await confirm('abe-audits'), sakai);
});

it('says nothing of somebody of whom a row says that it is the same person', async () => {
  await inviteClerk('other-clerk', 'other');
  await putRow(house.table, { pk: personPk('ono'), sk: 'other-clerk' }, {});
  await putRow(house.table, { pk: personPk('ono'), sk: 'nobody' }, {});
  expect(await codeOf(proposeAuditor('ono-audits', 'ono'))).toBe('none');
});

it('is named by an audit where somebody deleted the row by which it is seen', async () => {
  expect((await auditOf(house)).found).toEqual([]);
  const row = { pk: personPk('kudo'), sk: 'kudo-clerk' };
  await enter(house, await inviteClerk('kudo-clerk', 'kudo'), chief);
  await deleteRow(house.table, row);
  await proposeAuditor('kudo-audits', 'kudo');
  const invitation = await confirm('kudo-audits');
  const key = newKey(house.folder, 'kudo');
  const { fingerprint } = await people().bring(invitation, key.csr);
  await mend();
  expect(await house.table.get(row)).toBeDefined();
  expect(await codeOf(people().enrol(sakai, 'kudo-audits', fingerprint))).toBe('same-person');
  expect((await auditOf(house)).found).toEqual([]);
  await deleteRow(house.table, row);
  await people().enrol(sakai, 'kudo-audits', fingerprint);
  house.advance(120_000);
  const named = { enrolment: 'principal kudo-audits', other: 'principal kudo-clerk' };
  expect((await auditOf(house)).found).toMatchObject([{ damage: 'auditor-not-independent', ...named }]);
});
