import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateKey } from '../../lib/authority/certificates.ts';
import { Fault } from '../../lib/fault.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { traceKeys } from '../../lib/ledger/rows.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Key, Objects, Value } from '../../lib/store/store.ts';
import type { Service } from '../service.ts';
import { issueTo } from '../status/office.ts';
import { deleteRow, putRow, rollbackTable } from '../store/row-attacks.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { codeOf, DAY, type Ground, openGround, openHouse, SECOND } from './house.ts';

/** Revocations and holds stand in the bucket by the time of the act. What somebody erases from the table comes back. */

const HOUR = 3600 * SECOND;

let ground: Ground;
let table: ReturnType<typeof rollbackTable>;
let house: Service;
let chief: Principal;
beforeEach(async () => {
  ground = await openGround();
  table = rollbackTable(ground.table);
  house = await openHouse(ground, { table: () => table });
  chief = house.principal('higashi-chief');
});
afterEach(() => ground.close());

const statusKey = ({ ca, serial }: CertificateRef) => ({ pk: `status/${ca}/${serial.at(-1)}`, sk: serial });
const revokedKey = ({ ca, serial }: CertificateRef) => ({ pk: `revoked/${ca}`, sk: serial });

let orders = 0;
const issue = async (): Promise<CertificateRef> =>
  (await issueTo(house, 'organisation-client', `order-${orders++}`)).ref;

const recordsOf = async (kind: string): Promise<number> =>
  (await allRecords(house)).filter((record) => record.kind === kind).length;

/** A revocation and its record as if nobody had made them, to everybody who reads rows. */
const erased = async (ref: CertificateRef): Promise<void> => {
  const undo = table.mark();
  await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
  await undo();
};

/** Resolves with the certificates that were restored. */
const follow = async (by: Service = house): Promise<readonly CertificateRef[]> => {
  const records = await by.core.authority.followClosings();
  const refs = await Promise.all(
    records.map(async (id) => (await by.core.ledger.get(id)).certificates ?? []),
  );
  return refs.flat();
};

describe('a closing that was erased from the table', () => {
  it('comes back with its rows and its record, once', async () => {
    const ref = await issue();
    await erased(ref);
    expect([(await ocspStatus(house, ref)).status, await recordsOf('revocation')]).toEqual(['good', 0]);
    expect(await follow()).toEqual([ref]);
    expect([(await ocspStatus(house, ref)).status, await recordsOf('revocation')]).toEqual(['revoked', 1]);
    expect(await ground.table.get(revokedKey(ref))).toBeDefined();
    expect(house.logged).toContainEqual({
      level: 'error',
      message: 'A revocation or a hold was missing in the table, and was restored',
      facts: { record: expect.any(String) },
    });
    expect([await follow(), await recordsOf('revocation')]).toEqual([[], 1]);
  });

  it.each(['a pointer', 'a tombstone'])('comes back beside %s that somebody put for it', async (what) => {
    const ref = await issue();
    const undo = table.mark();
    await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    const record = (await allRecords(house)).find(({ kind }) => kind === 'revocation') as LedgerRecord;
    await undo();
    const day = new Date(ground.time.now).toISOString().slice(0, 10);
    await (what === 'a pointer'
      ? putRow(ground.table, traceKeys(record)[1] as Key, {})
      : putRow(
          ground.table,
          { pk: `expired/${day}`, sk: record.id },
          {
            class: 'issuance',
            kind: 'revocation',
            leaf: 1,
            deletedAt: new Date(ground.time.now).toISOString(),
          },
        ));
    expect(await house.core.authority.followClosings()).toHaveLength(1);
    await house.core.sequencer.sequence();
    expect([(await ocspStatus(house, ref)).status, await recordsOf('revocation')]).toEqual(['revoked', 1]);
    expect((await house.app.ledger.get(record.id)).leaf).toBeDefined();
  });

  it('comes back where only its rows or only its record were erased', async () => {
    const { authority } = house.app;
    const [first, second] = [await issue(), await issue()];
    for (const ref of [first, second]) await authority.hold(chief, ref);
    await deleteRow(ground.table, statusKey(first));
    await deleteRow(ground.table, revokedKey(second));
    expect(new Set(await follow())).toEqual(new Set([first, second]));
    expect([(await ocspStatus(house, first)).status, await recordsOf('hold')]).toEqual(['revoked', 2]);
    expect(await ground.table.get(revokedKey(second))).toBeDefined();
  });

  it('comes back where nothing of the certificate is left in the table', async () => {
    const ref = await issue();
    await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    const before = await ground.table.get(statusKey(ref));
    const issuance = (await ground.table.get(certificateKey(ref)))?.value.record as string;
    for (const key of [statusKey(ref), revokedKey(ref), certificateKey(ref)])
      await deleteRow(ground.table, key);
    await deleteRow(ground.table, { pk: `staged/${issuance.at(-1)}`, sk: issuance });
    expect(await follow()).toEqual([ref]);
    expect((await ground.table.get(statusKey(ref)))?.value).toEqual(before?.value);
  });

  it('is looked for since the last run that ended, however long that was ago', async () => {
    const ref = await issue();
    await erased(ref);
    ground.time.now += 40 * DAY;
    expect(await follow()).toEqual([ref]);
  });

  it('makes a CRL due where the key is compromised', async () => {
    const ref = await issue();
    const row = (await ground.table.get(statusKey(ref)))?.value as Value;
    await house.app.authority.revoke(chief, ref, { reason: 'keyCompromise' });
    await putRow(ground.table, statusKey(ref), row);
    await deleteRow(ground.table, revokedKey(ref));
    expect(await house.core.status.publishDue()).toEqual([]);
    expect(await follow()).toEqual([ref]);
    expect(await house.core.status.publishDue()).toContain(ref.ca);
  });

  it('says so where the certificate was never announced and no row of it is left', async () => {
    const ref = await issue();
    await house.app.authority.hold(chief, ref);
    for (const key of [statusKey(ref), revokedKey(ref), certificateKey(ref)])
      await deleteRow(ground.table, key);
    const lost = await openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        get: async (key) => (key.startsWith('issued/') ? undefined : objects.get(key)),
      }),
    });
    expect(await follow(lost)).toEqual([]);
    expect(lost.logged.map(({ message }) => message)).toContain(
      'A closed certificate has lost all its rows; restore the table from a backup',
    );
  });
});

