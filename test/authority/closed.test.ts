import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import type { RevocationReason } from '../../lib/pki/pki.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { recentCrlAlarms } from '../../lib/status/status.ts';
import type { Value } from '../../lib/store/store.ts';
import { FIELDS, holderFor, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { checkWorld, ocspStatus } from '../world.ts';
import {
  codeOf,
  DAY,
  fileOf,
  type Ground,
  type HouseFile,
  type HouseOptions,
  openGround,
  openHouse,
  SECOND,
} from './house.ts';

/** A CA whose own certificate is revoked. */

const CA = 'signature-1';
const PROFILE = 'person-signature';

let ground: Ground;
let house: Service;
let operators: readonly Principal[];
let own: CertificateRef;
let folder: string;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  folder = ground.folder;
  operators = ['operator-sakai', 'operator-noda'].map((id) => house.principal(id));
  own = await ofCa(CA);
});
afterEach(() => ground.close());

const ofCa = async (ca: string): Promise<CertificateRef> => ({
  ca,
  serial: decodeCertificate(await house.app.authority.caCertificate(ca)).serialNumber,
});

let names = 0;
const csr = (): string => opensslRequest(folder, `key-${names++}`);
const submit = (profile = PROFILE) =>
  house.app.registration.submit(house.principal('higashi-counter'), {
    profile,
    csr: csr(),
    fields: FIELDS[profile] ?? {},
    ...holderFor(profile),
  });
const approve = (id: string, by: string, service = house) =>
  service.app.registration.examine(service.principal(by), id, { decision: 'approve' });
const issue = async (profile = PROFILE): Promise<CertificateRef> =>
  (await issueThroughOffice(house, profile, csr())).certificate;

const revokeCa = async (reason: RevocationReason, ref = own): Promise<void> => {
  for (const operator of operators) await house.app.authority.revoke(operator, ref, { reason });
};

const crlOf = async (ca = CA) => {
  const { der, nextUpdate, number } = await house.app.status.crl(ca, 'full', {
    recipient: 'public',
    method: 'GET',
  });
  return { number, nextUpdate, entries: decodeCertificateList(der).revokedCertificates };
};

const statusRow = ({ ca, serial }: CertificateRef) => ({
  pk: `status/${ca}/${serial.slice(-1)}`,
  sk: serial,
});

const LOWER = { state: 'revoked', reason: 'superseded', revocationTime: 1_700_000_000 };

