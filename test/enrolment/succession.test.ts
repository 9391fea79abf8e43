import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApprovalCheck } from '../../lib/audit/audit.ts';
import { MAX_PREDECESSORS } from '../../lib/enrolment/rows.ts';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Objects, Table, Value } from '../../lib/store/store.ts';
import { codeOf } from '../authority/house.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords, auditOf } from '../world.ts';
import { APPROVAL, again, openTown, openTownWithClerks, operators, requestIn, type Town } from './mergers.ts';

const folder = temporaryFolder();
let service: Service;
let sakai: Principal;
let noda: Principal;
/** No certificate is issued: the object of the issuance cannot be put. */
let isAway = false;
/** The next writes that are lost, by what they write. */
const lost: ((pks: readonly string[]) => boolean)[] = [];

const away = (objects: Objects): Objects => ({
  ...objects,
  put: async (key, ...rest) => {
    if (isAway && /^outcomes\/0/.test(key)) throw new Fault('store-unavailable', 'No answer.');
    return objects.put(key, ...rest);
  },
});

const losing = (table: Table): Table => ({
  ...table,
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  close: () => table.close(),
  write: async (writes) => {
    const pks = writes.map((write) => ('put' in write ? `${write.put.pk} ${write.put.sk}` : ''));
    const at = lost.findIndex((is) => is(pks));
    if (at >= 0) {
      lost.splice(at, 1);
      throw new Fault('store-unavailable', 'No answer.');
    }
    return table.write(writes);
  },
});

