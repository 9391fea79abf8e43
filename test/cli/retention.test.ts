import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { type ServedService, serveService } from '../served-service.ts';
import { FIELDS, opensslRequest, temporaryFolder } from '../service.ts';
import { akashi, type Ended } from './in-process.ts';

/* What the commands of retention say, at the doors of a service. */

const DAY = 86_400_000;
const HOLDER = 'holder-sato';

const folder = temporaryFolder();
let service: ServedService;
beforeAll(async () => {
  service = await serveService(folder.path);
  const counter = service.principal('higashi-counter');
  const { registration } = service.app;
  const { request } = await registration.submit(counter, {
    profile: 'official-position',
    csr: opensslRequest(folder.path, 'sato'),
    fields: FIELDS['official-position'] ?? {},
    holder: HOLDER,
  });
  await registration.withdraw(counter, request.id, '取下げ');
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const as = async (who: string, ...words: readonly string[]): Promise<Ended> => {
  const { token } = await service.app.principals.issueToken(service.principal(who));
  return akashi(['retention', ...words, '--url', service.url, '--token', token]);
};

const court = (act: string, who: string, reference: string) =>
  as(who, act, HOLDER, '--reference', reference, '--tenant', 'tokiwa');

describe('akashi retention', () => {
  it('asks for a legal hold, and says what another operator runs', async () => {
    const { code, out } = await court('hold', 'operator-sakai', 'court/2027-17');
    expect(code).toBe(4);
    expect(out).toContain('kept until their month ends');
    expect(out).toMatch(/legal hold, court\/2027-17: asked for at .* by operator-sakai; nothing is done yet/);
    expect(out).toContain(
      `npx akashi retention hold ${HOLDER} --reference court/2027-17 --tenant tokiwa --as OPERATOR`,
    );
    expect(out).toContain(`npx akashi retention withdraw ${HOLDER} --tenant tokiwa --as OPERATOR`);
    // The same operator again has changed nothing.
    expect((await court('hold', 'operator-sakai', 'court/2027-17')).code).toBe(4);
    const orders = await as('auditor', 'orders');
    expect(orders.out).toContain('asked for: legal hold, court/2027-17');
  });

  it('says that the data stay, and under which order', async () => {
    const { code, out } = await court('hold', 'operator-noda', 'court/2027-17');
    expect(code).toBe(0);
    expect(out).toContain(`The data of ${HOLDER} stay until the legal hold is released.`);
    expect(out).toContain('kept by the legal hold court/2027-17');
    const again = await court('hold', 'operator-noda', 'court/2027-99');
    expect(again.code).toBe(0);
    expect(again.out).toContain('The legal hold court/2027-17 keeps the data');
    expect(again.out).toContain('nothing has changed');
    const refused = await court('erase', 'operator-noda', 'court/2027-19');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('legal-hold');
  });

  it('releases it', async () => {
    expect((await court('release', 'operator-sakai', 'end')).code).toBe(4);
    const { out } = await court('release', 'operator-noda', 'end');
    expect(out).toContain(`No legal hold keeps the data of ${HOLDER} any more.`);
    expect((await court('release', 'operator-sakai', 'again')).err).toContain('wrong-state');
  });

  it('takes back what was asked for', async () => {
    await court('hold', 'operator-sakai', 'court/2027-18');
    const { out } = await as('operator-noda', 'withdraw', HOLDER, '--tenant', 'tokiwa');
    expect(out).toContain('What was asked for is taken back');
    expect((await as('operator-noda', 'withdraw', HOLDER, '--tenant', 'tokiwa')).err).toContain(
      'nothing-awaited',
    );
  });

  it('erases, says what is next, and until when copies may still be read', async () => {
    await court('erase', 'operator-sakai', 'court/2027-19');
    const { code, out } = await court('erase', 'operator-noda', 'court/2027-19');
    expect(code).toBe(0);
    expect(out).toContain(`The data of ${HOLDER} are gone from the table.`);
    expect(out).toContain('five minutes later at the earliest');
    expect(out).toContain(`npx akashi retention show ${HOLDER} --tenant tokiwa`);
    service.advance(6 * 60_000);
    await TASKS.retention(service.core);
    await TASKS.retention(service.core);
    const shown = await as('auditor', 'show', HOLDER, '--tenant', 'tokiwa');
    expect(shown.out).toMatch(/erasure complete by service/);
    const [, until = ''] =
      /Until (\S+) copies of the data keys that were made before may still open copies/.exec(shown.out) ?? [];
    expect(Math.abs(Date.parse(until) - service.now() - 30 * DAY)).toBeLessThan(60_000);
    expect((await as('auditor', 'show', 'nobody', '--tenant', 'tokiwa')).err).toContain('unknown-holder');
  });

  it('leaves records of the acts and of who looked', async () => {
    const { records } = await service.app.ledger.query({ limit: 100, kind: 'personal-data' });
    expect(records.map((record) => record.kind !== 'provision' && record.details.act).reverse()).toEqual([
      ...['asked', 'hold', 'asked', 'release', 'asked', 'withdrawn', 'asked', 'erasure', 'erased'],
    ]);
    const looks = await service.app.ledger.query({ limit: 100, recipient: 'auditor', channel: 'enrolment' });
    expect(looks.records.map((record) => record.kind === 'provision' && record.provided)).toContainEqual({
      holders: [HOLDER],
      act: expect.any(String),
    });
  });

  it('lists the months, ends one that is over, and says so the second time', async () => {
    const listed = await as('auditor', 'months', '--json');
    const { months } = JSON.parse(listed.out) as {
      months: { month: string; tenant?: string; state: string; endsAt: string }[];
    };
    const first = months.find(({ tenant }) => tenant === 'tokiwa');
    expect(first?.state).toBe('open');
    const early = await as('operator-noda', 'end', first?.month ?? '', '--tenant', 'tokiwa');
    expect([early.code, early.err]).toEqual([1, expect.stringContaining('wrong-state')]);
    expect(early.err).not.toContain('akashi show REQUEST');
    service.advance(Date.parse(first?.endsAt ?? '') - service.now());
    const ended = await as('operator-noda', 'end', first?.month ?? '', '--tenant', 'tokiwa');
    expect(ended.out).toContain(`The data keys of ${first?.month} are destroyed: nobody can read`);
    expect(ended.out).toMatch(/Until \S+ copies of the data keys/);
    const twice = await as('operator-sakai', 'end', first?.month ?? '', '--tenant', 'tokiwa');
    expect(twice.out).toContain('were destroyed before; nothing has changed');
    expect((await as('auditor', 'months')).out).toMatch(new RegExp(`${first?.month} +tokiwa +ended`));
  });

  it('speaks Japanese', async () => {
    const { token } = await service.app.principals.issueToken(service.principal('operator-sakai'));
    const words = ['retention', 'show', HOLDER, '--tenant', 'tokiwa', '--language', 'ja'];
    const { out } = await akashi([...words, '--url', service.url, '--token', token]);
    expect(out).toContain('消去の完了');
    expect(out).toContain('までは、以前に作られたデータ鍵の控えで');
  });
});
