import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wentThrough } from '../../../lib/fault.ts';
import { verifySignature } from '../../../lib/keys/keys.ts';
import { openLedger } from '../../../lib/ledger/ledger.ts';
import { decodeCertificateList, encodeTbsCertList, type RevokedCertificate } from '../../../lib/pki/pki.ts';
import { openCrls } from '../../../lib/status/crls/crls.ts';
import { openRegister, type RevokedRow, type StatusRow } from '../../../lib/status/register.ts';
import { openFileBucket } from '../../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../../lib/store/sqlite.ts';
import type { Item, Table } from '../../../lib/store/store.ts';
import { ledgerActs } from '../../acts.ts';
import { crlSignerOf, openService, type Service, temporaryFolder } from '../../service.ts';
import { crlUrlsOf, trustingIssuers } from '../issuers.ts';
import { provenByRows } from './by-rows.ts';

/** CRLs that are made from the CRL before them, compared with the register. */

const CA = 'organisation-1';
const DAY = 86_400;
const folder = temporaryFolder();
let service: Service;
beforeAll(async () => {
  service = await openService(join(folder.path, 'service'));
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

/** Serial numbers of many lengths, with the top bit set or not; `0a` is the beginning of another one. */
const SERIALS = [
  '0a',
  '0a01',
  '7f',
  '80',
  'ff01',
  '01',
  `01${'ab'.repeat(16)}`,
  `80${'cd'.repeat(16)}`,
].concat(Array.from({ length: 12 }, (_, i) => `02${String(i * 7_919).padStart(8, '0')}`));

let worlds = 0;

/** A register of its own with good certificates, and two processes that publish. */
const openWorld = async () => {
  const home = join(folder.path, `world-${worlds++}`);
  const sqlite = await openSqliteTable(join(home, 'table.sqlite'));
  const bucket = await openFileBucket(join(home, 'objects'));
  const issuer = (await service.table.get({ pk: 'issuers', sk: CA })) as Item;
  await sqlite.write([{ put: { pk: 'issuers', sk: CA }, value: issuer.value, if: 'absent' }]);
  const time = { now: service.now() };
  const clock = () => time.now;
  const start = Math.floor(time.now / 1000);
  const register = openRegister(sqlite);
  const refs = SERIALS.map((serial) => ({ ca: CA, serial }));
  for (const [i, ref] of refs.entries())
    await sqlite.write(
      register.admitWrites(ref, { request: 'request', notAfter: start + i * 9 * DAY, since: start }),
    );
  /** The number of full reads of the register, and whether change rows can be deleted. */
  const stores: {
    read: number;
    settles: boolean;
    beforeReading?: (() => Promise<void>) | undefined;
    beforeArchive?: (() => Promise<void>) | undefined;
  } = { read: 0, settles: true };
  /** The next process at this place waits until `go`. `arrived` resolves when it waits. */
  const pauseNext = (where: 'beforeReading' | 'beforeArchive') => {
    const [gate, arrival] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    stores[where] = () => {
      stores[where] = undefined;
      arrival.resolve();
      return gate.promise;
    };
    return { arrived: arrival.promise, go: gate.resolve };
  };
  const table: Table = {
    get: (key) => sqlite.get(key),
    close: () => sqlite.close(),
    query: async (query) => {
      if (query.pk === `changed/${CA}`) await stores.beforeReading?.();
      if (query.pk === `revoked/${CA}`) stores.read++;
      return sqlite.query(query);
    },
    write: async (writes) => {
      if (!stores.settles && writes.some((write) => 'delete' in write && write.delete.pk === `changed/${CA}`))
        throw new Error('the connection is gone');
      return sqlite.write(writes);
    },
  };
  const acts = ledgerActs(clock);
  await acts.acts.makeKey('publication', 1);
  const ledger = openLedger({ table: sqlite, clock, random: randomBytes, ...acts });
  const logged: string[] = [];
  const open = () =>
    openCrls({
      compromiseOf: async () => undefined,
      table,
      bucket: {
        get: (key) => bucket.get(key),
        list: (prefix, options) => bucket.list(prefix, options),
        delete: (key) => bucket.delete(key),
        put: async (key, body, options) => {
          await stores.beforeArchive?.();
          return bucket.put(key, body, options);
        },
      },
      issuers: trustingIssuers(table, service.trustDomain, clock),
      crlUrlsOf,
      register: openRegister(table),
      recorder: ledger,
      signCrl: crlSignerOf(service),
      verifySignature,
      proven: provenByRows(openRegister(sqlite)),
      clock,
      log: (level) => logged.push(level),
    });
  const publishers = [open(), open()];

  /** Changes a status, by a process whose clock is `ahead` seconds ahead. */
  const change = async (n: number, how: 'revoke' | 'hold' | 'release', ahead = 0): Promise<void> => {
    const ref = refs[n % refs.length] as (typeof refs)[number];
    const rows = await register.read(ref);
    const { state, request = '', notAfter = 0 } = rows.status?.value ?? {};
    const revocationTime = Math.floor(time.now / 1000) + ahead;
    const since = revocationTime;
    const become = (next: StatusRow): Promise<boolean> =>
      wentThrough(sqlite.write(register.changeWrites(ref, rows, next, randomBytes(8).toString('hex'))));
    if (how === 'release' && state === 'hold') await become({ state: 'good', request, notAfter, since });
    if (how === 'hold' && state === 'good') {
      await become({ state: 'hold', request, notAfter, since, revocationTime, reason: 'certificateHold' });
    }
    if (how === 'revoke' && (state === 'good' || state === 'hold')) {
      const invalidityDate = n % 3 === 0 ? { invalidityDate: start } : {};
      const reason = n % 2 === 0 ? 'unspecified' : 'superseded';
      await become({ state: 'revoked', request, notAfter, since, revocationTime, reason, ...invalidityDate });
    }
  };

  /** thisUpdate of the last scheduled CRL. */
  const scheduled = async (): Promise<number> =>
    (await sqlite.get<{ scheduled: number }>({ pk: `crls/${CA}/full`, sk: 'current' }))?.value.scheduled ?? 0;

  /** Publishes, and compares every signed byte with a CRL made from the whole register. */
  const publish = async (by: number): Promise<void> => {
    const previousUpdate = await scheduled();
    const { der } = await (publishers[by] as (typeof publishers)[number]).publish(CA, 'operator-noda');
    const { tbs, ...fields } = decodeCertificateList(der);
    const { items } = await sqlite.query<RevokedRow>({ pk: `revoked/${CA}`, limit: 1000 });
    const revokedCertificates = items
      .filter(({ value }) => value.notAfter >= previousUpdate)
      .map(
        ({ sk, value: { revocationTime, reason, invalidityDate } }) =>
          ({
            serialNumber: sk,
            revocationDate: new Date(Math.min(revocationTime * 1000, fields.thisUpdate.getTime())),
            ...(reason !== 'unspecified' && { reasonCode: reason }),
            ...(invalidityDate !== undefined && { invalidityDate: new Date(invalidityDate * 1000) }),
          }) as RevokedCertificate,
      );
    expect(Buffer.compare(tbs, encodeTbsCertList({ ...fields, revokedCertificates }))).toBe(0);
  };

  return { time, stores, pauseNext, logged, sqlite, publishers, open, change, publish };
};

type World = Awaited<ReturnType<typeof openWorld>>;

const changes = fc.array(fc.tuple(fc.nat(SERIALS.length - 1), fc.constantFrom('revoke', 'hold', 'release')), {
  maxLength: 6,
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('change'), changes }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish'), by: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), days: fc.nat(15) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ahead'), changes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('at once'), changes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die'), by: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsettled'), by: fc.nat(1) }) },
);
type Step =
  | {
      kind: 'change' | 'ahead' | 'at once';
      changes: readonly (readonly [number, 'revoke' | 'hold' | 'release'])[];
    }
  | { kind: 'publish' | 'die' | 'unsettled'; by: number }
  | { kind: 'wait'; days: number };

