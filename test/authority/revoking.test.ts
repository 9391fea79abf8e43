import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Table } from '../../lib/store/store.ts';
import { FIELDS, type Service } from '../service.ts';
import { faultyBucket, faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';
import {
  codeOf,
  DAY,
  FAILURES,
  type Ground,
  insist,
  keyOfOrder,
  openGround,
  openHouse,
  SECOND,
} from './house.ts';

/** Revocation, hold and release through the authority's door. */

let ground: Ground;
let house: Service;
let chief: Principal;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  chief = house.principal('higashi-chief');
});
afterEach(() => ground.close());

let orders = 0;
const issue = (profile: string, office = 'mizusaki-higashi', { core } = house): Promise<CertificateRef> => {
  const order = `order-${orders++}`;
  return core.authority.issue({
    order,
    profile,
    office,
    fields: FIELDS[profile] ?? {},
    subjectPublicKeyInfo: keyOfOrder(order),
    actor: 'operator-noda',
  });
};

const actsOn = async ({ ca, serial }: CertificateRef, service = house) =>
  (await allRecords(service)).flatMap((record) =>
    record.kind !== 'provision' &&
    record.kind !== 'issuance' &&
    record.certificates?.some((ref) => ref.ca === ca && ref.serial === serial)
      ? [record]
      : [],
  );

const currentCrl = async (ca: string, service = house) => {
  const { der, number, thisUpdate } = await service.app.status.crl(ca, 'full', {
    recipient: 'public',
    method: 'GET',
  });
  const entries = decodeCertificateList(der).revokedCertificates;
  return { number, thisUpdate, entries, serials: entries.map(({ serialNumber }) => serialNumber as string) };
};

const acknowledged = (...refs: readonly CertificateRef[]) => ({
  requests: [],
  signed: [],
  answers: [],
  revoked: refs.map(({ ca, serial }) => `${ca} ${serial}`),
});

