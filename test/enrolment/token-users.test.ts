import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { type Core, compose } from '../../lib/app.ts';
import { openCognitoUsers } from '../../lib/enrolment/cognito-users.ts';
import { USERS_BEHIND } from '../../lib/enrolment/left-to-tasks.ts';
import type { Principal } from '../../lib/principal.ts';
import { codeOf } from '../authority/house.ts';
import { openService, PUBLIC_URL, type Service, temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { auditOf } from '../world.ts';
import { enter, firstChief, type Member, officer, openMinami, ownCertificate } from './people.ts';

/* The users of a Cognito user pool follow the acts on principals. */

const POOL = 'ap-northeast-1_Pool';
const folder = temporaryFolder();
const cognito = mockClient(CognitoIdentityProviderClient);
const users = new Map<string, { enabled: boolean; signedOut: number }>();
/** Why the pool refuses; undefined while it answers. */
let refuses: ((operation: string, id: string) => string | undefined) | undefined;
let calls: string[] = [];
let house: Service;
let core: Core;
let noda: Principal;
let sakai: Principal;
let chief: Principal;

const coreFor = (pool: string): Core =>
  compose({
    ...house,
    publicUrls: [PUBLIC_URL],
    responderKeys: house.keys,
    clock: house.now,
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
    log: (level, message, facts = {}) => house.logged.push({ level, message, facts }),
    tokenUsers: openCognitoUsers({
      pool,
      access: {
        region: 'ap-northeast-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
      },
    }),
  });

const refusal = (name: string): Error =>
  Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });

/** A pool as AWS describes it. */
const answer =
  (operation: string) =>
  (input: { UserPoolId?: string; Username?: string; MessageAction?: string }): unknown => {
    const { UserPoolId, Username = '', ...more } = input;
    calls.push(`${operation} ${Username}`);
    const reason = refuses?.(operation, Username);
    if (reason !== undefined) throw refusal(reason);
    if (UserPoolId !== POOL) throw refusal('ResourceNotFoundException');
    if (operation === 'AdminCreateUser') {
      if (users.has(Username)) throw refusal('UsernameExistsException');
      // No attribute and no mail: nothing of a person but the id goes there.
      expect(more).toEqual({ MessageAction: 'SUPPRESS' });
      users.set(Username, { enabled: true, signedOut: 0 });
      return {};
    }
    const user = users.get(Username);
    if (user === undefined) throw refusal('UserNotFoundException');
    if (operation === 'AdminGetUser') return { Username, Enabled: user.enabled };
    if (operation === 'AdminUserGlobalSignOut') user.signedOut++;
    else user.enabled = operation === 'AdminEnableUser';
    return {};
  };

beforeAll(async () => {
  cognito.on(AdminCreateUserCommand).callsFake(answer('AdminCreateUser'));
  cognito.on(AdminDisableUserCommand).callsFake(answer('AdminDisableUser'));
  cognito.on(AdminEnableUserCommand).callsFake(answer('AdminEnableUser'));
  cognito.on(AdminGetUserCommand).callsFake(answer('AdminGetUser'));
  cognito.on(AdminUserGlobalSignOutCommand).callsFake(answer('AdminUserGlobalSignOut'));
  const opened = await openService(folder.path);
  house = opened;
  core = coreFor(POOL);
  house = { ...opened, core, app: { ...opened.app, enrolment: core.enrolment } };
  [noda, sakai] = [house.principal('operator-noda'), house.principal('operator-sakai')];
  await openMinami(house);
  chief = (await firstChief(house)).principal;
}, 60_000);
afterAll(async () => {
  cognito.restore();
  await house.close();
  folder.remove();
});
beforeEach(() => {
  calls = [];
  refuses = undefined;
});

/** Enrols an officer of the chief's office. */
const member = async (id: string): Promise<Member> => {
  const { invitation } = await core.enrolment.people.invite(chief, id, officer(id, 'receive'));
  expect(users.has(id)).toBe(false);
  return enter(house, invitation, chief);
};
const enrolled = async (id: string): Promise<string> => (await member(id)).id;

const behind = async (): Promise<readonly string[]> =>
  (await house.table.query({ pk: USERS_BEHIND, limit: 100 })).items.map(({ sk }) => sk);

const due = (): Promise<readonly string[]> => TASKS.due(core);