describe('a CA whose certificate is revoked', () => {
  it('issues to nobody, whatever step a request has reached; other CAs go on', async () => {
    const [fresh, examined] = [(await submit()).request, (await submit()).request];
    await approve(examined.id, 'higashi-examiner');
    await revokeCa('cessationOfOperation');

    expect(await codeOf(submit())).toBe('authority-revoked');
    expect(await codeOf(approve(fresh.id, 'higashi-examiner'))).toBe('authority-revoked');
    expect(await codeOf(approve(examined.id, 'operator-noda'))).toBe('authority-revoked');
    const order = {
      order: 'by-the-service',
      profile: PROFILE,
      fields: FIELDS[PROFILE] ?? {},
      subjectPublicKeyInfo: new Uint8Array(),
      actor: 'operator-noda',
    };
    expect(await codeOf(house.core.authority.issue(order))).toBe('authority-revoked');
    const rejected = { decision: 'reject', reason: 'x' } as const;
    const done = await house.app.registration.examine(
      house.principal('higashi-examiner'),
      fresh.id,
      rejected,
    );
    expect(done.state).toBe('rejected');
    expect((await issue('official-position')).ca).toBe('organisation-1');
  });

  it('fails a request that was approved before, and keeps it while the CA is closed by a row', async () => {
    const { request } = await submit();
    await approve(request.id, 'higashi-examiner');
    // The CA's key does not answer, so the request stays approved.
    const broken = await openHouse(ground, {
      keys: (keys) => ({ ...keys, open: () => Promise.reject(new Error('unplugged')) }),
    });
    expect((await approve(request.id, 'operator-noda', broken)).state).toBe('approved');

    const row = await ground.table.get(statusRow(own));
    const entry = { state: 'revoked', revocationTime: 1, reason: 'superseded' };
    await putRow(ground.table, statusRow(own), { ...(row?.value as object), ...entry } as Value);
    ground.time.now += 3600 * SECOND;
    const again = await openHouse(ground);
    expect(await again.core.registration.recover()).toEqual([]);
    expect((await again.app.registration.get(operators[0] as Principal, request.id)).state).toBe('approved');
    expect(await codeOf(submit())).toBe('authority-revoked');
    await putRow(ground.table, statusRow(own), row?.value as Value);

    await revokeCa('superseded');
    const last = await openHouse(ground);
    await last.core.registration.recover();
    const view = await last.app.registration.get(operators[0] as Principal, request.id);
    expect([view.state, view.failure?.code]).toEqual(['failed', 'authority-revoked']);
  });

  it('stays closed where its rows are put back, and its CRL stays whole', async () => {
    const { request } = await submit();
    await approve(request.id, 'higashi-examiner');
    const before = await ground.table.get(statusRow(own));
    await revokeCa('cACompromise');
    const { entries } = await crlOf();
    await putRow(ground.table, statusRow(own), before?.value as Value);
    await deleteRow(ground.table, { pk: `revoked/${CA}`, sk: own.serial });
    expect(await codeOf(approve(request.id, 'operator-noda'))).toBe('authority-revoked');
    await house.app.status.publish(CA, 'operator-noda');
    expect((await crlOf()).entries).toEqual(entries);
  });

  it('certifies its responders and publishes CRLs; without a compromise its certificates stay as they are', async () => {
    const ref = await issue();
    await revokeCa('cessationOfOperation');
    ground.time.now += DAY;
    expect(await ocspStatus(house, ref)).toEqual({ status: 'good' });
    await house.app.status.publish(CA, 'operator-noda');
    expect((await crlOf()).entries.map(({ serialNumber }) => serialNumber)).toEqual([own.serial]);
    ground.time.now += 100 * DAY;
    expect(await house.core.authority.renewResponders()).toContain(CA);
    expect(await ocspStatus(house, ref)).toEqual({ status: 'good' });
  });
});

