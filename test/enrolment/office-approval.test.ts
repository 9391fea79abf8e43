import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Finding, openApprovalCheck } from '../../lib/audit/audit.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import type { RequestView } from '../../lib/registration/registration.ts';
import type { Value } from '../../lib/store/store.ts';
import { codeOf } from '../authority/house.ts';
import { FIELDS, holderFor, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { APPROVAL, again, openTownWithClerks, operators, type Town } from './mergers.ts';
import { enter, type Member, MINAMI, officer } from './people.ts';

/* Offices and profiles that ask for a second examination at the office. One profile of the file does. */

const TWICE = 'person-authentication';

const folder = temporaryFolder();
let service: Service;
let sakai: Principal;
let noda: Principal;
let town: Town;
let third: Member;

beforeAll(async () => {
  service = await openService(folder.path, {
    domain: ({ profiles }) => {
      Object.assign(profiles.find(({ id }) => id === TWICE) ?? {}, { officeApproval: true });
    },
  });
  [sakai, noda] = operators(service);
  town = await openTownWithClerks(service, 'kita');
  third = await join('kita-three', 'approve');
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const join = async (id: string, duty: 'approve' | 'examine', person?: string): Promise<Member> => {
  const terms = { ...officer('三人目', duty), office: 'kita', ...(person !== undefined && { person }) };
  const { invitation } = await service.app.enrolment.people.invite(town.one.principal, id, terms);
  return enter(service, invitation, town.one.principal);
};

const switchTo = async (id: string, officeApproval: boolean) => {
  const { offices } = service.app.enrolment;
  const { code: _, ...terms } = MINAMI;
  const profiles = [...terms.profiles, TWICE];
  const attributes = { ...terms.attributes, O: `Town of ${id}` };
  await offices.propose(sakai, id, { ...terms, attributes, profiles, officeApproval });
  return offices.confirm(noda, id);
};

let requests = 0;

const submitted = async (profile = 'official-position', by = town.one.principal): Promise<string> => {
  const csr = opensslRequest(service.folder, `request-${requests++}`);
  const submission = { profile, csr, fields: FIELDS[profile] ?? {}, ...holderFor(profile) };
  return (await service.app.registration.submit(by, submission)).request.id;
};

const approve = (by: Principal, id: string): Promise<RequestView> =>
  service.app.registration.examine(by, id, APPROVAL);

const stateOf = async (act: Promise<RequestView>): Promise<string> => {
  const code = await codeOf(act);
  return code === 'none' ? (await act).state : code;
};

/** What the audit says of the approvals. */
const unapproved = (records: readonly LedgerRecord[]): readonly Finding[] => {
  const found: Finding[] = [];
  const check = openApprovalCheck({
    report: (damage, facts) => found.push({ damage, facts }),
    retention: Number.POSITIVE_INFINITY,
    now: service.now(),
  });
  for (const record of records) if (record.kind === 'enrolment') check.expect(record);
  for (const record of records) check.observe(record, false);
  check.conclude();
  return found;
};

it('a town with two clerks can work until its office asks for it; then it takes a third person', async () => {
  const { one, two } = town;
  const before = await submitted();
  expect(await stateOf(approve(two.principal, before))).toBe('examined');
  expect(await stateOf(approve(noda, before))).toBe('issued');

  expect(await switchTo('kita', true)).toMatchObject({ standing: 'open', officeApproval: true });
  const [asked] = await service.app.profiles.list(one.principal);
  const [anywhere] = await service.app.profiles.list(noda);
  expect([asked?.officeApproval, anywhere?.officeApproval]).toEqual([true, false]);

  const id = await submitted();
  expect(await stateOf(approve(two.principal, id))).toBe('examined-once');
  for (const clerk of [one, two])
    await expect(approve(clerk.principal, id)).rejects.toMatchObject({
      code: 'same-person',
      message: expect.stringMatching(/duty "approve"; kita-one, kita-two have acted/),
    });
  // Another credential of one of the two is still the same person, with whatever duty.
  const twin = await join('kita-twin', 'approve', 'kita-two');
  expect(await stateOf(approve(twin.principal, id))).toBe('same-person');
  expect(await stateOf(approve(noda, id))).toBe('wrong-state');
  expect(await stateOf(approve(third.principal, id))).toBe('examined');
  expect(await stateOf(approve(noda, id))).toBe('issued');
});

it('a row with an older act, which does not ask for it, opens nothing', async () => {
  const key = rowKey('office', 'kita');
  type Row = Readonly<Record<string, Value>>;
  const row = async () => (await service.table.get(key))?.value as Row;
  const { record: asking } = await row();
  await switchTo('kita', false);
  const { record: silent } = await row();
  const early = await submitted();
  expect(await stateOf(approve(town.two.principal, early))).toBe('examined');
  await switchTo('kita', true);
  // The names stay those of the newest act, whose digest they have.
  await putRow(service.table, key, { ...(await row()), record: silent as Value });
  expect((await service.app.enrolment.offices.get(sakai, 'kita')).officeApproval).toBeUndefined();
  const id = await submitted();
  expect(await stateOf(approve(town.two.principal, id))).toBe('examined-once');
  for (const one of [id, early]) expect(await stateOf(approve(noda, one))).toBe('wrong-state');

  await switchTo('kita', false);
  await putRow(service.table, key, { ...(await row()), record: asking as Value });
  for (const one of [id, early]) expect(await stateOf(approve(noda, one))).toBe('issued');
  await service.core.mending.mend();
});

it('a profile asks for it at every office', async () => {
  const views = await service.app.profiles.list(town.one.principal);
  expect(views.map(({ id, officeApproval }) => [id, officeApproval])).toContainEqual([TWICE, true]);
  const id = await submitted(TWICE);
  expect(await stateOf(approve(town.two.principal, id))).toBe('examined-once');
  expect(await stateOf(approve(noda, id))).toBe('wrong-state');
  expect(await stateOf(approve(third.principal, id))).toBe('examined');
  expect(await stateOf(approve(noda, id))).toBe('issued');
});

it('the office that has taken over the affairs of another one decides for both', async () => {
  const kawa = await openTownWithClerks(service, 'kawa');
  const [one, two, three] = [await submittedAt(kawa), await submittedAt(kawa), await submittedAt(kawa)];
  await approve(kawa.two.principal, one);
  await switchTo('kita', true);
  await service.app.enrolment.offices.end(sakai, 'kawa', 'kita');
  const now = await Promise.all([town.one, third].map((member) => again(service, member)));
  const [clerk, approver] = now as [Principal, Principal];
  expect(await stateOf(approve(noda, one))).toBe('wrong-state');
  for (const id of [one, two]) {
    if (id === two) expect(await stateOf(approve(clerk, id))).toBe('examined-once');
    expect(await stateOf(approve(approver, id))).toBe('examined');
    expect(await stateOf(approve(noda, id))).toBe('issued');
  }
  await switchTo('kita', false);
  expect(await stateOf(approve(clerk, three))).toBe('examined');
  expect(await stateOf(approve(noda, three))).toBe('issued');
});

const submittedAt = (other: Town): Promise<string> => submitted('official-position', other.one.principal);

it('the audit finds all of it in order, and names each certificate for which the approval were left out', async () => {
  expect((await auditOf(service)).found).toEqual([]);
  const records = await allRecords(service);
  expect(unapproved(records)).toEqual([]);
  const examinedTwice: string[] = [];
  const without = records.map((record): LedgerRecord => {
    if (record.kind !== 'issuance') return record;
    const { basis } = record.details;
    if (!Array.isArray(basis) || basis.length < 4) return record;
    examinedTwice.push(record.id);
    return { ...record, details: { ...record.details, basis: basis.filter((_, i) => i !== 2) } };
  });
  const found = unapproved(without);
  expect(found.map(({ facts }) => facts.record).sort()).toEqual(examinedTwice.sort());
  expect(new Set(found.map(({ facts }) => facts.missing))).toEqual(new Set(['office-approval']));
});