it('makes, disables, signs out and enables the user by the acts themselves', async () => {
  const { people } = core.enrolment;
  expect(users.get('minami-chief')).toEqual({ enabled: true, signedOut: 0 });
  const id = await enrolled('one');
  expect(calls).toEqual([`AdminGetUser ${id}`, `AdminCreateUser ${id}`]);
  await people.suspend(chief, id);
  expect(users.get(id)).toEqual({ enabled: false, signedOut: 1 });
  await people.resume(chief, id);
  expect(users.get(id)).toEqual({ enabled: true, signedOut: 1 });
  // A new key ends the sessions that began before it.
  const { invitation } = await people.invite(chief, id, officer('one', 'receive'));
  expect(users.get(id)).toEqual({ enabled: true, signedOut: 1 });
  await enter(house, invitation, chief);
  expect(users.get(id)).toEqual({ enabled: true, signedOut: 2 });
  // A transfer changes nothing about the user.
  calls = [];
  await people.change(chief, id, officer('one', 'receive', 'examine'));
  expect(calls).toEqual([]);
  await people.end(noda, id);
  expect(users.get(id)).toEqual({ enabled: false, signedOut: 3 });
  expect(await behind()).toEqual([]);
  expect((await auditOf(house)).found).toEqual([]);
});

it('finds a user who is there already, and one who is gone', async () => {
  const { people } = core.enrolment;
  users.set('made-by-hand', { enabled: false, signedOut: 0 });
  const { invitation } = await people.invite(chief, 'made-by-hand', officer('x', 'receive'));
  await enter(house, invitation, chief);
  expect(users.get('made-by-hand')).toEqual({ enabled: true, signedOut: 0 });
  users.delete('made-by-hand');
  await people.end(noda, 'made-by-hand');
  expect(users.has('made-by-hand')).toBe(false);
  // Somebody else is a moment earlier.
  refuses = (operation, id) => {
    if (operation === 'AdminCreateUser') users.set(id, { enabled: true, signedOut: 0 });
    return undefined;
  };
  await enrolled('raced');
  expect(users.get('raced')?.enabled).toBe(true);
  // Disabling ended the sessions of a user whom the pool then does not sign out again.
  refuses = (operation) => (operation === 'AdminUserGlobalSignOut' ? 'NotAuthorizedException' : undefined);
  await people.suspend(chief, 'raced');
  expect([users.get('raced')?.enabled, await behind()]).toEqual([false, []]);
});

it.each([
  ['is asked too much', 'TooManyRequestsException', 'store-unavailable'],
  ['refuses the function', 'AccessDeniedException', 'configuration-invalid'],
])('lets the act stand where the pool %s, and finishes it later', async (_, name, code) => {
  const { people } = core.enrolment;
  const id = await enrolled(`left-${code}`);
  refuses = () => name;
  expect(await codeOf(people.suspend(chief, id))).toBe('none');
  expect((await people.get(noda, id)).standing).toBe('suspended');
  expect([users.get(id)?.enabled, await behind()]).toEqual([true, [id]]);
  expect(house.logged.at(-1)).toMatchObject({ level: 'error', facts: { principal: id, error: code } });
  // A task that fails three times raises the alarm.
  expect(await codeOf(due())).toBe(code);
  refuses = undefined;
  expect(await due()).toEqual([id]);
  expect([users.get(id), await behind()]).toEqual([{ enabled: false, signedOut: 1 }, []]);
  expect(await due()).toEqual([]);
});

it('finishes a sign-out that failed after the user was disabled', async () => {
  const id = await enrolled('half');
  refuses = (operation) => (operation === 'AdminUserGlobalSignOut' ? 'InternalErrorException' : undefined);
  await core.enrolment.people.end(noda, id);
  expect([users.get(id), await behind()]).toEqual([{ enabled: false, signedOut: 0 }, [id]]);
  refuses = undefined;
  await due();
  expect(users.get(id)).toEqual({ enabled: false, signedOut: 1 });
});

