import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../../functions/tasks/housekeeping.ts';
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
import { checkWorld, ocspStatus } from '../../world.ts';

/** OCSP answers by status rows. What somebody achieves who changes these alone, and what the daily comparison does. */

const PROFILE = 'organisation-server';
const CA = 'organisation-1';
const DAY = 86_400_000;

let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let reads: { readonly pk: string; readonly sk: string }[];
let damaged: string | undefined;
let ref: CertificateRef;

const open = (ahead: number): Promise<Service> =>
  openService(join(folder.path, 'service'), {
    ahead,
    table: (table) => ({
      get: (key) => {
        reads.push(key);
        return table.get(key);
      },
      query: (query) => table.query(query),
      write: (writes) => table.write(writes),
      close: () => table.close(),
    }),
    objects: (objects) => ({
      list: (prefix, options) => objects.list(prefix, options),
      put: (key, body, options) => objects.put(key, body, options),
      get: async (key) => {
        const object = await objects.get(key);
        return object && damaged === key ? { ...object, body: Buffer.from('{}') } : object;
      },
    }),
    domain: ({ profiles }) => {
      Object.assign(profiles.find(({ id }) => id === PROFILE) ?? {}, { hold: 'releasable' });
    },
  });

beforeEach(async () => {
  folder = temporaryFolder();
  reads = [];
  damaged = undefined;
  service = await open(0);
  ref = await issue('one');
});
afterEach(async () => {
  await service.close();
  folder.remove();
});

const issue = async (name: string): Promise<CertificateRef> =>
  (await issueThroughOffice(service, PROFILE, opensslRequest(folder.path, name))).certificate;

const operator = () => service.principal('operator-noda');
const authority = () => service.app.authority;
const revoke = (which = ref) => authority().revoke(operator(), which, { reason: 'superseded' });
const publish = () => service.app.status.publish(CA, 'operator-noda');
const follow = () => service.app.status.followListed();

const statusKey = ({ serial }: CertificateRef) => ({ pk: `status/${CA}/${serial.slice(-1)}`, sk: serial });
const statusRow = async (which = ref): Promise<Value> =>
  ((await service.table.get(statusKey(which))) as Item).value;

const setGood = async (which = ref): Promise<void> => {
  const { request, notAfter } = await statusRow(which);
  await putRow(service.table, statusKey(which), { state: 'good', request, notAfter } as Value);
};

const statusOf = async (which = ref) => (await ocspStatus(service, which)).status;
const alarms = () => recentCrlAlarms(service.table, service.now());
const errors = (): readonly string[] =>
  service.logged.filter(({ level }) => level === 'error').map(({ message }) => message);

/** Another process over the same data. */
const restart = async (): Promise<void> => {
  await service.close();
  service = await open(service.now() - Date.now());
};

describe('the status row of a revoked certificate follows its act', () => {
  it.each<[string, (row: Value) => Promise<void>]>([
    ['says good', () => setGood()],
    ['is deleted', () => deleteRow(service.table, statusKey(ref))],
    ['has another reason', (row) => putRow(service.table, statusKey(ref), { ...row, reason: 'unspecified' })],
    ['has another time', (row) => putRow(service.table, statusKey(ref), { ...row, revocationTime: 7 })],
    ['is no object', () => putRow(service.table, statusKey(ref), null as unknown as Value)],
    ['has no form', () => putRow(service.table, statusKey(ref), { state: 'good' })],
  ])('where it %s', async (_what, attack) => {
    await revoke();
    await publish();
    const row = await statusRow();
    // The act is older than what the search for erased closings goes through.
    service.advance(3 * DAY);
    await TASKS.closings(service.core);
    await attack(row);
    await TASKS.closings(service.core);
    expect(await service.table.get(statusKey(ref))).not.toMatchObject({ value: row });
    await TASKS.publication(service.core);
    expect(await statusRow()).toEqual(row);
    expect(await statusOf()).toBe('revoked');
    expect(errors()).toEqual([
      'The status row of a revoked certificate differs from its act; the row follows',
    ]);
    expect(await alarms()).toBe(1);
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [`${CA} ${ref.serial}`] });
  });

  it('on hold too, and each of several', async () => {
    const others = [await issue('two'), await issue('three')];
    await authority().hold(operator(), ref);
    for (const other of others) await revoke(other);
    await publish();
    for (const each of [ref, ...others]) await setGood(each);
    await follow();
    for (const each of [ref, ...others]) expect(await statusOf(each)).toBe('revoked');
    expect(await alarms()).toBe(3);
  });
});

describe('what a later act says stays', () => {
  it('of a certificate that was released after the CRL', async () => {
    await authority().hold(operator(), ref);
    await publish();
    await authority().release(operator(), ref);
    await follow();
    expect(await statusOf()).toBe('good');
    expect(errors()).toEqual([]);
  });

  it('of a certificate whose reason rose after the CRL', async () => {
    await revoke();
    await publish();
    await authority().revoke(operator(), ref, { reason: 'keyCompromise' });
    const row = await statusRow();
    expect(row).toMatchObject({ reason: 'keyCompromise' });
    await follow();
    expect(await statusRow()).toEqual(row);
    expect(errors()).toEqual([]);
  });
});

describe('the comparison', () => {
  it('is made by each process, and again after a day', async () => {
    await revoke();
    await publish();
    await follow();
    await setGood();
    service.advance(DAY - 60_000);
    await follow();
    expect(await statusOf()).toBe('good');
    service.advance(60_000);
    await follow();
    expect(await statusOf()).toBe('revoked');
    await setGood();
    await restart();
    await follow();
    expect(await statusOf()).toBe('revoked');
  });

  it('reads one row for each entry where nothing was changed', async () => {
    const other = await issue('two');
    for (const each of [ref, other]) await revoke(each);
    await publish();
    await restart();
    reads = [];
    await follow();
    const listed: string[] = [ref.serial, other.serial].sort();
    const looked = reads.filter(({ pk }) => pk.startsWith('status/')).map(({ sk }) => sk);
    expect(looked.filter((serial) => listed.includes(serial))).toEqual(listed);
    // The others are the certificates of the CAs.
    expect(looked).toHaveLength(listed.length + service.trustDomain.authorities.length);
    expect(reads.filter(({ pk }) => pk.startsWith('revoked/'))).toEqual([]);
  });

  it('is made although a CRL cannot be published', async () => {
    await revoke();
    await publish();
    await setGood();
    const { status } = service.core;
    const failing = { ...status, publishDue: () => Promise.reject(new Error('no key')) };
    await expect(TASKS.publication({ ...service.core, status: failing })).rejects.toThrow('no key');
    expect(await statusOf()).toBe('revoked');
  });

  it('passes over an act that cannot be read, with an alarm, and goes on', async () => {
    const other = await issue('two');
    for (const each of [ref, other]) await revoke(each);
    await publish();
    for (const each of [ref, other]) await setGood(each);
    damaged = `outcomes/status.${CA}.${ref.serial}/1`;
    await follow();
    expect(await statusOf(other)).toBe('revoked');
    expect(errors()).toContainEqual(expect.stringContaining('cannot be read'));
    damaged = undefined;
    service.advance(DAY);
    await follow();
    expect(await statusOf()).toBe('revoked');
  });
});
