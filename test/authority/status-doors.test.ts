import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateKey } from '../../lib/authority/certificates.ts';
import { type IssuedObject, openIssuedObjects } from '../../lib/authority/issued-objects.ts';
import { recordKey } from '../../lib/ledger/rows.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Item, Objects, Table, Value } from '../../lib/store/store.ts';
import type { Service } from '../service.ts';
import { issueTo } from '../status/office.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { deleteRow, putRow, rollbackTable } from '../store/row-attacks.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { codeOf, FAILURES, type Ground, insist, openGround, openHouse, SECOND } from './house.ts';

/** A status is decided by acts. Rows that are deleted, put back or forged neither open it nor keep a revocation out. */

let ground: Ground;
let table: ReturnType<typeof rollbackTable>;
let house: Service;
let chief: Principal;
let sakai: Principal;
let noda: Principal;
beforeEach(async () => {
  ground = await openGround();
  table = rollbackTable(ground.table);
  house = await openHouse(ground, { table: () => table });
  chief = house.principal('higashi-chief');
  sakai = house.principal('operator-sakai');
  noda = house.principal('operator-noda');
});
afterEach(() => ground.close());

const REASON = { reason: 'superseded' } as const;

let orders = 0;
const issue = async (profile = 'organisation-client'): Promise<CertificateRef> =>
  (await issueTo(house, profile, `order-${orders++}`)).ref;

const ofTheCa = async (): Promise<CertificateRef> => {
  const issued = (await allRecords(house)).find(
    (record) => record.kind === 'issuance' && record.details.profile === 'ca',
  );
  return issued?.certificates?.[0] as CertificateRef;
};

const statusKey = ({ ca, serial }: CertificateRef) => ({ pk: `status/${ca}/${serial.at(-1)}`, sk: serial });
const revokedKey = ({ ca, serial }: CertificateRef) => ({ pk: `revoked/${ca}`, sk: serial });

const stateOf = async (ref: CertificateRef): Promise<unknown> =>
  (await ground.table.get(statusKey(ref)))?.value.state;
const isListed = async (ref: CertificateRef): Promise<boolean> =>
  (await ground.table.get(revokedKey(ref))) !== undefined;

const kindsOf = async ({ ca, serial }: CertificateRef): Promise<readonly string[]> =>
  (await allRecords(house))
    .filter(
      ({ kind, certificates }) =>
        kind !== 'provision' &&
        kind !== 'issuance' &&
        kind !== 'ceremony' &&
        certificates?.some((ref) => ref.ca === ca && ref.serial === serial),
    )
    .map(({ kind }) => kind)
    .toReversed();

/** The ways to undo an act by rows: what was there before is put back, or what the act wrote is deleted. */
const UNDOING = ['rolled back', 'deleted'] as const;
const undone = async (
  how: (typeof UNDOING)[number],
  ref: CertificateRef,
  act: () => Promise<unknown>,
): Promise<void> => {
  const restore = table.mark();
  await act();
  if (how === 'rolled back') await restore();
  else for (const key of [statusKey(ref), revokedKey(ref)]) await deleteRow(ground.table, key);
};

