import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateKey } from '../../../lib/authority/authority.ts';
import { recordKey } from '../../../lib/ledger/rows.ts';
import { decodeCertificateList } from '../../../lib/pki/pki.ts';
import type { CertificateRef } from '../../../lib/principal.ts';
import { recentCrlAlarms } from '../../../lib/status/status.ts';
import type { Item, Value } from '../../../lib/store/store.ts';
import {
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../../service.ts';
import { deleteRow, putRow } from '../../store/row-attacks.ts';
import { allRecords, checkWorld, ocspStatus } from '../../world.ts';

/** What somebody achieves in CRLs who writes to the table, or puts files into the archive. The profile allows releases. */

const PROFILE = 'organisation-server';
const CA = 'organisation-1';
const DAY = 86_400_000;

let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let ref: CertificateRef;
beforeEach(async () => {
  folder = temporaryFolder();
  service = await open(0);
  ref = await issue('one');
});
afterEach(async () => {
  await service.close();
  folder.remove();
});

/** What stands between the service and its stores. */
const faults: {
  before?: (() => void) | undefined;
  beforeNote?: (() => Promise<void>) | undefined;
  readonly damaged: Set<string>;
} = { damaged: new Set() };

const open = (ahead: number): Promise<Service> =>
  openService(join(folder.path, 'service'), {
    ahead,
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      close: () => table.close(),
      write: async (writes) => {
        faults.before?.();
        if (writes.some((write) => 'put' in write && write.put.sk.startsWith('signed/'))) {
          await faults.beforeNote?.();
        }
        return table.write(writes);
      },
    }),
    bucket: (bucket) => ({
      get: (key) => bucket.get(key),
      list: (prefix, options) => bucket.list(prefix, options),
      delete: (key) => bucket.delete(key),
      put: async (key, body, options) => {
        faults.before?.();
        return bucket.put(key, body, options);
      },
    }),
    objects: (objects) => ({
      list: (prefix, options) => objects.list(prefix, options),
      put: (key, body, options) => objects.put(key, body, options),
      get: async (key) => {
        const object = await objects.get(key);
        return object && faults.damaged.has(key) ? { ...object, body: Buffer.from('{}') } : object;
      },
    }),
    domain: ({ profiles }) => {
      Object.assign(profiles.find(({ id }) => id === PROFILE) ?? {}, { hold: 'releasable' });
    },
  });

const issue = async (name: string): Promise<CertificateRef> =>
  (await issueThroughOffice(service, PROFILE, opensslRequest(folder.path, name))).certificate;

const operator = () => service.principal('operator-noda');

/** Another process over the same data; the first one may not go on. */
const restart = async (): Promise<void> => {
  await service.close();
  const now = service.now();
  service = await open(now - Date.now());
};

const listRow = () => ({ pk: `revoked/${CA}`, sk: ref.serial });
const currentKey = { pk: `crls/${CA}/full`, sk: 'current' };
const numberKey = { pk: `crls/${CA}/full`, sk: 'number' };

const published = async () => {
  const { der, number } = await service.app.status.publish(CA, 'operator-noda');
  const entries = decodeCertificateList(der).revokedCertificates;
  return {
    number: Number(number),
    entries,
    entry: entries.find(({ serialNumber }) => serialNumber === ref.serial),
  };
};

const errors = (): readonly string[] =>
  service.logged.filter(({ level }) => level === 'error').map(({ message }) => message);
const alarms = () => recentCrlAlarms(service.table, service.now());

const revoke = () => service.app.authority.revoke(operator(), ref, { reason: 'superseded' });

/** By the process that made the CRL before, and by one that reads the archive. */
const PROCESSES = [
  ['the process that made the CRL before', async () => {}],
  ['a new process', restart],
] as const;

const rowOf = async (key: { pk: string; sk: string }): Promise<Value> =>
  ((await service.table.get(key)) as Item).value;

/** Somebody who knows the register also writes the row that has the serial number looked at. */
const change = (serial = ref.serial) =>
  putRow(service.table, { pk: `changed/${CA}`, sk: `000000000000 ${serial} ff` }, {});