it('asks a pool that does not answer for one user a run, and one that refuses a user for the others', async () => {
  const { people } = core.enrolment;
  const ids = [await enrolled('many-a'), await enrolled('many-b')];
  refuses = () => 'TooManyRequestsException';
  for (const id of ids) await people.suspend(chief, id);
  calls = [];
  expect(await codeOf(due())).toBe('store-unavailable');
  expect(calls).toEqual(['AdminGetUser many-a']);
  refuses = (_, id) => (id === 'many-a' ? 'InvalidParameterException' : undefined);
  expect(await codeOf(due())).toBe('configuration-invalid');
  expect(await behind()).toEqual(['many-a']);
  refuses = undefined;
  await due();
});

it('takes another pool for no pool without the user', async () => {
  const wrong = coreFor('ap-northeast-1_Other');
  const id = await enrolled('elsewhere');
  await wrong.enrolment.people.suspend(chief, id);
  expect([users.get(id)?.enabled, await behind()]).toEqual([true, [id]]);
  expect(await codeOf(TASKS.due(wrong))).toBe('configuration-invalid');
  await due();
  expect(users.get(id)?.enabled).toBe(false);
});

it('brings the user of somebody whom two operators resume by the task', async () => {
  const { people } = core.enrolment;
  const id = await enrolled('back');
  await people.suspend(chief, id);
  await people.propose(sakai, id, officer('x', 'receive'));
  await people.confirm(noda, id);
  expect(users.get(id)?.enabled).toBe(false);
  expect(await due()).toEqual([id]);
  expect(users.get(id)?.enabled).toBe(true);
});

it('opens no door by what the pool says, and lets the acts close it again', async () => {
  const { people } = core.enrolment;
  const { id: suspended, pem } = await member('suspended');
  const active = await enrolled('active');
  await people.suspend(chief, suspended);
  // Somebody opens one user at the issuer, closes another and deletes a third.
  users.set(suspended, { enabled: true, signedOut: 0 });
  users.set(active, { enabled: false, signedOut: 0 });
  users.delete('minami-chief');
  for (const by of ['rows', 'acts'] as const) {
    const door = house.app.principals.byCertificate(ownCertificate(pem), by);
    expect(await codeOf(door)).toBe('not-in-force');
  }
  // A row that names others makes nobody a user: the operator is one of the file, and the other is nobody.
  for (const sk of ['operator-noda', 'nobody', suspended])
    await putRow(house.table, { pk: USERS_BEHIND, sk }, {});
  await due();
  expect(users.get(suspended)).toEqual({ enabled: false, signedOut: 1 });
  expect([users.has('operator-noda'), users.has('nobody')]).toEqual([false, false]);
  // The walk over all acts finds the others within a day.
  house.advance(86_400_000);
  expect(await core.mending.mend()).toEqual(
    expect.arrayContaining([`user ${active}`, 'user minami-chief', 'user higashi-counter']),
  );
  expect([users.get(active)?.enabled, users.get('minami-chief')?.enabled]).toEqual([true, true]);
  house.advance(86_400_000);
  expect(await core.mending.mend()).toEqual([]);
});

it('compares the rows all the same where the pool does not answer, and disables the user when a term is over', async () => {
  const until = new Date(house.now() + 3_600_000).toISOString();
  const { invitation } = await core.enrolment.people.invite(chief, 'term', {
    ...officer('x', 'receive'),
    until,
  });
  await enter(house, invitation, chief);
  await deleteRow(house.table, { pk: 'enrolled-principals', sk: 'one' });
  calls = [];
  house.advance(86_400_000);
  refuses = () => 'TooManyRequestsException';
  expect(await codeOf(core.mending.mend())).toBe('store-unavailable');
  expect(await house.table.get({ pk: 'enrolled-principals', sk: 'one' })).toBeDefined();
  expect(calls).toHaveLength(1);
  refuses = undefined;
  house.advance(86_400_000);
  expect(await core.mending.mend()).toContain('user term');
  expect(users.get('term')?.enabled).toBe(false);
});

it('brings the user to the newest act where two functions act at once', async () => {
  const { people } = core.enrolment;
  const id = await enrolled('both');
  await people.suspend(chief, id);
  // The end comes while the user is enabled.
  let ending: Promise<unknown> | undefined;
  refuses = (operation) => {
    if (operation === 'AdminEnableUser') ending ??= people.end(noda, id);
    return undefined;
  };
  await people.resume(chief, id);
  await ending;
  await due();
  expect([users.get(id)?.enabled, await behind()]).toEqual([false, []]);
});
