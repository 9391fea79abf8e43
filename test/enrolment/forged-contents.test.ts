import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNCERTIFIED } from '../../lib/enrolment/left-to-tasks.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Key, Value } from '../../lib/store/store.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import {
  enter,
  firstChief,
  type Member,
  MINAMI,
  newKey,
  officer,
  openKita,
  openMinami,
  ownCertificate,
} from './people.ts';

/* What follows from rows besides the act: attributes, keys and certificates. Somebody else writes them. */

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Member;
let counter: Member;

const profile = 'official-position';
const principalKey = (id: string): Key => rowKey('principal', id);
const rowAt = async (key: Key): Promise<Value> => (await ground.table.get(key))?.value as Value;

type Row = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  const { people } = house.app.enrolment;
  await openMinami(house);
  await openKita(house);
  chief = await firstChief(house);
  const { invitation } = await people.invite(chief.principal, 'counter', officer('counter', 'receive'));
  counter = await enter(house, invitation, chief.principal);
});
afterAll(() => ground.close());

describe('an office', () => {
  it('gives no attributes, salt or profiles but those of its act', async () => {
    const key = rowKey('office', 'minami');
    const own = (await rowAt(key)) as Row;
    const { known, record } = (await rowAt(rowKey('office', 'kita'))) as Row;
    const forged: readonly Row[] = [
      { ...own, known },
      { ...own, known: { ...(own.known as Row), salt: '00' } },
      { ...own, record },
    ];
    for (const row of forged) {
      await putRow(ground.table, key, row as Value);
      const code = await codeOf(
        house.app.registration
          .submit(counter.principal, {
            profile,
            csr: opensslRequest(ground.folder, `o-${Math.random()}`),
            fields: FIELDS[profile] ?? {},
          })
          .then(({ request }) => expect(request.subject).toContain('Minami Ward')),
      );
      expect(['none', 'profile-not-allowed', 'invalid-field']).toContain(code);
      await putRow(ground.table, key, own as Value);
    }
  });

  it('stays ended where its row is rolled back', async () => {
    const { offices } = house.app.enrolment;
    await offices.propose(sakai, 'short', MINAMI);
    await offices.confirm(noda, 'short');
    const before = await rowAt(rowKey('office', 'short'));
    await offices.end(noda, 'short', undefined);
    await putRow(ground.table, rowKey('office', 'short'), before);
    const terms = { ...officer('nobody', 'receive'), office: 'short' };
    expect(await codeOf(house.app.enrolment.people.propose(sakai, 'nobody', terms))).toBe('not-in-force');
  });
});

describe('the key of an invited person', () => {
  it('is certified as it was confirmed, and only then', async () => {
    const { people } = house.app.enrolment;
    const { invitation } = await people.invite(chief.principal, 'new', officer('new', 'receive'));
    const own = newKey(ground.folder, 'own');
    const thief = newKey(ground.folder, 'thief');
    await people.bring(invitation, own.csr);
    const row = (await rowAt(principalKey('new'))) as Row;
    const other = { ...row, subjectPublicKeyInfo: Buffer.from('x').toString('base64') };
    await putRow(ground.table, principalKey('new'), other as Value);
    await putRow(ground.table, { pk: UNCERTIFIED, sk: 'new' }, {});
    expect(await people.recover()).toEqual([]);
    expect(await codeOf(people.bring(invitation, thief.csr))).toBe('invitation-opened');
    expect(await codeOf(people.enrol(chief.principal, 'new', own.fingerprint))).toBe('nothing-awaited');
    await people.bring(invitation, own.csr);
    await people.enrol(chief.principal, 'new', own.fingerprint);
    expect((await people.bring(invitation, own.csr)).pem).toContain('BEGIN CERTIFICATE');
  });

  it('is revoked at the end whatever the row says, and nothing else is', async () => {
    const { people } = house.app.enrolment;
    const { invitation } = await people.invite(chief.principal, 'gone', officer('gone', 'receive'));
    const gone = await enter(house, invitation, chief.principal);
    const row = (await rowAt(principalKey('gone'))) as Row;
    const { serials } = await house.app.authority.serials('operations-1', { limit: 100 });
    const certificates = serials.map(({ serial }) => ({ ca: 'operations-1', serial }));
    await putRow(ground.table, principalKey('gone'), { ...row, certificates } as Value);
    await people.end(chief.principal, 'gone');
    const code = await codeOf(house.app.principals.byCertificate(ownCertificate(gone.pem), 'acts'));
    expect(code).toBe('client-certificate-revoked');
    expect((await house.app.principals.byCertificate(ownCertificate(counter.pem), 'acts')).id).toBe(
      'counter',
    );
  });
});
