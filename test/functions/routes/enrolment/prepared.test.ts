import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTask } from '../../../../functions/tasks/housekeeping.ts';
import { MINAMI, officer } from '../../../enrolment/people.ts';
import { serveService } from '../../../served-service.ts';
import { temporaryFolder } from '../../../service.ts';
import { type Credential, openDoors, type Served } from './doors.ts';

/* Officers are changed and transferred through the doors, at once or from a moment on. */

const folder = temporaryFolder();
let service: Served;
let doors: ReturnType<typeof openDoors>;
let chief: Credential;
let kita: Credential;
let clerk: Credential;
let moment: string;

const SAKAI = 'operator-sakai';
const NODA = 'operator-noda';
const PRINCIPALS = '/api/v1/principals';
const CLERK = `${PRINCIPALS}/minami-clerk`;
const WAIT_MS = 60_000;

const ofOffice = async (office: string): Promise<Credential> => {
  const { ask, ok, enter } = doors;
  await ok(201, ask(SAKAI, 'POST', `/api/v1/offices/${office}/proposal`, MINAMI));
  await ok(200, ask(NODA, 'POST', `/api/v1/offices/${office}/confirmation`));
  const path = `${PRINCIPALS}/${office}-chief`;
  const terms = { ...officer('責任者', 'responsible'), office };
  await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, terms));
  return enter((await ok(201, ask(NODA, 'POST', `${path}/confirmation`))).invitation, SAKAI);
};