describe('revoking', () => {
  it('takes effect at once, in whole seconds, for OCSP, the view and the next CRL, with one record', async () => {
    const ref = await issue('person-signature');
    ground.time.now += 700;
    const { revocation, first } = await house.app.authority.revoke(chief, ref, {
      reason: 'affiliationChanged',
      invalidityDate: '2026-11-22T08:59:59.900Z',
    });
    expect(first).toBe(true);
    expect(revocation).toEqual({
      status: 'revoked',
      revocationTime: '2026-11-22T09:00:00Z',
      reason: 'affiliationChanged',
      invalidityDate: '2026-11-22T08:59:59Z',
    });
    expect(await ocspStatus(house, ref)).toEqual({
      status: 'revoked',
      revocationTime: new Date('2026-11-22T09:00:00Z'),
      revocationReason: 'affiliationChanged',
    });
    const view = await house.app.authority.certificate(chief, ref);
    expect([view.status, view.revocation]).toEqual(['revoked', revocation]);
    const [record, ...more] = await actsOn(ref);
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      kind: 'revocation',
      actor: 'higashi-chief',
      office: 'mizusaki-higashi',
      details: { reason: 'affiliationChanged', revocationTime: '2026-11-22T09:00:00Z', before: 'good' },
    });
    await house.app.status.publish(ref.ca, 'operator-noda');
    expect((await currentCrl(ref.ca)).entries).toEqual([
      {
        serialNumber: ref.serial,
        revocationDate: new Date('2026-11-22T09:00:00Z'),
        reasonCode: 'affiliationChanged',
        invalidityDate: new Date('2026-11-22T08:59:59Z'),
      },
    ]);
    await checkWorld(house, acknowledged(ref));
  });

  it('for the same again gives the first revocation, for every caller, and records nothing', async () => {
    const ref = await issue('person-signature');
    const { revocation } = await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    ground.time.now += DAY;
    for (const actor of [chief, house.principal('operator-sakai')]) {
      const again = await house.app.authority.revoke(actor, ref, { reason: 'superseded' });
      expect(again).toEqual({ revocation, first: false });
    }
    expect(await actsOn(ref)).toHaveLength(1);
  });

  it('unspecified is a CRL entry without a reason (RFC 5280 5.3.1)', async () => {
    const ref = await issue('person-signature');
    await house.app.authority.revoke(chief, ref, { reason: 'unspecified' });
    await house.app.status.publish(ref.ca, 'operator-noda');
    expect((await currentCrl(ref.ca)).entries[0]).not.toHaveProperty('reasonCode');
  });

  it('is for the office of the certificate and for operators; for others the certificate does not exist', async () => {
    const ref = await issue('person-signature');
    const { authority } = house.app;
    for (const id of ['nishi-counter', 'hatanoura-examiner', 'auditor', 'tax-portal', 'holder-tanabe']) {
      const other = house.principal(id);
      expect(await codeOf(authority.revoke(other, ref, { reason: 'superseded' })), id).toBe(
        'unknown-certificate',
      );
      expect(await codeOf(authority.hold(other, ref)), id).toBe('unknown-certificate');
      expect(await codeOf(authority.release(other, ref)), id).toBe('unknown-certificate');
    }
    expect(await actsOn(ref)).toEqual([]);
    // The service's own certificates belong to no office, so an officer without an office may not revoke them either.
    const operations = (await allRecords(house)).find((r) => r.kind === 'issuance' && r.office === undefined);
    const own = operations?.certificates?.[0] as CertificateRef;
    const { office: _, ...nobody } = chief;
    for (const actor of [chief, nobody]) {
      expect(await codeOf(authority.revoke(actor, own, { reason: 'superseded' }))).toBe(
        'unknown-certificate',
      );
    }
  });

  it.each([
    '',
    'tomorrow',
    '2026-02-30T00:00:00Z',
    '2026-11-22T09:00:01Z',
    '2062-01-01T00:00:00Z',
    '1989-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ])(
    'with the invalidity date %j is refused and leaves the certificate as it was',
    async (invalidityDate) => {
      const ref = await issue('person-signature');
      const revoking = house.app.authority.revoke(chief, ref, { reason: 'keyCompromise', invalidityDate });
      expect(await codeOf(revoking)).toBe('invalid-input');
      expect((await ocspStatus(house, ref)).status).toBe('good');
      expect(await actsOn(ref)).toEqual([]);
    },
  );

  it.each(['2026-11-22T08:55:00Z', '2026-11-22T09:00:00.999Z'])(
    'with the invalidity date %j leaves a CRL that can be published',
    async (invalidityDate) => {
      const ref = await issue('person-signature');
      ground.time.now += 800;
      await house.app.authority.revoke(chief, ref, { reason: 'superseded', invalidityDate });
      await house.app.status.publish(ref.ca, 'operator-noda');
      expect((await currentCrl(ref.ca)).serials).toEqual([ref.serial]);
    },
  );
});

