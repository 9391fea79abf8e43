import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationsTable } from '../../../../functions/http/operations-table.ts';
import { routes } from '../../../../functions/routes/routes.ts';
import { MINAMI, newKey, officer } from '../../../enrolment/people.ts';
import { serveService } from '../../../served-service.ts';
import { FIELDS, opensslRequest, temporaryFolder } from '../../../service.ts';
import { type Credential, openDoors, type Served } from './doors.ts';

/* An office comes, works and goes, through the doors alone. */

const folder = temporaryFolder();
let service: Served;
let doors: ReturnType<typeof openDoors>;
let chief: Credential;
let counter: Credential;

beforeAll(async () => {
  service = await serveService(folder.path);
  doors = openDoors(service);
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const SAKAI = 'operator-sakai';
const NODA = 'operator-noda';

it('an office is opened by two operators, and both find it in the list', async () => {
  const { ask, ok, refused } = doors;
  const path = '/api/v1/offices/minami';
  const proposed = await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, MINAMI));
  expect(proposed).toMatchObject({ id: 'minami', number: 1, awaiting: { by: SAKAI, name: MINAMI.name } });
  expect(proposed).not.toHaveProperty('standing');
  expect(await refused(ask(SAKAI, 'POST', `${path}/confirmation`))).toBe('409 same-person');
  await ok(200, ask(NODA, 'DELETE', `${path}/proposal`));
  expect(await refused(ask(NODA, 'POST', `${path}/confirmation`))).toBe('409 nothing-awaited');
  await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, MINAMI));
  const opened = await ok(200, ask(NODA, 'POST', `${path}/confirmation`));
  expect(opened).toMatchObject({ standing: 'open', ...MINAMI });
  const { offices } = await ok(200, ask('auditor', 'GET', '/api/v1/offices?limit=5'));
  expect(offices).toContainEqual(opened);
  expect(await ok(200, ask(NODA, 'GET', path))).toEqual(opened);
});

it('its first responsible person is enrolled by two operators', async () => {
  const { ask, ok, refused, enter } = doors;
  const path = '/api/v1/principals/minami-chief';
  const terms = officer('責任者', 'responsible', 'receive', 'examine');
  await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, terms));
  await ok(200, ask(SAKAI, 'DELETE', `${path}/proposal`));
  await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, terms));
  const { principal, invitation } = await ok(201, ask(NODA, 'POST', `${path}/confirmation`));
  expect(principal).toMatchObject({
    standing: 'invited',
    office: 'minami',
    invitedUntil: expect.any(String),
  });
  // Whoever got the invitation could have opened it.
  const key = newKey(folder.path, 'noda');
  expect(invitation).toMatch(/^minami-chief\.[\w-]{32}$/);
  expect(JSON.stringify(principal)).not.toContain(invitation.split('.')[1]);
  expect(await refused(ask(NODA, 'POST', `${path}/enrolment`, { fingerprint: key.fingerprint }))).toBe(
    '409 same-person',
  );
  chief = await enter(invitation, SAKAI);
  expect(await ok(200, ask(chief, 'GET', path))).toMatchObject({
    standing: 'active',
    key: chief.key.fingerprint,
    duties: ['responsible', 'receive', 'examine'],
  });
});

it('the responsible person enrols an officer, whose work leads to a certificate', async () => {
  const { ask, ok, enter } = doors;
  const { invitation } = await ok(
    201,
    ask(chief, 'POST', '/api/v1/principals/minami-counter/invitation', officer('受付', 'receive')),
  );
  counter = await enter(invitation, chief);
  const profile = 'official-position';
  const csr = opensslRequest(folder.path, 'mayor');
  const { id } = await ok(
    201,
    ask(counter, 'POST', '/api/v1/requests', { profile, csr, fields: FIELDS[profile] }),
  );
  await ok(200, ask(chief, 'POST', `/api/v1/requests/${id}/examinations`, { decision: 'approve' }));
  const issued = await ok(
    200,
    ask(NODA, 'POST', `/api/v1/requests/${id}/examinations`, { decision: 'approve' }),
  );
  expect(issued).toMatchObject({ state: 'issued', office: 'minami' });
});

