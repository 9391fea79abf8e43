import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { recordIds } from '../../lib/ledger/ids.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import { openRegister } from '../../lib/status/register.ts';
import { openResponders } from '../../lib/status/responders.ts';
import { codeOf, DAY, type Ground, openGround, openHouse, SECOND } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import { trustingIssuers } from './issuers.ts';
import { issueTo } from './office.ts';

/** A clock that is set back while the service runs. */

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const CA = 'organisation-1';
const currentCrl = async () => {
  const { der, number, thisUpdate } = await house.app.status.crl(CA, 'full', {
    recipient: 'public',
    method: 'GET',
  });
  const serials = decodeCertificateList(der).revokedCertificates.map(
    ({ serialNumber }) => serialNumber as string,
  );
  return { number, thisUpdate, serials };
};

describe('a CRL', () => {
  it('is never older than the one before: a clock a little behind gives it the same time', async () => {
    await house.app.status.publish(CA, 'service');
    const before = await currentCrl();
    ground.time.now -= 300 * SECOND;
    await house.app.status.publish(CA, 'service');
    const after = await currentCrl();
    expect(after.number).toBe(before.number + 1n);
    expect(after.thisUpdate).toEqual(before.thisUpdate);
  });

  it('has no future time, even if a clock was ahead when something was revoked', async () => {
    const { ref } = await issueTo(house, 'organisation-client', 'order-1');
    const entryOf = async () => {
      const { der } = await house.app.status.crl(CA, 'full', { recipient: 'public', method: 'GET' });
      const { thisUpdate, revokedCertificates } = decodeCertificateList(der);
      const [entry] = [...revokedCertificates];
      if (entry?.serialNumber !== ref.serial) throw new Error('it is not listed');
      return { thisUpdate, ...entry };
    };
    ground.time.now += DAY;
    const invalidityDate = new Date(Math.floor(ground.time.now / SECOND) * SECOND);
    await house.app.authority.revoke(house.principal('operator-noda'), ref, {
      reason: 'superseded',
      invalidityDate: invalidityDate.toISOString(),
    });
    ground.time.now -= DAY;
    for (let i = 0; i < 3; i++) {
      ground.time.now += 3600 * SECOND;
      await house.app.status.publish(CA, 'service');
      const told = await entryOf();
      expect(told.thisUpdate).toEqual(new Date(Math.floor(ground.time.now / SECOND) * SECOND));
      expect(told.revocationDate).toEqual(told.thisUpdate);
      expect(told.invalidityDate).toEqual(told.thisUpdate);
    }
    ground.time.now += DAY;
    await house.app.status.publish(CA, 'service');
    // As soon as the recorded time is past, the CRL has it.
    expect(await entryOf()).toMatchObject({ revocationDate: invalidityDate, invalidityDate });
    await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [`${ref.ca} ${ref.serial}`] });
  });

  it('is not signed while the clock is far behind, which is logged; then it comes with the next number', async () => {
    const { ref } = await issueTo(house, 'organisation-client', 'order-1');
    const before = await currentCrl();
    ground.time.now -= DAY;
    expect(await codeOf(house.app.status.publish(CA, 'operator-noda'))).toBe('clock-behind');
    expect(await codeOf(TASKS.publication(house.core))).toBe('clock-behind');
    const said = house.logged.filter(({ facts }) => facts.ca === CA && facts.error === 'clock-behind');
    expect(said).toHaveLength(1);
    // A revocation still takes effect, and OCSP shows it.
    const { revocation } = await house.app.authority.revoke(house.principal('operator-noda'), ref, {
      reason: 'keyCompromise',
    });
    expect(revocation?.status).toBe('revoked');
    expect(await currentCrl()).toEqual(before);

    ground.time.now += DAY;
    expect(await TASKS.publication(house.core)).toEqual([CA]);
    const after = await currentCrl();
    expect(after.number > before.number).toBe(true);
    expect(after.thisUpdate >= before.thisUpdate).toBe(true);
    expect(after.serials).toEqual([ref.serial]);
    await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [`${ref.ca} ${ref.serial}`] });
  });
});

describe('CAs and responders in memory', () => {
  it('are read anew at once after the clock was set back, not when it has caught up', async () => {
    const clock = () => ground.time.now;
    const [one] = house.trustDomain.authorities;
    if (!one) throw new Error('no authority');
    const authorities = [
      ...house.trustDomain.authorities,
      ...['another-1', 'third-1'].map((ca) => ({ ...one, ca, id: ca.slice(0, -2) })),
    ];
    const issuers = trustingIssuers(ground.table, { authorities }, clock);
    const register = openRegister(ground.table);
    const responders = openResponders({
      table: ground.table,
      register,
      keys: ground.keys,
      clock,
      log: () => {},
    });
    ground.time.now += 8 * DAY;
    const issuer = await issuers.byId(CA);
    const first = (await responders.current(issuer)).certificate.serialNumber;

    ground.time.now -= DAY / 2;
    expect(await house.core.authority.renewResponders()).toContain(CA);
    const renewed = (await responders.current(issuer)).certificate.serialNumber;
    expect(renewed).not.toBe(first);

    const row = await ground.table.get({ pk: 'issuers', sk: CA });
    await ground.table.write([
      { put: { pk: 'issuers', sk: 'another-1' }, value: row?.value ?? {}, if: 'absent' },
    ]);
    expect((await issuers.byId('another-1')).id).toBe('another-1');
    // From then on memory keeps them for a minute again.
    await ground.table.write([
      { put: { pk: 'issuers', sk: 'third-1' }, value: row?.value ?? {}, if: 'absent' },
    ]);
    expect(await codeOf(issuers.byId('third-1'))).toBe('unknown-authority');
    ground.time.now += 60 * SECOND;
    expect((await issuers.byId('third-1')).id).toBe('third-1');
  });
});

describe('records', () => {
  it('of one process keep their order and their time never goes back, however often the clock does', () => {
    let now = Date.UTC(2026, 10, 22);
    const next = recordIds(
      () => now,
      (n) => randomBytes(n),
    );
    const made = Array.from({ length: 2_000 }, (_, i) => {
      now += i % 7 === 0 ? -3_600_000 : 400_000;
      return next();
    });
    expect(made.map(({ id }) => id)).toEqual(made.map(({ id }) => id).sort());
    expect(made.map(({ time }) => time)).toEqual(made.map(({ time }) => time).sort());
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  });

  it('of a process whose clock is an hour behind are found and in the log, like all earlier ones', async () => {
    ground.time.now += 2 * 3600 * SECOND;
    await issueTo(house, 'organisation-client', 'order-1');
    await house.core.sequencer.sequence();
    ground.time.now -= 3600 * SECOND;
    const late = await openHouse(ground);
    await issueTo(late, 'organisation-client', 'order-2');
    await late.core.sequencer.sequence();
    const orders = (await allRecords(late)).flatMap((record) =>
      record.kind === 'issuance' ? [record.details.order] : [],
    );
    expect(orders).toEqual(expect.arrayContaining(['order-1', 'order-2']));
    await checkWorld(late, { requests: [], signed: [], answers: [], revoked: [] });
  });
});
