import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Key, Value } from '../../lib/store/store.ts';
import type { AmendmentRow } from '../../lib/trust-domain/amendment-rows.ts';
import type { InForceRow } from '../../lib/trust-domain/contract.ts';
import {
  codeOf,
  composeHouse,
  DAY,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';

/*
 * Somebody who can write to the table, and bring an old file, puts rows back, deletes them or invents them. The file in force
 * is an object, and so is every end of an amendment: no file comes back, and no approval is used twice.
 */

type Change = (file: HouseFile) => void;

const without =
  (id: string): Change =>
  (file) => {
    file.operators.splice(
      file.operators.findIndex((one) => one.id === id),
      1,
    );
  };
const leaves = without('operator-mori');
const longer: Change = (file) => {
  file.retention.crl = 'P11Y';
};
const digestOf = (change?: Change): string => hash('sha256', fileOf(change));

const IN_FORCE: Key = { pk: 'trust-domain', sk: 'ceremony' };
const amendmentKey = (id: string): Key => ({ pk: 'trust-domain-amendments', sk: id });

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const readValue = async <T extends Value>(key: Key): Promise<T> => {
  const item = await ground.table.get<T>(key);
  if (!item) throw new Error(`no row ${key.pk} ${key.sk}`);
  return item.value;
};
const agree = async (on: Service, change?: Change): Promise<string> => {
  const { amendments } = on.app;
  on.advance(SECOND);
  const { id } = await amendments.propose(on.principal('operator-sakai'), fileOf(change));
  on.advance(SECOND);
  await amendments.approve(on.principal('operator-noda'), id);
  on.advance(SECOND);
  return id;
};

const start = (change?: Change): Promise<string> => codeOf(openHouse(ground, change && { domain: change }));

const submit = (on: Service): Promise<string> =>
  codeOf(
    on.app.registration.submit(on.principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(ground.folder, 'late'),
      fields: FIELDS['official-position'] ?? {},
    }),
  );

describe('the row of the file in force', () => {
  let former: InForceRow;
  beforeEach(async () => {
    former = await readValue<InForceRow>(IN_FORCE);
    await agree(house, leaves);
    await openHouse(ground, { domain: leaves });
  });

  it.each<[string, () => Promise<void>]>([
    ['put back', () => putRow(ground.table, IN_FORCE, former)],
    ['deleted', () => deleteRow(ground.table, IN_FORCE)],
    [
      'forged, as if the old file had been approved again',
      async () => {
        const now = await readValue<InForceRow>(IN_FORCE);
        await putRow(ground.table, IN_FORCE, {
          ...now,
          approved: { amendment: '00'.repeat(10), digest: digestOf() },
        });
      },
    ],
    [
      'forged, as if the old file were the next state',
      () => putRow(ground.table, IN_FORCE, { ...former, number: 3 }),
    ],
    ['forged, with a number that is none', () => putRow(ground.table, IN_FORCE, { ...former, number: 1.5 })],
  ])('%s does not bring the earlier file back', async (_, attack) => {
    await attack();
    expect(await start()).not.toBe('none');
    // A process that still runs by the earlier file stops within a minute, and nobody is known to it.
    house.advance(60 * SECOND);
    expect(await submit(house)).toBe('trust-domain-changed');
    const { token } = await house.app.principals.issueToken(house.principal('higashi-counter'));
    expect(await codeOf(house.app.principals.byToken(token))).toBe('trust-domain-changed');
    expect(await codeOf(house.app.status.publish('organisation-1', 'service'))).toBe('trust-domain-changed');
    // The file in force goes on, and its row is made again.
    expect(await start(leaves)).toBe('none');
    expect(await readValue<InForceRow>(IN_FORCE)).toMatchObject({ digest: digestOf(leaves), number: 2 });
  });

  it('without its object does not count: the table came without its bucket', async () => {
    const other = await openGround();
    try {
      await other.table.write([
        { put: IN_FORCE, value: await readValue<InForceRow>(IN_FORCE), if: 'absent' },
      ]);
      expect(await codeOf(openHouse(other))).toBe('amendment-not-recorded');
    } finally {
      await other.close();
    }
  });
});

describe('a running process', () => {
  it('asks the bucket again after a minute, and not before', async () => {
    await agree(house, leaves);
    // Looked up a moment ago; until the file is applied, both files count.
    expect(await submit(house)).toBe('none');
    await openHouse(ground, { domain: leaves });
    house.advance(59 * SECOND);
    house.advance(2 * SECOND);
    expect(await submit(house)).toBe('trust-domain-changed');
  });

  it('goes on answering OCSP', async () => {
    await agree(house, leaves);
    await openHouse(ground, { domain: leaves });
    house.advance(60 * SECOND);
    const answer = await house.app.status.ocsp(Uint8Array.of(0x30, 0), {
      recipient: 'public',
      method: 'POST',
    });
    expect(answer.error).toBe('malformedRequest');
  });
});

