import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import type { Order } from '../../lib/authority/authority.ts';
import { Fault } from '../../lib/fault.ts';
import type { Signer } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Table } from '../../lib/store/store.ts';
import { changeOffice } from '../demonstration-people.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';
import {
  codeOf,
  composeHouse,
  DAY,
  FAILURES,
  type Ground,
  type HouseFile,
  type HouseOptions,
  insist,
  keyOfOrder,
  losingRows,
  openGround,
  openHouse,
} from './house.ts';

/** The issuance cycle through the authority's door. */

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

const orderOf = (order: string, profile = 'person-signature', key = keyOfOrder(order)): Order => ({
  order,
  profile,
  office: 'mizusaki-higashi',
  fields: FIELDS[profile] ?? {},
  subjectPublicKeyInfo: key,
  actor: 'operator-noda',
});

const issuancesOf = async (service: Service, order: string) =>
  (await allRecords(service)).filter(
    (record) => record.kind === 'issuance' && record.details.order === order,
  );

/** A copy of the table on which a test can replace a method. */
const through = (table: Table): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  write: (writes) => table.write(writes),
  close: () => table.close(),
});

/** The end of an order of the service itself. */
const endOf = (order: string): string => `outcomes/order.${order}/1`;

const takenBy = async (order: string): Promise<CertificateRef | undefined> => {
  const end = await ground.objects.get(endOf(order));
  return end && JSON.parse(Buffer.from(end.body).toString()).certificates[0];
};

const certificateOf = async ({ core }: Pick<Service, 'core'>, ref: CertificateRef) => {
  const pem = await core.authority.chainPem(ref);
  const end = '-----END CERTIFICATE-----\n';
  return decodeCertificate(decodePem('CERTIFICATE', pem.slice(0, pem.indexOf(end) + end.length), 65_536));
};

describe('an order', () => {
  it('is one certificate and one record, asked for twenty times at once by two processes, and again later', async () => {
    const [one, two] = [await openHouse(ground), await openHouse(ground)];
    const before = ground.signed.length;
    const refs = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).core.authority.issue(orderOf('order-1'))),
    );
    expect(new Set(refs.map(({ ca, serial }) => `${ca} ${serial}`)).size).toBe(1);
    const [ref] = refs as [CertificateRef];
    expect(ref.ca).toBe('signature-1');
    expect(await issuancesOf(one, 'order-1')).toHaveLength(1);
    // A key may sign the same bytes more than once, never other bytes for the same order.
    const signed = ground.signed.slice(before).filter(({ id }) => id === 'signature-1');
    expect(new Set(signed.map(({ digest }) => digest)).size).toBe(1);

    const pem = await one.core.authority.chainPem(ref);
    ground.time.now += DAY;
    expect(await two.core.authority.issue(orderOf('order-1'))).toEqual(ref);
    expect(await two.core.authority.chainPem(ref)).toBe(pem);
    await checkWorld(one, { ...NOTHING, signed: signed.map(({ digest }) => digest) });
  });

  it('with another id is another certificate', async () => {
    const house = await openHouse(ground);
    const refs = await Promise.all(['a', 'b'].map((order) => house.core.authority.issue(orderOf(order))));
    expect(refs[0]?.serial).not.toBe(refs[1]?.serial);
  });

  it('of a profile that is not in force is refused and takes no serial number', async () => {
    const { core } = await openHouse(ground);
    const { authority } = core;
    expect(await codeOf(authority.issue({ ...orderOf('o'), profile: 'nobody' }))).toBe('unknown-profile');
    expect(await takenBy('o')).toBeUndefined();
  });

  it.each([
    ['subject', 'O'],
    ['alternative name', 'organisationJa'],
  ])(
    'whose %s is no longer the one that was examined is refused and takes no serial number',
    async (_, name) => {
      const house = await openHouse(ground);
      const { core } = house;
      const order = orderOf('o', 'official-position');
      const { profile, office = '', fields } = order;
      const { subjectPublicKeyInfo } = order;
      const application = { profile, office, fields, subjectPublicKeyInfo };
      const { certificateDigest: digest } = await core.authority.toExamine(application, 'salt');
      const examined = { salt: 'salt', digest };
      await changeOffice(house, office, { [name]: 'Mizusaki Merged City' });
      expect(await codeOf(core.authority.issue({ ...order, examined }))).toBe('unknown-profile');
      expect(await takenBy('o')).toBeUndefined();
      await changeOffice(house, office, {});
      expect(await codeOf(core.authority.issue({ ...order, examined }))).toBe('none');
    },
  );
});