describe.each(PROCESSES)('by %s', (_, next) => {
  it('a forged row gets no entry, and one alarm', async () => {
    await published();
    const notAfter = Math.floor((service.now() + 300 * DAY) / 1000);
    const revocationTime = Math.floor(service.now() / 1000);
    for (const serial of [ref.serial, '01abcdef']) {
      const key = { pk: `revoked/${CA}`, sk: serial };
      await putRow(service.table, key, { revocationTime, reason: 'keyCompromise', notAfter });
      await change(serial);
    }
    await next();
    expect((await published()).entries).toEqual([]);
    const found = () => errors().filter((message) => message.includes('no act closed it; no CRL lists it'));
    expect(found()).toHaveLength(2);
    expect(await alarms()).toBe(2);
    await change();
    expect((await published()).entries).toEqual([]);
    expect(found()).toHaveLength(2);
    expect(await alarms()).toBe(2);
    // It closes nothing for long: the real act is listed as it is.
    await service.app.authority.hold(operator(), ref);
    expect((await published()).entry).toMatchObject({ reasonCode: 'certificateHold' });
  });

  it('a row of another form stops no CRL', async () => {
    await revoke();
    await published();
    await putRow(service.table, { pk: `revoked/${CA}`, sk: 'zz' }, { reason: 'none' });
    for (const value of [
      null as unknown as Value,
      { reason: 7 },
      { revocationTime: 1e300, reason: 'superseded' },
    ]) {
      const key = { pk: `revoked/${CA}`, sk: `01${'ab'.repeat(4)}` };
      await putRow(service.table, key, value);
      await putRow(service.table, { pk: `status/${CA}/b`, sk: key.sk }, null as unknown as Value);
      await change(key.sk);
      await next();
      expect((await published()).entries.map(({ serialNumber }) => serialNumber)).toEqual([ref.serial]);
    }
  });

  it('a deleted row takes no entry off the list, and is made again', async () => {
    await revoke();
    const before = await published();
    const row = await rowOf(listRow());
    await deleteRow(service.table, listRow());
    const statusKey = { pk: `status/${CA}/${ref.serial.slice(-1)}`, sk: ref.serial };
    const { request, notAfter } = await rowOf(statusKey);
    await putRow(service.table, statusKey, { state: 'good', request, notAfter } as Value);
    await change();
    await next();
    expect((await published()).entry).toEqual(before.entry);
    expect(errors()).toEqual([expect.stringContaining('row of a revoked certificate was lost')]);
    expect(await rowOf(listRow())).toEqual(row);
    expect((await ocspStatus(service, ref)).status).toBe('revoked');
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [`${CA} ${ref.serial}`] });
  });

  it.each([
    ['reason', { reason: 'keyCompromise' }],
    ['time', { revocationTime: 1_700_000_000 }],
    ['invalidity date', { invalidityDate: 1_700_000_000 }],
    ['end, and has expired', { notAfter: 1_700_000_000 }],
    ['end, to no number', { notAfter: 'never' }],
  ])('a row with another %s changes no entry, and is mended', async (_what, forged) => {
    await revoke();
    const before = await published();
    const row = await rowOf(listRow());
    await putRow(service.table, listRow(), { ...row, ...forged });
    await change();
    await next();
    expect((await published()).entry).toEqual(before.entry);
    expect((await published()).entry).toEqual(before.entry);
    expect(await rowOf(listRow())).toEqual(row);
    expect(await alarms()).toBe(1);
  });

  it('a row that is changed before the first CRL lists what the act says', async () => {
    const { revocation } = await revoke();
    const row = await rowOf(listRow());
    const forged = {
      ...row,
      reason: 'keyCompromise',
      revocationTime: 1_700_000_000,
      notAfter: 1_700_000_000,
    };
    await putRow(service.table, listRow(), forged);
    await next();
    expect((await published()).entry).toEqual({
      serialNumber: ref.serial,
      revocationDate: new Date(revocation?.revocationTime as string),
      reasonCode: 'superseded',
    });
    expect(await rowOf(listRow())).toEqual(row);
  });

  it('a release leaves the list, and the row that somebody puts back does not return to it', async () => {
    await service.app.authority.hold(operator(), ref);
    expect((await published()).entry).toMatchObject({ reasonCode: 'certificateHold' });
    const row = await rowOf(listRow());
    await service.app.authority.release(operator(), ref);
    await next();
    expect((await published()).entry).toBeUndefined();
    await putRow(service.table, listRow(), row);
    await change();
    await next();
    expect((await published()).entry).toBeUndefined();
    expect(await service.table.get(listRow())).toBeUndefined();
    expect(await alarms()).toBe(0);
  });

  it('an expired certificate leaves the list after one scheduled CRL, whether or not its row is there', async () => {
    const other = await issue('other');
    await revoke();
    await service.app.authority.revoke(operator(), other, { reason: 'superseded' });
    await published();
    const { notAfter } = await rowOf(certificateKey(ref));
    service.advance((notAfter as number) * 1000 - service.now() + DAY);
    await next();
    expect((await published()).entries).toHaveLength(2);
    await deleteRow(service.table, { pk: `revoked/${CA}`, sk: other.serial });
    await deleteRow(service.table, certificateKey(other));
    await change(other.serial);
    await next();
    expect((await published()).entries).toEqual([]);
    expect(errors()).toEqual([]);
  });

  it('an expired certificate stays on the list where the record of its issuance is gone', async () => {
    await revoke();
    await published();
    const row = await rowOf(certificateKey(ref));
    service.advance((row.notAfter as number) * 1000 - service.now() + DAY);
    await published();
    const record = (await allRecords(service)).find(
      ({ kind, ...of }) =>
        kind === 'issuance' && 'certificates' in of && of.certificates?.[0]?.serial === ref.serial,
    );
    expect(record).toBeDefined();
    await deleteRow(service.table, recordKey(record?.id as string));
    await next();
    expect((await published()).entry).toBeDefined();
  });
});