it('everybody learns who the service thinks they are, and what they may ask for', async () => {
  const { ask, ok } = doors;
  const { operations, ...own } = await ok(200, ask(counter, 'GET', '/api/v1/whoami'));
  expect(own).toEqual({
    id: 'minami-counter',
    role: 'officer',
    person: 'minami-counter',
    tenant: 'tokiwa',
    office: 'minami',
    duties: ['receive'],
    door: 'certificate',
  });
  expect(operations).toContain('submitRequest');
  expect(operations).toContain('issueToken');
  expect(operations).not.toContain('examineRequest');
  expect(operations).not.toContain('inviteOfficer');
  const operator = await ok(200, ask(NODA, 'GET', '/api/v1/whoami'));
  expect(operator).toMatchObject({ id: NODA, role: 'operator', door: 'token' });
  expect(operator.operations).not.toContain('issueToken');
  const portal = await ok(200, ask('tax-portal', 'GET', '/api/v1/whoami'));
  expect(portal.purposes.length).toBeGreaterThan(0);
});

it('whoami leaves out exactly what the caller is refused for its role or duty', async () => {
  const { ask, ok } = doors;
  const { operations } = await ok(200, ask(counter, 'GET', '/api/v1/whoami'));
  for (const { id } of operationsTable(routes)) {
    const route = routes.find((one) => one.id === id);
    // The doors look at the type of bytes first.
    if (route?.body?.kind === 'bytes') continue;
    const path = (route?.path ?? '').replace(/\{\w+\+?\}/g, 'x1');
    // What is sent is nothing that an operation obeys.
    const { body } = await ask(counter, route?.method ?? 'GET', path, route?.body && '{"x":');
    const isForbidden = body?.code === 'forbidden' && ('roles' in body.facts || 'duty' in body.facts);
    expect(isForbidden, id).toBe(!operations.includes(id));
  }
});

it('every look at offices and principals is a record', async () => {
  const { ask } = doors;
  const looks = [
    ['/api/v1/offices', NODA, { limit: 20, offices: expect.arrayContaining(['minami']) }],
    ['/api/v1/offices/minami', chief, { offices: ['minami'] }],
    [
      '/api/v1/principals?role=officer',
      NODA,
      {
        filter: { role: 'officer' },
        limit: 20,
        principals: expect.arrayContaining(['minami-chief', 'minami-counter']),
      },
    ],
    ['/api/v1/principals', counter, { principals: ['minami-chief', 'minami-counter'] }],
    ['/api/v1/principals/minami-chief', counter, { principals: ['minami-chief'] }],
  ] as const;
  for (const [path, who, provided] of looks) {
    const { record = '' } = await ask(who, 'GET', path);
    const recipient = typeof who === 'string' ? who : who.id;
    // One for each tenant that the answer is about.
    const records = await Promise.all(record.split(', ').map((id) => service.app.ledger.get(id)));
    for (const one of records)
      expect(one, path).toMatchObject({ kind: 'provision', channel: 'enrolment', recipient });
    expect(
      records.map((one) => (one.kind === 'provision' ? one.provided : {})),
      path,
    ).toContainEqual(expect.objectContaining(provided));
  }
});

it('an officer is suspended and resumed at once, and ends with the certificates', async () => {
  const { ask, ok, refused } = doors;
  const path = '/api/v1/principals/minami-counter';
  expect(await ok(200, ask(chief, 'POST', `${path}/suspension`))).toMatchObject({ standing: 'suspended' });
  expect(await refused(ask(chief, 'POST', `${path}/suspension`))).toBe('409 wrong-state');
  expect(await refused(ask(counter, 'GET', '/api/v1/whoami'))).toBe('403 not-in-force');
  expect(await refused(ask(NODA, 'DELETE', `${path}/suspension`))).toBe('403 forbidden');
  await ok(200, ask(chief, 'DELETE', `${path}/suspension`));
  expect(await refused(ask(chief, 'DELETE', `${path}/suspension`))).toBe('409 wrong-state');
  await ok(200, ask(counter, 'GET', '/api/v1/whoami'));
  expect(await ok(200, ask(NODA, 'POST', `${path}/end`))).toMatchObject({ standing: 'ended' });
  expect(await refused(ask(counter, 'GET', '/api/v1/whoami'))).toBe('401 client-certificate-revoked');
  expect(await ok(200, ask(chief, 'POST', `${path}/end`))).toMatchObject({ standing: 'ended' });
  const again = ask(chief, 'POST', `${path}/invitation`, officer('受付', 'receive'));
  expect(await refused(again)).toBe('409 wrong-state');
});