describe('a CA whose key is compromised', () => {
  it('answers revoked for every certificate, and its CRL lists every one that has not expired', async () => {
    const [before, held, plain] = [await issue(), await issue(), await issue()];
    const other = await issue('official-position');
    const chief = house.principal('higashi-chief');
    await house.app.authority.revoke(chief, before, { reason: 'superseded' });
    ground.time.now += DAY;
    await house.app.authority.hold(chief, held);
    ground.time.now += DAY;
    expect(await ocspStatus(house, plain)).toEqual({ status: 'good' });
    await revokeCa('cACompromise');
    const since = new Date('2026-11-24T09:00:00Z');
    ground.time.now += 10 * SECOND;

    const revoked = { status: 'revoked', revocationReason: 'cACompromise' };
    expect(await ocspStatus(house, plain)).toEqual({ ...revoked, revocationTime: since });
    expect(await ocspStatus(house, own)).toEqual({ ...revoked, revocationTime: since });
    expect(await ocspStatus(house, held)).toEqual({
      ...revoked,
      revocationTime: new Date('2026-11-23T09:00:00Z'),
    });
    expect(await ocspStatus(house, before)).toEqual({
      status: 'revoked',
      revocationReason: 'superseded',
      revocationTime: new Date('2026-11-22T09:00:00Z'),
    });
    // Whoever has the key may have signed this number.
    expect(await ocspStatus(house, { ca: CA, serial: '03aa' })).toEqual({
      ...revoked,
      revocationTime: since,
    });
    expect(await ocspStatus(house, other)).toEqual({ status: 'good' });
    expect((await house.app.authority.certificate(chief, plain)).revocation).toMatchObject({
      reason: 'cACompromise',
      revocationTime: '2026-11-24T09:00:00Z',
    });

    const listed = async () => {
      const { entries } = await crlOf();
      return new Map(entries.map((entry) => [entry.serialNumber as string, entry]));
    };
    const known = (await house.app.authority.serials(CA, { limit: 1000 })).serials;
    const entries = await listed();
    expect([...entries.keys()].sort()).toEqual(known.map(({ serial }) => serial).sort());
    expect(entries.get(plain.serial)).toMatchObject({ revocationDate: since, reasonCode: 'cACompromise' });
    expect(entries.get(before.serial)).toMatchObject({ reasonCode: 'superseded' });
    expect((await crlOf('organisation-1')).entries).toEqual([]);

    await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [`${CA} ${plain.serial}`] });
    ground.time.now += 2 * DAY;
    await house.app.status.publishDue();
    expect([...(await listed()).keys()].sort()).toEqual([...entries.keys()].sort());
    // A responder of a year later is certified, and answers.
    ground.time.now += 200 * DAY;
    await house.core.authority.renewResponders();
    expect(await ocspStatus(house, plain)).toMatchObject(revoked);
  });

  it('lists every certificate that was signed, and no other, whatever rows there are', async () => {
    const [deleted, expired] = [await issue(), await issue()];
    const signed = (await house.app.authority.serials(CA, { limit: 1000 })).serials.map(
      ({ serial }) => serial,
    );
    expect(signed).toEqual(expect.arrayContaining([deleted.serial, expired.serial, own.serial]));
    const row = (await ground.table.get(statusRow(expired)))?.value as Value;
    await deleteRow(ground.table, statusRow(deleted));
    await putRow(ground.table, statusRow(expired), { ...row, notAfter: 1 });
    await putRow(ground.table, statusRow({ ca: CA, serial: '0102' } as CertificateRef), row);
    await putRow(ground.table, statusRow({ ca: CA, serial: 'zz' } as CertificateRef), null as never);
    await revokeCa('cACompromise');
    const serials = (await crlOf()).entries.map(({ serialNumber }) => serialNumber as string);
    expect(serials.toSorted()).toEqual(signed.toSorted());
  });

  it('keeps its CRL whole whatever becomes of the rows', async () => {
    const [deleted, expired, forged] = [await issue(), await issue(), await issue()];
    await revokeCa('cACompromise');
    const { entries } = await crlOf();
    const rowOf = async (ref: CertificateRef) => (await ground.table.get(statusRow(ref)))?.value as Value;
    await deleteRow(ground.table, statusRow(deleted));
    await putRow(ground.table, statusRow(expired), { ...(await rowOf(expired)), notAfter: 1 });
    const earlier = { state: 'revoked', reason: 'superseded', revocationTime: 1_700_000_000 };
    await putRow(ground.table, statusRow(forged), { ...(await rowOf(forged)), ...earlier });
    await house.app.status.publish(CA, 'operator-noda');
    const bySerial = (list: typeof entries) =>
      list.toSorted((a, b) => (a.serialNumber < b.serialNumber ? -1 : 1));
    expect(bySerial((await crlOf()).entries)).toEqual(bySerial(entries));
  });

  it.each<[string, (before: Value) => Promise<void>]>([
    ['says good', (before) => putRow(ground.table, statusRow(own), before)],
    ['is deleted', () => deleteRow(ground.table, statusRow(own))],
    ['has a lower reason', (before) => putRow(ground.table, statusRow(own), { ...before, ...LOWER })],
  ])('is shown by OCSP again at the next run, where the row of the CA %s', async (_what, attack) => {
    const ref = await issue();
    const before = (await ground.table.get(statusRow(own)))?.value as Value;
    await revokeCa('cACompromise');
    ground.time.now += 10 * DAY;
    await house.core.authority.followClosings();
    await house.app.status.followListed();
    await attack(before);
    ground.time.now += 10 * SECOND;
    expect(await ocspStatus(house, ref)).toEqual({ status: 'good' });
    await house.app.status.followListed();
    ground.time.now += 10 * SECOND;
    const revoked = { status: 'revoked', revocationReason: 'cACompromise' };
    expect(await ocspStatus(house, ref)).toMatchObject(revoked);
    expect(await ocspStatus(house, own)).toMatchObject(revoked);
  });

  it.each<[string, object | null]>([
    ['time', { since: 'x', revocationTime: 'x' }],
    ['time of the act', { since: {} }],
    ['form', null],
  ])('is shown by OCSP, and mended, where the row of the CA has no %s', async (_what, members) => {
    const ref = await issue();
    await revokeCa('cACompromise');
    const row = (await ground.table.get(statusRow(own)))?.value as Value;
    await putRow(ground.table, statusRow(own), (members && { ...row, ...members }) as Value);
    ground.time.now += 10 * SECOND;
    if (members) expect((await ocspStatus(house, ref)).status).toBe('revoked');
    await house.app.status.followListed();
    expect((await ground.table.get(statusRow(own)))?.value).toEqual(row);
    ground.time.now += 10 * SECOND;
    expect((await ocspStatus(house, ref)).status).toBe('revoked');
  });

  it('that only a row says raises an alarm at the next run', async () => {
    const row = (await ground.table.get(statusRow(own)))?.value as Value;
    const forged = { ...row, state: 'revoked', reason: 'cACompromise', revocationTime: 1_700_000_000 };
    await putRow(ground.table, statusRow(own), forged);
    await house.app.status.followListed();
    expect(await recentCrlAlarms(ground.table, ground.time.now)).toBe(1);
    expect((await ground.table.get(statusRow(own)))?.value).toEqual(forged);
  });

  it('that only a row without form says stops no answer, and raises an alarm', async () => {
    const ref = await issue();
    for (const value of [null, { state: 'revoked', reason: 'keyCompromise' }, { state: 7 }]) {
      await putRow(ground.table, statusRow(own), value as unknown as Value);
      ground.time.now += 10 * SECOND;
      await ocspStatus(house, ref);
    }
    await house.app.status.followListed();
    expect(await recentCrlAlarms(ground.table, ground.time.now)).toBe(1);
  });

  it('leaves an earlier revocation its time, also where the row of the certificate was changed', async () => {
    const [before, plain] = [await issue(), await issue()];
    await house.app.authority.revoke(operators[0] as Principal, before, { reason: 'superseded' });
    const row = (await ground.table.get(statusRow(before)))?.value as { request: string; notAfter: number };
    ground.time.now += DAY;
    await revokeCa('cACompromise');
    ground.time.now += DAY;
    await house.app.status.publish(CA, 'operator-noda');
    const { request, notAfter } = row;
    await putRow(ground.table, statusRow(before), { state: 'good', request, notAfter });
    await house.app.status.followListed();
    expect((await ground.table.get(statusRow(before)))?.value).toEqual(row);
    expect(await ocspStatus(house, before)).toMatchObject({ revocationReason: 'superseded' });
    expect((await ground.table.get(statusRow(plain)))?.value).toMatchObject({ state: 'good' });
  });

  it('is not made by a row: no CRL lists a certificate for it', async () => {
    const ref = await issue();
    const row = await ground.table.get(statusRow(own));
    const entry = { state: 'revoked', revocationTime: 1_795_000_000, reason: 'cACompromise' };
    await putRow(ground.table, statusRow(own), { ...(row?.value as object), ...entry } as Value);
    await house.app.status.publish(CA, 'operator-noda');
    expect((await crlOf()).entries.map(({ serialNumber }) => serialNumber)).not.toContain(ref.serial);
  });

  it('that is reported later takes all certificates from then on, back to its revocation', async () => {
    const ref = await issue();
    await revokeCa('cessationOfOperation');
    ground.time.now += DAY;
    expect(await ocspStatus(house, ref)).toEqual({ status: 'good' });
    await revokeCa('cACompromise');
    ground.time.now += 10 * SECOND;
    expect(await ocspStatus(house, ref)).toEqual({
      status: 'revoked',
      revocationReason: 'cACompromise',
      revocationTime: new Date('2026-11-22T09:00:00Z'),
    });
    expect((await crlOf()).entries.map(({ serialNumber }) => serialNumber)).toContain(ref.serial);
  });
});

