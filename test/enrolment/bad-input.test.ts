import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Principal } from '../../lib/principal.ts';
import { openDoors } from '../functions/routes/enrolment/doors.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, opensslRequest, temporaryFolder } from '../service.ts';
import { MINAMI, newKey, officer } from './people.ts';

/*
 * What people do wrong with enrolments, through the doors; refusals.test.ts has the terms themselves. Each case is refused by its
 * code, and what was there stays as it was.
 */

const folder = temporaryFolder();
let service: Awaited<ReturnType<typeof serveService>>;
let doors: ReturnType<typeof openDoors>;
type Caller = NonNullable<Parameters<ReturnType<typeof openDoors>['ask']>[0]>;
let chief: Caller;

const SAKAI = 'operator-sakai';
const NODA = 'operator-noda';
const pathOf = (id: string, step = ''): string => `/api/v1/principals/${id}${step}`;
const terms = (...duties: Parameters<typeof officer>[1][]) => officer('係員', ...duties);

const invite = async (id: string, given: object): Promise<string> =>
  (await doors.ok(201, doors.ask(chief, 'POST', pathOf(id, '/invitation'), given))).invitation;
const enrolled = async (id: string, given: object = terms('receive')): Promise<Caller> =>
  doors.enter(await invite(id, given), chief);
const soon = (minutes = 60): string => new Date(service.now() + minutes * 60_000).toISOString();
const bring = (invitation: string, csr: string) =>
  doors.ask(undefined, 'POST', '/api/v1/invitations', { invitation, csr });

const PROFILE = 'official-position';
const submission = (name: string) => ({
  profile: PROFILE,
  csr: opensslRequest(folder.path, name),
  fields: FIELDS[PROFILE] ?? {},
});

beforeAll(async () => {
  service = await serveService(folder.path);
  doors = openDoors(service);
  for (const id of ['minami', 'kita']) {
    await doors.ok(201, doors.ask(SAKAI, 'POST', `/api/v1/offices/${id}/proposal`, MINAMI));
    await doors.ok(200, doors.ask(NODA, 'POST', `/api/v1/offices/${id}/confirmation`));
  }
  const first = officer('責任者', 'responsible');
  await doors.ok(201, doors.ask(SAKAI, 'POST', pathOf('minami-chief', '/proposal'), first));
  const confirmed = doors.ask(NODA, 'POST', pathOf('minami-chief', '/confirmation'));
  chief = await doors.enter((await doors.ok(201, confirmed)).invitation, SAKAI);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

/** What is refused, as `{status} {code}`, and of whom the service shows the same before and after. */
interface Case {
  readonly refused: string;
  readonly about?: string;
  readonly ask: () => Promise<ReturnType<typeof doors.ask>> | ReturnType<typeof doors.ask>;
}

const CASES: Readonly<Record<string, () => Promise<Case>>> = {
  'an officer who examines the own submission under a second id': async () => {
    const one = await enrolled('twice-one', { ...terms('receive'), person: 'twice' });
    const two = await enrolled('twice-two', { ...terms('examine'), person: 'twice' });
    const { id } = await doors.ok(201, doors.ask(one, 'POST', '/api/v1/requests', submission('twice')));
    const path = `/api/v1/requests/${id}/examinations`;
    return {
      refused: '409 same-person',
      ask: () => doors.ask(two, 'POST', path, { decision: 'approve' }),
    };
  },
  'an officer past the own term': async () => {
    const late = await enrolled('late', { ...terms('receive'), until: soon(1) });
    service.advance(120_000);
    return {
      refused: '403 not-in-force',
      about: 'late',
      ask: () => doors.ask(late, 'POST', '/api/v1/requests', submission('late')),
    };
  },
  'an invitation that was forwarded, and opened by somebody else first': async () => {
    const invitation = await invite('forwarded', terms('receive'));
    await doors.ok(200, bring(invitation, newKey(folder.path, 'stranger').csr));
    return {
      refused: '409 invitation-opened',
      about: 'forwarded',
      ask: () => bring(invitation, newKey(folder.path, 'invited').csr),
    };
  },
  'the fingerprint of the key that the invited person has, where somebody else opened the invitation':
    async () => {
      const invitation = await invite('deceived', terms('receive'));
      await doors.ok(200, bring(invitation, newKey(folder.path, 'thief').csr));
      const { fingerprint } = newKey(folder.path, 'own');
      return {
        refused: '409 fingerprint-differs',
        about: 'deceived',
        ask: () => doors.ask(chief, 'POST', pathOf('deceived', '/enrolment'), { fingerprint }),
      };
    },
  'a transfer of somebody who left': async () => {
    await enrolled('left');
    const to = { office: 'kita', duties: ['receive'], effectiveFrom: soon() };
    await doors.ok(201, doors.ask(chief, 'POST', pathOf('left', '/transfer'), to));
    await doors.ok(200, doors.ask(chief, 'POST', pathOf('left', '/end')));
    return {
      refused: '409 nothing-awaited',
      about: 'left',
      ask: () => doors.ask(SAKAI, 'POST', pathOf('left', '/confirmation')),
    };
  },
  'a second act for the same moment that contradicts a prepared one': async () => {
    await enrolled('both');
    const change = { ...terms('examine'), effectiveFrom: soon() };
    await doors.ok(200, doors.ask(chief, 'POST', pathOf('both', '/change'), change));
    return {
      refused: '409 wrong-state',
      about: 'both',
      ask: () => doors.ask(chief, 'POST', pathOf('both', `/end?effectiveFrom=${change.effectiveFrom}`)),
    };
  },
  'an end for a moment that is over': async () => {
    await enrolled('over');
    return {
      refused: '400 invalid-input',
      about: 'over',
      ask: () => doors.ask(chief, 'POST', pathOf('over', `/end?effectiveFrom=${soon(-1)}`)),
    };
  },
};

it.each(Object.entries(CASES))('%s is refused', async (_, prepare) => {
  const { refused, about, ask } = await prepare();
  const shown = () => about && doors.ok(200, doors.ask(SAKAI, 'GET', pathOf(about)));
  const before = await shown();
  expect(await doors.refused(Promise.resolve(ask()))).toBe(refused);
  expect(await shown()).toEqual(before);
});

it('a transfer that was prepared for somebody who left does not bring that one back', async () => {
  const { people } = service.app.enrolment;
  const noda: Principal = service.principal(NODA);
  await enrolled('gone');
  const to = { office: 'kita', duties: ['receive'], effectiveFrom: soon() };
  await doors.ok(201, doors.ask(chief, 'POST', pathOf('gone', '/transfer'), to));
  await doors.ok(201, doors.ask(SAKAI, 'POST', pathOf('gone', '/confirmation')));
  await doors.ok(200, doors.ask(chief, 'POST', pathOf('gone', '/end')));
  service.advance(3_600_000);
  expect(await people.bringIntoForce()).not.toContain('gone');
  expect(await people.get(noda, 'gone')).toMatchObject({ standing: 'ended', office: 'minami' });
});
