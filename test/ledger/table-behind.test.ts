import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkRecords,
  checkTree,
  openCertificateCheck,
  openCrlCheck,
  openTotalCheck,
} from '../../lib/audit/audit.ts';
import { BEHIND_KEY } from '../../lib/ledger/behind.ts';
import { recordKey, STAGED_PKS } from '../../lib/ledger/rows.ts';
import { readPath } from '../../lib/ledger/tree.ts';
import { readTree } from '../../lib/ledger/tree-row.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Bucket, Item, Objects, Value } from '../../lib/store/store.ts';
import { openCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { trustedLog } from '../../lib/tlog/policy.ts';
import {
  codeOf,
  DAY,
  FAILURES,
  fileOf,
  type Ground,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import type { Service } from '../service.ts';
import { credentialOf, type Held, issueTo } from '../status/office.ts';
import { type FailurePlan, type Faulty, faultyBucket, faultyTable } from '../store/faulty-table.ts';
import { deleteRow, putRow, rollbackTable } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';

/** A table that was put back as it was an hour ago, beside the untouched bucket. */

const MINUTE = 60 * SECOND;

let ground: Ground;
let table: ReturnType<typeof rollbackTable>;
let house: Service;
let sakai: Principal;
let noda: Principal;
beforeEach(async () => {
  ground = await openGround();
  table = rollbackTable(ground.table);
  house = await openHouse(ground, { table: () => table });
  sakai = house.principal('operator-sakai');
  noda = house.principal('operator-noda');
});
afterEach(() => ground.close());

let orders = 0;
const issue = async (by: Service = house): Promise<CertificateRef> =>
  (await issueTo(by, 'organisation-client', `order-${orders++}`)).ref;

const sequence = async (by: Service): Promise<void> => {
  while ((await by.core.sequencer.sequence()).leaves > 0);
};

const ocsp = async (by: Service, ref: CertificateRef): Promise<string> => {
  const request = await ocspRequestFor(by, ref);
  const { der } = await by.app.status.ocsp(request, { recipient: 'public', method: 'POST' });
  const response = decodeOcspResponse(der);
  if (response.status !== 'successful') return response.status;
  return (response.basic.responses[0] as (typeof response.basic.responses)[number]).certStatus.status;
};

interface Hour {
  readonly before: CertificateRef;
  readonly compromised: CertificateRef;
  readonly held: CertificateRef;
  readonly released: CertificateRef;
  readonly issued: CertificateRef;
  readonly issuedAndHeld: CertificateRef;
  /** The service after its restart, over the table of an hour ago. */
  readonly late: Service;
  readonly sizes: { readonly table: number; readonly published: number };
}

const sizeOf = async (): Promise<number> => (await readTree(ground.table))?.row.size ?? 0;

/** An hour with acts of each kind, and the table as it was before them. Some records waited for their leaf at that moment. */
const goBack = async ({ waiting = 2 } = {}): Promise<Hour> => {
  const { authority, status } = house.app;
  const chief = house.principal('higashi-chief');
  const [before, compromised, held, released] = [await issue(), await issue(), await issue(), await issue()];
  await authority.hold(chief, released as CertificateRef);
  await sequence(house);
  for (let i = 0; i < waiting; i++) await ocsp(house, before);
  const undo = table.mark();
  const size = await sizeOf();
  house.advance(20 * MINUTE);
  await authority.revoke(chief, compromised, { reason: 'keyCompromise' });
  await authority.hold(chief, held);
  await authority.release(chief, released);
  const issued = await issue();
  const issuedAndHeld = await issue();
  await authority.hold(chief, issuedAndHeld);
  await sequence(house);
  house.advance(20 * MINUTE);
  await status.publish('organisation-1', 'operator-noda');
  await ocsp(house, compromised);
  await house.core.authority.followClosings();
  await sequence(house);
  const published = await sizeOf();
  await undo();
  house.advance(20 * MINUTE);
  expect(await sizeOf()).toBe(size);
  const late = await openHouse(ground, { table: () => table });
  return {
    before,
    compromised,
    held,
    released,
    issued,
    issuedAndHeld,
    late,
    sizes: { table: size, published },
  };
};

const runOnce = (by: Service): Promise<string> => codeOf(by.core.sequencer.sequence());

describe('a table behind its log', () => {
  it('is noticed, and says nothing good until two operators recorded what is lost', async () => {
    const { before, compromised, late, sizes } = await goBack();
    expect(await runOnce(late)).toBe('table-behind');
    expect((await ground.table.get(BEHIND_KEY))?.value).toEqual({
      ...sizes,
      since: new Date(late.now()).toISOString(),
    });
    expect(await late.app.tableStanding.behind()).toEqual(sizes);
    expect([await ocsp(late, before), await ocsp(late, compromised)]).toEqual(['tryLater', 'tryLater']);
    expect(await codeOf(issue(late))).toBe('table-behind');
    // Others may call often: the row keeps its time.
    late.advance(MINUTE);
    await runOnce(late);
    expect((await ground.table.get(BEHIND_KEY))?.value.since).not.toBe(new Date(late.now()).toISOString());
  });

  it('revokes and holds, releases nothing, and publishes CRLs', async () => {
    const { before, held, late } = await goBack();
    await runOnce(late);
    const { authority, status } = late.app;
    const chief = late.principal('higashi-chief');
    expect((await authority.revoke(chief, before, { reason: 'keyCompromise' })).first).toBe(true);
    expect((await authority.hold(chief, held)).first).toBe(false);
    expect(await codeOf(authority.release(chief, held))).toBe('table-behind');
    expect(await codeOf(status.publish('organisation-1', 'operator-noda'))).not.toBe('table-behind');
  });

  it('approves no change of the trust domain, and takes no new one; the proposer rejects his own', async () => {
    const longer = fileOf((file) => {
      file.retention.provision = 'P8Y';
    });
    const { id } = await house.app.amendments.propose(sakai, longer);
    const { late } = await goBack();
    await runOnce(late);
    const { amendments } = late.app;
    expect(await codeOf(amendments.approve(noda, id))).toBe('table-behind');
    expect(await codeOf(amendments.propose(noda, longer))).toBe('table-behind');
    expect(await codeOf(amendments.reject(sakai, id))).toBe('none');
  });

  it('opens by no row: one that is deleted closes again, one that is forged is gone with the next run', async () => {
    const { before, late } = await goBack();
    await runOnce(late);
    await deleteRow(ground.table, BEHIND_KEY);
    expect(await codeOf(issue(late))).toBe('table-behind');
    await runOnce(late);
    expect(await ground.table.get(BEHIND_KEY)).toBeDefined();
    expect(await ocsp(late, before)).toBe('tryLater');
  });
});

describe('a row that says behind', () => {
  it.each<[string, Value]>([
    ['of its own form', { table: 1, published: 9, since: '2026-11-22T09:00:00.000Z' }],
    ['of another form', { table: 'x' }],
  ])('%s closes OCSP until the next run, and nothing else', async (_, value) => {
    const ref = await issue();
    await sequence(house);
    await putRow(ground.table, BEHIND_KEY, value);
    house.advance(6 * SECOND);
    expect(await ocsp(house, ref)).toBe('tryLater');
    await issue();
    await sequence(house);
    expect(await ground.table.get(BEHIND_KEY)).toBeUndefined();
    house.advance(6 * SECOND);
    expect(await ocsp(house, ref)).toBe('good');
  });
});

const audit = async (by: Service) => {
  const { app, now } = by;
  const log = trustedLog([await app.transparencyLog.verifierKey()]);
  const { checkpoint } = openCheckpoint(await app.transparencyLog.checkpoint(), log);
  const found: object[] = [];
  const check = {
    tree: checkpoint,
    readPath: readPath(ground.bucket),
    report: (damage: string, facts: object) => found.push({ damage, ...facts }),
    progress: () => {},
  };
  await checkTree({ ...check, seen: [], checked: 0, onChecked: async () => {} });
  const all = await allRecords(by);
  const certificates = openCertificateCheck({ ...check, retention: Number.POSITIVE_INFINITY, now: now() });
  const crls = openCrlCheck(check);
  const totals = openTotalCheck(check);
  const { matched, lost } = await checkRecords({
    ...check,
    records: (async function* () {
      yield* all;
    })(),
    retention: () => Number.POSITIVE_INFINITY,
    now: now(),
    observers: [certificates, crls, totals],
  });
  const shown = (await app.reporting.counts('2026-11', '2026-12')).flatMap(({ month, counts }) =>
    counts.map(({ cell, records, items }) => ({ month, ...cell, records, items })),
  );
  totals.compare(shown, shown);
  for (const { id: ca } of await app.authority.authorities()) {
    const { serials } = await app.authority.serials(ca, { limit: 1000 });
    for (const listed of serials) certificates.list(ca, listed);
    for (const archived of (await app.status.archived(ca, { limit: 1000 })).crls) crls.list(ca, archived);
  }
  certificates.conclude();
  crls.conclude();
  return { found, leaves: checkpoint.size, matched, lost };
};

const recordLoss = async (by: Service, sizes: Hour['sizes']): Promise<void> => {
  by.advance(SECOND);
  const asked = await by.app.recovery.recover(sakai, sizes);
  expect(asked.awaiting).toMatchObject({ askedBy: 'operator-sakai' });
  by.advance(SECOND);
  const done = await by.app.recovery.recover(noda, sizes);
  expect([done.awaiting, done.first]).toEqual([undefined, true]);
};

/** The sequencer takes up the tree; what the bucket has comes back; the next run opens. */
const bringBack = async (by: Service): Promise<void> => {
  await sequence(by);
  await by.core.authority.followClosings();
  await sequence(by);
  expect(await ground.table.get(BEHIND_KEY)).toBeUndefined();
  by.advance(6 * SECOND);
};

const everyStaged = async (): Promise<readonly Item[]> =>
  (await Promise.all(STAGED_PKS.map((pk) => ground.table.query({ pk, limit: 100 })))).flatMap(
    ({ items }) => items,
  );

/** Objects that are put once, of which one put fails. */
const faultyObjects = (objects: Objects, plan: FailurePlan): Objects & Faulty => {
  const bucket = faultyBucket({ ...objects, delete: async () => {} } as unknown as Bucket, plan);
  return Object.assign(bucket, {});
};

describe('the way out', () => {
  it('takes up the tree, and brings back what the bucket has', async () => {
    const { before, compromised, held, released, issued, issuedAndHeld, late, sizes } = await goBack();
    await runOnce(late);
    await recordLoss(late, sizes);
    expect((await late.core.sequencer.sequence()).size).toBeGreaterThan(sizes.published);
    // Closed until what is lost is brought back.
    expect(await ocsp(late, compromised)).toBe('tryLater');
    expect(await codeOf(issue(late))).toBe('table-behind');
    expect(await late.app.recovery.standing()).toMatchObject({ state: 'recovering', ...sizes });
    await late.core.authority.followClosings();
    await sequence(late);
    expect(await ground.table.get(BEHIND_KEY)).toBeUndefined();
    expect(await late.app.recovery.standing()).toEqual({ state: 'level' });
    late.advance(6 * SECOND);
    const all = [before, compromised, held, released, issued, issuedAndHeld];
    expect(await Promise.all(all.map((ref) => ocsp(late, ref)))).toEqual([
      'good',
      'revoked',
      'revoked',
      'good',
      'good',
      'revoked',
    ]);
    expect(await ocsp(late, await issue(late))).toBe('good');
    await sequence(late);
    const { found, leaves, matched, lost } = await audit(late);
    expect(found).toEqual([]);
    // Publications and the answer stay lost; each act came back under its own leaf.
    expect([lost, matched]).toEqual([3, leaves - 3]);
  });

  it('is open to no one person, and to no asking that lapsed', async () => {
    const { late, sizes } = await goBack();
    await runOnce(late);
    const { recovery } = late.app;
    expect(await recovery.recover(sakai, sizes)).toMatchObject({
      first: true,
      awaiting: { askedBy: sakai.id },
    });
    expect(await recovery.recover(sakai, sizes)).toMatchObject({
      first: false,
      awaiting: { askedBy: sakai.id },
    });
    expect(await runOnce(late)).toBe('table-behind');
    late.advance(8 * DAY);
    // The other one asks anew: what he meant to confirm has lapsed.
    expect(await recovery.recover(noda, sizes)).toMatchObject({
      first: true,
      awaiting: { askedBy: noda.id },
    });
    expect(await runOnce(late)).toBe('table-behind');
    expect(await recovery.recover(sakai, sizes)).toMatchObject({ first: true });
    expect(await runOnce(late)).toBe('none');
  });

  it('takes the two sizes as they are, and is closed where nothing is lost', async () => {
    const { late, sizes } = await goBack();
    await runOnce(late);
    const { recovery } = late.app;
    for (const other of [
      { ...sizes, table: sizes.table - 1 },
      { ...sizes, published: sizes.published - 1 },
      { table: 0, published: 0 },
    ]) {
      expect(await codeOf(recovery.recover(sakai, other))).toBe('confirmation-differs');
    }
    expect((await recovery.standing()) as object).not.toHaveProperty('awaiting');
    await recordLoss(late, sizes);
    await bringBack(late);
    expect(await codeOf(recovery.recover(sakai, sizes))).toBe('table-not-behind');
  });

  it('goes by no row: acts that somebody staged recover nothing', async () => {
    const { late, sizes } = await goBack();
    await runOnce(late);
    const { lost } = (await late.app.recovery.standing()) as { lost: Value['lost'] };
    for (const [i, act] of ['asked', 'confirmed'].entries()) {
      const time = new Date(late.now() + i).toISOString();
      const id = `${(late.now() + i).toString(16).padStart(12, '0')}${'0'.repeat(19)}${i}`;
      const details = {
        act,
        ...sizes,
        end: sizes.published,
        lost,
        person: `p${i}`,
        lapsesAt: '2027-01-01T00:00:00Z',
      };
      const record = { id, time, kind: 'recovery', actor: `o${i}`, salt: '00', details };
      await putRow(ground.table, { pk: `staged/${id.charAt(11)}`, sk: id }, record);
    }
    expect(await runOnce(late)).toBe('table-behind');
    await recordLoss(late, sizes);
    await bringBack(late);
    expect((await audit(late)).found).toEqual([]);
  });

  it('names what is lost: a copy of the same size that lost more takes acts of its own', async () => {
    const { late, sizes } = await goBack();
    await runOnce(late);
    await recordLoss(late, sizes);
    const waiting = (await everyStaged()).find(({ value }) => value.kind === 'provision');
    await deleteRow(ground.table, waiting as Item);
    expect(await runOnce(late)).toBe('table-behind');
    expect(late.logged.map(({ message }) => message)).toContain(
      'The table lacks other records than two operators have recorded as lost',
    );
    await recordLoss(late, sizes);
    await bringBack(late);
    expect(await audit(late)).toMatchObject({ found: [], lost: 4 });
  });

  it('is not opened a second time by the acts of the first one', async () => {
    const { compromised, late, sizes } = await goBack();
    const again = table.mark();
    await recordLoss(late, sizes);
    await bringBack(late);
    const after = await issue(late);
    await late.app.authority.revoke(late.principal('higashi-chief'), after, { reason: 'keyCompromise' });
    await sequence(late);
    const published = await sizeOf();
    await again();
    const later = await openHouse(ground, { table: () => table });
    expect(await runOnce(later)).toBe('table-behind');
    expect(await later.app.tableStanding.behind()).toEqual({ table: sizes.table, published });
    later.advance(6 * SECOND);
    expect(await ocsp(later, after)).toBe('tryLater');
    expect(await codeOf(later.app.recovery.recover(sakai, sizes))).toBe('confirmation-differs');
    const second = { table: sizes.table, published };
    await recordLoss(later, second);
    await bringBack(later);
    expect([await ocsp(later, after), await ocsp(later, compromised)]).toEqual(['revoked', 'revoked']);
    await sequence(later);
    expect((await audit(later)).found).toEqual([]);
  });

  it('stays closed until everything is brought back, though somebody deletes the row', async () => {
    const { compromised, late, sizes } = await goBack();
    await recordLoss(late, sizes);
    await late.core.sequencer.sequence();
    await deleteRow(ground.table, BEHIND_KEY);
    await late.core.sequencer.sequence();
    late.advance(6 * SECOND);
    expect(await ocsp(late, compromised)).toBe('tryLater');
    expect(await codeOf(issue(late))).toBe('table-behind');
  });

  it('gives records that wait, or that a query has settled, the leaves that the log has of them', async () => {
    const { late, sizes } = await goBack({ waiting: 3 });
    // A query settles them.
    await allRecords(late);
    expect(await everyStaged()).toEqual([]);
    await recordLoss(late, sizes);
    await bringBack(late);
    expect(await audit(late)).toMatchObject({ found: [], lost: 3 });
  });

  it('releases what was held before and released in the lost hour', async () => {
    const chief = house.principal('higashi-chief');
    const ref = await issue();
    await house.app.authority.hold(chief, ref);
    for (let hours = 0; hours < 30; hours += 6) {
      house.advance(6 * 3600 * SECOND);
      await house.core.status.publishDue();
    }
    await sequence(house);
    await house.core.authority.followClosings();
    const undo = table.mark();
    const size = await sizeOf();
    house.advance(MINUTE);
    await house.app.authority.release(chief, ref);
    await sequence(house);
    const sizes = { table: size, published: await sizeOf() };
    await undo();
    const late = await openHouse(ground, { table: () => table });
    await recordLoss(late, sizes);
    await bringBack(late);
    expect(await ocsp(late, ref)).toBe('good');
    await sequence(late);
    expect(await audit(late)).toMatchObject({ found: [], lost: 0 });
  });

  it('excuses no other leaf than the named ones', async () => {
    const { before, late, sizes } = await goBack();
    await recordLoss(late, sizes);
    await bringBack(late);
    const issuance = (await allRecords(late)).find(
      ({ kind, certificates }) => kind === 'issuance' && certificates?.[0]?.serial === before.serial,
    );
    await deleteRow(ground.table, recordKey(issuance?.id as string));
    expect((await audit(late)).found).toContainEqual(
      expect.objectContaining({ damage: 'record-missing', record: issuance?.id }),
    );
  });

  it.each(['table', 'bucket', 'objects'] as const)(
    'survives a failure of each write to the %s',
    { timeout: 180_000 },
    async (store) => {
      for (let n = 1, isOver = false; !isOver; n++) {
        for (const failure of FAILURES) {
          // A crash after a write and one before the next write are much the same.
          if (failure !== 'lost' && n % 3 !== 0) continue;
          await ground.close();
          ground = await openGround();
          table = rollbackTable(ground.table);
          house = await openHouse(ground, { table: () => table });
          const { compromised, issued, sizes } = await goBack({ waiting: 1 });
          const plan = new Map([[n, failure]]);
          const failing = {
            table: faultyTable(ground.table, store === 'table' ? plan : new Map()),
            bucket: faultyBucket(ground.bucket, store === 'bucket' ? plan : new Map()),
            objects: faultyObjects(ground.objects, store === 'objects' ? plan : new Map()),
          };
          const dying = await openHouse(ground, {
            table: () => failing.table,
            bucket: () => failing.bucket,
            objects: () => failing.objects,
          });
          const steps: readonly ((by: Service) => Promise<unknown>)[] = [
            (by) => by.app.recovery.recover(sakai, sizes),
            (by) => by.app.recovery.recover(noda, sizes),
            (by) => sequence(by),
            (by) => by.core.authority.followClosings(),
            (by) => sequence(by),
          ];
          let by = dying;
          for (const step of steps) {
            ground.time.now += SECOND;
            const code = await codeOf(step(by));
            if (code === 'none') continue;
            expect(code).toBe('store-unavailable');
            // Another process goes on: the step once more, and those after it.
            by = await openHouse(ground, { table: () => ground.table });
            expect(['none', 'table-not-behind']).toContain(await codeOf(step(by)));
          }
          isOver = failing[store].writes < n;
          ground.time.now += 6 * SECOND;
          by = await openHouse(ground, { table: () => ground.table });
          const where = `${failure} ${n}`;
          expect([await ocsp(by, compromised), await ocsp(by, issued)], where).toEqual(['revoked', 'good']);
          await sequence(by);
          expect(await audit(by), where).toMatchObject({ found: [], lost: 3 });
        }
      }
    },
  );
});

describe('a caller by client certificate, while the table is behind', () => {
  it('is known by objects for what goes on, and by rows for the rest', async () => {
    const { app } = house;
    const own = await credentialOf(house, 'higashi-chief');
    const gone = await credentialOf(house, 'nishi-counter');
    await sequence(house);
    const undo = table.mark();
    house.advance(MINUTE);
    await app.authority.revoke(noda, gone.ref, { reason: 'keyCompromise' });
    const late = await credentialOf(house, 'higashi-examiner');
    await sequence(house);
    await undo();
    const again = await openHouse(ground, { table: () => table });
    const by = (held: Held, proven: boolean) =>
      codeOf(again.app.principals.byCertificate(held.certificate.der, proven ? 'objects' : 'rows'));
    expect(await Promise.all([by(own, true), by(gone, true), by(late, true)])).toEqual([
      'none',
      'client-certificate-revoked',
      'none',
    ]);
    expect(await Promise.all([by(own, false), by(gone, false), by(late, false)])).toEqual([
      'none',
      'none',
      'client-certificate-invalid',
    ]);
  });

  it('is known by rows where the table is not behind', async () => {
    const own = await credentialOf(house, 'higashi-chief');
    await sequence(house);
    await deleteRow(ground.table, {
      pk: `status/${own.ref.ca}/${own.ref.serial.at(-1)}`,
      sk: own.ref.serial,
    });
    expect(await codeOf(house.app.principals.byCertificate(own.certificate.der, 'objects'))).toBe(
      'client-certificate-invalid',
    );
  });
});