describe('a key that is stopped', () => {
  const stop = (file: HouseFile, value: unknown = true): void => {
    for (const authority of file.authorities) {
      if (`${authority.id}-1` === CA) Object.assign(authority, { stopped: value });
    }
  };
  const propose = (change: (file: HouseFile) => void) =>
    house.app.amendments.propose(operators[0] as Principal, fileOf(change));
  const stopped = async (options: HouseOptions = {}): Promise<Service> => {
    const { id } = await propose(stop);
    await house.app.amendments.approve(operators[1] as Principal, id);
    return openHouse(ground, { domain: stop, ...options });
  };

  it('is that of a CA whose certificate was revoked for a compromise, agreed on by two, for ever', async () => {
    const issuesOf = async (proposing: Promise<unknown>): Promise<unknown> => {
      const refused = await proposing.catch((error: unknown) => error);
      return Fault.is(refused, 'amendment-invalid') && refused.facts.issues;
    };
    const path = expect.stringMatching(/^authorities\.\d\.stopped$/);
    expect(await issuesOf(propose(stop))).toEqual([expect.objectContaining({ path })]);
    await revokeCa('superseded');
    expect(await issuesOf(propose(stop))).toEqual([expect.objectContaining({ path })]);
    await revokeCa('cACompromise');
    house = await stopped();
    expect(await issuesOf(propose(() => {}))).toEqual([expect.objectContaining({ path })]);
    const own = await openGround();
    try {
      expect(await codeOf(openHouse(own, { domain: stop }))).toBe('trust-domain-invalid');
    } finally {
      await own.close();
    }
  });

  it('signs one last CRL that holds until the end of the CA, and nothing else', async () => {
    const ref = await issue();
    await revokeCa('cACompromise');
    const before = await crlOf();
    house = await stopped();
    ground.time.now += 20 * SECOND;
    expect(await house.app.status.publishDue()).toContain(CA);
    const last = await crlOf();
    const { notAfter } = decodeCertificate(await house.app.authority.caCertificate(CA));
    expect(last.nextUpdate).toEqual(notAfter);
    expect(last.entries.map(({ serialNumber }) => serialNumber)).toContain(ref.serial);
    expect(last.entries).toHaveLength(before.entries.length);
    expect(await house.app.status.authorityState(operators[0] as Principal, CA)).toMatchObject({
      stopped: true,
      certificate: { status: 'revoked', revocation: { reason: 'cACompromise' } },
      crls: [{ state: 'last', number: Number(last.number), entries: last.entries.length }],
      responders: [{ state: 'last' }],
    });

    const signed = ground.signed.length;
    ground.time.now += 2 * DAY;
    expect(await house.app.status.publishDue()).not.toContain(CA);
    expect(await codeOf(house.app.status.publish(CA, 'operator-noda'))).toBe('authority-stopped');
    expect((await crlOf()).number).toBe(last.number);
    expect(ground.signed.slice(signed).filter(({ id }) => id === CA)).toEqual([]);
  });

  it('does not sign what was recorded before', async () => {
    const unplugged: HouseOptions = {
      keys: (keys) => ({
        ...keys,
        open: async (id) => ({
          ...(await keys.open(id)),
          sign: () => Promise.reject(new Fault('store-unavailable', 'The key store does not answer.')),
        }),
      }),
    };
    const dying = await openHouse(ground, unplugged);
    const order = {
      order: 'recorded',
      profile: PROFILE,
      fields: FIELDS[PROFILE] ?? {},
      subjectPublicKeyInfo: (await generateSoftwareKey('ecdsa-p256-sha256')).subjectPublicKeyInfo,
      office: 'mizusaki-higashi',
      actor: 'operator-noda',
    };
    expect(await codeOf(dying.core.authority.issue(order))).toBe('store-unavailable');
    await revokeCa('cACompromise');
    // What was recorded under the earlier file is signed under it, where the key answers.
    await stopped(unplugged);
    house = await openHouse(ground, { domain: stop });
    await house.app.status.publishDue();
    const signed = ground.signed.length;
    expect(await codeOf(house.core.authority.recover())).toBe('authority-stopped');
    expect(ground.signed.slice(signed).filter(({ id }) => id === CA)).toEqual([]);
  });

  it('certifies no responder: OCSP goes on until the present one ends, and then says tryLater', async () => {
    const [ref, other] = [await issue(), await issue('official-position')];
    await revokeCa('cACompromise');
    house = await stopped();
    ground.time.now += 20 * SECOND;
    expect(await ocspStatus(house, ref)).toMatchObject({ revocationReason: 'cACompromise' });
    let days = 0;
    for (; days < 400; days += 2) {
      expect(await house.core.authority.renewResponders()).not.toContain(CA);
      const answered = await ocspStatus(house, ref).catch((error: Error) => error.message);
      if (answered === 'OCSP says tryLater') break;
      expect(answered).toMatchObject({ revocationReason: 'cACompromise' });
      ground.time.now += 2 * DAY;
    }
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThan(400);
    expect(await ocspStatus(house, other)).toEqual({ status: 'good' });
    expect(
      house.logged.filter(({ level, facts }) => level === 'error' && facts.ca === CA && 'error' in facts),
    ).toEqual([]);
  });
});