describe('an order whose certificate is gone', () => {
  it.each([
    ['its row', 'certificates'],
    ['its status', 'status'],
    ['both rows', 'certificates', 'status'],
  ])('(%s) is refused as damage, and is never issued again', async (_, ...partitions) => {
    const house = await openHouse(ground);
    const ref = await house.core.authority.issue(orderOf('order-1'));
    const signed = ground.signed.length;
    for (const partition of partitions) {
      const key = { pk: `${partition}/${ref.ca}/${ref.serial.at(-1)}`, sk: ref.serial };
      const version = (await ground.table.get(key))?.version ?? 0;
      await ground.table.write([{ delete: key, if: { version } }]);
    }
    const again = await codeOf((await openHouse(ground)).core.authority.issue(orderOf('order-1')));
    expect(again).toBe(partitions.includes('certificates') ? 'issuance-rows-lost' : 'none');
    expect(ground.signed).toHaveLength(signed);
    expect((await ocspStatus(house, ref)).status).toBe(partitions.includes('status') ? 'unknown' : 'good');
  });
});

describe('an order that two processes record at the same moment', () => {
  /** Runs `act` just before the certificate is recorded for the first time. */
  const meanwhile = (act: () => Promise<unknown>) => {
    let times = 0;
    return (table: Table): Table => ({
      ...through(table),
      write: async (writes) => {
        const records = writes.some((one) => 'put' in one && one.put.pk.startsWith('certificates/'));
        if (records && times++ === 0) await act();
        await table.write(writes);
      },
    });
  };
  const signatures = () => ground.signed.filter(({ id }) => id === 'signature-1');

  it('is one certificate, with the serial number of the first process', async () => {
    const house = await openHouse(ground);
    let first: CertificateRef | undefined;
    const signed = signatures().length;
    const table = meanwhile(async () => {
      first = await house.core.authority.issue(orderOf('order-1'));
    });
    const slow = await openHouse(ground, { table });
    expect(await slow.core.authority.issue(orderOf('order-1'))).toEqual(first);
    expect(first).toBeDefined();
    expect(await issuancesOf(house, 'order-1')).toHaveLength(1);
    expect(signatures()).toHaveLength(signed + 1);
    await checkWorld(house, NOTHING);
  });

  it('is no certificate if one of them ends it in another way first, and nothing is signed', async () => {
    const house = await openHouse(ground);
    const signed = signatures().length;
    const closes = { act: 'order.order-1', number: 1 };
    const slow = await openHouse(ground, {
      objects: (objects) => ({
        ...objects,
        put: async (key, body, options) => {
          if (key === endOf('order-1') && (await house.core.authority.giveUp(closes))) {
            const draft = { kind: 'submission', actor: 'service', details: { act: 'failed' } } as const;
            await house.core.ledger.conclude(draft, closes);
          }
          return objects.put(key, body, options);
        },
      }),
    });
    expect(await codeOf(slow.core.authority.issue(orderOf('order-1')))).toBe('wrong-state');
    expect(await codeOf(house.core.authority.issue(orderOf('order-1')))).toBe('wrong-state');
    expect(await issuancesOf(house, 'order-1')).toEqual([]);
    expect(signatures()).toHaveLength(signed);
    await checkWorld(house, NOTHING);
  });

  it('is no certificate if the number that was drawn is taken meanwhile', async () => {
    const house = await openHouse(ground);
    const signed = signatures().length;
    let drawn: string | undefined;
    const taken = (table: Table): Table => ({
      ...through(table),
      write: async (writes) => {
        for (const one of writes) {
          if (!('put' in one && one.put.pk.startsWith('certificates/')) || drawn !== undefined) continue;
          drawn = one.put.sk;
          const pk = one.put.pk.replace(/^certificates/, 'status');
          const value = { state: 'good', request: 'other', notAfter: 4_000_000_000 };
          await ground.table.write([{ put: { pk, sk: drawn }, value, if: 'absent' }]);
        }
        await table.write(writes);
      },
    });
    const unlucky = await openHouse(ground, { table: taken });
    for (const service of [unlucky, unlucky, house]) {
      expect(await codeOf(service.core.authority.issue(orderOf('order-1')))).toBe('issuance-rows-lost');
    }
    expect(signatures()).toHaveLength(signed);
    expect(await issuancesOf(house, 'order-1')).toHaveLength(0);
    // An hour later the order may fail, and then nothing signs the number.
    const closes = { act: 'order.order-1', number: 1 };
    expect(await house.core.authority.giveUp(closes)).toBeUndefined();
    ground.time.now += 3600_000;
    expect(await house.core.authority.giveUp(closes)).toEqual({ ...closes, number: 2 });
    expect(await codeOf(unlucky.core.authority.issue(orderOf('order-1')))).toBe('wrong-state');
    // The other order's row is unchanged. The test deletes it, because it has no record.
    const key = { pk: `status/signature-1/${drawn?.at(-1)}`, sk: drawn as string };
    expect((await ground.table.get(key))?.value).toMatchObject({ request: 'other' });
    await ground.table.write([{ delete: key, if: { version: 1 } }]);
    await checkWorld(house, NOTHING);
  });
});