beforeAll(async () => {
  service = await serveService(folder.path);
  doors = openDoors(service);
  chief = await ofOffice('minami');
  kita = await ofOffice('kita');
  const terms = officer('係員', 'receive');
  const { invitation } = await doors.ok(201, doors.ask(chief, 'POST', `${CLERK}/invitation`, terms));
  clerk = await doors.enter(invitation, chief);
  moment = new Date(service.now() + WAIT_MS).toISOString();
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const lines: string[] = [];
const runDue = () => runTask('due', service.core, (_level, message) => lines.push(message));

const change = (by: string | Credential, more: object = {}) =>
  doors.ask(by, 'POST', `${CLERK}/change`, { ...officer('係長', 'examine'), ...more });

const transfer = (by: string | Credential, more: object = {}) =>
  doors.ask(by, 'POST', `${CLERK}/transfer`, { office: 'kita', duties: ['receive'], ...more });

it('the responsible person changes an officer, whose key stays', async () => {
  const changed = await doors.ok(200, change(chief));
  expect(changed).toMatchObject({ standing: 'active', duties: ['examine'], key: clerk.key.fingerprint });
  expect(changed).not.toHaveProperty('prepared');
  await doors.ok(200, doors.ask(clerk, 'GET', '/api/v1/whoami'));
  expect(await doors.refused(change(clerk))).toBe('403 forbidden');
  expect(await doors.refused(change(NODA))).toBe('403 forbidden');
  expect(await doors.refused(change(kita))).toBe('404 unknown-principal');
  expect(await doors.refused(change(chief, { office: 'kita' }))).toBe('400 invalid-input');
  for (const effectiveFrom of ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', '2027-04-01T00:00:00', 'soon'])
    expect(await doors.refused(change(chief, { effectiveFrom })), effectiveFrom).toBe('400 invalid-input');
});

it('what is prepared is shown, and taken back by the responsible person', async () => {
  const { prepared, duties } = await doors.ok(
    200,
    change(chief, { duties: ['receive'], effectiveFrom: moment }),
  );
  expect(duties).toEqual(['examine']);
  expect(prepared).toMatchObject({ by: 'minami-chief', effectiveFrom: moment, duties: ['receive'] });
  expect(await doors.refused(change(chief))).toBe('409 wrong-state');
  expect(await doors.refused(doors.ask(kita, 'DELETE', `${CLERK}/proposal`))).toBe('404 unknown-principal');
  const back = await doors.ok(200, doors.ask(chief, 'DELETE', `${CLERK}/proposal`));
  expect(back).not.toHaveProperty('prepared');
  expect(await doors.refused(doors.ask(chief, 'DELETE', `${CLERK}/proposal`))).toBe('409 nothing-awaited');
});

it('a transfer takes both offices, and is in force from its moment on', async () => {
  expect(await doors.refused(transfer(kita))).toBe('404 unknown-principal');
  expect(await doors.refused(transfer(chief, { office: 'nowhere' }))).toBe('404 unknown-office');
  expect(await doors.refused(transfer(chief, { office: 'minami' }))).toBe('400 invalid-input');
  expect(await doors.refused(transfer(chief, { duties: [] }))).toBe('400 invalid-input');
  const { awaiting } = await doors.ok(201, transfer(chief, { effectiveFrom: moment }));
  expect(awaiting).toMatchObject({ office: 'kita', effectiveFrom: moment, name: { ja: '南区 係長' } });
  expect(await doors.refused(doors.ask(chief, 'POST', `${CLERK}/confirmation`))).toBe('403 forbidden');
  const confirmed = await doors.ok(201, doors.ask(kita, 'POST', `${CLERK}/confirmation`));
  expect(confirmed).not.toHaveProperty('invitation');
  expect(confirmed.principal).toMatchObject({ office: 'minami', prepared: { office: 'kita' } });
  await runDue();
  expect(lines).toEqual([]);
  service.advance(WAIT_MS);
  await runDue();
  expect(lines).toEqual(['Housekeeping: due']);
  const moved = await doors.ok(200, doors.ask(clerk, 'GET', '/api/v1/whoami'));
  expect(moved).toMatchObject({ id: 'minami-clerk', office: 'kita', duties: ['receive'] });
});

it('both offices are told of what was not done, and every look is a record', async () => {
  moment = new Date(service.now() + WAIT_MS).toISOString();
  const back = { office: 'minami', effectiveFrom: moment };
  await doors.ok(201, transfer(SAKAI, back));
  await doors.ok(201, doors.ask(NODA, 'POST', `${CLERK}/confirmation`));
  await doors.ok(200, doors.ask(kita, 'POST', `${CLERK}/end`));
  service.advance(WAIT_MS);
  await runDue();
  const told = { principal: 'minami-clerk', effectiveFrom: moment, why: 'other-act' };
  const looks = [
    [chief, '', 'minami'],
    [kita, '?limit=1', 'kita'],
    [NODA, '?office=kita', 'kita'],
    ['auditor', '?office=minami', 'minami'],
  ] as const;
  for (const [who, query] of looks) {
    const { body, record = '' } = await doors.ask(who, 'GET', `/api/v1/notices${query}`);
    // With a page of one, there may be a further one.
    expect(body.notices).toEqual(expect.arrayContaining([expect.objectContaining(told)]));
    expect(await service.app.ledger.get(record)).toMatchObject({
      kind: 'provision',
      channel: 'enrolment',
      provided: { notices: expect.arrayContaining(['minami-clerk']) },
    });
  }
  const notices = (who: string | Credential, query: string) =>
    doors.refused(doors.ask(who, 'GET', `/api/v1/notices${query}`));
  expect(await notices(NODA, '')).toBe('400 invalid-input');
  expect(await notices(chief, '?office=kita')).toBe('403 forbidden');
  expect(await notices(chief, '?cursor=x')).toBe('400 cursor-invalid');
});

it('a proposal names its moment, or asks for a new key', async () => {
  const path = `${PRINCIPALS}/minami-chief`;
  const terms = officer('責任者', 'responsible', 'examine');
  const later = new Date(service.now() + WAIT_MS).toISOString();
  const propose = (more: object) => doors.ask(SAKAI, 'POST', `${path}/proposal`, { ...terms, ...more });
  expect(await doors.refused(propose({ effectiveFrom: later, invites: true }))).toBe('400 invalid-input');
  const invites = await doors.ok(201, propose({ invites: true }));
  expect(invites.awaiting).toMatchObject({ invites: true });
  expect(await doors.ok(201, doors.ask(NODA, 'POST', `${path}/confirmation`))).toHaveProperty('invitation');
  const proposed = await doors.ok(201, propose({ effectiveFrom: later }));
  expect(proposed.awaiting).toMatchObject({ effectiveFrom: later });
  const { principal, invitation } = await doors.ok(201, doors.ask(NODA, 'POST', `${path}/confirmation`));
  expect(invitation).toBeUndefined();
  expect(principal.prepared).toMatchObject({ effectiveFrom: later, duties: ['responsible', 'examine'] });
});
