import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import { newKey, officer } from './people.ts';
import { NISHI, NISHI_CHIEF, NODA, openYear, SAKAI, TERMS, type Year } from './year.ts';
import { rowAttacks } from './year-attacks.ts';

/*
 * A year of the office Minami, from its opening to its merger into Higashi, by the doors alone. One of its officers goes to
 * Nishi. Then somebody deletes its rows, sets them back and forges them. In the end everything is checked.
 */

const folder = temporaryFolder();
let year: Year;

const HIGASHI = 'mizusaki-higashi';
const APRIL = '2027-04-01';
const OFFICE = '/api/v1/offices/minami';

beforeAll(async () => {
  year = await openYear(folder.path, '2026-04-06T09:00');
});
afterAll(async () => {
  await year.service.close();
  folder.remove();
});

describe('the year', () => {
  it('begins in spring: two operators open the office, whose people are enrolled', async () => {
    const { ask, ok, enter, enrol, refused, people, principal, who } = year;
    const wrongDigit = { ...TERMS, code: '131015' };
    expect(await refused(SAKAI, 'POST', `${OFFICE}/proposal`, wrongDigit)).toBe('400 invalid-input');
    await ok(201, ask(SAKAI, 'POST', `${OFFICE}/proposal`, TERMS));
    expect(await refused(SAKAI, 'POST', `${OFFICE}/confirmation`)).toBe('409 same-person');
    expect(await refused('minase-kuroda', 'POST', `${OFFICE}/confirmation`)).toBe('404 unknown-office');
    await ok(200, ask(NODA, 'POST', `${OFFICE}/confirmation`));

    const terms = officer('責任者', 'responsible', 'examine');
    await ok(201, ask(SAKAI, 'POST', principal('chief', 'proposal'), terms));
    const { invitation } = await ok(201, ask(NODA, 'POST', principal('chief', 'confirmation')));
    people.chief = await enter(invitation, SAKAI);
    for (const id of ['clerk', 'mover', 'leaver', 'absent', 'ender']) await enrol(id, ['receive']);
    await enrol('examiner', ['examine']);
    await enrol('head', ['approve']);

    // The fingerprint that was read aloud is not that of the key that somebody brought.
    const asked = ask(who('chief'), 'POST', principal('nobody', 'invitation'), officer('新人', 'receive'));
    const opened = { invitation: (await ok(201, asked)).invitation, csr: newKey(folder.path, 'nobody').csr };
    await ok(200, ask(undefined, 'POST', '/api/v1/invitations', opened));
    const { fingerprint } = who('chief').key;
    expect(await refused(who('chief'), 'POST', principal('nobody', 'enrolment'), { fingerprint })).toBe(
      '409 fingerprint-differs',
    );
    await ok(200, ask(who('chief'), 'POST', principal('nobody', 'end')));
  });

  it('an officer in training receives and does not examine, for three months and then for longer', async () => {
    const { ask, ok, enrol, submit, submits, examine, codeOf, comes, closed, principal, who, requests } =
      year;
    await enrol('trainee', ['receive'], { until: '2026-07-06T09:00:00+09:00' });
    requests.first = await submits(who('trainee'));
    expect(await codeOf(examine(who('trainee'), requests.first))).toBe('403 forbidden');
    await comes('2026-07-06T09:00:01');
    expect(await closed('trainee')).toBe('403 not-in-force');
    expect(await codeOf(submit(who('trainee')))).toBe('403 not-in-force');
    const longer = { ...officer('係員', 'receive'), until: `${APRIL}T00:00:00+09:00` };
    const change = (by: string) => ask(who(by), 'POST', principal('trainee', 'change'), longer);
    expect(await codeOf(change('clerk'))).toBe('403 forbidden');
    await ok(200, change('chief'));
    requests.second = await submits(who('trainee'));
    expect(await codeOf(examine(who('trainee'), requests.first))).toBe('403 forbidden');
  });

  it('an officer is away, and comes back', async () => {
    const { ask, ok, refused, closed, known, principal, who, rows, snapshots } = year;
    const path = principal('absent', 'suspension');
    await ok(200, ask(who('chief'), 'POST', path));
    expect(await closed('absent')).toBe('403 not-in-force');
    expect(await refused(who('absent'), 'POST', '/token')).toBe('403 not-in-force');
    expect(await refused(who('absent'), 'DELETE', path)).toBe('403 not-in-force');
    await ok(200, ask(who('chief'), 'DELETE', path));
    await known('absent');
    snapshots.summer = await rows.snapshot();
  });

  it('certificates are issued to an officer, for a position and to a holder, who signs in', async () => {
    const { service, ask, ok, submits, approved, examine, codeOf, who, people, certificates, requests } =
      year;
    const key = newKey(folder.path, 'sato');
    const holder = { csr: key.csr, holder: 'h-sato' };
    const asked = {
      officer: await submits(who('clerk'), { issuedTo: 'mover' }),
      position: await submits(who('absent')),
      holder: await submits(who('clerk'), holder, 'person-authentication'),
    };
    expect(await codeOf(examine(NODA, asked.officer))).toBe('409 wrong-state');
    for (const [name, id] of Object.entries(asked)) {
      const { state, certificate } = await approved(id, who('examiner'), who('head'), NODA);
      expect(state).toBe('issued');
      certificates[name] = certificate;
    }
    requests.issued = asked.position;
    const { pem } = await service.app.registration.collect(service.principal(NODA), asked.holder, 'GET');
    people.holder = { id: 'h-sato', key, pem };
    const own = await ok(200, ask(who('holder'), 'GET', '/api/v1/own/certificates'));
    expect(own.certificates).toMatchObject([{ ...certificates.holder, status: 'good' }]);
    // Somebody of another tenant sees nothing of it.
    expect((await ok(200, ask('okitsu-counter', 'GET', '/api/v1/requests'))).requests).toEqual([]);
  });

  it('in winter transfers, an enrolment, a change and an end are prepared for 1 April from files', async () => {
    const { ask, ok, comes, fromFile, enter, submits, approved, examine, codeOf, closed, who } = year;
    await comes('2027-01-18T10:00');
    const transfers = await fromFile(
      who('chief'),
      'transfer',
      'id,office,duties,until,effectiveFrom',
      `mover,${NISHI},receive,,${APRIL}`,
      `leaver,${NISHI},receive,,${APRIL}`,
      `higashi-counter,minami,receive,,${APRIL}`,
      // Of another tenant.
      `clerk,okitsu,receive,,${APRIL}`,
    );
    expect(transfers).toMatchObject([
      { id: 'mover', outcome: 'is proposed' },
      { id: 'leaver', outcome: 'is proposed' },
      { problem: { code: 'unknown-principal' } },
      { problem: { code: 'unknown-office' } },
      { done: 2, failed: 2 },
    ]);
    const agreed = await fromFile(NISHI_CHIEF, 'confirm', 'id', 'mover', 'leaver');
    expect(agreed).toMatchObject([{ outcome: 'is prepared' }, { outcome: 'is prepared' }, { done: 2 }]);
    const columns = 'id,office,duties,nameJa,nameEn,kana,person';
    const newcomer = `newcomer,minami,receive,新人,New,しんじん,,${APRIL},`;
    const [invited] = await fromFile(who('chief'), 'enrol', `${columns},from,until`, newcomer);
    year.people.newcomer = await enter(invited.invitation, who('chief'));
    expect(await closed('newcomer')).toBe('403 not-in-force');
    const clerk = `clerk,minami,receive examine,係長,Head clerk,,,,${APRIL}`;
    const [changed] = await fromFile(who('chief'), 'change', `${columns},until,effectiveFrom`, clerk);
    const [ended] = await fromFile(who('chief'), 'end', 'id,effectiveFrom', `ender,${APRIL}`);
    expect([changed, ended]).toMatchObject([{ outcome: 'is prepared' }, { outcome: 'is prepared' }]);

    const [once, twice, withdrawn] = [
      await submits(who('clerk')),
      await submits(who('clerk')),
      await submits(who('clerk')),
    ];
    await approved(once, who('examiner'));
    for (const id of [twice, withdrawn]) await approved(id, who('examiner'), who('head'));
    Object.assign(year.requests, { once, twice, withdrawn });
    year.snapshots.winter = await year.rows.snapshot();
    const withdrawal = `/api/v1/requests/${withdrawn}/withdrawal`;
    await ok(200, ask(who('clerk'), 'POST', withdrawal, { reason: '取下げ' }));
    expect(await codeOf(examine(NODA, withdrawn))).toBe('409 wrong-state');
  });

  it('somebody leaves before 1 April, and somebody is away again', async () => {
    const { ask, ok, comes, known, closed, principal, who, rows, snapshots } = year;
    expect(await comes('2027-03-31T23:58')).toEqual([]);
    await ok(200, ask(who('chief'), 'POST', principal('leaver', 'end')));
    await ok(200, ask(who('chief'), 'POST', principal('absent', 'suspension')));
    expect(await known('mover')).toMatchObject({ office: 'minami' });
    expect(await known('clerk')).toMatchObject({ duties: ['receive'] });
    expect(await closed('newcomer')).toBe('403 not-in-force');
    snapshots.march = await rows.snapshot();
  });

  it('on 1 April what was prepared comes into force, and both offices are told of what did not', async () => {
    const { ask, ok, comes, known, closed, submits, refused, who } = year;
    expect(await comes(`${APRIL}T00:00:01`)).toEqual(['clerk', 'ender', 'mover']);
    expect(await known('mover')).toMatchObject({ office: NISHI, duties: ['receive'] });
    expect(await known('clerk')).toMatchObject({ office: 'minami', duties: ['receive', 'examine'] });
    expect(await known('newcomer')).toMatchObject({ office: 'minami' });
    for (const id of ['ender', 'leaver']) expect(await closed(id)).toBe('401 client-certificate-revoked');
    expect(await closed('trainee')).toBe('403 not-in-force');
    for (const by of [who('chief'), NISHI_CHIEF]) {
      const { notices } = await ok(200, ask(by, 'GET', '/api/v1/notices'));
      expect(notices).toMatchObject([{ principal: 'leaver', why: 'other-act' }]);
    }
    const path = `/api/v1/requests/${await submits(who('mover'))}`;
    expect(await refused(who('chief'), 'GET', path)).toBe('404 unknown-request');
  });

  it('the certificate of the officer who went is proposed for revocation, and revoked', async () => {
    const { ask, ok, revoke, refused, codeOf, certificates, who } = year;
    const reason = 'affiliationChanged';
    const listed = async () => (await ok(200, ask(who('examiner'), 'GET', '/api/v1/leavers'))).proposals;
    expect(await listed()).toMatchObject([{ ...certificates.officer, reason, issuedTo: 'mover' }]);
    expect(await refused(NISHI_CHIEF, 'GET', '/api/v1/leavers?office=minami')).toBe('403 forbidden');
    for (const by of [who('mover'), NISHI_CHIEF])
      expect(await codeOf(revoke(by, certificates.officer, reason))).toBe('404 unknown-certificate');
    await ok(200, revoke(who('examiner'), certificates.officer, reason));
    expect(await listed()).toEqual([]);
  });

  it('the office merges into another one, which takes over what it leaves', async () => {
    const { ask, ok, comes, closed, known, submit, examine, approved, revoke, codeOf, who } = year;
    const { certificates, requests } = year;
    await comes('2027-04-02T10:00');
    expect(await codeOf(examine('higashi-examiner', requests.first))).toBe('404 unknown-request');
    const end = (by: string | ReturnType<typeof who>, successor: string) =>
      ask(by, 'POST', `${OFFICE}/end`, { successor });
    // Of another tenant.
    expect(await codeOf(end(SAKAI, 'okitsu'))).toBe('404 unknown-office');
    expect(await codeOf(end(who('chief'), HIGASHI))).toBe('403 forbidden');
    await known('chief');
    await ok(200, end(SAKAI, HIGASHI));
    for (const id of ['chief', 'clerk', 'newcomer']) {
      expect(await closed(id)).toBe('403 not-in-force');
      expect(await codeOf(submit(who(id)))).toBe('403 not-in-force');
    }
    // Higashi has no second examination, and decides for both from now on.
    const done = await approved(requests.first, 'higashi-examiner', NODA);
    expect(done).toMatchObject({ state: 'issued', office: 'minami' });
    expect(done.subject).toContain('O=Minami Ward');
    certificates.left = done.certificate;
    expect(await approved(requests.twice, NODA)).toMatchObject({ state: 'issued' });

    const ended = 'cessationOfOperation';
    expect(await codeOf(revoke(who('chief'), certificates.position, ended))).toBe('403 not-in-force');
    expect(await codeOf(revoke(NISHI_CHIEF, certificates.position, ended))).toBe('404 unknown-certificate');
    await ok(200, revoke('higashi-examiner', certificates.position, ended));
    await ok(200, ask('higashi-chief', 'POST', '/api/v1/holders/h-sato/suspension'));
    year.snapshots.now = await year.rows.snapshot();
  });
});