beforeAll(async () => {
  service = await openService(folder.path, { objects: away, table: losing });
  [sakai, noda] = operators(service);
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const approvedWithoutCertificate = async (town: Town) => {
  isAway = true;
  const request = await requestIn(service, town, 'approved');
  isAway = false;
  expect(request.state).toBe('approved');
  return request;
};

const predecessorRow = (successor: string, id: string) => ({
  pk: `enrolled-office/${successor}`,
  sk: `predecessor/${id}`,
});

/** Two offices merge into a third. */
describe('a merger', () => {
  let [ki, ka, chu]: Town[] = [];

  const end = (id: string, successor?: string) => service.app.enrolment.offices.end(sakai, id, successor);

  beforeAll(async () => {
    ki = await openTownWithClerks(service, 'kita');
    ka = await openTownWithClerks(service, 'kawa');
    chu = await openTownWithClerks(service, 'chuo');
  });

  it('gives the successor the requests in every state, under their own office', async () => {
    const { registration, enrolment, authority } = service.app;
    const [kita, kawa, chuo] = [ki, ka, chu] as [Town, Town, Town];
    const submitted = await requestIn(service, kita, 'submitted');
    const unwanted = await requestIn(service, kita, 'submitted');
    const examined = await requestIn(service, kita, 'examined');
    const issued = await requestIn(service, kita, 'issued');
    const approved = await approvedWithoutCertificate(kawa);
    const before = await again(service, chuo.one);
    expect(before.predecessors).toBeUndefined();
    expect(await codeOf(registration.get(before, submitted.id))).toBe('unknown-request');

    expect(await end('kita', 'chuo')).toMatchObject({ standing: 'ended', successor: 'chuo' });
    await end('kawa', 'chuo');
    for (const by of ['rows', 'acts'] as const)
      expect((await again(service, chuo.one, by)).predecessors).toEqual(['kawa', 'kita']);
    const [one, two] = [await again(service, chuo.one), await again(service, chuo.two)];
    expect(await codeOf(again(service, kita.one))).toBe('not-in-force');

    const idsOf = async (query: { readonly office?: string }) =>
      (await registration.list(one, { limit: 10, ...query })).requests.map(({ id }) => id);
    expect(await idsOf({})).toEqual([]);
    expect(await idsOf({ office: 'chuo' })).toEqual([]);
    expect(await idsOf({ office: 'kita' })).toEqual(
      [issued, examined, unwanted, submitted].map(({ id }) => id),
    );
    expect(await codeOf(idsOf({ office: 'mizusaki-higashi' }))).toBe('forbidden');
    expect((await enrolment.offices.get(one, 'kita')).successor).toBe('chuo');

    // The certificate is that of the office that submitted, with its attributes.
    expect((await registration.examine(one, submitted.id, APPROVAL)).state).toBe('examined');
    const done = await registration.examine(noda, submitted.id, APPROVAL);
    expect(done).toMatchObject({ state: 'issued', office: 'kita', subject: submitted.subject });
    expect(done.subject).toContain('O=Town of kita');
    expect((await registration.examine(noda, examined.id, APPROVAL)).state).toBe('issued');
    expect((await registration.withdraw(two, unwanted.id, 'It merged.')).state).toBe('withdrawn');
    service.advance(3_600_000);
    expect(await registration.recover()).toEqual([approved.id]);

    const { pem } = await registration.collect(two, issued.id, 'GET');
    expect(pem).toContain('BEGIN CERTIFICATE');
    const ref = issued.certificate as NonNullable<typeof issued.certificate>;
    expect((await authority.certificate(two, ref)).office).toBe('kita');
    const other = service.principal('higashi-examiner');
    const reason = { reason: 'cessationOfOperation' } as const;
    expect(await codeOf(authority.revoke(other, ref, reason))).toBe('unknown-certificate');
    expect((await authority.revoke(two, ref, reason)).first).toBe(true);

    const records = await service.app.ledger.query({
      limit: 1000,
      office: 'kita',
      from: '2020-01-01T00:00:00Z',
    });
    const acting = records.records.flatMap((record) =>
      record.kind !== 'provision' && record.details.actingOffice === 'chuo' ? [record.kind] : [],
    );
    expect(acting.sort()).toEqual(['examination', 'revocation', 'submission']);
  });

  it('lets nobody submit for an office that ended, nor one person act twice', async () => {
    const { registration } = service.app;
    const kita = ki as Town;
    expect(await codeOf(requestIn(service, kita, 'submitted'))).toBe('not-in-force');
    const chuo = chu as Town;
    const own = await requestIn(service, chuo, 'submitted');
    expect(own.office).toBe('chuo');
    const one = await again(service, chuo.one);
    expect(await codeOf(registration.examine(one, own.id, APPROVAL))).toBe('same-person');
  });

  it('is handed on where the successor ends too', async () => {
    const [kita, chuo] = [ki, chu] as [Town, Town];
    await openTown(service, 'dai');
    const dai = await openTownWithClerks(service, 'dai-ni');
    const open = await requestIn(service, chuo, 'examined');
    await end('chuo', 'dai-ni');
    for (const by of ['rows', 'acts'] as const)
      expect((await again(service, dai.one, by)).predecessors).toEqual(['chuo', 'kawa', 'kita']);
    const { registration } = service.app;
    const one = await again(service, dai.one);
    expect((await registration.list(one, { limit: 10, office: kita.id })).requests).not.toHaveLength(0);
    expect((await registration.examine(noda, open.id, APPROVAL)).state).toBe('issued');
    expect(await unapproved()).toEqual([]);
    expect((await auditOf(service)).found).toEqual([]);
  });

  it('does not go by a row that somebody put', async () => {
    const { table } = service;
    const dai = (await table.get({ pk: 'enrolled-principal/dai-ni-one', sk: 'principal' }))?.value;
    expect(dai).toBeDefined();
    const stranger = await openTownWithClerks(service, 'yoso');
    const genuine = (await table.get(predecessorRow('dai-ni', 'chuo')))?.value as { record: Value };
    const details = genuine.record.details as { state: Value };
    const forged = {
      record: {
        ...genuine.record,
        details: { ...details, state: { ...details.state, successor: 'yoso' } },
      },
    };
    for (const value of [genuine, forged, {}] as Value[]) {
      const key = predecessorRow('yoso', 'chuo');
      const before = await table.get(key);
      await table.write([{ put: key, value, if: before ? { version: before.version } : 'absent' }]);
      for (const by of ['rows', 'acts'] as const)
        expect((await again(service, stranger.one, by)).predecessors).toBeUndefined();
    }
  });
});

describe('an end', () => {
  const end = (id: string, successor?: string) => service.app.enrolment.offices.end(sakai, id, successor);

  it('names an open office that is another one', async () => {
    for (const id of ['a-one', 'a-two', 'a-three']) await openTown(service, id);
    expect(await codeOf(end('a-one', 'a-one'))).toBe('invalid-input');
    expect(await codeOf(end('a-one', 'nowhere'))).toBe('unknown-office');
    await end('a-one', 'a-two');
    expect(await codeOf(end('a-two', 'a-one'))).toBe('invalid-input');
    expect(await codeOf(end('a-one', 'a-three'))).toBe('wrong-state');
    // The same end again says what stands.
    expect(await end('a-one', 'a-two')).toMatchObject({ standing: 'ended', successor: 'a-two' });
  });

  it('may name an office that stood below it', async () => {
    const { offices } = service.app.enrolment;
    await openTown(service, 'b-upper');
    await openTown(service, 'b-lower');
    const { attributes, name, profiles } = await offices.get(sakai, 'b-lower');
    const terms = { attributes, name, profiles, parent: 'b-upper' } as Parameters<typeof offices.propose>[2];
    await offices.propose(sakai, 'b-lower', terms);
    await offices.confirm(noda, 'b-lower');
    expect(await end('b-upper', 'b-lower')).toMatchObject({ successor: 'b-lower' });
  });

  it.each<[string, (pk: string) => boolean]>([
    ['all rows', (pk) => pk === 'enrolled-office/c-two predecessor/c-one'],
    ['the rows that hand it on', (pk) => pk === 'enrolled-office/c-three predecessor/c-one'],
  ])('that was interrupted before %s is finished by the same call', async (what, is) => {
    const [one, two, three] = ['c-one', 'c-two', 'c-three'].map((id) => `${what.length}-${id}`) as [
      string,
      string,
      string,
    ];
    for (const id of [one, two, three]) await openTown(service, id);
    const named = (pk: string) => is(pk.replaceAll(`${what.length}-`, ''));
    if (what === 'all rows') {
      lost.push((pks) => pks.some(named));
      expect(await codeOf(end(one, two))).toBe('store-unavailable');
      expect((await service.app.enrolment.offices.get(sakai, one)).standing).toBe('open');
      await end(one, two);
      expect((await service.app.enrolment.offices.get(sakai, one)).standing).toBe('ended');
      await end(two, three);
    } else {
      await end(one, two);
      lost.push((pks) => pks.some(named));
      expect(await codeOf(end(two, three))).toBe('store-unavailable');
      expect(await service.table.get(predecessorRow(three, one))).toBeUndefined();
      await end(two, three);
    }
    expect(lost).toEqual([]);
    for (const ended of [one, two])
      expect(await service.table.get(predecessorRow(three, ended))).toBeDefined();
  });

  it('hands on what is taken over at the same moment', async () => {
    for (const id of ['d-one', 'd-two', 'd-three']) await openTown(service, id);
    const codes = await Promise.all([codeOf(end('d-one', 'd-two')), codeOf(end('d-two', 'd-three'))]);
    // The first one was refused where the other was wholly done before it looked.
    if (codes[0] === 'none')
      expect(await service.table.get(predecessorRow('d-three', 'd-one'))).toBeDefined();
    expect(await service.table.get(predecessorRow('d-three', 'd-two'))).toBeDefined();
  });

  it(`leaves at most ${MAX_PREDECESSORS} offices to one`, async () => {
    await openTown(service, 'e-last');
    await openTown(service, 'e-between');
    for (let i = 0; i < MAX_PREDECESSORS; i++) {
      await openTown(service, `e-${i}`);
      await end(`e-${i}`, i < 3 ? 'e-between' : 'e-last');
    }
    await openTown(service, 'e-more');
    // With the office between, they are one more.
    expect(await codeOf(end('e-between', 'e-last'))).toBe('invalid-input');
    await end('e-more', 'e-last');
    expect(await codeOf(end('e-between', 'e-more'))).toBe('invalid-input');
    await end('e-between');
  });
});

/** As `audit verify` reads them, the acts on which certificates rest. */
const unapproved = async (): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  const report = (damage: string, facts: object) => found.push({ damage, ...facts });
  const check = openApprovalCheck({ report, retention: Number.POSITIVE_INFINITY, now: service.now() });
  for (const record of await allRecords(service)) check.observe(record, false);
  check.conclude();
  return found;
};

describe('an end without a successor', () => {
  it('leaves open requests to the operators, and certificates to be revoked by them', async () => {
    const { registration, enrolment, authority } = service.app;
    const town = await openTownWithClerks(service, 'sue');
    const submitted = await requestIn(service, town, 'submitted');
    const examined = await requestIn(service, town, 'examined');
    const issued = await requestIn(service, town, 'issued');
    const approved = await approvedWithoutCertificate(town);
    // While the office is open, it is the one that withdraws.
    expect(await codeOf(registration.withdraw(noda, submitted.id, 'No.'))).toBe('forbidden');
    await enrolment.offices.end(sakai, 'sue', undefined);

    for (const member of [town.one, town.two])
      for (const by of ['rows', 'acts'] as const)
        expect(await codeOf(again(service, member, by))).toBe('not-in-force');
    expect(await codeOf(registration.examine(noda, examined.id, APPROVAL))).toBe('not-in-force');
    const rejection = { decision: 'reject', reason: 'The office is gone.' } as const;
    expect((await registration.examine(noda, examined.id, rejection)).state).toBe('rejected');
    expect((await registration.withdraw(noda, submitted.id, 'The office is gone.')).state).toBe('withdrawn');
    service.advance(3_600_000);
    expect(await registration.recover()).toEqual([]);
    const failed = await registration.get(noda, approved.id);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'not-in-force' } });
    const ref = issued.certificate as NonNullable<typeof issued.certificate>;
    const outcome = await authority.revoke(noda, ref, { reason: 'cessationOfOperation' });
    expect(outcome).toMatchObject({ first: true, revocation: { status: 'revoked' } });
    expect((await auditOf(service)).found).toEqual([]);
  });

  it('of the successor leaves everything to the operators', async () => {
    const { registration, enrolment } = service.app;
    const town = await openTownWithClerks(service, 'moto');
    await openTown(service, 'tsugi');
    const submitted = await requestIn(service, town, 'submitted');
    await enrolment.offices.end(sakai, 'moto', 'tsugi');
    expect(await codeOf(registration.withdraw(noda, submitted.id, 'No.'))).toBe('forbidden');
    await enrolment.offices.end(sakai, 'tsugi', undefined);
    expect((await registration.withdraw(noda, submitted.id, 'Both are gone.')).state).toBe('withdrawn');
  });
});