describe('lint', () => {
  it('refuses a key that the profile forbids, names the rule and its clause, and leaves nothing to sign', async () => {
    const house = await openHouse(ground);
    const signed = ground.signed.length;
    const key = await generateSoftwareKey('ed25519');
    const failure = await house.core.authority
      .issue(orderOf('order-1', 'person-signature', key.subjectPublicKeyInfo))
      .catch((error: unknown) => error);
    if (!Fault.is(failure, 'lint-failed')) throw failure;
    expect(failure.message).toContain('public-key-of-profile');
    expect(failure.facts.findings).toEqual([
      expect.objectContaining({
        rule: 'public-key-of-profile',
        cite: expect.any(String),
        message: expect.any(String),
      }),
    ]);
    expect(await takenBy('order-1')).toBeUndefined();
    expect(await house.core.authority.recover()).toEqual([]);
    expect(await issuancesOf(house, 'order-1')).toHaveLength(0);
    expect(ground.signed.slice(signed).filter(({ id }) => !id.startsWith('ocsp-'))).toEqual([]);
  });

  it('passes every value that a field of a request may hold: whatever is submitted can be issued', async () => {
    const { core } = await openHouse(ground);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 70 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '髙橋 﨑',
        '𠮷野家',
        'か\u3099',
        'ﾊﾝｶｸ',
        '-',
        '.',
        "O'Brien (Jr.)",
        '\u00a0x',
        'a\u3000b',
        '①',
        '🗾',
      ),
    );
    const named = fc.oneof(
      fc.domain(),
      fc.constantFrom(
        'a',
        'localhost',
        'EXAMPLE.JP',
        '*.example.jp',
        'xn--wgv71a.jp',
        'a..b',
        '-a.jp',
        '192.0.2.1',
        'a_b.jp',
      ),
    );
    const mail = fc.oneof(fc.emailAddress(), text);
    const submissions = fc.oneof(
      fc
        .record(
          { position: text, positionJa: text, department: text, departmentJa: text, mail },
          { requiredKeys: ['position', 'positionJa'] },
        )
        .map((fields) => ['official-position', fields] as const),
      fc
        .record({ dnsNames: fc.array(named, { maxLength: 11 }) })
        .map((fields) => ['organisation-server', fields] as const),
      fc
        .record({ system: text, deviceId: fc.stringMatching(/^[A-Z0-9-]{3,33}$/) })
        .map((fields) => ['organisation-client', fields] as const),
      fc
        .record({
          holderId: fc.stringMatching(/^[0-9A-Z]{12,24}$/),
          name: text,
          dateOfBirth: fc.constantFrom('1900-01-01', '2024-02-29', '0001-01-01', '9999-12-31'),
          sex: fc.constantFrom('1', '2', '3'),
          address: text,
        })
        .map((fields) => ['person-signature', fields] as const),
    );
    let order = 0;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(submissions, async ([profile, fields]) => {
        let described: Awaited<ReturnType<typeof core.authority.describe>>;
        try {
          described = await core.authority.describe({ profile, office: 'mizusaki-higashi', fields });
        } catch (error) {
          if (Fault.is(error, 'invalid-field')) return;
          throw error;
        }
        const plain = { ...orderOf(`any-${order++}`, profile), fields: described.fields };
        const application = { ...plain, office: 'mizusaki-higashi' };
        const { certificateDigest: digest } = await core.authority.toExamine(application, 'salt');
        await core.authority.issue({ ...plain, examined: { salt: 'salt', digest } });
        taken++;
      }),
      { numRuns: 300 },
    );
    // If nearly everything was refused, the test tried nothing.
    expect(taken).toBeGreaterThan(50);
  });
});

