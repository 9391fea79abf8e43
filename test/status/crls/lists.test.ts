import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCertificate } from '../../../lib/pki/certificate.ts';
import { decodeCertificateList, findExtension, type RevocationReason } from '../../../lib/pki/pki.ts';
import type { CertificateRef } from '../../../lib/principal.ts';
import { openGauges } from '../../../lib/status/gauges.ts';
import { archiveKey } from '../../../lib/status/status.ts';
import type { Value } from '../../../lib/store/store.ts';
import {
  codeOf,
  DAY,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../../authority/house.ts';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { issueThroughOffice, opensslRequest, PUBLIC_URL, type Service } from '../../service.ts';
import { deleteRow, putRow } from '../../store/row-attacks.ts';
import { allRecords, checkWorld, ocspStatus } from '../../world.ts';

/** One complete CRL, or a CRL of users beside one of the CA's own certificate: which is the choice of the trust domain. */

const CA = 'authentication-1';
const PROFILE = 'person-authentication';
const PARTITIONS = ['full', 'authority'] as const;

type Change = (file: HouseFile) => void;

const twoLists: Change = (file) => {
  for (const { id, crl, ocsp } of file.authorities) {
    if (id !== 'authentication') continue;
    crl.onlyContainsUserCerts = true;
    ocsp.crlReferences = true;
  }
};
const oneList: Change = () => {};

let ground: Ground;
let house: Service;
let own: CertificateRef;
const begin = async (domain: Change): Promise<void> => {
  house = await openHouse(ground, { domain });
  const { serialNumber } = decodeCertificate(await house.app.authority.caCertificate(CA));
  own = { ca: CA, serial: serialNumber };
};
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

let names = 0;
const issue = async (): Promise<CertificateRef> => {
  const csr = opensslRequest(ground.folder, `key-${names++}`);
  return (await issueThroughOffice(house, PROFILE, csr)).certificate;
};
const revoke = (ref: CertificateRef, reason: RevocationReason = 'superseded') =>
  house.app.authority.revoke(house.principal('operator-noda'), ref, { reason });
const revokeCa = async (reason: RevocationReason): Promise<void> => {
  for (const id of ['operator-sakai', 'operator-noda'])
    await house.app.authority.revoke(house.principal(id), own, { reason });
};

const fetched = async (partition: string, service = house) => {
  const { der, number } = await service.app.status.crl(CA, partition, { recipient: 'public', method: 'GET' });
  const list = decodeCertificateList(der);
  return {
    der,
    number: Number(number),
    serials: list.revokedCertificates.map(({ serialNumber }) => serialNumber as string),
    point: findExtension(list.crlExtensions, 'issuingDistributionPoint'),
    list,
  };
};
const publish = async (): Promise<void> => {
  for (const partition of PARTITIONS) await house.app.status.publish(CA, 'operator-noda', partition);
};
const numbers = async (): Promise<readonly number[]> =>
  Promise.all(PARTITIONS.map(async (partition) => (await fetched(partition)).number));

/** The other choice, agreed on by two persons and taken up by a new process. */
const amend = async (domain: Change): Promise<void> => {
  const { amendments } = house.app;
  const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(domain));
  house.advance(SECOND);
  await amendments.approve(house.principal('operator-noda'), id);
  house = await openHouse(ground, { domain });
  house.advance(SECOND);
};

const nothing = { requests: [], signed: [], answers: [], revoked: [] };