describe('no door opens where the rows', () => rowAttacks(() => year));

describe('in the end', () => {
  it('the successor ends too, and the operators see to what is left', async () => {
    const { ask, ok, comes, submit, examine, codeOf, who, requests } = year;
    await comes('2027-04-06T10:00');
    await ok(200, ask(NODA, 'POST', `/api/v1/offices/${HIGASHI}/end`, { successor: null }));
    expect(await codeOf(submit('higashi-chief'))).toBe('403 not-in-force');
    await ok(200, examine(NODA, requests.once, { decision: 'reject', reason: '廃止' }));
    const withdrawal = `/api/v1/requests/${requests.second}/withdrawal`;
    await ok(200, ask(NODA, 'POST', withdrawal, { reason: '廃止' }));
    await ok(200, ask(SAKAI, 'DELETE', '/api/v1/holders/h-sato/suspension'));
    await ok(200, ask(who('holder'), 'GET', '/api/v1/own/certificates'));
  });

  it('all stores agree, and an audit finds nothing', async () => {
    const { service, requests, certificates, verify } = year;
    const revoked = [certificates.officer, certificates.position].map((ref) => `${ref?.ca} ${ref?.serial}`);
    await checkWorld(service, { requests: Object.values(requests), signed: [], answers: [], revoked });
    const { code, out } = await verify();
    expect([code, JSON.parse(out)]).toMatchObject([0, { findings: [] }]);
  });

  it('the annual report of each tenant counts its own', async () => {
    const { service, ask, ok } = year;
    const before = Date.parse(`${APRIL}T00:00:00+09:00`);
    const records = (await allRecords(service)).filter(({ time }) => Date.parse(time) < before);
    type Counted = { readonly kind: string; readonly records?: number };
    const sums = (lines: readonly Counted[]) => {
      const found: Record<string, number> = {};
      for (const { kind, records: count = 1 } of lines) found[kind] = (found[kind] ?? 0) + count;
      return found;
    };
    for (const tenant of ['tokiwa', 'minase']) {
      const path = `/api/v1/reports/annual/2026.json?tenant=${tenant}`;
      const { acts, totals } = await ok(200, ask(undefined, 'GET', path));
      const own = records.filter(
        (record) =>
          record.tenant === tenant && !(record.kind === 'provision' && record.channel === 'sign-in'),
      );
      expect(sums([...acts, { kind: 'provision', records: totals.records }])).toEqual(sums(own));
      expect([tenant, sums(own)]).toMatchObject([tenant, { provision: expect.any(Number) }]);
      expect('examination' in sums(own)).toBe(tenant === 'tokiwa');
    }
  });
});