describe('a write of the cycle that fails', () => {
  /**
   * The n-th write of rows or of personal data, or the n-th put of an object, fails so. Resolves with the numbers of all three.
   */
  const survive = async (
    failure: 'lost' | 'appliedThenErrored' | undefined,
    of: 'rows' | 'personal' | 'objects',
    n: number,
  ): Promise<readonly [number, number, number]> => {
    const own = await openGround();
    try {
      const house = await openHouse(own);
      let writes = { writes: 0 };
      let ofPersonal = { writes: 0 };
      let puts = 0;
      const faulty = (table: Table, part: 'rows' | 'personal') =>
        faultyTable(table, failure && of === part ? new Map([[n, failure]]) : new Map());
      const failing = await openHouse(own, {
        table: (table) => {
          const rows = faulty(table, 'rows');
          writes = rows;
          return rows;
        },
        personal: (table) => {
          const items = faulty(table, 'personal');
          ofPersonal = items;
          return items;
        },
        objects: (objects) => ({
          ...objects,
          put: async (key, body, options) => {
            const fails = ++puts === n && of === 'objects';
            if (!fails || failure !== 'lost') await objects.put(key, body, options);
            if (fails && failure) throw new Fault('store-unavailable', 'The bucket did not answer.');
          },
        }),
      });
      const before = own.signed.length;
      const ref = await insist(() => failing.core.authority.issue(orderOf('order-1')));
      expect(await issuancesOf(house, 'order-1')).toHaveLength(1);
      expect((await ocspStatus(house, ref)).status).toBe('good');
      const signed = own.signed.slice(before).filter(({ id }) => id === 'signature-1');
      await checkWorld(house, { ...NOTHING, signed: signed.map(({ digest }) => digest) });
      return [writes.writes, ofPersonal.writes, puts];
    } finally {
      await own.close();
    }
  };

  it('lost, or carried out without an answer: one certificate and one record once it is tried again', async () => {
    // The end, its bytes, its rows, that they are stored, the certificate, and that it is signed: the steps of
    // docs/issuance-cycle.md that write. The first write of personal data says that their month has a key.
    const counts = await survive(undefined, 'rows', 0);
    expect(counts).toEqual([2, 3, 2]);
    for (const [i, part] of (['rows', 'personal', 'objects'] as const).entries()) {
      for (let n = 1; n <= (counts[i] ?? 0); n++) {
        for (const failure of FAILURES) await survive(failure, part, n);
      }
    }
  });

  it('is finished by recovery if nobody tries it again', async () => {
    const house = await openHouse(ground);
    for (const [i, failure] of FAILURES.entries()) {
      const table = (real: Ground['table']) => faultyTable(real, new Map([[2, failure]]));
      const failing = await openHouse(ground, { table });
      expect(await codeOf(failing.core.authority.issue(orderOf(`order-${i}`)))).toBe('store-unavailable');
      expect(await house.core.authority.recover()).toEqual(failure === 'lost' ? [`order-${i}`] : []);
    }
    await checkWorld(house, NOTHING);
  });
});