describe('a status that was made worse, and whose rows were', () => {
  it.each(UNDOING)('%s: a revocation stays, and the next act puts its rows back', async (how) => {
    const { authority } = house.app;
    for (const again of ['revoke', 'hold', 'release'] as const) {
      const ref = await issue();
      let revocation: unknown;
      await undone(how, ref, async () => {
        revocation = (await authority.revoke(chief, ref, REASON)).revocation;
      });
      expect(await stateOf(ref)).toBe(how === 'deleted' ? undefined : 'good');
      if (again === 'revoke') {
        expect(await authority.revoke(noda, ref, REASON)).toEqual({ revocation, first: false });
      } else expect(await codeOf(authority[again](chief, ref))).toBe('already-revoked');
      expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
      expect((await ocspStatus(house, ref)).status).toBe('revoked');
      expect(await kindsOf(ref)).toEqual(['revocation']);
    }
  });

  it.each(UNDOING)('%s: a hold stays a hold, and a final one is not released', async (how) => {
    const { authority } = house.app;
    const ref = await issue('person-signature');
    await undone(how, ref, () => authority.hold(chief, ref));
    expect(await codeOf(authority.release(chief, ref))).toBe('hold-not-releasable');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['hold', true]);
    expect((await authority.hold(chief, ref)).first).toBe(false);
    expect(await kindsOf(ref)).toEqual(['hold']);
  });

  it.each(UNDOING)('%s: a hold that became a revocation is not released', async (how) => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.hold(chief, ref);
    await undone(how, ref, () => authority.revoke(chief, ref, REASON));
    expect(await codeOf(authority.release(chief, ref))).toBe('already-revoked');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
  });

  it.each(UNDOING)('%s: a second hold is not undone by the release of the first', async (how) => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.hold(chief, ref);
    await authority.release(chief, ref);
    ground.time.now += SECOND;
    await undone(how, ref, () => authority.hold(chief, ref));
    expect((await authority.hold(chief, ref)).first).toBe(false);
    expect(await stateOf(ref)).toBe('hold');
    expect(await kindsOf(ref)).toEqual(['hold', 'release', 'hold']);
  });
});

describe('a status that was made better', () => {
  it('and whose rows were put back is good again after the next act', async () => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.hold(chief, ref);
    const restore = table.mark();
    await authority.release(chief, ref);
    await restore();
    expect(await stateOf(ref)).toBe('hold');
    expect(await codeOf(authority.release(chief, ref))).toBe('not-on-hold');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['good', false]);
    expect(await kindsOf(ref)).toEqual(['hold', 'release']);
  });
});

describe('a status row that nobody acted for', () => {
  it.each(['hold', 'revoked'] as const)(
    '%s: releases nothing, stays closed, and is reported',
    async (state) => {
      const ref = await issue();
      const { value } = (await ground.table.get(statusKey(ref))) as Item;
      const entry = { revocationTime: 1_700_000_000, reason: 'certificateHold' };
      await putRow(ground.table, statusKey(ref), { ...value, state, ...entry });
      expect(await codeOf(house.app.authority.release(chief, ref))).toBe('not-on-hold');
      expect(await stateOf(ref)).toBe(state);
      expect(house.logged).toContainEqual({
        level: 'error',
        message: 'The status row of a certificate is closed, and no act closed it',
        facts: ref,
      });
      expect(await kindsOf(ref)).toEqual([]);
      // A revocation is an act, and its rows replace that row.
      expect((await house.app.authority.revoke(chief, ref, REASON)).first).toBe(true);
      expect((await ground.table.get(statusKey(ref)))?.value).toMatchObject({ state: 'revoked', ...REASON });
    },
  );

  it('that says less than a hold does not become good by its release', async () => {
    const { authority } = house.app;
    const ref = await issue('person-signature');
    await authority.hold(chief, ref);
    const { pk, sk } = certificateKey(ref);
    const row = (await ground.table.get({ pk, sk })) as Item;
    await putRow(ground.table, { pk, sk }, { ...row.value, profile: 'organisation-client' });
    expect(await codeOf(authority.release(chief, ref))).toBe('hold-not-releasable');
  });
});

