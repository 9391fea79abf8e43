import { X509Certificate } from 'node:crypto';
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demonstrationCredentials } from '../../../functions/local/demonstration.ts';
import { type People, readPeople } from '../../../functions/local/demonstration-people.ts';
import type { Core } from '../../../lib/app.ts';
import { DAY, type Ground, openGround, openHouse } from '../../authority/house.ts';
import type { Service } from '../../service.ts';
import { putRow } from '../../store/row-attacks.ts';
import { allRecords, auditOf } from '../../world.ts';

/** In the demonstration the service makes the credentials of all principals, once. */

let ground: Ground;
let house: Service;
let people: People;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground, { nobody: true });
  people = await readPeople();
});
afterEach(async () => {
  expect((await auditOf(house)).found).toEqual([]);
  await ground.close();
});

const CHIEF = 'higashi-chief';
const place = (id = CHIEF): string => join(ground.folder, 'credentials', id);
const cert = (id = CHIEF): string => readFileSync(join(place(id), 'cert.pem'), 'utf8');
const key = (id = CHIEF): string => readFileSync(join(place(id), 'key.pem'), 'utf8');
const ref = (id = CHIEF) => ({
  ca: 'operations-1',
  serial: new X509Certificate(cert(id)).serialNumber.toLowerCase(),
});

/** What a start does, over the data as they are. */
const start = (...asked: readonly string[]) => startWith(house.core, asked);
const startWith = (core: Core, asked: readonly string[]) =>
  demonstrationCredentials({
    core,
    objects: ground.objects,
    trustDomain: house.trustDomain,
    people,
    isShipped: true,
    folder: join(ground.folder, 'credentials'),
    asked,
    clock: house.now,
  });

/** Half of the year of a principal's certificate. */
const halfLife = async (): Promise<void> => {
  house.advance(184 * DAY);
  await house.core.authority.renewResponders();
  await house.core.status.publishDue();
};

const revoke = (id = CHIEF) =>
  house.app.authority.revoke(house.principal('operator-noda'), ref(id), { reason: 'keyCompromise' });

const signsIn = async (id = CHIEF): Promise<boolean> =>
  house.app.principals.byCertificate(new X509Certificate(cert(id)).raw).then(
    (principal) => principal.id === id,
    () => false,
  );

const issued = async (): Promise<number> =>
  (await allRecords(house)).filter(
    (record) => record.kind === 'issuance' && record.details.profile === 'principal',
  ).length;

describe('credentials of the demonstration', { timeout: 60_000 }, () => {
  it('are made at the first start and renewed at half-life, with a new key', async () => {
    const first = await start();
    expect(first.made).toEqual([...house.trustDomain.operators, ...people.principals].map(({ id }) => id));
    expect((await start()).made).toEqual([]);
    const before = key();
    await halfLife();
    expect((await start()).made).toEqual(first.made);
    expect(key()).not.toBe(before);
    expect(await signsIn()).toBe(true);
  });

  it.each(['revoked', 'on hold'])(
    'that are %s stay so, at the next start and after half-life',
    async (how) => {
      await start();
      const [before, count] = [cert(), await issued()];
      if (how === 'revoked') await revoke();
      else await house.app.authority.hold(house.principal('operator-noda'), ref());
      const note = how === 'revoked' ? 'certificate revoked' : 'certificate on hold';
      const { made, without } = await start();
      expect([made, [...without.keys()]]).toEqual([[], [CHIEF]]);
      expect(without.get(CHIEF)).toContain(`${note}; for new ones: npm start -- --new-credentials ${CHIEF}`);
      await halfLife();
      expect((await start()).made).not.toContain(CHIEF);
      expect(cert()).toBe(before);
      expect(await signsIn()).toBe(false);
      // Everybody else's were renewed.
      expect(await issued()).toBe(2 * count - 1);
    },
  );

  it('that were moved away or lost a file are not made again', async () => {
    await start();
    const count = await issued();
    const moved = join(ground.folder, 'moved');
    renameSync(place(), moved);
    rmSync(join(place('auditor'), 'key.pem'));
    rmSync(join(place('tax-portal'), 'cert.pem'));
    const { made, without } = await start();
    expect([made, [...without.keys()].sort()]).toEqual([[], ['auditor', CHIEF, 'tax-portal']]);
    await halfLife();
    expect((await start()).made).not.toContain(CHIEF);
    expect(existsSync(place())).toBe(false);
    renameSync(moved, place());
    expect((await start()).made).toEqual([CHIEF]);
    expect(await issued()).toBe(2 * count - 2);
  });

  it('that are revoked do not come back by rows or by the files of another', async () => {
    await start();
    await revoke();
    renameSync(place(), join(ground.folder, 'revoked'));
    cpSync(place('tax-portal'), place(), { recursive: true });
    await halfLife();
    const { made, without } = await start();
    expect(made).not.toContain(CHIEF);
    expect(without.get(CHIEF)).toContain('the certificate of another');
    rmSync(place(), { recursive: true });
    renameSync(join(ground.folder, 'revoked'), place());
    await start();
    const { ca, serial } = ref();
    const row = { pk: `status/${ca}/${serial.slice(-1)}`, sk: serial };
    const revoked = (await ground.table.get(row))?.value;
    const good = (
      await ground.table.get({
        pk: row.pk.replace(/.$/, ref('auditor').serial.slice(-1)),
        sk: ref('auditor').serial,
      })
    )?.value;
    await putRow(ground.table, row, good ?? {});
    expect((await house.app.authority.certificate(house.principal('operator-noda'), ref())).status).toBe(
      'good',
    );
    expect((await start()).made).toEqual([]);
    await putRow(ground.table, row, revoked ?? {});
  });

  it('are not replaced while the table is behind its log', async () => {
    await start();
    const before = [key(), cert()];
    const tableStanding = { behind: async () => ({ table: 1, published: 2 }) };
    const { made, without } = await startWith({ ...house.core, tableStanding }, [CHIEF]);
    expect([made, [...without.keys()]]).toEqual([[], [CHIEF]]);
    expect([key(), cert()]).toEqual(before);
  });

  it('are made anew for whom somebody asks, in place of the old certificate', async () => {
    await start();
    await revoke();
    const [good, goodKey] = [ref('auditor'), key('auditor')];
    const { made, without } = await start(CHIEF, 'auditor');
    expect([made, [...without]]).toEqual([[CHIEF, 'auditor'], []]);
    expect([await signsIn(), await signsIn('auditor')]).toEqual([true, true]);
    expect(key('auditor')).not.toBe(goodKey);
    expect((await house.app.authority.certificate(house.principal('operator-noda'), good)).status).toBe(
      'revoked',
    );
    expect((await start()).made).toEqual([]);
  });
});