const act = async (world: World, one: Step): Promise<void> => {
  switch (one.kind) {
    case 'change':
      for (const [n, how] of one.changes) await world.change(n, how);
      return;
    case 'ahead':
      for (const [n, how] of one.changes) await world.change(n, how, DAY);
      return;
    case 'publish':
      return world.publish(one.by);
    case 'wait':
      // A day or more has passed since a CRL was made from the whole register.
      world.time.now += one.days * (DAY / 5) * 1000;
      return;
    case 'die':
      world.publishers[one.by] = world.open();
      return;
    case 'unsettled':
      world.stores.settles = false;
      await world.publish(one.by);
      world.stores.settles = true;
      return;
    default: {
      // All publishers work at once, each more than once.
      const publishing = [0, 1, 0, 1].map((by) => world.publishers[by]?.publish(CA, 'operator-noda'));
      await Promise.all([...publishing, ...one.changes.map(([n, how]) => world.change(n, how))]);
      await world.publish(0);
      await world.publish(1);
    }
  }
};

describe('a CRL', () => {
  it('agrees with the register, whatever happened since the CRL before it and whichever process made that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const world = await openWorld();
        try {
          for (const one of steps) await act(world, one as Step);
          await world.publish(0);
          await world.publish(0);
        } finally {
          await world.sqlite.close();
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('of the process that made the one before needs no read of the whole register, for a day', async () => {
    const world = await openWorld();
    const rows = async (): Promise<number> =>
      (await world.sqlite.query({ pk: `changed/${CA}`, to: '1', limit: 1000 })).items.length;
    try {
      for (let n = 0; n < 10; n++) await world.change(n, 'hold');
      await world.publish(0);
      expect(world.stores.read).toBe(1);
      await world.change(3, 'release');
      await world.change(4, 'revoke');
      await world.change(15, 'revoke');
      await world.publish(0);
      // One for the expiry of each.
      expect(await rows()).toBe(11);
      // Another process continues, and reads the whole register.
      world.time.now += 20 * 3600 * 1000;
      await world.publish(1);
      expect(world.stores.read).toBe(2);
      // A certificate expired meanwhile, without a change row. The first scheduled CRL still lists it.
      world.time.now += 5 * 3600 * 1000;
      await world.publish(1);
      expect(await rows()).toBe(11);
      await world.publish(1);
      expect(await rows()).toBe(10);
      expect(world.stores.read).toBe(2);
      // A process that made an older CRL, and not the last one, reads the whole register.
      await world.publish(0);
      expect(world.stores.read).toBe(3);
      // Every process does so after a day.
      world.time.now += DAY * 1000;
      await world.publish(0);
      expect(world.stores.read).toBe(4);
      expect(world.logged).toEqual([]);
    } finally {
      await world.sqlite.close();
    }
  });

  it('is published even if its change rows cannot be deleted, which is logged', async () => {
    const world = await openWorld();
    try {
      await world.change(5, 'revoke');
      world.stores.settles = false;
      await world.publish(0);
      expect(world.logged).toEqual(['warn']);
      await world.publish(0);
      world.stores.settles = true;
      await world.publish(0);
      await world.publish(0);
      expect(world.logged).toEqual(['warn', 'warn']);
      expect(world.stores.read).toBe(1);
    } finally {
      await world.sqlite.close();
    }
  });

  it('is made again if one with a lower number has seen more changes', async () => {
    const world = await openWorld();
    const [one, two] = world.publishers as [World['publishers'][number], World['publishers'][number]];
    try {
      await world.change(5, 'hold');
      const reading = world.pauseNext('beforeReading');
      const lower = one.publish(CA, 'operator-noda');
      await reading.arrived;
      const archiving = world.pauseNext('beforeArchive');
      const higher = two.publish(CA, 'operator-noda');
      await archiving.arrived;
      await world.change(6, 'revoke');
      reading.go();
      const first = await lower;
      archiving.go();
      const last = await higher;
      expect([first.number, last.number]).toEqual([1n, 3n]);
      const serials = ({ der }: { der: Uint8Array }) =>
        decodeCertificateList(der).revokedCertificates.map(({ serialNumber }) => serialNumber as string);
      expect(serials(first)).toEqual([SERIALS[5], SERIALS[6]]);
      expect(serials(last)).toEqual(serials(first));
      await world.publish(1);
      await world.publish(0);
    } finally {
      await world.sqlite.close();
    }
  });
});
