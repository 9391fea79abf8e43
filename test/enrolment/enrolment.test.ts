import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../lib/principal.ts';
import { codeOf } from '../authority/house.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { auditOf } from '../world.ts';
import { enter, firstChief, type Member, MINAMI, newKey, officer, ownCertificate } from './people.ts';

const folder = temporaryFolder();
let service: Service;
let sakai: Principal;
let noda: Principal;

beforeAll(async () => {
  service = await openService(folder.path);
  sakai = service.principal('operator-sakai');
  noda = service.principal('operator-noda');
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const known = (member: Member, by: 'rows' | 'acts' = 'rows') =>
  service.app.principals.byCertificate(ownCertificate(member.pem), by);

describe('an office', () => {
  it('is opened by two operators', async () => {
    const { offices } = service.app.enrolment;
    const proposed = await offices.propose(sakai, 'minami', MINAMI);
    expect(proposed).toMatchObject({ number: 1, awaiting: { standing: 'open', name: MINAMI.name } });
    expect(proposed.standing).toBeUndefined();
    expect(await codeOf(offices.confirm(sakai, 'minami'))).toBe('same-person');
    expect(await codeOf(offices.confirm(service.principal('higashi-chief'), 'minami'))).toBe('forbidden');
    const opened = await offices.confirm(noda, 'minami');
    expect(opened).toMatchObject({ standing: 'open', number: 2, ...MINAMI });
    expect(await codeOf(offices.confirm(noda, 'minami'))).toBe('nothing-awaited');
    expect((await offices.list(sakai, { limit: 10 })).items).toContainEqual(opened);
  });

  it('has its first responsible person by two operators, and further officers by that person', async () => {
    const { people } = service.app.enrolment;
    const { registration } = service.app;
    const chief = await firstChief(service);
    expect(chief.principal).toMatchObject({ role: 'officer', office: 'minami', person: 'minami-chief' });
    const invited = await people.invite(chief.principal, 'minami-counter', officer('受付', 'receive'));
    const counter = await enter(service, invited.invitation, chief.principal);
    const profile = 'official-position';
    const csr = opensslRequest(folder.path, 'mayor');
    const { request } = await registration.submit(counter.principal, {
      profile,
      csr,
      fields: FIELDS[profile] ?? {},
    });
    const other = await people.invite(chief.principal, 'minami-clerk', officer('係員', 'receive'));
    const clerk = await enter(service, other.invitation, chief.principal);
    const approval = { decision: 'approve' } as const;
    expect(await codeOf(registration.examine(clerk.principal, request.id, approval))).toBe('forbidden');
    expect(await codeOf(registration.examine(counter.principal, request.id, approval))).toBe('forbidden');
    await registration.examine(chief.principal, request.id, { decision: 'approve' });
    const issued = await registration.examine(noda, request.id, { decision: 'approve' });
    expect(issued.state).toBe('issued');
    expect(issued.subject).toContain('O=Minami Ward');

    await people.suspend(chief.principal, 'minami-counter');
    expect(await codeOf(known(counter))).toBe('not-in-force');
    await people.resume(chief.principal, 'minami-counter');
    expect((await known(counter)).id).toBe('minami-counter');
    await people.end(chief.principal, 'minami-counter');
    expect(await codeOf(known(counter))).toBe('client-certificate-revoked');
    expect((await auditOf(service)).found).toEqual([]);
  });
});

describe('an invitation', () => {
  it('opens once, within its term, with its own secret', async () => {
    const { people } = service.app.enrolment;
    const chief = await service.app.principals.byCertificate(
      ownCertificate((await firstChief(service, 'minami-deputy')).pem),
    );
    const { invitation } = await people.invite(chief, 'minami-late', officer('遅刻', 'examine'));
    const [first, second] = [newKey(folder.path, 'first'), newKey(folder.path, 'second')];
    const forged = `${invitation.slice(0, -4)}AAAA`;
    expect(await codeOf(people.bring(forged, first.csr))).toBe('invitation-invalid');
    service.advance(8 * 86_400_000);
    expect(await codeOf(people.bring(invitation, first.csr))).toBe('invitation-expired');
    const again = (await people.invite(chief, 'minami-late', officer('遅刻', 'examine'))).invitation;
    expect(await codeOf(people.bring(invitation, first.csr))).toBe('invitation-invalid');
    expect(await people.bring(again, first.csr)).toEqual({
      id: 'minami-late',
      fingerprint: first.fingerprint,
    });
    expect(await codeOf(people.bring(again, second.csr))).toBe('invitation-opened');
    expect(await codeOf(people.enrol(chief, 'minami-late', second.fingerprint))).toBe('fingerprint-differs');
  });
});

describe('a change that is prepared', () => {
  const APRIL = '2027-04-01T00:00:00+09:00';

  it('is in force from its moment on, once both offices agreed', async () => {
    const { people, offices } = service.app.enrolment;
    const kita = { ...MINAMI, name: { ja: '瑞崎市 北区役所', en: 'Kita Ward Office, Mizusaki City' } };
    await offices.propose(sakai, 'kita', kita);
    await offices.confirm(noda, 'kita');
    await people.propose(sakai, 'kita-chief', { ...officer('北 責任者', 'responsible'), office: 'kita' });
    const invited = await people.confirm(noda, 'kita-chief');
    const kitaChief = await enter(service, invited.invitation ?? '', sakai);
    const chief = await firstChief(service, 'minami-head');
    const names = ['moving', 'leaving', 'staying'];
    for (const name of names) {
      const { invitation } = await people.invite(chief.principal, name, officer(name, 'receive'));
      await enter(service, invitation, chief.principal);
    }
    const to = { office: 'kita', duties: ['examine'] } as const;
    for (const name of names) {
      await people.transfer(chief.principal, name, to, APRIL);
      expect(await codeOf(people.confirm(chief.principal, name))).toBe('forbidden');
      const { principal } = await people.confirm(kitaChief.principal, name);
      expect(principal).toMatchObject({
        office: 'minami',
        prepared: { office: 'kita', effectiveFrom: '2027-03-31T15:00:00.000Z' },
      });
      expect(await codeOf(people.transfer(chief.principal, name, to, APRIL))).toBe('wrong-state');
    }
    await people.end(chief.principal, 'leaving');
    await people.withdraw(chief.principal, 'staying');
    expect(await people.bringIntoForce()).toEqual([]);
    service.advance(Date.parse(APRIL) - service.now());
    expect(await people.bringIntoForce()).toEqual(['moving']);
    expect(await people.bringIntoForce()).toEqual([]);
    expect(await people.get(noda, 'moving')).toMatchObject({ office: 'kita', duties: ['examine'] });
    expect(await people.get(noda, 'staying')).toMatchObject({ office: 'minami', standing: 'active' });
    expect(await people.get(noda, 'leaving')).toMatchObject({ office: 'minami', standing: 'ended' });
    for (const who of [chief.principal, kitaChief.principal]) {
      const { items } = await people.notices(who, { limit: 10 });
      expect(items.map(({ principal, why }) => [principal, why]).sort()).toEqual([
        ['leaving', 'other-act'],
        ['staying', 'other-act'],
      ]);
    }
    const inKita = await people.list(kitaChief.principal, { limit: 10 });
    expect(inKita.items.map(({ id }) => id)).toEqual(['kita-chief', 'moving']);
  });
});
