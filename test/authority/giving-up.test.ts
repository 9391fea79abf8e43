import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { Fault } from '../../lib/fault.ts';
import type { Table } from '../../lib/store/store.ts';
import { issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld } from '../world.ts';
import { codeOf, composeHouse, type Ground, type HouseFile, openGround, openHouse, SECOND } from './house.ts';

/** Approved requests that can never be issued, and certificates that cannot be signed for a while. */

let ground: Ground;
let house: Service;
let csr: string;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  csr = opensslRequest(ground.folder, 'holder');
});
afterEach(() => ground.close());

const PROFILE = 'person-authentication';

/** A trust domain that refuses the holder's key; its profile has the same version. */
const stricter = (file: HouseFile): void => {
  for (const profile of file.profiles)
    if (profile.id === PROFILE) Object.assign(profile, { publicKeys: ['rsa3072'] });
};
const newer = (file: HouseFile): void => {
  for (const profile of file.profiles) if (profile.id === PROFILE) Object.assign(profile, { version: 2 });
};

/** Submitted and approved in three writes; the fourth, which would record the certificate, is lost. */
const approved = async (): Promise<string> => {
  const crashed = await openHouse(ground, {
    table: (table) => faultyTable(table, new Map([[4, 'lost']])),
  });
  await expect(issueThroughOffice(crashed, PROFILE, csr)).rejects.toThrow('approved');
  return (await onlyRequest()).id;
};

const onlyRequest = async () => {
  const { requests } = await house.app.registration.list(house.principal('auditor'), { limit: 10 });
  expect(requests).toHaveLength(1);
  return requests[0] as (typeof requests)[number];
};

const issuances = async (order: string) =>
  (await allRecords(house)).filter(
    ({ kind, ...rest }) => kind === 'issuance' && 'details' in rest && rest.details.order === order,
  );

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };

describe('a request that would break a rule', () => {
  it('fails once for all', async () => {
    const id = await approved();
    const other = composeHouse(ground, { misread: stricter });
    expect(await TASKS.recovery(other.core)).toEqual([]);
    expect(await onlyRequest()).toMatchObject({
      state: 'failed',
      failure: {
        at: '2026-11-22T09:00:00Z',
        code: 'lint-failed',
        reason: expect.stringContaining('public-key'),
      },
    });
    // Not even a process that accepts the key issues it.
    const order = {
      order: id,
      profile: PROFILE,
      profileVersion: 1,
      office: 'mizusaki-higashi',
      fields: { holderId: '2026112200000001' },
      subjectPublicKeyInfo: Buffer.alloc(0),
      actor: 'operator-noda',
    };
    expect(await codeOf(house.core.authority.issue(order))).toBe('wrong-state');
    expect(await TASKS.recovery(house.core)).toEqual([]);
    expect(await issuances(id)).toEqual([]);
    // The key is free.
    expect((await issueThroughOffice(house, PROFILE, csr)).state).toBe('issued');
    await checkWorld(house, NOTHING);
  });

  it('fails, or is issued, where two processes judge it at the same moment; never both', async () => {
    const id = await approved();
    const other = composeHouse(ground, { misread: stricter });
    let meanwhile = 0;
    const slow = await openHouse(ground, {
      table: (table): Table => ({
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        write: async (writes) => {
          // Just before the certificate is recorded, the other process gives the request up.
          if (writes.some((write) => 'put' in write && write.put.pk.startsWith('certificates/'))) {
            meanwhile++;
            await other.core.registration.recover();
          }
          await table.write(writes);
        },
        close: () => table.close(),
      }),
    });
    expect(await slow.core.registration.recover()).toEqual([]);
    expect(meanwhile).toBe(1);
    expect((await onlyRequest()).state).toBe('failed');
    expect(await issuances(id)).toEqual([]);
    await checkWorld(house, NOTHING);
  });
});

describe('a request whose profile is no longer there', () => {
  it('fails if nothing was recorded for it', async () => {
    const id = await approved();
    const other = composeHouse(ground, { misread: newer });
    expect(await TASKS.recovery(other.core)).toEqual([]);
    expect((await onlyRequest()).state).toBe('approved');
    ground.time.now += 3600 * SECOND;
    expect(await TASKS.recovery(other.core)).toEqual([]);
    expect(await onlyRequest()).toMatchObject({ state: 'failed', failure: { code: 'unknown-profile' } });
    expect(await issuances(id)).toEqual([]);
  });

  it('is issued if its certificate was recorded, exactly as it was approved', async () => {
    const silent = await openHouse(ground, {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: async (id) => ({
          ...(await keys.open(id)),
          sign: () => Promise.reject(new Fault('store-unavailable', 'The key cannot be reached.')),
        }),
      }),
    });
    await expect(issueThroughOffice(silent, PROFILE, csr)).rejects.toThrow('approved');
    const { id } = await onlyRequest();
    expect(await issuances(id)).toHaveLength(1);
    ground.time.now += 3600 * SECOND;
    const other = composeHouse(ground, { misread: newer });
    expect(await other.core.registration.recover()).toEqual([id]);
    const { state, certificate } = await onlyRequest();
    expect(state).toBe('issued');
    expect((await issuances(id))[0]).toMatchObject({ certificates: [certificate] });
    await checkWorld(house, NOTHING);
  });
});

describe('a certificate that cannot be signed', () => {
  it('is logged once, tried again after growing pauses, and finished when the key is back', async () => {
    let away = true;
    let tried = 0;
    const half = await openHouse(ground, {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: async (id) => {
          const signer = await keys.open(id);
          return {
            ...signer,
            sign: async (message) => {
              if (!away) return signer.sign(message);
              tried++;
              throw new Fault('store-unavailable', 'The key cannot be reached.');
            },
          };
        },
      }),
    });
    await codeOf(
      half.core.authority.issue({
        order: 'order-1',
        profile: PROFILE,
        profileVersion: 1,
        office: 'mizusaki-higashi',
        fields: { holderId: '2026112200000001' },
        subjectPublicKeyInfo: (await ground.keys.create('holder', 'ecdsa-p256-sha256')).subjectPublicKeyInfo,
        actor: 'operator-noda',
      }),
    );
    const fresh = half.core.authority;
    const outcomes: string[] = [];
    tried = 0;
    // Three hours of housekeeping.
    for (let turn = 0; turn < 720; turn++) {
      outcomes.push(await codeOf(fresh.recover()));
      ground.time.now += 15 * SECOND;
    }
    expect(outcomes.filter((code) => code !== 'none')).toEqual(['store-unavailable']);
    expect(half.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(tried).toBeGreaterThan(6);
    expect(tried).toBeLessThan(15);
    away = false;
    ground.time.now += 3600 * SECOND;
    expect(await fresh.recover()).toEqual(['order-1']);
    await checkWorld(house, NOTHING);
  });
});
