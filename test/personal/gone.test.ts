import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { decodeCertificate, decodePemBundle } from '../../lib/pki/pki.ts';
import { codeOf, DAY } from '../authority/house.ts';
import { openPlace, type Place, type Running } from '../functions/local/running.ts';
import { FIELDS, opensslRequest } from '../service.ts';
import { type Secrets, tracesBelow, tracesIn } from '../traces.ts';
import { auditOf } from '../world.ts';

/* One person's data, from the counter to the end of their retention: looked for in every file. */

const PERSON = {
  holderId: '2026ZQ7700001234',
  name: '齋藤 𠮷之助ウルリヒ',
  dateOfBirth: '1987-03-29',
  sex: '3',
  address: '常盤県瑞崎市東区弥生丁目百九番地ハイム𣘺本',
};
const REASON = '氏名の旧字を戸籍で確認した';
const HOLDER = 'holder-saito';
/** The retention of the demonstration: ten years after the end of the certificate. */
const TEN_YEARS = 10 * 365.2425 * DAY;

let place: Place;
let service: Running;
beforeEach(async () => {
  place = await openPlace();
  service = await place.start('data');
});
afterEach(async () => {
  await service.stop();
  await place.close();
});

const at = (text: string): void => {
  place.ground.time.now = Date.parse(text);
};

/** Time passes; the task that keeps the names of people in force has its turns. */
const livesOn = async (...times: readonly string[]): Promise<void> => {
  for (const time of times) {
    at(time);
    await service.house.core.mending.mend();
  }
};

/** The request and the certificate of the person, and what of both nobody may find. */
const life = async () => {
  const { app, principal } = service.house;
  const { request } = await app.registration.submit(principal('higashi-counter'), {
    profile: 'person-signature',
    csr: opensslRequest(place.ground.folder, 'holder'),
    fields: PERSON,
    holder: HOLDER,
  });
  const approve = { decision: 'approve', reason: REASON } as const;
  await app.registration.examine(principal('higashi-examiner'), request.id, approve);
  const { certificate } = await app.registration.examine(principal('operator-noda'), request.id, approve);
  if (certificate === undefined) throw new Error('There is no certificate.');
  const { pem } = await app.registration.collect(principal('higashi-counter'), request.id, 'GET');
  const [der] = decodePemBundle('CERTIFICATE', pem, 1_000_000);
  const { subject, subjectPublicKeyInfo, signatureValue } = decodeCertificate(der as Uint8Array);
  const { sex: _, ...values } = PERSON;
  const secrets: Secrets = {
    ...values,
    'date of birth in figures': PERSON.dateOfBirth.replaceAll('-', ''),
    'family name': '齋藤',
    'given name': '𠮷之助ウルリヒ',
    street: '弥生丁目百九番地',
    reason: REASON,
    subject: encodeName(subject),
    key: subjectPublicKeyInfo.subarray(-64),
    signature: signatureValue,
    certificate: der as Uint8Array,
  };
  await service.house.core.sequencer.sequence();
  return { request: request.id, ref: certificate, secrets };
};

const nothingIn = (name: string, secrets: Secrets): void => {
  const { files, found } = tracesBelow(place.at(name), secrets);
  expect(found).toEqual([]);
  expect(files).toBeGreaterThan(10);
};

const viewsOf = async ({ house }: Running, { request, ref }: Awaited<ReturnType<typeof life>>) => {
  const auditor = house.principal('auditor');
  const [asked, certified] = await Promise.all([
    house.app.registration.get(auditor, request),
    house.app.authority.certificate(auditor, ref),
  ]);
  return [asked, certified].map(({ personalData }) => personalData);
};

const audit = async ({ house }: Running) =>
  (await auditOf(house, { issuance: TEN_YEARS, enrolment: TEN_YEARS })).found;