describe('an amendment', () => {
  it('that was approved and then refused does not come into force by its rows', async () => {
    const id = await agree(house, leaves);
    const [row, amendment] = [
      await readValue<InForceRow>(IN_FORCE),
      await readValue<AmendmentRow>(amendmentKey(id)),
    ];
    const { amendments } = house.app;
    await amendments.reject(house.principal('operator-sakai'), id);
    await putRow(ground.table, IN_FORCE, row);
    await putRow(ground.table, amendmentKey(id), amendment);
    expect(await start(leaves)).toBe('trust-domain-changed');
    // Asked again, the rows follow what happened.
    expect(await codeOf(amendments.approve(house.principal('operator-noda'), id))).toBe('amendment-closed');
    expect((await amendments.get(id)).state).toBe('rejected');
    expect((await readValue<InForceRow>(IN_FORCE)).approved).toBeUndefined();
  });

  it('that was refused is not approved because its row says that it is open', async () => {
    const { amendments } = house.app;
    const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(leaves));
    const open = await readValue<AmendmentRow>(amendmentKey(id));
    await amendments.reject(house.principal('operator-sakai'), id);
    await putRow(ground.table, amendmentKey(id), open);
    expect(await codeOf(amendments.approve(house.principal('operator-noda'), id))).toBe('amendment-closed');
    expect(await start(leaves)).toBe('trust-domain-changed');
  });

  it('that was applied and undone is not applied again by its rows', async () => {
    const id = await agree(house, leaves);
    const [row, amendment] = [
      await readValue<InForceRow>(IN_FORCE),
      await readValue<AmendmentRow>(amendmentKey(id)),
    ];
    const second = await openHouse(ground, { domain: leaves });
    await agree(second);
    house = await openHouse(ground);
    await putRow(ground.table, IN_FORCE, row);
    await putRow(ground.table, amendmentKey(id), amendment);
    expect(await start(leaves)).toBe('trust-domain-changed');
    expect(await start()).toBe('none');
    expect(await readValue<InForceRow>(IN_FORCE)).toMatchObject({ digest: digestOf(), number: 3 });
  });

  it.each(['proposed', 'approved'] as const)(
    'whose record of the step %s is deleted does not come into force',
    async (step) => {
      const id = await agree(house, leaves);
      await house.app.ledger.query({ limit: 1 });
      const record = (await readValue<AmendmentRow>(amendmentKey(id)))[step]?.record ?? '';
      const day = `record/${new Date(ground.time.now).toISOString().slice(0, 10)}`;
      const found = (await ground.table.query({ pk: day, limit: 1000 })).items.filter(({ sk }) =>
        sk.includes(record),
      );
      expect(found).toHaveLength(1);
      for (const { pk, sk } of found) await deleteRow(ground.table, { pk, sk });
      expect(await start(leaves)).toBe('amendment-not-recorded');
    },
  );
});

describe('an approval that nobody applied in time', () => {
  it('has lapsed: it is neither applied nor approved again, and does not keep others waiting', async () => {
    const id = await agree(house, leaves);
    const { amendments } = house.app;
    const noda = house.principal('operator-noda');
    expect(await amendments.get(id)).toMatchObject({ state: 'approved', lapses: '2026-11-29T09:00:02Z' });
    house.advance(7 * DAY);
    expect(await start(leaves)).toBe('amendment-lapsed');
    expect(await codeOf(amendments.approve(noda, id))).toBe('amendment-closed');
    expect((await amendments.get(id)).state).toBe('lapsed');

    const { id: next } = await amendments.propose(house.principal('operator-sakai'), fileOf(longer));
    await amendments.approve(noda, next);
    expect(await start(longer)).toBe('none');
  });

  it('is not applied by a process whose clock is behind, after another one has seen the lapse', async () => {
    const id = await agree(house, leaves);
    const row = await readValue<InForceRow>(IN_FORCE);
    house.advance(7 * DAY);
    await house.app.amendments.propose(house.principal('operator-sakai'), fileOf(longer));
    house.advance(-7 * DAY);
    await putRow(ground.table, IN_FORCE, row);
    expect(await start(leaves)).toBe('trust-domain-changed');
    house.advance(7 * DAY);
    const { records } = await house.app.ledger.query({ kind: 'trust-domain', limit: 10 });
    expect(records).toContainEqual(
      expect.objectContaining({
        actor: 'service',
        details: expect.objectContaining({ step: 'lapsed', amendment: id }),
      }),
    );
  });

  it('stays usable where the application had begun', async () => {
    await agree(house, leaves);
    // The approval is used; then the process ends before the state is put.
    const objects = (real: Ground['objects']): Ground['objects'] => ({
      ...real,
      put: (key, body, options) =>
        key === 'outcomes/trust-domain/2'
          ? Promise.reject(new Error('the process ended'))
          : real.put(key, body, options),
    });
    await expect(openHouse(ground, { domain: leaves, objects })).rejects.toThrow('the process ended');
    expect(await start()).toBe('none');
    house.advance(8 * DAY);
    expect(await start(leaves)).toBe('none');
  });
});