it('a row that was deleted without a trace is made again by a process that reads the register whole', async () => {
  await revoke();
  const { entry } = await published();
  const row = await rowOf(listRow());
  await deleteRow(service.table, listRow());
  await restart();
  expect((await published()).entry).toEqual(entry);
  expect(await rowOf(listRow())).toEqual(row);
});

describe('the row of the current CRL', () => {
  const attack: Record<string, (before: Value) => Promise<void>> = {
    deleted: () => deleteRow(service.table, currentKey),
    'rolled back': (before) => putRow(service.table, currentKey, before),
    'forged forwards': async () => {
      const row = await rowOf(currentKey);
      const far = Math.floor((service.now() + 400 * DAY) / 1000);
      await putRow(service.table, currentKey, { ...row, number: 900_000, thisUpdate: far, scheduled: far });
    },
    'forged with a later schedule': async () => {
      const row = await rowOf(currentKey);
      await putRow(service.table, currentKey, {
        ...row,
        scheduled: Math.floor((service.now() + 400 * DAY) / 1000),
      });
    },
    'made a value without members': () => putRow(service.table, currentKey, null as unknown as Value),
  };

  it.each(Object.keys(attack))('%s: the CRL is due, and follows the newest in the archive', async (how) => {
    const before = await rowOf(currentKey);
    await revoke();
    const last = await published();
    await attack[how]?.(before);
    // Without the row nothing else shows that it is on the list.
    await deleteRow(service.table, listRow());
    await restart();
    expect(await service.app.status.publishDue()).toEqual([CA]);
    const { number } = await service.app.status.crl(CA, 'full', { recipient: 'public', method: 'GET' });
    expect(Number(number)).toBe(last.number + 1);
    const now = await published();
    expect([now.number, now.entry]).toEqual([last.number + 2, last.entry]);
    expect(await service.app.status.publishDue()).toEqual([]);
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [`${CA} ${ref.serial}`] });
  });
});

describe('the row of the last number', () => {
  it.each([
    ['deleted', undefined],
    ['rolled back', { last: 1 }],
    ['set forwards', { last: 2 ** 52 }],
    ['made no number', { last: 'x' }],
    ['made a value without members', null],
  ])('%s: numbers go on from the archive', async (_, value) => {
    await published();
    const { number } = await published();
    if (value === undefined) await deleteRow(service.table, numberKey);
    else await putRow(service.table, numberKey, value as unknown as Value);
    expect((await published()).number).toBe(number + 1);
    expect((await published()).number).toBe(number + 2);
    expect(errors()).toEqual([expect.stringContaining('row of the last CRL number')]);
  });

  it('a little ahead is believed: a publication was interrupted', async () => {
    const { number } = await published();
    await putRow(service.table, numberKey, { last: number + 3 });
    expect((await published()).number).toBe(number + 4);
    expect(errors()).toEqual([]);
  });
});

describe('a row in the place of a note of a signed CRL', () => {
  const digest = 'a'.repeat(64);
  it.each([
    ['has no members', '1', null],
    ['has another number', '1', { number: 2, digest }],
    ['has a number that is text', '1', { number: '1', digest }],
    ['has no number', '-', { digest }],
    ['has a digest that is none', '1', { number: 1, digest: 'none' }],
  ])('and %s is deleted, and stops no CRL', async (_, name, value) => {
    const { number } = await published();
    const key = { pk: `crls/${CA}/full`, sk: `signed/${name.padStart(20, '0')}` };
    await putRow(service.table, key, value as unknown as Value);
    expect((await published()).number).toBe(number + 1);
    expect(await service.table.get(key)).toBeUndefined();
    expect(errors()).toEqual([expect.stringContaining('in the place of a note')]);
    expect(await alarms()).toBe(1);
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
  });
});

