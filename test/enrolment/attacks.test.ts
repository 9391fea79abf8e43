import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPeople } from '../../functions/local/demonstration-people.ts';
import { UNCERTIFIED } from '../../lib/enrolment/left-to-tasks.ts';
import { listPk } from '../../lib/enrolment/listings.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import type { Principal } from '../../lib/principal.ts';
import { everyItem, type Key, type Value } from '../../lib/store/store.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { auditOf } from '../world.ts';
import { FORGERIES, type Row } from './forged-rows.ts';
import {
  enter,
  firstChief,
  type Member,
  MINAMI,
  officer,
  openKita,
  openMinami,
  ownCertificate,
} from './people.ts';

/* Somebody who writes to the table, and holds no key and no bucket, beside persons with fewer rights. */

let ground: Ground;
let house: Service;
let noda: Principal;
let chief: Member;
let counter: Member;
let suspended: Member;
let ended: Member;
let csr: string;
/** Rows as they once were. */
const earlier = new Map<string, Value>();
/** All rows of enrolment as they are. */
let rows: readonly { readonly key: Key; readonly value: Value }[];

const principalKey = (id: string): Key => rowKey('principal', id);
const rowAt = async (key: Key): Promise<Value> => (await ground.table.get(key))?.value as Value;

const LISTS = [
  listPk('office'),
  listPk('principal'),
  listPk('principal', { office: 'minami' }),
  listPk('principal', { role: 'officer' }),
  listPk('principal', { role: 'holder' }),
  UNCERTIFIED,
];

const readRows = async () => {
  const found: { key: Key; value: Value }[] = [];
  for (const pk of LISTS) {
    for await (const { sk, value } of everyItem(ground.table, { pk })) found.push({ key: { pk, sk }, value });
  }
  for (const id of ['minami', 'kita'])
    found.push({ key: rowKey('office', id), value: await rowAt(rowKey('office', id)) });
  for (const id of ['minami-chief', 'counter', 'suspended', 'ended'])
    found.push({ key: principalKey(id), value: await rowAt(principalKey(id)) });
  return found;
};

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  noda = house.principal('operator-noda');
  const { people } = house.app.enrolment;
  await openMinami(house);
  await openKita(house);
  chief = await firstChief(house);
  const enterBy = async (id: string, ...duties: Parameters<typeof officer>[1][]): Promise<Member> =>
    enter(
      house,
      (await people.invite(chief.principal, id, officer(id, ...duties))).invitation,
      chief.principal,
    );
  counter = await enterBy('counter', 'receive');
  suspended = await enterBy('suspended', 'receive', 'examine', 'responsible');
  ended = await enterBy('ended', 'receive', 'examine');
  for (const id of ['suspended', 'ended']) earlier.set(id, await rowAt(principalKey(id)));
  await people.suspend(noda, 'suspended');
  await people.end(noda, 'ended');
  csr = opensslRequest(ground.folder, 'mayor');
  rows = await readRows();
});
afterAll(() => ground.close());

const restore = async (): Promise<void> => {
  for (const { key } of await readRows()) await deleteRow(ground.table, key);
  for (const { key, value } of rows) await putRow(ground.table, key, value);
};
beforeEach(restore);

const profile = 'official-position';

/** Every door that the member may not open, by acts as the API knows callers. Resolves with those that open. */
const doorsOpenTo = async ({ pem }: Member, but: readonly string[] = []): Promise<readonly string[]> => {
  const { registration, enrolment, authority, principals } = house.app;
  const { people, offices } = enrolment;
  let caller: Principal;
  try {
    caller = await principals.byCertificate(ownCertificate(pem), 'acts');
  } catch {
    return [];
  }
  const { request } = await registration.submit(house.principal('higashi-counter'), {
    profile,
    csr: opensslRequest(ground.folder, `any-${Math.random()}`),
    fields: FIELDS[profile] ?? {},
  });
  const [ca = ''] = (await authority.authorities()).map(({ id }) => id);
  const { serials } = await authority.serials('operations-1', { limit: 10 });
  const ref = { ca: 'operations-1', serial: serials[0]?.serial ?? '' };
  expect(ca).not.toBe('');
  const doors: Readonly<Record<string, () => Promise<unknown>>> = {
    submit: () => registration.submit(caller, { profile, csr, fields: FIELDS[profile] ?? {} }),
    examine: () => registration.examine(caller, request.id, { decision: 'approve' }),
    invite: () => people.invite(caller, 'friend', officer('friend', 'receive')),
    propose: () => people.propose(caller, 'friend', { role: 'operator', name: MINAMI.name }),
    confirm: () => people.confirm(caller, 'friend'),
    resume: () => people.resume(caller, 'suspended'),
    suspend: () => people.suspend(caller, 'minami-chief'),
    end: () => people.end(caller, 'minami-chief'),
    'open an office': () => offices.propose(caller, 'new', MINAMI),
    'end an office': () => offices.end(caller, 'kita', undefined),
    revoke: () => authority.revoke(caller, ref, { reason: 'superseded' }),
  };
  const open: string[] = [];
  for (const [name, door] of Object.entries(doors)) {
    if (!but.includes(name) && (await codeOf(door())) === 'none') open.push(name);
  }
  return open;
};