describe('a hold', () => {
  it('follows the rule of the profile: not allowed, final, or releasable', async () => {
    const { authority } = house.app;
    const server = await issue('organisation-server');
    expect(await codeOf(authority.hold(chief, server))).toBe('hold-not-allowed');
    expect(await codeOf(authority.release(chief, server))).toBe('not-on-hold');

    const person = await issue('person-signature');
    const first = await authority.hold(chief, person);
    expect(first).toMatchObject({ revocation: { status: 'hold', reason: 'certificateHold' }, final: true });
    expect(await authority.hold(chief, person)).toEqual({ ...first, first: false });
    expect(await codeOf(authority.release(chief, person))).toBe('hold-not-releasable');
    expect((await ocspStatus(house, person)).status).toBe('revoked');

    const client = await issue('organisation-client');
    expect(await authority.hold(chief, client)).not.toHaveProperty('final');
    await authority.release(chief, client);
    expect((await ocspStatus(house, client)).status).toBe('good');
    expect((await actsOn(client)).map(({ kind }) => kind).sort()).toEqual(['hold', 'release']);
    await checkWorld(house, acknowledged(person));
  });

  it('again gives the first hold; after a release a hold has its own time', async () => {
    const { authority } = house.app;
    const ref = await issue('organisation-client');
    const { revocation } = await authority.hold(chief, ref);
    ground.time.now += DAY;
    expect(await authority.hold(chief, ref)).toEqual({ revocation, first: false });
    await authority.release(chief, ref);
    expect(await codeOf(authority.release(chief, ref))).toBe('not-on-hold');
    const second = await authority.hold(chief, ref);
    expect(second.first).toBe(true);
    expect(second.revocation?.revocationTime).toBe('2026-11-23T09:00:00Z');
    await checkWorld(house, acknowledged(ref));
  });

  it('that becomes a revocation keeps its time as the beginning, and cannot be taken back', async () => {
    const { authority, status } = house.app;
    for (const profile of ['organisation-client', 'person-signature']) {
      const ref = await issue(profile);
      const held = (await authority.hold(chief, ref)).revocation?.revocationTime as string;
      ground.time.now += DAY;
      const { revocation, first } = await authority.revoke(chief, ref, { reason: 'superseded' });
      expect(first).toBe(true);
      expect(revocation).toEqual({ status: 'revoked', reason: 'superseded', revocationTime: held });
      expect(await codeOf(authority.release(chief, ref))).toBe('already-revoked');
      expect(await codeOf(authority.hold(chief, ref))).toBe('already-revoked');
      expect(await ocspStatus(house, ref)).toMatchObject({
        revocationTime: new Date(held),
        revocationReason: 'superseded',
      });
      await status.publish(ref.ca, 'operator-noda');
      const { entries } = await currentCrl(ref.ca);
      expect(entries.find(({ serialNumber }) => serialNumber === ref.serial)?.revocationDate).toEqual(
        new Date(held),
      );
      const records = await actsOn(ref);
      expect(records.find(({ kind }) => kind === 'revocation')?.details).toMatchObject({ before: 'hold' });
    }
  });
});

describe('cACompromise', () => {
  it('is refused for whatever is no certificate of a CA, by officers and operators, and changes nothing', async () => {
    const { authority } = house.app;
    const ref = await issue('person-signature');
    const records = await allRecords(house);
    const responder = records.flatMap((record) =>
      record.kind === 'issuance' && record.details.profile === 'ocsp-responder'
        ? (record.certificates ?? [])
        : [],
    )[0] as CertificateRef;
    for (const [actor, certificate] of [
      [chief, ref],
      [house.principal('operator-noda'), ref],
      [house.principal('operator-noda'), responder],
    ] as const) {
      const refused = authority.revoke(actor, certificate, { reason: 'cACompromise' });
      await expect(refused).rejects.toMatchObject({
        code: 'reason-not-allowed',
        facts: { reason: 'cACompromise' },
      });
    }
    expect(await actsOn(ref)).toEqual([]);
    expect((await ocspStatus(house, ref)).status).toBe('good');
  });
});