describe('a signature', () => {
  const withSigner = (change: (signer: Signer) => Signer): HouseOptions => ({
    keys: (keys) => ({
      create: (id, algorithm) => keys.create(id, algorithm),
      open: async (id) => (id === 'signature-1' ? change(await keys.open(id)) : keys.open(id)),
    }),
  });

  it('that does not verify is not stored; the certificate stays unfinished and known until a right one comes', async () => {
    const house = await openHouse(ground);
    const wrong = await generateSoftwareKey('ecdsa-p256-sha256');
    const broken = await openHouse(
      ground,
      withSigner((signer) => ({ ...signer, sign: (m) => wrong.sign(m) })),
    );
    expect(await codeOf(broken.core.authority.issue(orderOf('order-1')))).toBe('signature-invalid');
    const ref = (await takenBy('order-1')) as CertificateRef;
    expect(await codeOf(house.core.authority.chainPem(ref))).toBe('not-issued');
    const view = await house.app.authority.certificate(house.principal('auditor'), ref);
    expect(view.pem).toBeUndefined();
    expect(await issuancesOf(house, 'order-1')).toHaveLength(1);
    // A certificate that may have been signed can be revoked before its signature is stored.
    const { first } = await house.app.authority.revoke(house.principal('operator-noda'), ref, {
      reason: 'superseded',
    });
    expect(first).toBe(true);
    expect(await house.core.authority.recover()).toEqual(['order-1']);
    await checkWorld(house, { ...NOTHING, revoked: [`${ref.ca} ${ref.serial}`] });
  });

  it('that one CA cannot make does not keep certificates of other CAs from being finished', async () => {
    const house = await openHouse(ground);
    const lost = (): never => {
      throw new Fault('store-unavailable', 'The key cannot be reached.');
    };
    const silent: HouseOptions = {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: async (id) => ({ ...(await keys.open(id)), sign: lost }),
      }),
    };
    const crashed = await openHouse(ground, silent);
    for (const profile of ['person-signature', 'person-authentication', 'organisation-client']) {
      for (let i = 0; i < 4; i++)
        await codeOf(crashed.core.authority.issue(orderOf(`${profile}-${i}`, profile)));
    }
    const half = await openHouse(
      ground,
      withSigner((signer) => ({ ...signer, sign: lost })),
    );
    // The task fails at its end as well, so that its alarm sees it.
    expect(await codeOf(half.core.authority.recover())).toBe('store-unavailable');
    const said = half.logged.filter(({ level, facts }) => level === 'error' && facts.ca === 'signature-1');
    expect(said).toHaveLength(4);
    const left = [0, 1, 2, 3].map((i) => `person-signature-${i}`);
    expect(said.map(({ facts }) => facts.order).sort()).toEqual(left);
    expect(said[0]?.facts.error).toBe('store-unavailable');
    expect([...(await house.core.authority.recover())].sort()).toEqual(left);
    await checkWorld(house, NOTHING);
  });

  it('that fails for one certificate does not keep approved requests from being issued', async () => {
    const csr = opensslRequest(ground.folder, 'holder');
    const lost = (): never => {
      throw new Fault('store-unavailable', 'The key cannot be reached.');
    };
    await openHouse(ground);
    const half = await openHouse(
      ground,
      withSigner((signer) => ({ ...signer, sign: lost })),
    );
    await codeOf(half.core.authority.issue(orderOf('order-1')));
    const crashed = await openHouse(ground, losingRows());
    await expect(issueThroughOffice(crashed, 'person-authentication', csr)).rejects.toThrow('approved');
    const auditor = half.principal('auditor');
    const stateNow = async () =>
      (await half.app.registration.list(auditor, { limit: 10 })).requests[0]?.state;
    expect(await stateNow()).toBe('approved');
    expect(await codeOf(TASKS.recovery(half.core))).toBe('store-unavailable');
    expect(await stateNow()).toBe('issued');
  });
});