describe('a revocation is not kept out', () => {
  const ATTACKS: Readonly<Record<string, (ref: CertificateRef) => Promise<void>>> = {
    'the status row is deleted': (ref) => deleteRow(ground.table, statusKey(ref)),
    'the certificate is listed already': (ref) =>
      putRow(ground.table, revokedKey(ref), { notAfter: 1, revocationTime: 1, reason: 'superseded' }),
    'the status row says that it is revoked': async (ref) => {
      const { value } = (await ground.table.get(statusKey(ref))) as Item;
      const said = { ...value, state: 'revoked', revocationTime: 1, reason: 'superseded' };
      await putRow(ground.table, statusKey(ref), said);
    },
    'the status row ends early': async (ref) => {
      const { value } = (await ground.table.get(statusKey(ref))) as Item;
      await putRow(ground.table, statusKey(ref), { ...value, notAfter: 1 });
    },
    'rows of changes are there already': async ({ ca, serial }) => {
      for (let n = 1; n <= 5; n++) {
        await putRow(ground.table, { pk: `changed/${ca}`, sk: `000000000000 ${serial} ${n}` }, {});
      }
    },
  };

  it.each(Object.keys(ATTACKS))('where %s', async (name) => {
    const ref = await issue();
    const row = (await ground.table.get<{ notAfter: number }>(statusKey(ref))) as Item<{ notAfter: number }>;
    const { notAfter } = row.value;
    await ATTACKS[name]?.(ref);
    expect((await house.app.authority.revoke(chief, ref, REASON)).first).toBe(true);
    const entry = { revocationTime: Math.floor(ground.time.now / 1000), notAfter, ...REASON };
    expect((await ground.table.get(statusKey(ref)))?.value).toMatchObject({ state: 'revoked', ...entry });
    expect((await ground.table.get(revokedKey(ref)))?.value).toEqual(entry);
  });

  it.each([
    ['deleted', undefined],
    ['that names another record', { record: 'x' }],
    ['of another form', null],
  ])('by a row of the certificate %s, or rows of its status without their form', async (_, change) => {
    const ref = await issue();
    const { value } = (await ground.table.get(certificateKey(ref))) as Item;
    if (change === undefined) await deleteRow(ground.table, certificateKey(ref));
    else await putRow(ground.table, certificateKey(ref), (change && { ...value, ...change }) as Value);
    for (const key of [statusKey(ref), revokedKey(ref)]) await putRow(ground.table, key, null as never);
    await expect(ocspStatus(house, ref)).rejects.toThrow('OCSP says internalError');
    expect((await house.app.authority.revoke(chief, ref, REASON)).revocation?.status).toBe('revoked');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
    expect((await ground.table.get(statusKey(ref)))?.value).toMatchObject({ notAfter: value.notAfter });
    expect((await house.app.status.publish(ref.ca, 'test')).number).toBeGreaterThan(1n);
  });

  const deleteIssuance = async (ref: CertificateRef): Promise<void> => {
    const { value } = (await ground.table.get(certificateKey(ref))) as Item<{ readonly record: string }>;
    await house.app.ledger.query({ limit: 1 });
    await deleteRow(ground.table, recordKey(value.record));
  };

  it('where the record of its issuance is deleted: its object says the same', async () => {
    const ref = await issue();
    await deleteIssuance(ref);
    expect((await house.app.authority.revoke(chief, ref, REASON)).first).toBe(true);
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
  });

  it('where that object is lost as well; it then takes two operators', async () => {
    const ref = await issue();
    await deleteIssuance(ref);
    const issued = (await openIssuedObjects(ground.objects).read(ref)) as IssuedObject;
    const lost = `outcomes/${issued.closes.act}/${issued.closes.number}`;
    const { authority } = (
      await openHouse(ground, {
        objects: (objects) => ({
          ...objects,
          get: async (path) => (path === lost ? undefined : objects.get(path)),
        }),
      })
    ).app;
    expect(await codeOf(authority.revoke(chief, ref, REASON))).toBe('unknown-certificate');
    expect((await authority.revoke(sakai, ref, REASON)).awaiting?.status).toBe('revoked');
    expect((await authority.revoke(noda, ref, REASON)).revocation?.status).toBe('revoked');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
  });

  it('by rows in the place of its record, which would keep it from being staged', async () => {
    const ref = await issue();
    const restore = table.mark();
    await house.app.authority.revoke(chief, ref, REASON);
    const { items } = await ground.table.query({ pk: `status/${ref.ca}/${ref.serial.at(-1)}`, limit: 10 });
    expect(items.length).toBeGreaterThan(0);
    const record = (await allRecords(house)).find(({ kind }) => kind === 'revocation')?.id as string;
    await restore();
    await putRow(ground.table, recordKey(record), { x: 1 });
    await house.core.authority.followClosings();
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
  });

  it('and is not made by rows of a certificate that there never was', async () => {
    const ref = { ca: 'organisation-1', serial: '011234567890' };
    const { authority } = house.app;
    for (const actor of [chief, sakai]) {
      expect(await codeOf(authority.revoke(actor, ref, REASON))).toBe('unknown-certificate');
      expect(await codeOf(authority.release(actor, ref))).toBe('unknown-certificate');
    }
    expect(await codeOf(authority.withdrawRevocation(sakai, ref))).toBe('unknown-certificate');
  });
});