describe('an urgent revocation', () => {
  const broken = (): Promise<never> =>
    Promise.reject(new Fault('store-unavailable', 'The bucket does not answer.'));

  it('is on the current CRL when it is answered; other revocations wait for the next CRL', async () => {
    const ref = await issue('person-signature');
    const first = await currentCrl(ref.ca);
    await house.app.authority.revoke(chief, ref, { reason: 'keyCompromise' });
    const second = await currentCrl(ref.ca);
    expect(second.number > first.number).toBe(true);
    expect(second.serials).toContain(ref.serial);
    const patient = await issue('person-authentication');
    const before = await currentCrl(patient.ca);
    await house.app.authority.revoke(chief, patient, { reason: 'superseded' });
    expect(await currentCrl(patient.ca)).toEqual(before);
    ground.time.now += DAY;
    expect(await house.app.status.publishDue()).toContain(patient.ca);
    expect((await currentCrl(patient.ca)).serials).toContain(patient.serial);
  });

  it('stands if its CRL cannot be published, which is logged; housekeeping publishes it at its next turn', async () => {
    const ref = await issue('person-signature');
    const cut = await openHouse(ground, {
      bucket: (bucket) => ({ ...bucket, list: broken, get: broken, put: broken }),
    });
    const { first } = await cut.app.authority.revoke(chief, ref, { reason: 'keyCompromise' });
    expect(first).toBe(true);
    expect(cut.logged.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: expect.stringContaining('CRL'),
        facts: { ca: ref.ca, error: 'store-unavailable' },
      },
    ]);
    expect((await ocspStatus(house, ref)).status).toBe('revoked');
    expect((await currentCrl(ref.ca)).serials).toEqual([]);

    ground.time.now += 15 * SECOND;
    expect(await TASKS.publication(house.core)).toEqual([ref.ca]);
    expect((await currentCrl(ref.ca)).serials).toEqual([ref.serial]);
    // It is not published twice.
    expect(await TASKS.publication(house.core)).toEqual([]);
  });

  it('whose answer was lost is published by housekeeping, even if it is asked for again', async () => {
    const ref = await issue('person-signature');
    const failing = await openHouse(ground, {
      table: (table) => faultyTable(table, new Map([[1, 'appliedThenErrored']])),
    });
    expect(await codeOf(failing.app.authority.revoke(chief, ref, { reason: 'keyCompromise' }))).toBe(
      'store-unavailable',
    );
    expect((await failing.app.authority.revoke(chief, ref, { reason: 'keyCompromise' })).first).toBe(false);
    await TASKS.publication(house.core);
    expect((await currentCrl(ref.ca)).serials).toEqual([ref.serial]);
  });

  it('while a CRL is being made is on that CRL or makes the next one due', async () => {
    const early = await issue('person-signature');
    const late = await issue('person-signature');
    await house.app.authority.revoke(chief, early, { reason: 'superseded' });
    // The revocation comes between the reading of the register and the publication of what was read.
    let revoking: Promise<unknown> | undefined;
    const slow = await openHouse(ground, {
      table: (table): Table => ({
        get: (key) => table.get(key),
        query: async (query) => {
          const page = await table.query(query);
          if (query.pk === 'revoked/signature-1') {
            const cut = await openHouse(ground, {
              bucket: (bucket) => ({ ...bucket, list: broken, get: broken, put: broken }),
            });
            revoking ??= cut.app.authority.revoke(chief, late, { reason: 'keyCompromise' });
            await revoking;
          }
          return page as never;
        },
        write: (writes) => table.write(writes),
        close: () => table.close(),
      }),
    });
    await slow.app.status.publish(early.ca, 'operator-noda');
    expect((await currentCrl(early.ca)).serials).toEqual([early.serial]);
    expect(await TASKS.publication(house.core)).toEqual([early.ca]);
    expect(new Set((await currentCrl(early.ca)).serials)).toEqual(new Set([early.serial, late.serial]));
  });

  it('of a CA without its key does not keep other CAs from publishing CRLs', async () => {
    ground.time.now += DAY;
    const half = await openHouse(ground, {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: (id) => (id === 'organisation-1' ? broken() : keys.open(id)),
      }),
    });
    expect(await codeOf(TASKS.publication(half.core))).toBe('store-unavailable');
    expect(await TASKS.publication(house.core)).toEqual(['organisation-1']);
  });
});