describe('a run', () => {
  const counting = (objects: Objects): Objects & { lists: string[] } => {
    const lists: string[] = [];
    return {
      ...objects,
      lists,
      list: (prefix, options) => {
        lists.push(prefix);
        return objects.list(prefix, options);
      },
    };
  };

  it('looks at the last day after one that ended, and at every hour since', async () => {
    let counted = counting(ground.objects);
    const other = await openHouse(ground, {
      objects: (objects) => {
        counted = counting(objects);
        return counted;
      },
    });
    const hoursLooked = async (): Promise<number> => {
      counted.lists.length = 0;
      await follow(other);
      return counted.lists.length - 1;
    };
    await house.app.authority.hold(chief, await issue());
    ground.time.now += 10 * DAY;
    // From the first closing to an hour ahead.
    expect(await hoursLooked()).toBe(10 * 24 + 2);
    expect(await hoursLooked()).toBe(26);
    ground.time.now += 30 * HOUR;
    expect(await hoursLooked()).toBe(32);
  });

  it('goes on after a fault, and is not taken for one that ended', async () => {
    const refs = [await issue(), await issue(), await issue()];
    for (const ref of refs) await erased(ref);
    const [bad] = refs as [CertificateRef];
    const failing = await openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        get: (key) =>
          key.startsWith(`outcomes/status.${bad.ca}.${bad.serial}/`)
            ? Promise.reject(new Fault('store-unavailable', 'The bucket does not answer.'))
            : objects.get(key),
      }),
    });
    expect(await codeOf(follow(failing))).toBe('store-unavailable');
    ground.time.now += 40 * DAY;
    expect(await follow()).toEqual([bad]);
  });

  it('brings no record back that retention has deleted', async () => {
    const young = await openGround();
    house = await openHouse(young, {
      domain: ({ authorities, profiles, retention }) => {
        for (const authority of authorities) authority.validity = 'P1Y';
        for (const profile of profiles) profile.validity = 'P180D';
        for (const kind of Object.keys(retention) as (keyof typeof retention)[]) retention[kind] = 'P1Y';
      },
    });
    const ref = await issue();
    await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    await house.core.sequencer.sequence();
    young.time.now += 3 * 366 * DAY;
    await house.core.retention.enforce();
    expect(await recordsOf('revocation')).toBe(0);
    expect(await follow()).toEqual([]);
    expect(await recordsOf('revocation')).toBe(0);
    await young.close();
  });
});

describe('before the act', () => {
  const refusing =
    (prefix: string) =>
    (objects: Objects): Objects => ({
      ...objects,
      put: (key, body, options) =>
        key.startsWith(prefix)
          ? Promise.reject(new Fault('store-unavailable', 'The bucket does not answer.'))
          : objects.put(key, body, options),
    });

  it('its name is put, or nothing happens', async () => {
    const ref = await issue();
    const other = await openHouse(ground, { objects: refusing('closings/') });
    const act = other.app.authority.revoke(chief, ref, { reason: 'superseded' });
    expect(await codeOf(act)).toBe('store-unavailable');
    expect([(await ocspStatus(house, ref)).status, await recordsOf('revocation')]).toEqual(['good', 0]);
    expect(await house.app.authority.revoke(chief, ref, { reason: 'superseded' })).toMatchObject({
      first: true,
    });
  });

  it('a crash leaves a name without an end, which closes nothing', async () => {
    const ref = await issue();
    const other = await openHouse(ground, { objects: refusing('outcomes/status.') });
    const act = other.app.authority.hold(chief, ref);
    expect(await codeOf(act)).toBe('store-unavailable');
    expect(await follow()).toEqual([]);
    expect((await ocspStatus(house, ref)).status).toBe('good');
    // The number is free, and the next act has a name of its own.
    await house.app.authority.hold(chief, ref);
    expect([await follow(), await recordsOf('hold')]).toEqual([[], 1]);
  });
});