describe('the asking of one operator', () => {
  const asked = (actor: Principal, ref: CertificateRef) => house.app.authority.revoke(actor, ref, REASON);

  it('is not made by a row, nor by a record without its signature', async () => {
    const ref = await ofTheCa();
    const { ca, serial } = ref;
    const [real] = await house.app.ledger.append({
      kind: 'confirmation',
      actor: sakai.id,
      certificates: [ref],
      details: {
        act: 'asked',
        status: 'revoked',
        reason: 'superseded',
        person: sakai.person,
        lapsesAt: '2026-11-29T09:00:00Z',
        closes: { act: `status.${ca}.${serial}`, number: 1 },
      },
    });
    if (!real) throw new Error('no record');
    const { signature: _, ...unsigned } = real;
    const id = real.id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    await putRow(ground.table, recordKey(id), { ...unsigned, id } as unknown as Value);
    for (const record of [id, real.id]) {
      const row = { asked: record, status: 'revoked', reason: 'superseded', askedBy: sakai.id };
      const times = { person: sakai.person, askedAt: 1_795_000_000, lapsesAt: 1_900_000_000 };
      await putRow(ground.table, { pk: `awaited/${ca}/${serial}`, sk: 'revocation' }, { ...row, ...times });
      expect((await house.app.authority.certificate(noda, ref)).awaiting).toBeUndefined();
    }
    expect((await asked(noda, ref)).awaiting?.askedBy).toBe('operator-noda');
    expect(await stateOf(ref)).toBe('good');
  });

  it('is not forgotten where its rows are deleted or rolled back', async () => {
    const ref = await ofTheCa();
    const restore = table.mark();
    const first = await asked(sakai, ref);
    await restore();
    expect((await house.app.authority.certificate(noda, ref)).awaiting).toEqual(first.awaiting);
    expect(await asked(sakai, ref)).toEqual({ ...first, first: false });
    expect(await kindsOf(ref)).toEqual(['confirmation']);
    expect((await asked(noda, ref)).revocation?.status).toBe('revoked');
  });

  it('that was taken back is not used where the rows of before are put back', async () => {
    const ref = await ofTheCa();
    await asked(sakai, ref);
    const restore = table.mark();
    await house.app.authority.withdrawRevocation(noda, ref);
    await restore();
    expect(await asked(noda, ref)).toMatchObject({ first: true, awaiting: { askedBy: 'operator-noda' } });
    expect(await stateOf(ref)).toBe('good');
  });

  it('that was used for a hold is not used for another', async () => {
    const own = await openGround();
    try {
      const rows = rollbackTable(own.table);
      const lenient = await openHouse(own, {
        table: () => rows,
        domain: (file) => {
          for (const profile of file.profiles) if (profile.id === 'service') profile.hold = 'releasable';
        },
      });
      const { ref } = await issueTo(lenient, 'service', 'door', { dnsNames: ['localhost'] });
      const { authority } = lenient.app;
      await authority.hold(sakai, ref);
      const restore = rows.mark();
      await authority.hold(noda, ref);
      await authority.release(noda, ref);
      await restore();
      expect(await authority.hold(noda, ref)).toMatchObject({ first: true, awaiting: { askedBy: noda.id } });
    } finally {
      await own.close();
    }
  });

  it('lapses by its own time, whatever the rows say, and after the term of the trust domain', async () => {
    const own = await openGround();
    try {
      const brief = await openHouse(own, {
        domain: (file) => Object.assign(file, { acts: { lapse: { revocation: 'PT1H' } } }),
      });
      const issued = (await allRecords(brief)).find(
        (record) => record.kind === 'issuance' && record.details.profile === 'ca',
      );
      const ref = issued?.certificates?.[0] as CertificateRef;
      const { awaiting } = await brief.app.authority.revoke(sakai, ref, REASON);
      expect(awaiting?.lapsesAt).toBe('2026-11-22T10:00:00Z');
      own.time.now += 3600 * SECOND;
      expect((await brief.app.authority.revoke(noda, ref, REASON)).awaiting?.askedBy).toBe('operator-noda');
    } finally {
      await own.close();
    }
  });
});

