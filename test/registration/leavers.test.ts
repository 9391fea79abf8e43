import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTask } from '../../functions/tasks/housekeeping.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { codeOf, type Ground, openGround, openHouse } from '../authority/house.ts';
import {
  enter,
  firstChief,
  type Member,
  MINAMI,
  officer,
  openKita,
  openMinami,
} from '../enrolment/people.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';

/* The certificates of officers who leave: their revocation is proposed, and confirmed or dismissed. */

let ground: Ground;
let house: Service;
let sakai: Principal;
let noda: Principal;
let chief: Member;
let clerk: Member;
let examiner: Member;
let csrs = 0;

const leavers = () => house.app.registration.leavers;
const people = () => house.app.enrolment.people;
const listed = async (by: Principal, office?: string) =>
  (await leavers().list(by, { limit: 50, ...(office !== undefined && { office }) })).proposals;

const submit = (issuedTo: string, by: Principal = clerk.principal) =>
  house.app.registration.submit(by, {
    profile: 'official-position',
    csr: opensslRequest(ground.folder, `request-${csrs++}`),
    fields: FIELDS['official-position'] ?? {},
    issuedTo,
  });

const issueTo = async (issuedTo: string): Promise<CertificateRef> => {
  const { registration } = house.app;
  const { request } = await submit(issuedTo);
  expect(request.issuedTo).toBe(issuedTo);
  await registration.examine(examiner.principal, request.id, { decision: 'approve' });
  const { certificate } = await registration.examine(noda, request.id, { decision: 'approve' });
  return certificate as CertificateRef;
};

const newOfficer = async (id: string, ...duties: Parameters<typeof officer>[1][]): Promise<Member> =>
  enter(
    house,
    (await people().invite(chief.principal, id, officer(id, ...duties))).invitation,
    chief.principal,
  );

const transfer = async (id: string, effectiveFrom?: string): Promise<void> => {
  await people().transfer(sakai, id, { office: 'kita', duties: ['receive'] }, effectiveFrom);
  await people().confirm(noda, id);
};

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  await openMinami(house, MINAMI);
  await openKita(house);
  chief = await firstChief(house);
  clerk = await newOfficer('clerk', 'receive');
  examiner = await newOfficer('examiner', 'examine');
  for (const id of ['mover', 'ender', 'later', 'keeper']) await newOfficer(id, 'receive');
}, 60_000);
afterAll(() => ground.close());

describe('a certificate that names its officer', () => {
  it('names an officer of the own office, and nobody else', async () => {
    for (const id of ['nishi-counter', 'tax-portal', 'nobody'])
      expect([id, await codeOf(submit(id))]).toEqual([id, 'invalid-input']);
  });

  it('is proposed for revocation when the officer is transferred or ends, and for the moment of a prepared transfer', async () => {
    const refs = {
      mover: await issueTo('mover'),
      ender: await issueTo('ender'),
      later: await issueTo('later'),
    };
    expect(await listed(chief.principal)).toEqual([]);
    await transfer('mover');
    await people().end(chief.principal, 'ender');
    const moment = new Date(ground.time.now + 86_400_000).toISOString();
    await transfer('later', moment);
    const proposals = await listed(chief.principal);
    expect(proposals).toMatchObject([
      { ...refs.ender, issuedTo: 'ender', reason: 'cessationOfOperation' },
      { ...refs.later, issuedTo: 'later', reason: 'affiliationChanged', effectiveFrom: moment },
      { ...refs.mover, issuedTo: 'mover', reason: 'affiliationChanged' },
    ]);
    expect(await listed(sakai, 'minami')).toEqual(proposals);
    expect(await codeOf(listed(sakai))).toBe('invalid-input');
    expect(await codeOf(listed(chief.principal, 'kita'))).toBe('forbidden');
    expect(await codeOf(listed(house.principal('nishi-counter'), 'minami'))).toBe('forbidden');

    // Later acts at the other office do not move the departure.
    ground.time.now += 2 * 86_400_000;
    await runTask('due', house.core, () => {});
    const now = await listed(chief.principal);
    expect(now.map(({ because }) => because)[2]).toBe(proposals[2]?.because);
    expect(now[1]).toMatchObject({ issuedTo: 'later', reason: 'affiliationChanged' });
  });

  it('leaves the list when an officer confirms by revoking it, or keeps it by a recorded decision', async () => {
    const [ender, later, mover] = await listed(chief.principal);
    const { authority } = house.app;
    await authority.revoke(chief.principal, ender as CertificateRef, { reason: 'cessationOfOperation' });
    const ref = mover as CertificateRef;
    expect(await codeOf(leavers().dismiss(clerk.principal, ref))).toBe('forbidden');
    expect(await codeOf(leavers().dismiss(sakai, ref))).toBe('unknown-certificate');
    expect(await codeOf(leavers().dismiss(house.principal('nishi-examiner'), ref))).toBe(
      'unknown-certificate',
    );
    const kept = await leavers().dismiss(examiner.principal, ref);
    expect(await leavers().dismiss(chief.principal, ref)).toEqual(kept);
    expect((await listed(chief.principal)).map(({ issuedTo }) => issuedTo)).toEqual([later?.issuedTo]);
    const decided = (await allRecords(house)).filter(
      (one) => one.kind === 'confirmation' && one.details.act === 'leaver-kept',
    );
    expect(decided).toMatchObject([
      {
        actor: 'examiner',
        office: 'minami',
        certificates: [{ ca: ref.ca, serial: ref.serial }],
        details: { issuedTo: 'mover', because: mover?.because, person: 'examiner' },
      },
    ]);
    const own = await issueTo('keeper');
    expect(await codeOf(leavers().dismiss(chief.principal, own))).toBe('nothing-awaited');
    expect(await codeOf(leavers().dismiss(chief.principal, { ca: own.ca, serial: '0a' }))).toBe(
      'unknown-certificate',
    );
  });

  it('is decided by somebody else, whatever id that person has, and once for a departure that is prepared', async () => {
    await newOfficer('early', 'receive');
    const ref = await issueTo('early');
    const again = { ...officer('again', 'examine'), person: 'early' };
    const second = await enter(
      house,
      (await people().invite(chief.principal, 'early-again', again)).invitation,
      chief.principal,
    );
    await transfer('early', new Date(ground.time.now + 86_400_000).toISOString());
    expect(await codeOf(leavers().dismiss(second.principal, ref))).toBe('same-person');
    const kept = await leavers().dismiss(examiner.principal, ref);
    const isListed = async () => (await listed(chief.principal)).some(({ serial }) => serial === ref.serial);
    expect(await isListed()).toBe(false);
    ground.time.now += 2 * 86_400_000;
    await runTask('due', house.core, () => {});
    expect(await codeOf(leavers().dismiss(second.principal, ref))).toBe('same-person');
    expect((await leavers().dismiss(examiner.principal, ref)).because).toBe(kept.because);
    expect(await isListed()).toBe(false);
  });

  it('is named by the audit when nobody decided for thirty days, whatever rows were deleted', async () => {
    // No task publishes CRLs here.
    const findings = async () =>
      (await auditOf(house)).found.filter(({ damage }) => !damage.startsWith('crl-'));
    expect(await findings()).toEqual([]);
    await deleteRow(ground.table, { pk: 'issued-to/minami', sk: 'later' });
    expect(await listed(chief.principal)).toEqual([]);
    ground.time.now += 31 * 86_400_000;
    const { found } = await auditOf(house);
    expect(found.filter(({ damage }) => damage === 'leaver-undecided')).toMatchObject([
      { principal: 'later' },
    ]);
  });
});