const CLOSED = (): readonly Member[] => [suspended, ended];

describe('no door opens where a row', () => {
  it('is as it was', async () => {
    for (const member of CLOSED()) expect(await doorsOpenTo(member)).toEqual([]);
    expect(await doorsOpenTo(counter)).toEqual(['submit']);
  });

  it.each(['suspended', 'ended'])('was rolled back: %s', async (id) => {
    await putRow(ground.table, principalKey(id), earlier.get(id) as Value);
    for (const member of CLOSED()) expect(await doorsOpenTo(member)).toEqual([]);
    // What reads by rows shows what was true once.
    expect((await house.app.enrolment.people.get(noda, id)).standing).toBe('active');
    expect((await auditOf(house)).found).toMatchObject([
      { damage: 'enrolment-differs', enrolment: `principal ${id}` },
    ]);
  });

  it.each(FORGERIES)('was forged: %s', async (_, change) => {
    for (const id of ['suspended', 'ended', 'counter'])
      await putRow(ground.table, principalKey(id), change((await rowAt(principalKey(id))) as Row) as Value);
    for (const member of CLOSED()) expect(await doorsOpenTo(member)).toEqual([]);
    // Nobody gets less by it either.
    expect(await doorsOpenTo(counter, ['submit'])).toEqual([]);
    expect((await house.app.principals.byCertificate(ownCertificate(counter.pem), 'acts')).duties).toEqual([
      'receive',
    ]);
  });

  it('has the act of another principal', async () => {
    const own = await rowAt(principalKey('minami-chief'));
    for (const id of ['suspended', 'ended', 'counter']) await putRow(ground.table, principalKey(id), own);
    for (const member of CLOSED()) expect(await doorsOpenTo(member)).toEqual([]);
    expect(await doorsOpenTo(counter, ['submit'])).toEqual([]);
    expect(await codeOf(house.app.enrolment.people.get(noda, 'counter'))).toBe('unknown-principal');
  });

  it('was deleted, with all lists', async () => {
    for (const { key } of rows) await deleteRow(ground.table, key);
    for (const member of CLOSED()) expect(await doorsOpenTo(member)).toEqual([]);
    expect(await doorsOpenTo(counter, ['submit'])).toEqual([]);
    // Who is enrolled still is, and nobody is invited anew under the same id.
    expect((await house.app.principals.byCertificate(ownCertificate(counter.pem), 'acts')).id).toBe(
      'counter',
    );
    const differs = (await auditOf(house)).found.map(({ damage }) => damage);
    expect(new Set(differs)).toEqual(new Set(['enrolment-differs']));
    const done = await house.core.mending.mend();
    expect(differs).toHaveLength(done.length);
    // The lists of the demonstration's people went too.
    const { offices, principals } = await readPeople();
    const shipped = new Set([...offices, ...principals].map(({ id }) => id));
    const own = done.filter((name) => !shipped.has(name.split(' ')[1] ?? ''));
    expect(own.toSorted()).toEqual([
      'office kita',
      'office minami',
      'principal counter',
      'principal ended',
      'principal minami-chief',
      'principal suspended',
    ]);
    const view = await house.app.enrolment.people.get(noda, 'suspended');
    expect(view).toMatchObject({ standing: 'suspended' });
    // The names of persons stand apart from the rows.
    expect(view.name).toEqual(officer('suspended').name);
  });

  it('puts somebody into a list', async () => {
    await putRow(ground.table, { pk: listPk('principal', { office: 'kita' }), sk: 'counter' }, {});
    await putRow(ground.table, { pk: UNCERTIFIED, sk: 'suspended' }, {});
    await putRow(ground.table, { pk: UNCERTIFIED, sk: 'ended' }, {});
    const { people } = house.app.enrolment;
    const ofKita: Principal = { ...chief.principal, id: 'kita-chief', office: 'kita' };
    expect((await people.list(ofKita, { limit: 10 })).items).toEqual([]);
    expect(await people.recover()).toEqual([]);
  });
});