/** Objects whose nth put fails: it is lost, or it is done and its answer is lost. */
const faultyObjects = (objects: Objects, nth: number, failure: (typeof FAILURES)[number]): Objects => {
  const once = faultyTable({ write: async () => {} } as unknown as Table, new Map([[nth, failure]]));
  return {
    get: (key) => objects.get(key),
    list: (prefix, options) => objects.list(prefix, options),
    put: async (key, body, options) => {
      // The table counts and fails; the object is put in between.
      if (failure === 'lost') {
        await once.write([]);
        return objects.put(key, body, options);
      }
      await objects.put(key, body, options);
      return once.write([]);
    },
  };
};

describe('an object', () => {
  it('that is lost, or put without an answer, leaves each act done and recorded once when it is tried again', async () => {
    for (const failure of FAILURES) {
      for (let nth = 1; nth <= 4; nth++) {
        const [released, revoked, ca] = [await issue(), await issue(), await ofTheCa()];
        const { authority } = (
          await openHouse(ground, { objects: (objects) => faultyObjects(objects, nth, failure) })
        ).app;
        const settle = async (act: () => Promise<unknown>): Promise<void> => {
          const code = await codeOf(insist(act));
          // The release went through and its answer was lost.
          expect(['none', 'not-on-hold']).toContain(code);
        };
        await settle(() => authority.hold(chief, released));
        await settle(() => authority.release(chief, released));
        await settle(() => authority.hold(chief, revoked));
        await settle(() => authority.revoke(chief, revoked, REASON));
        expect([await stateOf(released), await stateOf(revoked)]).toEqual(['good', 'revoked']);
        expect(await kindsOf(released)).toEqual(['hold', 'release']);
        expect(await kindsOf(revoked)).toEqual(['hold', 'revocation']);
        expect(await stateOf(ca)).toBe('good');
      }
    }
  });

  it('that cannot be put is no act: nothing is changed, and the caller is told to try again', async () => {
    const ref = await issue();
    const broken = await openHouse(ground, {
      objects: (objects) => ({ ...objects, put: () => Promise.reject(new Error('unplugged')) }),
    });
    await expect(broken.app.authority.revoke(chief, ref, REASON)).rejects.toThrow('unplugged');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['good', false]);
    expect(await kindsOf(ref)).toEqual([]);
  });

  it('without its rows is finished by the next person who acts on the certificate', async () => {
    const ref = await issue();
    // Everything that this process writes to the table is lost.
    const dying = await openHouse(ground, {
      table: (table) => ({
        ...table,
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        write: () => Promise.reject(new Error('killed')),
      }),
    });
    await expect(dying.app.authority.revoke(chief, ref, { reason: 'keyCompromise' })).rejects.toThrow(
      'killed',
    );
    expect([await stateOf(ref), await kindsOf(ref)]).toEqual(['good', []]);
    expect(await codeOf(house.app.authority.revoke(noda, ref, REASON))).toBe('already-revoked');
    expect([await stateOf(ref), await isListed(ref)]).toEqual(['revoked', true]);
    expect(await kindsOf(ref)).toEqual(['revocation']);
    const { der } = await house.app.status.crl(ref.ca, 'full', { recipient: 'public', method: 'GET' });
    expect(Buffer.from(der).toString('hex')).toContain(ref.serial);
  });
});