describe('without an issuingDistributionPoint', () => {
  beforeEach(() => begin(oneList));

  it("one CRL covers everything, the CA's own certificate too", async () => {
    const ref = await issue();
    await revoke(ref);
    await revokeCa('superseded');
    await house.app.status.publish(CA, 'operator-noda');
    const { point, serials } = await fetched('full');
    expect(point).toBeUndefined();
    expect(serials.toSorted()).toEqual([own.serial, ref.serial].toSorted());
    expect(await codeOf(fetched('authority'))).toBe('unknown-crl');
    expect(await codeOf(house.app.status.publish(CA, 'operator-noda', 'authority'))).toBe('unknown-crl');
    const [view] = (await house.app.authority.authorities()).filter(({ id }) => id === CA);
    expect(view?.urls).not.toHaveProperty('authorityCrl');
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`, `${CA} ${ref.serial}`] });
  });
});

describe('with one', () => {
  beforeEach(() => begin(twoLists));

  it('there are two lists, each with its scope, its numbers and its records', async () => {
    const ref = await issue();
    await revoke(ref);
    await house.app.status.publish(CA, 'operator-noda');
    const [full, authority] = [await fetched('full'), await fetched('authority')];
    expect(full.point).toEqual({
      id: 'issuingDistributionPoint',
      critical: true,
      distributionPoint: {
        fullName: [{ kind: 'uniformResourceIdentifier', value: `${PUBLIC_URL}/crl/${CA}/full.crl` }],
      },
      onlyContainsUserCerts: true,
    });
    // OpenSSL takes it for a self-signed certificate only without a distributionPoint.
    expect(authority.point).toEqual({
      id: 'issuingDistributionPoint',
      critical: true,
      onlyContainsCACerts: true,
    });
    expect([full.serials, authority.serials]).toEqual([[ref.serial], []]);
    expect([full.number, authority.number]).toEqual([2, 1]);
    const records = (await allRecords(house)).flatMap((record) =>
      record.kind === 'publication' && record.details.ca === CA ? [record.details] : [],
    );
    for (const { der, number, point } of [full, authority]) {
      const only = point?.onlyContainsCACerts ? 'onlyContainsCACerts' : 'onlyContainsUserCerts';
      expect(records).toContainEqual(expect.objectContaining({ number, only, digest: hash('sha256', der) }));
    }
    const [view] = (await house.app.authority.authorities()).filter(({ id }) => id === CA);
    expect(view?.urls.authorityCrl).toEqual([`${PUBLIC_URL}/crl/${CA}/authority.crl`]);
    const { crls } = await house.app.status.archived(CA, { limit: 10 });
    expect(crls.map(({ partition, number }) => [partition, number])).toEqual([
      ['authority', 1],
      ['full', 1],
      ['full', 2],
    ]);
    expect(hash('sha256', await house.app.status.archivedCrl(CA, 'authority', 1))).toBe(
      hash('sha256', authority.der),
    );
    expect(await codeOf(fetched('other'))).toBe('unknown-crl');
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${ref.serial}`] });
  });

  it("the CA's own certificate is on its list alone", async () => {
    const ref = await issue();
    await revoke(ref);
    await revokeCa('superseded');
    await publish();
    expect((await fetched('full')).serials).toEqual([ref.serial]);
    expect((await fetched('authority')).serials).toEqual([own.serial]);
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`, `${CA} ${ref.serial}`] });
  });

  it("a compromise of the CA is on both at once: its certificate, and everybody's", async () => {
    const refs = [await issue(), await issue()];
    const before = await numbers();
    await revokeCa('cACompromise');
    expect(await numbers()).toEqual(before.map((number) => number + 1));
    const { serials } = await fetched('full');
    const known = (await house.app.authority.serials(CA, { limit: 100 })).serials.map(({ serial }) => serial);
    // The responder's certificate is one of a user.
    expect(serials.toSorted()).toEqual(known.filter((serial) => serial !== own.serial).toSorted());
    expect(serials).toEqual(expect.arrayContaining(refs.map(({ serial }) => serial)));
    const { list } = await fetched('authority');
    expect(list.revokedCertificates).toMatchObject([
      { serialNumber: own.serial, reasonCode: 'cACompromise' },
    ]);
    await checkWorld(house, nothing);
  });

  it("a compromise of a user's certificate is published at once, and not on the other list", async () => {
    const ref = await issue();
    await revoke(ref, 'keyCompromise');
    expect((await fetched('full')).serials).toEqual([ref.serial]);
    expect(await numbers()).toEqual([2, 1]);
    expect(await house.app.status.publishDue()).toEqual([]);
  });

  it('a list that could not be published at once is due, and the other is not', async () => {
    const ref = await issue();
    const failing = await openHouse(ground, {
      domain: twoLists,
      bucket: (bucket) => ({
        get: (key) => bucket.get(key),
        list: (prefix, options) => bucket.list(prefix, options),
        delete: (key) => bucket.delete(key),
        put: (key, body, options) =>
          key.startsWith('crl/') ? Promise.reject(new Error('full')) : bucket.put(key, body, options),
      }),
    });
    await failing.app.authority.revoke(failing.principal('operator-noda'), ref, { reason: 'keyCompromise' });
    expect((await fetched('full')).serials).toEqual([]);
    expect(await house.app.status.publishDue()).toEqual([CA]);
    expect((await fetched('full')).serials).toEqual([ref.serial]);
    expect((await fetched('authority')).number).toBe(1);
  });

  it('OCSP names the list that has the entry', async () => {
    const ref = await issue();
    await revoke(ref);
    await revokeCa('superseded');
    await publish();
    const answerOf = async (asked: CertificateRef): Promise<string> => {
      const request = await ocspRequestFor(house, asked);
      const { der } = await house.app.status.ocsp(request, { recipient: 'public', method: 'POST' });
      return Buffer.from(der).toString('latin1');
    };
    expect(await answerOf(ref)).toContain(`${PUBLIC_URL}/crl/${CA}/full.crl`);
    expect(await answerOf(own)).toContain(`${PUBLIC_URL}/crl/${CA}/authority.crl`);
  });

  it('each is published again when its interval has passed', async () => {
    house.advance(DAY + SECOND);
    expect(await house.app.status.publishDue()).toContain(CA);
    expect(await numbers()).toEqual([2, 2]);
    expect(await house.app.status.publishDue()).toEqual([]);
  });

  it("the gauges have the earliest end, and none where the CA's list was never published", async () => {
    const gauges = openGauges({
      table: ground.table,
      oldestUnsequenced: async () => undefined,
      rowsSetAside: async () => 0,
      leavesBehind: async () => 0,
      clock: () => ground.time.now,
      log: () => {},
    });
    const end = async () => (await gauges()).authorities.find(({ ca }) => ca === CA)?.crlNextUpdate;
    const { nextUpdate } = (await fetched('authority')).list;
    house.advance(3600 * SECOND);
    await house.app.status.publish(CA, 'operator-noda');
    expect(await end()).toEqual(nextUpdate);
    await deleteRow(ground.table, { pk: `crls/${CA}/authority`, sk: 'current' });
    expect(await end()).toBeUndefined();
  });

  it("no row puts the CA's certificate on either list, and none takes it off", async () => {
    const first = await issue();
    const status = { pk: `status/${CA}/${own.serial.slice(-1)}`, sk: own.serial };
    const before = (await ground.table.get(status))?.value as Value;
    const revocationTime = Math.floor(ground.time.now / 1000);
    const entry = { revocationTime, reason: 'superseded' };
    await putRow(
      ground.table,
      { pk: `revoked/${CA}`, sk: own.serial },
      { ...entry, notAfter: 4_102_444_800 },
    );
    await putRow(ground.table, { pk: `changed/${CA}`, sk: `000000000000 ${own.serial} ff` }, {});
    await publish();
    expect([(await fetched('full')).serials, (await fetched('authority')).serials]).toEqual([[], []]);
    await deleteRow(ground.table, { pk: `revoked/${CA}`, sk: own.serial });
    await revoke(first);
    await revokeCa('superseded');
    await deleteRow(ground.table, { pk: `revoked/${CA}`, sk: own.serial });
    await putRow(ground.table, status, before);
    await publish();
    expect((await fetched('authority')).serials).toEqual([own.serial]);
    // OCSP follows as well.
    await house.app.status.followListed();
    expect((await ocspStatus(house, own)).status).toBe('revoked');
  });

  it('a CRL of the other list under the same number is not its base', async () => {
    const ref = await issue();
    await revoke(ref);
    await publish();
    await house.app.status.publish(CA, 'operator-noda', 'authority');
    expect(await numbers()).toEqual([2, 3]);
    await house.app.status.publish(CA, 'operator-noda');
    const replace = async (key: string, body: Uint8Array): Promise<void> => {
      await ground.bucket.delete(key);
      await ground.bucket.put(key, body, { if: 'absent', contentType: 'application/pkix-crl' });
    };
    const bytesOf = async (key: string): Promise<Uint8Array> =>
      (await ground.bucket.get(key))?.body ?? new Uint8Array();
    // Nothing but an earlier CRL knows of the revocation.
    await deleteRow(ground.table, { pk: `revoked/${CA}`, sk: ref.serial });
    for (const [partition, other] of [PARTITIONS, PARTITIONS.toReversed()] as [string, string][]) {
      const key = archiveKey(`${CA}/${partition}`, 3);
      const held = await bytesOf(key);
      await replace(key, await bytesOf(archiveKey(`${CA}/${other}`, 3)));
      const on = await openHouse(ground, { domain: twoLists });
      await on.app.status.publish(CA, 'operator-noda', partition);
      const alarms = on.logged.filter(({ message }) => message.includes('is not one that the CA signed'));
      expect(alarms).toMatchObject([{ facts: { list: `${CA}/${partition}`, number: 3 } }]);
      expect((await fetched('full', on)).serials).toEqual([ref.serial]);
      expect((await fetched('authority', on)).serials).toEqual([]);
      await replace(key, held);
    }
  });
});

describe('another choice of the trust domain', () => {
  it('from one list to two: both are due at once, and each begins from the acts', async () => {
    await begin(oneList);
    const ref = await issue();
    await revoke(ref);
    await revokeCa('superseded');
    await house.app.status.publish(CA, 'operator-noda');
    const complete = await fetched('full');
    await amend(twoLists);
    expect(await house.app.status.publishDue()).toEqual([CA]);
    const [full, authority] = [await fetched('full'), await fetched('authority')];
    expect([full.serials, authority.serials]).toEqual([[ref.serial], [own.serial]]);
    expect([full.number, authority.number]).toEqual([complete.number + 1, 1]);
    expect(full.point?.onlyContainsUserCerts).toBe(true);
    expect(await house.app.status.publishDue()).toEqual([]);
    expect(await house.app.status.archivedCrl(CA, 'full', complete.number)).toEqual(complete.der);
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`, `${CA} ${ref.serial}`] });
  });

  it('from two lists to one: it is due at once and covers everything, and the other one ends', async () => {
    await begin(twoLists);
    const ref = await issue();
    await revoke(ref);
    await revokeCa('superseded');
    await publish();
    const authority = await fetched('authority');
    await amend(oneList);
    expect(await house.app.status.publishDue()).toEqual([CA]);
    const { point, serials } = await fetched('full');
    expect(point).toBeUndefined();
    expect(serials.toSorted()).toEqual([own.serial, ref.serial].toSorted());
    expect(await codeOf(fetched('authority'))).toBe('unknown-crl');
    expect(await house.app.status.archivedCrl(CA, 'authority', authority.number)).toEqual(authority.der);
    // Long after the end of the CRL of the CA's own certificate nothing is missing, and the gauges do not wait for it.
    house.advance(5 * DAY);
    await house.app.status.publishDue();
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`, `${CA} ${ref.serial}`] });
    // And back again: numbers go on.
    await amend(twoLists);
    expect(await house.app.status.publishDue()).toContain(CA);
    expect((await fetched('authority')).number).toBe(authority.number + 1);
    await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`, `${CA} ${ref.serial}`] });
  });

  it.each(['superseded', 'cACompromise'] as const)(
    'and back within an interval, with the CA revoked in between for %s, leaves it on a current CRL',
    async (reason) => {
      await begin(twoLists);
      const ref = await issue();
      await publish();
      await amend(oneList);
      await house.app.status.publishDue();
      await revokeCa(reason);
      await house.app.status.publish(CA, 'operator-noda');
      await amend(twoLists);
      // The list of users loses the CA's certificate with an urgent CRL too.
      if (reason === 'superseded') await revoke(ref, 'keyCompromise');
      await house.app.status.publishDue();
      expect((await fetched('full')).serials).not.toContain(own.serial);
      expect((await fetched('authority')).serials).toEqual([own.serial]);
      await checkWorld(house, { ...nothing, revoked: [`${CA} ${own.serial}`] });
    },
  );

  it('after a crash between the file and the record of a list that ends, leaves nothing without its record', async () => {
    await begin(twoLists);
    await publish();
    const crashing = await openHouse(ground, {
      domain: twoLists,
      bucket: (bucket) => ({
        get: (key) => bucket.get(key),
        list: (prefix, options) => bucket.list(prefix, options),
        delete: (key) => bucket.delete(key),
        put: async (key, body, options) => {
          const put = await bucket.put(key, body, options);
          if (key.startsWith(`crl/${CA}/authority/`)) throw new Error('crash');
          return put;
        },
      }),
    });
    await expect(crashing.app.status.publish(CA, 'operator-noda', 'authority')).rejects.toThrow('crash');
    await amend(oneList);
    await house.app.status.publishDue();
    await checkWorld(house, nothing);
    const { items } = await ground.table.query({ pk: `crls/${CA}/authority`, prefix: 'signed/', limit: 5 });
    expect(items).toEqual([]);
  });
});