describe('the search of this test', () => {
  it('finds each value in every form that text and bytes take', () => {
    const traces = tracesIn({ name: PERSON.name, bytes: Buffer.from('c0ffee00c0ffee', 'hex') });
    const forms = [
      PERSON.name,
      JSON.stringify({ name: PERSON.name }).replace(
        /[^ -~]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
      ),
      Buffer.from(PERSON.name, 'utf16le'),
      Buffer.from(PERSON.name, 'utf16le').swap16(),
      ...['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}${PERSON.name}z`).toString('base64')),
      ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${PERSON.name}z`).toString('base64url')),
      encodeURIComponent(PERSON.name),
    ];
    for (const form of forms) expect(traces(Buffer.from(form)), String(form)).toEqual(['name']);
    expect(traces(Buffer.from('..c0ffee00c0ffee..'))).toEqual(['bytes']);
    expect(traces(Buffer.from('another name'))).toEqual([]);
  });
});

describe('the data of a person', () => {
  it('are in no file, are readable until their month ends, and then for nobody', async () => {
    const lived = await life();
    const { secrets, request } = lived;
    nothingIn('data', secrets);
    const { registration } = service.house.app;
    const examiner = service.house.principal('higashi-examiner');
    expect(await registration.get(examiner, request)).toMatchObject({
      fields: PERSON,
      examinations: [{ reason: REASON }, { reason: REASON }],
    });
    // The certificate of five years, and ten more.
    const months = await service.house.app.personalRetention.months(service.house.principal('auditor'));
    expect(months).toContainEqual({
      tenant: 'tokiwa',
      month: '2041-11',
      state: 'open',
      endsAt: '2041-12-01T00:00:00.000Z',
    });
    await livesOn('2032-01-01T00:00:00Z', '2037-02-01T00:00:00Z', '2041-11-30T23:59:59Z');
    expect(await TASKS.retention(service.house.core)).not.toContain('personal data of 2041-11');
    expect(await viewsOf(service, lived)).toEqual([undefined, undefined]);
    expect(await audit(service)).toEqual([]);

    at('2041-12-01T00:00:00Z');
    expect(await TASKS.retention(service.house.core)).toEqual(
      expect.arrayContaining(['personal data of 2041-11']),
    );
    nothingIn('data', secrets);
    const ended = { state: 'ended', month: '2041-11' };
    expect(await viewsOf(service, lived)).toEqual([ended, ended]);
    expect(await audit(service)).toEqual([]);
  });

  it('are in a backup for those alone who have its keys, and for nobody once these are destroyed', async () => {
    const lived = await life();
    const { secrets } = lived;
    await service.backup('backup', { dataKeys: place.at('keys-of-today') });
    nothingIn('backup', secrets);
    const checkpoint = await place.checkpointOf('data');

    // With the copy of the keys it is all there: what the table has is the person's data.
    await place.restore('backup', 'with-keys', { checkpoint, dataKeys: place.at('keys-of-today') });
    const withKeys = await place.start('with-keys');
    expect(await viewsOf(withKeys, lived)).toEqual([undefined, undefined]);
    await withKeys.stop();
    await place.restore('backup', 'without-keys', { checkpoint });
    const withoutKeys = await place.start('without-keys');
    const unreadable = { state: 'unreadable', code: 'data-key-missing' };
    expect(await viewsOf(withoutKeys, lived)).toEqual([unreadable, unreadable]);
    nothingIn('without-keys', secrets);
    await withoutKeys.stop();

    at('2041-12-01T00:00:00Z');
    await TASKS.retention(service.house.core);
    // The old table, beside the keys and the acts of today.
    await service.stop();
    const table = join(service.data, 'personal.sqlite');
    for (const beside of ['-wal', '-shm']) rmSync(`${table}${beside}`, { force: true });
    copyFileSync(join(place.at('backup'), 'personal.sqlite'), table);
    expect(readdirSync(join(service.data, 'data-keys')).join()).not.toContain('2041-11');
    service = await place.start('data');
    expect(await viewsOf(service, lived)).toEqual([
      { state: 'ended', month: '2041-11' },
      { state: 'ended', month: '2041-11' },
    ]);
    nothingIn('data', secrets);
    // The copy of the keys has ended, and is not put back.
    const again = place.restore('backup', 'too-late', { checkpoint, dataKeys: place.at('keys-of-today') });
    expect(await codeOf(again)).toBe('backup-refused');
  });
  it('go by order of two operators, while those of others with the same keys stay', async () => {
    const lived = await life();
    const { app, principal } = service.house;
    const other = await app.registration.submit(principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(place.ground.folder, 'other'),
      fields: FIELDS['official-position'] ?? {},
      holder: 'holder-other',
    });
    const keys = () => readdirSync(join(service.data, 'data-keys')).sort();
    const before = keys();
    const erase = (who: string) =>
      app.personalRetention.order(principal(who), HOLDER, {
        act: 'erasure',
        reference: 'court/2026-17',
        tenant: 'tokiwa',
      });
    expect(await codeOf(erase('operator-sakai'))).toBe('wrong-state');
    await app.authority.revoke(principal('higashi-chief'), lived.ref, { reason: 'cessationOfOperation' });
    await erase('operator-sakai');
    await erase('operator-noda');
    const erased = { state: 'ended' };
    expect(await viewsOf(service, lived)).toEqual([erased, erased]);
    place.ground.time.now += 5 * 60_000;
    await TASKS.retention(service.house.core);
    await TASKS.retention(service.house.core);
    expect(await app.personalRetention.standing(principal('auditor'), HOLDER, 'tokiwa')).toMatchObject({
      changed: { act: 'erased' },
      copiesUntil: new Date(place.ground.time.now + 30 * DAY).toISOString(),
    });
    // The key of the certificate's month; and that of the month in which the request would have ended, which has others' too.
    const gone = ['tokiwa.2027-11.1.key', 'tokiwa.2041-11.1.key'];
    expect(before).toEqual(expect.arrayContaining(gone));
    const kept = before.filter((name) => !gone.includes(name));
    expect(keys()).toEqual([...kept, 'tokiwa.2027-11.2.key'].sort());
    const examiner = principal('higashi-examiner');
    expect(await app.registration.get(examiner, other.request.id)).toMatchObject({
      fields: FIELDS['official-position'],
    });
    nothingIn('data', lived.secrets);
    expect(await audit(service)).toEqual([]);
  });
});