describe('the rows of withdrawn principals', () => {
  const returns: Change = (file) => {
    const operator = file.operators.find(({ id }) => id === 'operator-mori');
    if (operator) operator.person = 'somebody-else';
  };

  it.each<[string, () => Promise<void>]>([
    ['deleted', () => deleteRow(ground.table, { pk: 'trust-domain-withdrawn', sk: 'operator-mori' })],
    [
      'forged',
      () =>
        putRow(
          ground.table,
          { pk: 'trust-domain-withdrawn', sk: 'operator-mori' },
          { person: 'somebody-else' },
        ),
    ],
  ])('%s do not give an id to another person', async (_, attack) => {
    await agree(house, leaves);
    const after = await openHouse(ground, { domain: leaves });
    const propose = () =>
      codeOf(after.app.amendments.propose(after.principal('operator-noda'), fileOf(returns)));
    expect(await propose()).toBe('amendment-invalid');
    await attack();
    expect(await propose()).toBe('configuration-invalid');
  });
});

describe('the bucket that does not answer', () => {
  const FAILURES = ['lost', 'appliedThenErrored'] as const;

  it.each(FAILURES)('leaves an application that goes on (%s)', async (failure) => {
    for (const name of ['outcomes/trust-domain/2', 'end of the proposal']) {
      const own = await openGround();
      try {
        await agree(await openHouse(own), leaves);
        let failed = 0;
        const objects = (real: Ground['objects']): Ground['objects'] => ({
          ...real,
          put: async (key, body, options) => {
            const isIt = name.startsWith('outcomes') ? key === name : /^outcomes\/[0-9a-f-]{20,}/.test(key);
            if (!isIt || failed++ > 0) return real.put(key, body, options);
            if (failure === 'appliedThenErrored') await real.put(key, body, options);
            throw new Error('no answer');
          },
        });
        await expect(openHouse(own, { domain: leaves, objects })).rejects.toThrow('no answer');
        const after = await openHouse(own, { domain: leaves });
        const { records } = await after.app.ledger.query({ kind: 'trust-domain', limit: 10 });
        const steps = records.map((record) => record.kind === 'trust-domain' && record.details.step);
        expect(steps.sort()).toEqual(['applied', 'applying', 'approved', 'first', 'proposed']);
        expect(await codeOf(openHouse(own))).toBe('trust-domain-changed');
      } finally {
        await own.close();
      }
    }
  });

  it.each(FAILURES)('leaves a refusal that the second call makes or finds (%s)', async (failure) => {
    let failed = 0;
    const objects = (real: Ground['objects']): Ground['objects'] => ({
      ...real,
      put: async (key, body, options) => {
        if (failed++ > 0) return real.put(key, body, options);
        if (failure === 'appliedThenErrored') await real.put(key, body, options);
        throw new Error('no answer');
      },
    });
    const id = await agree(house, leaves);
    const on = await openHouse(ground, { objects });
    const sakai = on.principal('operator-sakai');
    await expect(on.app.amendments.reject(sakai, id)).rejects.toThrow('no answer');
    expect(await on.app.amendments.reject(sakai, id)).toMatchObject({
      state: 'rejected',
      rejected: { by: 'operator-sakai' },
    });
    expect(await codeOf(on.app.amendments.reject(sakai, id))).toBe('amendment-closed');
    expect(await start(leaves)).toBe('trust-domain-changed');
  });

  it('keeps a process from acting, and nothing is half done', async () => {
    house.advance(60 * SECOND);
    const down = composeHouse(ground, {
      objects: (real) => ({ ...real, get: () => Promise.reject(new Error('no answer')) }),
    });
    await expect(down.core.authority.holdCeremony(() => {})).rejects.toThrow('no answer');
    await expect(
      down.core.amendments.propose(house.principal('operator-sakai'), fileOf(leaves)),
    ).rejects.toThrow('no answer');
    expect((await house.app.amendments.list({ limit: 10 })).amendments).toEqual([]);
  });
});

describe('two refusals at once', () => {
  it('are one, and the other operator is told what happened', async () => {
    const id = await agree(house, leaves);
    const another = await openHouse(ground);
    const codes = await Promise.all([
      codeOf(house.app.amendments.reject(house.principal('operator-sakai'), id)),
      codeOf(another.app.amendments.reject(another.principal('operator-noda'), id)),
    ]);
    expect(codes.sort()).toEqual(['amendment-closed', 'none']);
  });
});