describe('two acts at once', () => {
  /** A process whose next act is overtaken: `other` happens after everything was read and before the object is put. */
  const overtaken = async (other: () => Promise<unknown>): Promise<Service> => {
    let isDone = false;
    return openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        put: async (key, body, options) => {
          if (key.startsWith('outcomes/status.') && !isDone) {
            isDone = true;
            await other();
          }
          return objects.put(key, body, options);
        },
      }),
    });
  };

  it('a release that a revocation overtakes is told that the certificate is revoked', async () => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.hold(chief, ref);
    const slow = await overtaken(() => authority.revoke(noda, ref, REASON));
    expect(await codeOf(slow.app.authority.release(chief, ref))).toBe('already-revoked');
    expect(await stateOf(ref)).toBe('revoked');
    expect(await kindsOf(ref)).toEqual(['hold', 'revocation']);
  });

  it('a revocation that a release overtakes begins when it is recorded', async () => {
    const { authority } = house.app;
    const ref = await issue();
    await authority.hold(chief, ref);
    ground.time.now += 60 * SECOND;
    const slow = await overtaken(() => authority.release(noda, ref));
    const { revocation, first } = await slow.app.authority.revoke(chief, ref, REASON);
    expect([revocation?.revocationTime, first]).toEqual(['2026-11-22T09:01:00Z', true]);
    expect(await kindsOf(ref)).toEqual(['hold', 'release', 'revocation']);
  });

  it('a revocation that another overtakes is told of the other', async () => {
    const ref = await issue();
    const slow = await overtaken(() => house.app.authority.revoke(noda, ref, REASON));
    const { revocation, ...outcome } = await slow.app.authority.revoke(chief, ref, {
      reason: 'keyCompromise',
    });
    expect([revocation?.reason, outcome]).toEqual(['keyCompromise', { first: true, raised: true }]);
    const other = await issue();
    const late = await overtaken(() => house.app.authority.revoke(noda, other, { reason: 'keyCompromise' }));
    expect(await codeOf(late.app.authority.revoke(chief, other, REASON))).toBe('already-revoked');
    expect(await kindsOf(other)).toEqual(['revocation']);
  });

  it('a confirmation that a withdrawal overtakes revokes nothing, and is a first asking', async () => {
    const { authority } = house.app;
    const ref = await ofTheCa();
    await authority.revoke(sakai, ref, REASON);
    const slow = await overtaken(() => authority.withdrawRevocation(sakai, ref));
    expect(await slow.app.authority.revoke(noda, ref, REASON)).toMatchObject({
      first: true,
      awaiting: { askedBy: 'operator-noda' },
    });
    expect(await stateOf(ref)).toBe('good');
  });

  it('a withdrawal that the confirmation overtakes is told that nothing awaits one', async () => {
    const { authority } = house.app;
    const ref = await ofTheCa();
    await authority.revoke(sakai, ref, REASON);
    const slow = await overtaken(() => authority.revoke(noda, ref, REASON));
    expect(await codeOf(slow.app.authority.withdrawRevocation(sakai, ref))).toBe('nothing-awaited');
    expect(await stateOf(ref)).toBe('revoked');
  });
});

describe('what an officer is shown', () => {
  it('is decided by the issuance, not by a row that names the office', async () => {
    const ref = await issue();
    const nishi = house.principal('nishi-counter');
    const { value } = (await ground.table.get(certificateKey(ref))) as Item;
    await putRow(ground.table, certificateKey(ref), { ...value, office: nishi.office as string });
    expect(await codeOf(house.app.authority.certificate(nishi, ref))).toBe('unknown-certificate');
    expect((await house.app.authority.certificate(chief, ref)).serial).toBe(ref.serial);
  });
});
