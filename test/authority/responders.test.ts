import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, type Service } from '../service.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld } from '../world.ts';
import {
  codeOf,
  DAY,
  FAILURES,
  type Ground,
  type HouseFile,
  keyOfOrder,
  openGround,
  openHouse,
  SECOND,
} from './house.ts';

/** How the authority certifies and renews its delegated responders. Their answers are tested in test/status. */

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };
const CAS = ['authentication-1', 'operations-1', 'organisation-1', 'signature-1'];

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

const rowOf = async (ca: string) => {
  const item = await ground.table.get<{ keyId: string; certificate: string }>({
    pk: 'responders',
    sk: `${ca}/ecdsa-p256-sha256`,
  });
  if (!item) throw new Error(`${ca} has no responder`);
  const certificate = decodeCertificate(Buffer.from(item.value.certificate, 'base64'));
  return { keyId: item.value.keyId, certificate };
};

const responderKeys = (): readonly string[] => ground.made.filter((id) => id.startsWith('ocsp-'));

const short = (file: HouseFile): void => {
  // The first of the file, so that a failure of it would stand before all others.
  for (const authority of file.authorities) if (authority.id === 'organisation') authority.validity = 'P4Y';
};

const organisationEnd = async ({ app }: Service): Promise<number> =>
  Date.parse(
    (await app.authority.authorities()).find(({ id }) => id === 'organisation-1')?.notAfter as string,
  );

const issue = (house: Service, order: string, profile: string): Promise<CertificateRef> =>
  house.core.authority.issue({
    order,
    profile,
    office: 'mizusaki-higashi',
    fields: FIELDS[profile] ?? {},
    subjectPublicKeyInfo: keyOfOrder(order),
    actor: 'test',
  });

const ocsp = async (house: Service, ref: CertificateRef): Promise<string> => {
  const { der } = await house.app.status.ocsp(await ocspRequestFor(house, ref), {
    recipient: 'public',
    method: 'POST',
  });
  return decodeOcspResponse(der).status;
};

describe('renewal', () => {
  it('comes at half-life, to the second, and not before', async () => {
    const house = await openHouse(ground);
    const { certificate } = await rowOf('signature-1');
    const half = (certificate.notBefore.getTime() + certificate.notAfter.getTime()) / 2;
    ground.time.now = half - 1;
    expect(await house.core.authority.renewResponders()).toEqual([]);
    expect(responderKeys()).toHaveLength(CAS.length);
    ground.time.now = half;
    expect([...(await house.core.authority.renewResponders())].sort()).toEqual(CAS);
    expect(await house.core.authority.renewResponders()).toEqual([]);
    const renewed = await rowOf('signature-1');
    expect(renewed.keyId).toBe('ocsp-signature-1-2');
    expect(renewed.certificate.notAfter.getTime()).toBeGreaterThan(certificate.notAfter.getTime());
    await checkWorld(house, NOTHING);
  });

  it('by several processes at once is one renewal', async () => {
    const houses = [await openHouse(ground), await openHouse(ground), await openHouse(ground)];
    ground.time.now += 8 * DAY;
    const renewed = (await Promise.all(houses.map(({ core }) => core.authority.renewResponders()))).flat();
    expect([...renewed].sort()).toEqual(CAS);
    expect(responderKeys()).toHaveLength(2 * CAS.length);
    await checkWorld(houses[0] as Service, NOTHING);
  });

  it('that is interrupted at any of its writes goes on with the same key and certificate', async () => {
    const house = await openHouse(ground);
    let renewals = 0;
    for (const failure of FAILURES) {
      // The writes of the first CA: serial number, record, certificate, the responder's row.
      for (let n = 1; n <= 4; n++) {
        ground.time.now += 8 * DAY;
        renewals++;
        const before = (await rowOf('authentication-1')).keyId;
        const failing = await openHouse(ground, {
          table: (table) => faultyTable(table, new Map([[n, failure]])),
        });
        expect(await codeOf(failing.core.authority.renewResponders())).toBe('store-unavailable');
        await house.core.authority.renewResponders();
        const after = (await rowOf('authentication-1')).keyId;
        expect(after).toBe(`ocsp-authentication-1-${renewals + 1}`);
        expect(after).not.toBe(before);
      }
    }
    expect(responderKeys()).toHaveLength((1 + renewals) * CAS.length);
    await checkWorld(house, NOTHING);
  });

  it('that was interrupted days ago is begun anew, for a certificate of full length', async () => {
    const house = await openHouse(ground);
    ground.time.now += 8 * DAY;
    const failing = await openHouse(ground, { table: (table) => faultyTable(table, new Map([[4, 'lost']])) });
    expect(await codeOf(failing.core.authority.renewResponders())).toBe('store-unavailable');
    ground.time.now += 8 * DAY;
    await house.core.authority.renewResponders();
    const { keyId, certificate } = await rowOf('authentication-1');
    expect(keyId).toBe('ocsp-authentication-1-3');
    expect(certificate.notBefore.getTime()).toBe(
      Math.floor(ground.time.now / SECOND) * SECOND - 300 * SECOND,
    );
  });

  it('of one CA that fails is said in the log and keeps no other CA waiting', async () => {
    const house = await openHouse(ground);
    ground.time.now += 8 * DAY;
    const half = await openHouse(ground, {
      keys: (keys) => ({
        open: (id) => keys.open(id),
        create: (id, algorithm) =>
          id.startsWith('ocsp-authentication-1')
            ? Promise.reject(new Fault('store-unavailable', 'The key cannot be reached.'))
            : keys.create(id, algorithm),
      }),
    });
    expect(await codeOf(TASKS.responders(half.core))).toBe('store-unavailable');
    expect(half.logged).toContainEqual({
      level: 'error',
      message: expect.stringContaining('responder'),
      facts: { ca: 'authentication-1', error: 'store-unavailable' },
    });
    expect(await house.core.authority.renewResponders()).toEqual(['authentication-1']);
  });
});