it('a lost credential is replaced, and the earlier one opens nothing', async () => {
  const { ask, ok, refused, enter } = doors;
  const path = '/api/v1/principals/minami-clerk';
  const terms = officer('係員', 'receive');
  const first = await enter(
    (await ok(201, ask(chief, 'POST', `${path}/invitation`, terms))).invitation,
    chief,
  );
  const next = (await ok(201, ask(chief, 'POST', `${path}/invitation`, terms))).invitation;
  // Until the new key is confirmed, the earlier credential goes on.
  await ok(200, ask(first, 'GET', '/api/v1/whoami'));
  const second = await enter(next, chief);
  await ok(200, ask(second, 'GET', '/api/v1/whoami'));
  expect(await refused(ask(first, 'GET', '/api/v1/whoami'))).toBe('401 client-certificate-revoked');
});

it('an office that asks for it examines twice, by an officer with that duty', async () => {
  const { ask, ok, refused, enter } = doors;
  const path = '/api/v1/offices/minami';
  const terms = { ...MINAMI, officeApproval: true };
  expect(await refused(ask(SAKAI, 'POST', `${path}/proposal`, { ...terms, officeApproval: 'yes' }))).toBe(
    '400 invalid-input',
  );
  expect(await ok(201, ask(SAKAI, 'POST', `${path}/proposal`, terms))).toMatchObject({
    awaiting: { officeApproval: true },
  });
  expect(await ok(200, ask(NODA, 'POST', `${path}/confirmation`))).toMatchObject({ officeApproval: true });
  const members = [];
  for (const duty of ['receive', 'examine', 'approve'] as const) {
    const inviting = ask(chief, 'POST', `/api/v1/principals/by-${duty}/invitation`, officer(duty, duty));
    members.push(await enter((await ok(201, inviting)).invitation, chief));
  }
  const [counter, clerk, head] = members as [Credential, Credential, Credential];
  const { duties, operations } = await ok(200, ask(head, 'GET', '/api/v1/whoami'));
  expect([duties, operations.includes('examineRequest'), operations.includes('submitRequest')]).toEqual([
    ['approve'],
    true,
    false,
  ]);
  const profile = 'official-position';
  const csr = opensslRequest(folder.path, 'twice');
  const submission = { profile, csr, fields: FIELDS[profile] };
  const { id } = await ok(201, ask(counter, 'POST', '/api/v1/requests', submission));
  const examine = (who: Credential | string, decision = 'approve') =>
    ask(who, 'POST', `/api/v1/requests/${id}/examinations`, { decision });
  expect(await refused(examine(head))).toBe('403 forbidden');
  expect((await examine(counter)).body).toMatchObject({
    code: 'forbidden',
    facts: { duty: ['examine', 'approve'] },
  });
  expect(await ok(200, examine(clerk))).toMatchObject({ state: 'examined-once' });
  expect(await refused(examine(clerk))).toBe('409 same-person');
  expect((await examine(NODA)).body).toMatchObject({
    code: 'wrong-state',
    facts: { state: 'examined-once', duty: 'approve' },
  });
  const waiting = async (who: Credential | string, state: string) =>
    (await ok(200, ask(who, 'GET', `/api/v1/requests?state=${state}`))).requests.map(
      (one: { id: string }) => one.id,
    );
  expect([await waiting(head, 'examined-once'), await waiting(NODA, 'examined')]).toEqual([[id], []]);
  await ok(200, examine(head));
  expect(await waiting(NODA, 'examined')).toEqual([id]);
  const { state, examinations } = await ok(200, examine(NODA));
  expect([state, examinations[1]]).toMatchObject(['issued', { stage: 'office-approval', by: 'by-approve' }]);
});

it("an ended office is nobody's office from then on", async () => {
  const { ask, ok, refused } = doors;
  const path = '/api/v1/offices/minami/end';
  expect(await refused(ask(NODA, 'POST', path, {}))).toBe('400 invalid-input');
  expect(await refused(ask(NODA, 'POST', path, { successor: 'minami' }))).toBe('400 invalid-input');
  expect(await refused(ask(NODA, 'POST', path, { successor: 'nowhere' }))).toBe('404 unknown-office');
  const ended = await ok(200, ask(NODA, 'POST', path, { successor: 'mizusaki-higashi' }));
  expect(ended).toMatchObject({ standing: 'ended', successor: 'mizusaki-higashi' });
  expect(await refused(ask(NODA, 'POST', path, { successor: null }))).toBe('409 wrong-state');
  expect(await refused(ask(chief, 'GET', '/api/v1/whoami'))).toBe('403 not-in-force');
});
