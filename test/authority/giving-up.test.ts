import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { Fault } from '../../lib/fault.ts';
import { listingPk, type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Table } from '../../lib/store/store.ts';
import { issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import {
  codeOf,
  composeHouse,
  type Ground,
  type HouseFile,
  type HouseOptions,
  losingRows,
  openGround,
  openHouse,
  SECOND,
  withoutEnds,
} from './house.ts';

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
/** One under which it would be another certificate. */
const other = (file: HouseFile): void => {
  for (const profile of file.profiles)
    if (profile.id === PROFILE)
      Object.assign(profile, { version: 2, certificatePolicies: [{ oid: '1.3.6.1.4.1.32473.1.3.2' }] });
};
/** Ones under which it would be the same certificate, but for its times. */
const raised = (file: HouseFile): void => {
  for (const profile of file.profiles) if (profile.id === PROFILE) Object.assign(profile, { version: 2 });
};
const shorter = (file: HouseFile): void => {
  for (const profile of file.profiles)
    if (profile.id === PROFILE) Object.assign(profile, { version: 3, validity: 'P1Y' });
};

/** Submitted and approved; its end could not be put, so nothing was begun. */
const approved = (): Promise<string> => stuck({ objects: withoutEnds });

/** Submitted and approved, and its end was put; the write of the certificate's rows was lost. */
const begun = (): Promise<string> => stuck(losingRows());

const stuck = async (options: HouseOptions): Promise<string> => {
  const crashed = await openHouse(ground, options);
  await expect(issueThroughOffice(crashed, PROFILE, csr)).rejects.toThrow('approved');
  return (await onlyRequest()).id;
};

const onlyRequest = async () => {
  const { requests } = await house.app.registration.list(house.principal('auditor'), { limit: 10 });
  expect(requests).toHaveLength(1);
  return requests[0] as (typeof requests)[number];
};

/** The name of the end of the request's first round. */
const endOf = async (id: string): Promise<string> => {
  const row = await ground.table.get<RequestRow>(requestKey(id));
  return `outcomes/${row?.value.records[0]}/1`;
};

const issuances = async (order: string) =>
  (await allRecords(house)).filter(
    ({ kind, ...rest }) => kind === 'issuance' && 'details' in rest && rest.details.order === order,
  );

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };

describe('a request that would break a rule', () => {
  it('fails once for all', async () => {
    const id = await approved();
    const strict = composeHouse(ground, { misread: stricter });
    expect(await TASKS.recovery(strict.core)).toEqual([]);
    expect(await onlyRequest()).toMatchObject({
      state: 'failed',
      failure: {
        at: '2026-11-22T09:00:00Z',
        code: 'lint-failed',
        reason: expect.stringContaining('public-key'),
      },
    });
    const end = JSON.parse(Buffer.from((await ground.objects.get(await endOf(id)))?.body ?? '').toString());
    expect(end).toMatchObject({
      kind: 'submission',
      details: { act: 'failed', fault: 'lint-failed', request: id },
    });
    // Not even a process that accepts the key issues it.
    const order = {
      order: id,
      closes: end.details.closes,
      profile: PROFILE,
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
    const strict = composeHouse(ground, { misread: stricter });
    let meanwhile = 0;
    const slow = await openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        put: async (key, body, options) => {
          // Just before its end is put, the other process gives the request up.
          if (key.startsWith('outcomes/') && meanwhile++ === 0) await strict.core.registration.recover();
          return objects.put(key, body, options);
        },
      }),
    });
    expect(await slow.core.registration.recover()).toEqual([]);
    expect(meanwhile).toBe(1);
    expect((await onlyRequest()).state).toBe('failed');
    expect(await issuances(id)).toEqual([]);
    await checkWorld(house, NOTHING);
  });
});

describe('a request whose profile is another one by now', () => {
  it('fails where nothing was recorded for it', async () => {
    const id = await approved();
    const { core } = composeHouse(ground, { misread: other });
    expect(await TASKS.recovery(core)).toEqual([]);
    expect((await onlyRequest()).state).toBe('approved');
    ground.time.now += 3600 * SECOND;
    expect(await TASKS.recovery(core)).toEqual([]);
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
    const { core } = composeHouse(ground, { misread: other });
    expect(await core.registration.recover()).toEqual([id]);
    const { state, certificate } = await onlyRequest();
    expect(state).toBe('issued');
    expect((await issuances(id))[0]).toMatchObject({ certificates: [certificate] });
    await checkWorld(house, NOTHING);
  });
});