describe('a write that fails', () => {
  const survive = async (failure: (typeof FAILURES)[number] | undefined, n: number): Promise<number> => {
    const own = await openGround();
    try {
      const good = await openHouse(own);
      const revoked = await issue('organisation-client', 'mizusaki-higashi', good);
      const released = await issue('organisation-client', 'mizusaki-higashi', good);
      const plan = new Map(failure ? [[n, failure] as const] : []);
      let counted = { writes: 0 };
      const { authority } = (
        await openHouse(own, {
          table: (table) => {
            const faulty = faultyTable(table, plan);
            counted = faulty;
            return faulty;
          },
        })
      ).app;
      const settle = async (act: () => Promise<unknown>): Promise<void> => {
        await insist(act).catch((error: unknown) => {
          // The release went through and its answer was lost.
          if (!Fault.is(error, 'not-on-hold')) throw error;
        });
      };
      await settle(() => authority.hold(chief, revoked));
      await settle(() => authority.revoke(chief, revoked, { reason: 'keyCompromise' }));
      await settle(() => authority.hold(chief, released));
      await settle(() => authority.release(chief, released));
      await TASKS.publication(good.core);
      expect((await currentCrl(revoked.ca, good)).serials).toEqual([revoked.serial]);
      expect((await actsOn(revoked, good)).map(({ kind }) => kind).sort()).toEqual(['hold', 'revocation']);
      expect((await actsOn(released, good)).map(({ kind }) => kind).sort()).toEqual(['hold', 'release']);
      await checkWorld(good, acknowledged(revoked));
      return counted.writes;
    } finally {
      await own.close();
    }
  };

  it('lost, or carried out without an answer: each act is done and recorded once when it is tried again', async () => {
    const writes = await survive(undefined, 0);
    // Four acts. The CRL takes four more: its number, its digest, the row that names it, and the changes that it saw.
    expect(writes).toBe(8);
    for (let n = 1; n <= writes; n++) for (const failure of FAILURES) await survive(failure, n);
  }, 60_000);

  it('of the CRL in the archive, either way: the next one is published with a higher number', async () => {
    for (const failure of FAILURES) {
      const ref = await issue('person-signature');
      const failing = await openHouse(ground, {
        bucket: (bucket) => faultyBucket(bucket, new Map([[1, failure]])),
      });
      const before = (await currentCrl(ref.ca)).number;
      await failing.app.authority.revoke(chief, ref, { reason: 'keyCompromise' });
      expect((await currentCrl(ref.ca)).number).toBe(before);
      expect(await TASKS.publication(house.core)).toEqual([ref.ca]);
      const after = await currentCrl(ref.ca);
      expect(after.number > before).toBe(true);
      expect(after.serials).toContain(ref.serial);
    }
  });
});

describe('a revoked certificate that expires', () => {
  const publishAt = async (ref: CertificateRef, now: number) => {
    ground.time.now = now;
    await house.app.status.publish(ref.ca, 'operator-noda');
    return (await currentCrl(ref.ca)).serials;
  };
  const endOf = async (ref: CertificateRef): Promise<number> =>
    Date.parse((await house.app.authority.certificate(chief, ref)).notAfter);

  it('is on one CRL beyond its expiry and on none after that (RFC 5280 3.3)', async () => {
    const ref = await issue('organisation-client');
    await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    const end = await endOf(ref);
    expect(await publishAt(ref, end - DAY)).toEqual([ref.serial]);
    // The last second belongs to the validity, so this CRL is not one beyond expiry.
    expect(await publishAt(ref, end)).toEqual([ref.serial]);
    expect(await publishAt(ref, end + DAY)).toEqual([ref.serial]);
    expect(await publishAt(ref, end + 2 * DAY)).toEqual([]);
    expect((await ocspStatus(await renewed(), ref)).status).toBe('revoked');
  });

  it('is taken off by a scheduled CRL only, not by one published out of turn', async () => {
    const ref = await issue('organisation-client');
    await house.app.authority.revoke(chief, ref, { reason: 'superseded' });
    const end = await endOf(ref);
    const lastBefore = end - 60_000;
    expect(await publishAt(ref, lastBefore)).toEqual([ref.serial]);
    for (const outOfTurn of [60_000, 120_000, 3_600_000])
      expect(await publishAt(ref, end + outOfTurn)).toEqual([ref.serial]);
    expect(await publishAt(ref, lastBefore + DAY)).toEqual([ref.serial]);
    expect(await publishAt(ref, lastBefore + DAY + 1_000)).toEqual([]);
  });

  const renewed = async (): Promise<Service> => {
    await house.core.authority.renewResponders();
    return openHouse(ground);
  };
});
