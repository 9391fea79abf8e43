import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certifyPrincipals } from '../../../functions/local/certificates.ts';
import { readRequests } from '../../../functions/local/requests.ts';
import {
  composeHouse,
  DAY,
  fileOf,
  type Ground,
  type HouseOptions,
  openGround,
  openHouse,
} from '../../authority/house.ts';
import { opensslRequest, type Service } from '../../service.ts';
import { auditOf } from '../../world.ts';

/** The certificates of principals that asked by requests, over the years. */

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(async () => {
  expect((await auditOf(house)).found).toEqual([]);
  await ground.close();
});

const PERSONS = ['operator-sakai', 'operator-noda', 'operator-mori'];

const found = async (domain: HouseOptions['domain'] = () => {}): Promise<void> => {
  const requests = join(ground.folder, 'requests');
  mkdirSync(requests);
  for (const id of PERSONS) opensslRequest(requests, id);
  const { core, trustDomain } = composeHouse(ground, { domain });
  await core.authority.holdCeremony(
    () => {},
    (added) => readRequests(requests, trustDomain, added),
  );
  house = await openHouse(ground, { domain });
};

const start = () =>
  certifyPrincipals(house.core, house.trustDomain, {
    principals: house.trustDomain.operators.map(({ id }) => id),
    requests: join(ground.folder, 'requests'),
    folder: join(ground.folder, 'certificates'),
    clock: house.now,
  });

const certificate = (id: string): X509Certificate =>
  new X509Certificate(readFileSync(join(ground.folder, 'certificates', id, 'cert.pem')));

const halfLife = async (): Promise<void> => {
  house.advance(184 * DAY);
  await house.core.authority.renewResponders();
  await house.core.status.publishDue();
};

const takesTheSameKey: HouseOptions['domain'] = ({ profiles }) => {
  const principal = profiles.find(({ kind }) => kind === 'principal');
  Object.assign(principal ?? {}, { sameKey: 'renewal' });
};

describe('a certificate by request', { timeout: 60_000 }, () => {
  it('is written once, and its end is told from half-life on', async () => {
    await found();
    expect((await start()).written.map(({ principal }) => principal)).toEqual(PERSONS);
    expect((await start()).written).toEqual([]);
    await halfLife();
    const { written, notes } = await start();
    expect(written).toEqual([]);
    const end = certificate('operator-mori').validToDate.toISOString().slice(0, 10);
    expect(notes.get('operator-mori')).toBe(`certificate ends ${end}`);
  });

  it('is renewed for the same key where the profile takes that, unless it is revoked or on hold', async () => {
    await found(takesTheSameKey);
    await start();
    const before = PERSONS.map(certificate);
    const operator = house.principal('operator-noda');
    const [sakai, noda, mori] = before.map(({ serialNumber }) => ({
      ca: 'operations-1',
      serial: serialNumber.toLowerCase(),
    })) as [Ref, Ref, Ref];
    await house.app.authority.revoke(operator, noda, { reason: 'keyCompromise' });
    await house.app.authority.hold(operator, sakai);
    for (let half = 1; half <= 3; half++) {
      await halfLife();
      const { written, notes } = await start();
      expect(written).toMatchObject([{ principal: 'operator-mori' }]);
      expect([notes.get('operator-sakai'), notes.get('operator-noda'), notes.get('operator-mori')]).toEqual([
        'certificate on hold',
        'certificate revoked',
        undefined,
      ]);
      expect((await start()).written).toEqual([]);
    }
    expect(PERSONS.slice(0, 2).map((id) => certificate(id).serialNumber)).toEqual(
      before.slice(0, 2).map(({ serialNumber }) => serialNumber),
    );
    const now = certificate('operator-mori');
    expect(now.serialNumber.toLowerCase()).not.toBe(mori.serial);
    expect(now.publicKey.equals((before[2] as X509Certificate).publicKey)).toBe(true);
    expect(await house.app.principals.byCertificate(now.raw)).toMatchObject({ id: 'operator-mori' });
  });
});

describe('an amendment', { timeout: 60_000 }, () => {
  it('certifies only whom it adds, and is not applied without the request of a person of its ceremony', async () => {
    await found();
    await start();
    const requests = join(ground.folder, 'requests');
    const domain: HouseOptions['domain'] = (file) => {
      const noda = file.operators.find(({ id }) => id === 'operator-noda');
      file.operators.push({
        ...(noda as NonNullable<typeof noda>),
        id: 'operator-noda-2',
        person: 'operator-noda',
      });
      const { ceremony } = file as unknown as { ceremony: { persons: string[] } };
      ceremony.persons[1] = 'operator-noda-2';
    };
    const { amendments } = house.app;
    const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(domain));
    await amendments.approve(house.principal('operator-noda'), id);
    opensslRequest(requests, 'operator-sakai');
    opensslRequest(requests, 'nobody');
    const apply = () => {
      const { core, trustDomain } = composeHouse(ground, { domain });
      return core.authority.holdCeremony(
        () => {},
        (added) => readRequests(requests, trustDomain, added),
      );
    };
    await expect(apply()).rejects.toThrow('Requests are missing of: operator-noda-2.');
    await house.core.assertInForce();
    expect((await amendments.get(id)).state).toBe('approved');

    opensslRequest(requests, 'operator-noda-2');
    await apply();
    const before = PERSONS.map((one) => certificate(one).serialNumber);
    house = await openHouse(ground, { domain });
    expect((await start()).written.map(({ principal }) => principal)).toEqual(['operator-noda-2']);
    expect(PERSONS.map((one) => certificate(one).serialNumber)).toEqual(before);
    const shown = await house.app.principals.byCertificate(certificate('operator-noda-2').raw);
    expect(shown).toMatchObject({ id: 'operator-noda-2', person: house.principal('operator-noda').person });
  });

  it('of a key that another principal has is refused', async () => {
    await found();
    await start();
    const requests = join(ground.folder, 'requests');
    const domain: HouseOptions['domain'] = ({ operators }) => {
      const noda = operators.find(({ id }) => id === 'operator-noda');
      operators.push({
        ...(noda as NonNullable<typeof noda>),
        id: 'operator-noda-2',
        person: 'operator-noda',
      });
    };
    const { amendments } = house.app;
    const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(domain));
    await amendments.approve(house.principal('operator-noda'), id);
    copyFileSync(join(requests, 'operator-mori.csr'), join(requests, 'operator-noda-2.csr'));
    const { core, trustDomain } = composeHouse(ground, { domain });
    const keysFor = (added: readonly string[]) => readRequests(requests, trustDomain, added);
    const refused = core.authority.holdCeremony(() => {}, keysFor);
    await expect(refused).rejects.toThrow('belongs to operator-mori');
    await house.core.assertInForce();
  });
});

type Ref = { readonly ca: string; readonly serial: string };