describe('a request whose certificate would be the same but for its times', () => {
  it.each([
    ['a raised version', raised],
    ['a shorter validity', shorter],
  ])('keeps its approvals under %s', async (_, domain) => {
    const id = await approved();
    const { core } = composeHouse(ground, { misread: domain });
    expect(await core.registration.recover()).toEqual([id]);
    expect((await onlyRequest()).state).toBe('issued');
    await checkWorld(house, NOTHING);
  });
});

describe('a certificate that was begun and has no rows', () => {
  it('is built again with the same bytes, by whoever comes next', async () => {
    const id = await begun();
    const end = JSON.parse(Buffer.from((await ground.objects.get(await endOf(id)))?.body ?? '').toString());
    ground.time.now += 2 * 86_400 * SECOND;
    expect(await composeHouse(ground, { misread: raised }).core.registration.recover()).toEqual([id]);
    const { state, certificate } = await onlyRequest();
    expect([state, certificate]).toEqual(['issued', end.certificates[0]]);
    expect(ground.signed.filter(({ digest }) => digest === end.details.tbsDigest)).toHaveLength(1);
    expect(await issuances(id)).toMatchObject([{ id: end.id }]);
    await checkWorld(house, NOTHING);
  });

  it('is never signed where it cannot be built again: after an hour the request fails, for every process', async () => {
    const id = await begun();
    const signed = ground.signed.length;
    for (const domain of [shorter, other]) {
      expect(await composeHouse(ground, { misread: domain }).core.registration.recover()).toEqual([]);
      expect((await onlyRequest()).state).toBe('approved');
    }
    ground.time.now += 3600 * SECOND;
    const { core } = composeHouse(ground, { misread: shorter });
    expect(await core.registration.recover()).toEqual([]);
    expect(await onlyRequest()).toMatchObject({
      state: 'failed',
      failure: { code: 'issuance-not-rebuilt' },
    });
    // Its row put back to `approved` makes no difference to a process that could build it.
    const key = requestKey(id);
    const row = await ground.table.get<RequestRow>(key);
    const value = { ...row?.value, state: 'approved' } as RequestRow;
    await ground.table.write([
      { put: key, value, if: { version: row?.version ?? 0 } },
      { put: { pk: listingPk({ state: 'approved' }), sk: id }, value: {}, if: 'absent' },
    ]);
    expect(await house.core.registration.recover()).toEqual([]);
    expect((await onlyRequest()).state).toBe('failed');
    expect(ground.signed).toHaveLength(signed);
    expect(await issuances(id)).toEqual([]);
    expect((await issueThroughOffice(house, PROFILE, csr)).state).toBe('issued');
    await checkWorld(house, NOTHING);
  });

  it('is signed by nobody where it was given up in the moment in which its rows were stored', async () => {
    const id = await begun();
    ground.time.now += 3600 * SECOND;
    const strict = composeHouse(ground, { misread: shorter });
    let meanwhile = 0;
    const signed = ground.signed.length;
    const slow = await openHouse(ground, {
      table: (table): Table => ({
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        write: async (writes) => {
          const isCertificate = writes.some((one) => 'put' in one && one.put.pk.startsWith('certificates/'));
          if (isCertificate && meanwhile++ === 0) await strict.core.registration.recover();
          await table.write(writes);
        },
        close: () => table.close(),
      }),
    });
    expect(await slow.core.registration.recover()).toEqual([]);
    expect(meanwhile).toBe(1);
    expect((await onlyRequest()).state).toBe('failed');
    expect(await house.core.authority.recover()).toEqual([]);
    expect(await house.core.registration.recover()).toEqual([]);
    expect(ground.signed).toHaveLength(signed);
    // The key was free before the rows were stored, so they were not.
    expect(await issuances(id)).toEqual([]);
    expect((await issueThroughOffice(house, PROFILE, csr)).state).toBe('issued');
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