it('well-formed notes under all the next numbers stop no CRL', async () => {
  await revoke();
  for (let number = 1; number < 600; number++) {
    const sk = `signed/${String(number).padStart(20, '0')}`;
    await putRow(service.table, { pk: `crls/${CA}/full`, sk }, { number, digest: 'a'.repeat(64) });
  }
  expect((await published()).entry).toBeDefined();
  expect(await alarms()).toBe(1);
});

describe('a publication that is interrupted', () => {
  /** Stops the next publication before its n-th write of the table or the archive. */
  const interrupted = async (step: number): Promise<void> => {
    let writes = 0;
    faults.before = () => {
      if (++writes === step) {
        faults.before = undefined;
        throw new Error('the process is gone');
      }
    };
    await expect(service.app.status.publish(CA, 'operator-noda')).rejects.toThrow('gone');
  };

  // 1: the number; 2: the note; 3: the file; 4: the row and its record. What follows deletes change rows.
  it.each([1, 2, 3, 4])('before its write %i leaves what the next one needs', async (step) => {
    await published();
    await revoke();
    await interrupted(step);
    await restart();
    expect(await service.app.status.publishDue()).toEqual(step === 4 ? [CA] : []);
    expect((await published()).entry).toBeDefined();
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [`${CA} ${ref.serial}`] });
  });

  it('after its file is in the archive has verified entries: a deleted row takes none off the next list', async () => {
    await published();
    await revoke();
    await interrupted(4);
    await deleteRow(service.table, listRow());
    await restart();
    const { number, entry } = await published();
    expect([number, entry?.reasonCode]).toEqual([4, 'superseded']);
    expect(errors()).toEqual([expect.stringContaining('was lost')]);
  });
});

it('two publishers of one number: one of them takes the next', async () => {
  const { number } = await published();
  let release = (): void => {};
  const waiting = new Promise<void>((done) => {
    release = done;
  });
  let arrived = (): void => {};
  const here = new Promise<void>((done) => {
    arrived = done;
  });
  faults.beforeNote = () => {
    faults.beforeNote = undefined;
    arrived();
    return waiting;
  };
  const slow = service.app.status.publish(CA, 'operator-noda');
  await here;
  await putRow(service.table, numberKey, { last: number });
  expect((await published()).number).toBe(number + 1);
  release();
  expect(Number((await slow).number)).toBe(number + 2);
  await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
});

it('an act that cannot be read keeps the entry that is there, and brings none', async () => {
  await revoke();
  const { entry } = await published();
  const other = await issue('other');
  await service.app.authority.revoke(operator(), other, { reason: 'superseded' });
  for (const { serial } of [ref, other]) faults.damaged.add(`outcomes/status.${CA}.${serial}/1`);
  await deleteRow(service.table, listRow());
  await change();
  await restart();
  expect((await published()).entries).toEqual([entry]);
  expect(errors()).toHaveLength(2);
  faults.damaged.clear();
  await restart();
  expect((await published()).entries).toHaveLength(2);
});

describe('a file in the archive that the CA did not sign', () => {
  const files = () => join(service.folder, 'objects/crl', CA, 'full');
  const damage: Record<string, (files: string, newest: string) => void> = {
    'a bad signature': (folder, newest) => {
      const der = readFileSync(join(folder, newest));
      der[der.length - 1] = (der.at(-1) as number) ^ 1;
      writeFileSync(join(folder, newest), der);
    },
    'a changed entry': (folder, newest) => {
      const der = readFileSync(join(folder, newest));
      const at = der.indexOf(Buffer.from(ref.serial, 'hex'));
      der[at + 3] = (der[at + 3] as number) ^ 1;
      writeFileSync(join(folder, newest), der);
    },
    'an earlier CRL under its number': (folder, newest) =>
      writeFileSync(
        join(folder, newest),
        readFileSync(join(folder, readdirSync(folder).sort()[0] as string)),
      ),
    'no CRL': (folder, newest) => writeFileSync(join(folder, newest), 'nothing'),
    'the CRL of another CA': (folder, newest) =>
      writeFileSync(
        join(folder, newest),
        readFileSync(join(folder, '../../signature-1/full', '00000000000000000001.crl')),
      ),
  };

  it.each(Object.keys(damage))('%s: the one before it is the base, with an alarm', async (how) => {
    await revoke();
    const held = await published();
    const last = await published();
    damage[how]?.(files(), readdirSync(files()).sort().at(-1) as string);
    await restart();
    const now = await published();
    expect([now.number, now.entry]).toEqual([last.number + 1, held.entry]);
    expect(errors()).toEqual([expect.stringContaining('is not one that the CA signed')]);
    expect(await alarms()).toBe(1);
    // The next one needs neither.
    await restart();
    expect((await published()).entry).toEqual(held.entry);
    expect(errors()).toEqual([]);
  });
});