describe('a CA', () => {
  const short = (file: HouseFile): void => {
    for (const authority of file.authorities) if (authority.id === 'organisation') authority.validity = 'P4Y';
  };

  it('issues nothing that outlives it, and nothing past its end, down to the second', async () => {
    const house = await openHouse(ground, { domain: short });
    const issuer = (await house.app.authority.authorities()).find(({ id }) => id === 'organisation-1');
    const end = Date.parse(issuer?.notAfter as string);
    expect(new Date(end).toISOString()).toBe('2030-11-22T08:54:59.000Z');

    ground.time.now = end - 100 * DAY;
    const late = await house.core.authority.issue(orderOf('late', 'organisation-client'));
    expect((await certificateOf(house, late)).notAfter.getTime()).toBe(end);
    ground.time.now = end - 1;
    const last = await house.core.authority.issue(orderOf('last', 'organisation-client'));
    expect((await certificateOf(house, last)).notBefore.getTime()).toBe(end - 1000 - 300_000);

    ground.time.now = end;
    for (const now of [end, end + 1, end + DAY]) {
      ground.time.now = now;
      expect(await codeOf(house.core.authority.issue(orderOf('after', 'organisation-client')))).toBe(
        'authority-expired',
      );
    }
    expect(await issuancesOf(house, 'after')).toHaveLength(0);
    // The others go on.
    await house.core.authority.issue(orderOf('other', 'person-authentication'));
  });

  it('does not issue before its own beginning, when the clock was set back', async () => {
    const house = await openHouse(ground);
    ground.time.now -= 3600_000;
    expect(await codeOf(house.core.authority.issue(orderOf('early')))).toBe('clock-behind');
    expect(await issuancesOf(house, 'early')).toHaveLength(0);
    ground.time.now += 3600_000;
    await house.core.authority.issue(orderOf('early'));
    await checkWorld(house, NOTHING);
  });

  it('whose key is not that of its certificate signs nothing', async () => {
    await openHouse(ground);
    const stranger = await generateSoftwareKey('ecdsa-p256-sha256');
    const { core } = composeHouse(ground, withKey('signature-1', stranger));
    expect(await codeOf(core.authority.issue(orderOf('order-1')))).toBe('unknown-key');
    expect(await takenBy('order-1')).toBeUndefined();
  });

  const withKey = (wanted: string, signer: Signer): HouseOptions => ({
    keys: (keys) => ({ ...keys, open: async (id) => (id === wanted ? signer : keys.open(id)) }),
  });
});

describe('the view of a certificate', () => {
  it('calls it good through its last second, and expired from then on', async () => {
    const house = await openHouse(ground);
    const ref = await house.core.authority.issue(orderOf('order-1', 'organisation-client'));
    const { notAfter } = await certificateOf(house, ref);
    const statusAt = async (now: number) => {
      ground.time.now = now;
      return (await house.app.authority.certificate(house.principal('auditor'), ref)).status;
    };
    // Both ends of a validity belong to it (RFC 5280 4.1.2.5), and times have whole seconds.
    expect(await statusAt(notAfter.getTime())).toBe('good');
    expect(await statusAt(notAfter.getTime() + 999)).toBe('good');
    expect(await statusAt(notAfter.getTime() + 1000)).toBe('expired');
  });

  it('writes times as whole seconds of UTC', async () => {
    const house = await openHouse(ground);
    const ref = await house.core.authority.issue(orderOf('order-1', 'organisation-client'));
    const view = await house.app.authority.certificate(house.principal('auditor'), ref);
    expect([view.notBefore, view.notAfter]).toEqual(['2026-11-22T08:55:00Z', '2027-11-22T08:54:59Z']);
  });
});