describe('a responder without a valid certificate', () => {
  it('answers tryLater and logs it, past its end and before its beginning', async () => {
    const house = await openHouse(ground);
    const ref = await issue(house, 'order-1', 'person-authentication');
    expect(await ocsp(house, ref)).toBe('successful');
    const began = ground.time.now;
    for (const now of [began - DAY, began + 15 * DAY]) {
      ground.time.now = now;
      const fresh = await openHouse(ground);
      expect(await ocsp(fresh, ref)).toBe('tryLater');
      expect(fresh.logged).toContainEqual({
        level: 'error',
        message: expect.stringContaining('tryLater until it is renewed'),
        facts: { ca: 'authentication-1' },
      });
    }
    await house.core.authority.renewResponders();
    expect(await ocsp(house, ref)).toBe('successful');
  });
});

describe('a CA that comes to its end', () => {
  it('does not renew a responder that ends with the CA: that one stays to the end', async () => {
    const house = await openHouse(ground, { domain: short });
    const end = await organisationEnd(house);
    ground.time.now = end - 10 * DAY;
    expect(await house.core.authority.renewResponders()).toContain('organisation-1');
    const last = await rowOf('organisation-1');
    expect(last.certificate.notAfter.getTime()).toBe(end);
    for (const before of [5 * DAY, DAY, 3600 * SECOND, 10 * SECOND, SECOND, 400, 1]) {
      ground.time.now = end - before;
      expect(await house.core.authority.renewResponders()).not.toContain('organisation-1');
    }
    expect((await rowOf('organisation-1')).keyId).toBe(last.keyId);
  });

  it('renews its responder once if renewal first runs in its last second', async () => {
    const house = await openHouse(ground, { domain: short });
    const end = await organisationEnd(house);
    ground.time.now = end - 1;
    expect(await house.core.authority.renewResponders()).toContain('organisation-1');
    expect((await rowOf('organisation-1')).keyId).toBe('ocsp-organisation-1-2');
  });

  it('is no error, and does not stop the responders and CRLs of other CAs from being renewed', async () => {
    const house = await openHouse(ground, { domain: short });
    const ref = await issue(house, 'order-1', 'person-authentication');
    ground.time.now = (await organisationEnd(house)) + DAY;
    expect([...(await TASKS.responders(house.core))].sort()).toEqual(
      CAS.filter((ca) => ca !== 'organisation-1'),
    );
    expect([...(await TASKS.publication(house.core))].sort()).toEqual(
      CAS.filter((ca) => ca !== 'organisation-1'),
    );
    expect(house.logged.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await ocsp(house, ref)).toBe('successful');
    const issuances = (await allRecords(house)).filter(({ kind }) => kind === 'issuance');
    expect(
      issuances.some(
        (record) => record.kind === 'issuance' && record.details.order === 'responder:ocsp-organisation-1-2',
      ),
    ).toBe(false);
  });
});
