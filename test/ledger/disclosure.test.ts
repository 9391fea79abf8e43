import { hash } from 'node:crypto';
import { flattenedVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../lib/ledger/disclosure/bundle.ts';
import { endOfTerm } from '../../lib/ledger/disclosure/cases.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { SqliteTable } from '../../lib/store/sqlite.ts';
import { MAX_PAGE } from '../../lib/store/store.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';

const folder = temporaryFolder();
let service: Service;
let tanabe: Principal;
const stranger: Principal = {
  id: 'holder-other',
  role: 'holder',
  person: 'holder-other',
  name: { ja: '他人', en: 'Somebody else' },
};

const issueAbout = async (holder: string, name: string): Promise<CertificateRef> => {
  const { registration } = service.app;
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile: 'person-authentication',
    csr: opensslRequest(folder.path, name),
    fields: FIELDS['person-authentication'] ?? {},
    holder,
  });
  await registration.examine(service.principal('higashi-examiner'), request.id, { decision: 'approve' });
  const { certificate } = await registration.examine(service.principal('operator-noda'), request.id, {
    decision: 'approve',
  });
  return certificate as CertificateRef;
};

const ask = async (
  ref: CertificateRef,
  caller: { recipient: string; purpose?: string; legalBasis?: string },
) => {
  service.advance(5);
  await service.app.status.ocsp(await ocspRequestFor(service, ref), { method: 'POST', ...caller });
};

/** The signed file that a reader copies out of the page. */
const signedFileOf = (page: string): string | undefined =>
  /<pre>([^<]*)<\/pre>/.exec(page)?.[1]?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

let other: CertificateRef;
let first: CertificateRef;
let second: CertificateRef;

beforeAll(async () => {
  service = await openService(folder.path);
  tanabe = service.principals.find(({ role }) => role === 'holder') as Principal;
  first = await issueAbout(tanabe.id, 'first');
  second = await issueAbout(tanabe.id, 'second');
  other = await issueAbout('holder-third', 'other');
  await ask(first, { recipient: 'public' });
  await ask(second, {
    recipient: 'tax-portal',
    purpose: 'tax-return',
    legalBasis: '公的個人認証法第17条第1項',
  });
  await ask(other, { recipient: 'procurement' });
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('own records', () => {
  it('tell the holder alone when, who and why, and record that the holder looked', async () => {
    const { disclosures, ledger } = service.app;
    const { entries } = await disclosures.own(tanabe, { holder: tanabe.id, limit: 100 }, 'GET');
    const told = entries.filter(({ channel }) => channel === 'ocsp');
    expect(told.map(({ who, why, certificates }) => [who.recipient, why?.purpose, certificates])).toEqual([
      ['tax-portal', 'tax-return', [second]],
      ['public', undefined, [first]],
    ]);
    expect(told[0]?.why).toEqual({
      purpose: 'tax-return',
      ja: '電子申告の署名検証',
      en: 'Verifying signatures of tax returns',
      legalBasis: '公的個人認証法第17条第1項',
    });
    const { records } = await ledger.query({ recipient: tanabe.id, channel: 'own', limit: 10 });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ provided: { holder: tanabe.id }, count: entries.length });
    await expect(disclosures.own(stranger, { holder: tanabe.id, limit: 10 }, 'GET')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      disclosures.own(service.principal('operator-noda'), { holder: tanabe.id, limit: 10 }, 'GET'),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('may be seen by a delegate while the delegation lasts', async () => {
    const { delegates } = service.app.disclosures;
    const holders = service.principals.filter(({ role }) => role === 'holder');
    const friend = holders[1] as Principal;
    const look = () => service.app.disclosures.own(friend, { holder: tanabe.id, limit: 10 }, 'GET');
    await expect(look()).rejects.toMatchObject({ code: 'forbidden' });
    await delegates.name(tanabe, friend.id, new Date(service.now() + 60_000).toISOString());
    expect((await look()).entries.length).toBeGreaterThan(1);
    service.advance(61_000);
    await expect(look()).rejects.toMatchObject({ code: 'forbidden' });
    await delegates.name(tanabe, friend.id);
    expect((await delegates.list(tanabe.id)).map(({ delegate }) => delegate)).toEqual([friend.id]);
    await look();
    await delegates.withdraw(tanabe, friend.id);
    await delegates.withdraw(tanabe, friend.id);
    await expect(look()).rejects.toMatchObject({ code: 'forbidden' });
    for (const nobody of [tanabe.id, 'tax-portal', 'not-there']) {
      await expect(delegates.name(tanabe, nobody)).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });
});

describe('delegates', () => {
  it('in force are found behind more than a page of those that have lapsed', async () => {
    const { delegates } = service.app.disclosures;
    const holders = service.principals.filter(({ role }) => role === 'holder');
    const friend = holders[1] as Principal;
    const until = new Date(service.now() - 60_000).toISOString();
    const lapsed = Array.from({ length: MAX_PAGE + 1 }, (_, n) => `a-${String(n).padStart(5, '0')}`);
    for (let at = 0; at < lapsed.length; at += 100) {
      await service.table.write(
        lapsed.slice(at, at + 100).map((sk) => ({
          put: { pk: `delegate/${tanabe.id}`, sk },
          value: { since: until, until },
          if: 'absent',
        })),
      );
    }
    expect(friend.id > (lapsed.at(-1) as string)).toBe(true);
    await delegates.name(tanabe, friend.id);
    expect(await delegates.list(tanabe.id)).toEqual([{ delegate: friend.id, since: expect.any(String) }]);
    await delegates.withdraw(tanabe, friend.id);
    expect(await delegates.list(tanabe.id)).toEqual([]);
  });

  it('that have lapsed leave no row behind, and may be named again', async () => {
    const { delegates } = service.app.disclosures;
    const friend = service.principals.filter(({ role }) => role === 'holder')[1] as Principal;
    const key = { pk: `delegate/${tanabe.id}`, sk: friend.id };
    await delegates.name(tanabe, friend.id, new Date(service.now() + 60_000).toISOString());
    service.advance(120_000);
    expect(await service.table.get(key)).toBeDefined();
    expect(
      await (service.table as SqliteTable).purgeExpired(Math.floor(service.now() / 1000)),
    ).toBeGreaterThan(0);
    expect(await service.table.get(key)).toBeUndefined();
    await delegates.name(tanabe, friend.id);
    expect(await delegates.list(tanabe.id)).toHaveLength(1);
    await delegates.withdraw(tanabe, friend.id);
  });
});

describe('a holder', () => {
  it.each(['123456789012', '1234-5678-9012', '12345678901', 'Tanabe', '田辺', ''])(
    'is not named %j',
    async (holder) => {
      await expect(issueAbout(holder, 'refused')).rejects.toMatchObject({ code: 'invalid-field' });
    },
  );
});

describe('a disclosure', () => {
  it('holds every certificate and every provision about the holder, signed so that others verify it', async () => {
    const { disclosures, ledger } = service.app;
    const { id, deadline, state } = await disclosures.cases.open(tanabe, tanabe.id);
    expect(state).toBe('open');
    const { jws, page } = await disclosures.handOver(tanabe, id, 'GET');
    const verified = await flattenedVerify(
      JSON.parse(jws),
      await importJWK(await disclosures.key(), 'EdDSA'),
    );
    const bundle = JSON.parse(Buffer.from(verified.payload).toString());
    expect(bundle).toMatchObject({ disclosure: id, holder: tanabe.id, deadline });
    const serials = bundle.certificates.map(({ serial }: CertificateRef) => serial).sort();
    expect(serials).toEqual([first.serial, second.serial].sort());
    expect(bundle.certificates[0].pem).toContain('BEGIN CERTIFICATE');
    const expected = (await ledger.query({ holder: tanabe.id, limit: 1000 })).records.filter(
      (record) => !(record.kind === 'provision' && record.channel === 'disclosure'),
    );
    expect(bundle.records).toEqual(expected);
    expect(expected.filter(({ kind }) => kind === 'issuance')).toHaveLength(2);
    expect(page).toContain('電子申告ポータル');
    expect(page).toContain(hash('sha256', jws));
    expect(signedFileOf(page)).toBe(jws);
    expect(page).not.toMatch(/<script|src=/);

    // Every time that a person reads is Japan's, with its zone.
    const read = page.slice(0, page.indexOf('<pre>')).replace(/ datetime="[^"]*"/g, '');
    expect(read).not.toMatch(/\dT\d|\dZ/);
    expect(read).toMatch(/期限.*<dd><time>\d{4}-\d\d-\d\d 23:59:59 JST<\/time><\/dd>/);
    const [newest] = bundle.provisions;
    const japan = new Date(Date.parse(newest.time) + 9 * 3_600_000).toISOString();
    expect(read).toContain(`<td><time>${japan.slice(0, 10)} ${japan.slice(11, 19)} JST</time></td>`);
    expect(read).toContain('日本標準時');

    const after = await disclosures.cases.get(tanabe, id);
    expect(after).toMatchObject({ state: 'disclosed', bundle: hash('sha256', jws) });
    const [told] = (await ledger.query({ channel: 'disclosure', limit: 1 })).records;
    expect(told).toMatchObject({
      recipient: tanabe.id,
      responseDigest: hash('sha256', jws),
      provided: { disclosure: id, page: hash('sha256', page) },
    });
    const again = await disclosures.handOver(service.principal('operator-noda'), id, 'GET');
    expect(again.jws).not.toBe(jws);
    expect((await disclosures.cases.get(tanabe, id)).bundle).toBe(hash('sha256', jws));

    const forged = JSON.parse(jws);
    forged.payload = Buffer.from(JSON.stringify({ ...bundle, records: [] })).toString('base64url');
    await expect(flattenedVerify(forged, await importJWK(await disclosures.key(), 'EdDSA'))).rejects.toThrow(
      'signature verification failed',
    );
  });

  it('about nobody is refused to an operator, and leaves no record', async () => {
    const { disclosures, ledger } = service.app;
    const operator = service.principal('operator-noda');
    const acts = async () => (await ledger.query({ kind: 'disclosure', limit: 1000 })).records.length;
    const before = await acts();
    const nobody = disclosures.cases.open(operator, 'holder-nobody');
    await expect(nobody).rejects.toMatchObject({ code: 'unknown-holder', facts: { id: 'holder-nobody' } });
    expect(await acts()).toBe(before);
    // Who may not know who exists is told the same of everybody.
    for (const holder of ['holder-nobody', tanabe.id]) {
      await expect(disclosures.cases.open(stranger, holder)).rejects.toMatchObject({ code: 'forbidden' });
    }
    const clerk = service.principal('higashi-counter');
    const { registration } = service.app;
    const { request } = await registration.submit(clerk, {
      profile: 'person-authentication',
      csr: opensslRequest(folder.path, 'pending'),
      fields: FIELDS['person-authentication'] ?? {},
      holder: 'holder-pending',
    });
    expect(await disclosures.cases.open(operator, 'holder-pending')).toMatchObject({ state: 'open' });
    // The service keeps a request that came to nothing, so its subject may ask what is kept.
    await registration.withdraw(clerk, request.id, 'mistyped');
    expect(await disclosures.cases.open(operator, 'holder-pending')).toMatchObject({ state: 'open' });
  });

  it('is due on the 30th day in Japan, may be extended once with a reason, and is unknown to others', async () => {
    expect(endOfTerm(Date.parse('2026-04-01T09:00:00+09:00'), 30)).toBe('2026-05-01T14:59:59.000Z');
    expect(endOfTerm(Date.parse('2026-04-01T00:00:00+09:00'), 30)).toBe('2026-05-01T14:59:59.000Z');
    expect(endOfTerm(Date.parse('2026-04-01T23:59:59+09:00'), 30)).toBe('2026-05-01T14:59:59.000Z');

    const { cases, handOver } = service.app.disclosures;
    const operator = service.principal('operator-noda');
    const opened = await cases.open(operator, tanabe.id);
    await expect(cases.get(stranger, opened.id)).rejects.toMatchObject({ code: 'unknown-disclosure' });
    await expect(handOver(stranger, opened.id, 'GET')).rejects.toMatchObject({ code: 'unknown-disclosure' });
    await expect(cases.open(stranger, tanabe.id)).rejects.toMatchObject({ code: 'forbidden' });
    const extended = await cases.extend(operator, opened.id, 30, '記録が多量であるため');
    expect(Date.parse(extended.deadline) - Date.parse(opened.deadline)).toBe(30 * 86_400_000);
    expect(extended.extension?.reason).toBe('記録が多量であるため');
    await expect(cases.extend(operator, opened.id, 1, 'また')).rejects.toMatchObject({
      code: 'already-extended',
    });
    await expect(cases.extend(operator, opened.id, 31, '長い')).rejects.toMatchObject({
      code: 'invalid-input',
    });
    const { cases: mine } = await cases.list(tanabe, { limit: 10 });
    expect(mine.map(({ id }) => id)).toContain(opened.id);
    expect((await cases.list(stranger, { limit: 10 })).cases).toEqual([]);
    const { records } = await service.app.ledger.query({ kind: 'disclosure', limit: 100 });
    expect(JSON.stringify(records)).not.toContain('多量');
    service.advance(61 * 86_400_000);
    expect((await cases.get(operator, opened.id)).state).toBe('overdue');
  });

  it('is overdue after the last second of its term, and is then no longer extended', async () => {
    const { cases } = service.app.disclosures;
    const operator = service.principal('operator-noda');
    const { id, deadline } = await cases.open(operator, tanabe.id);
    service.advance(Date.parse(deadline) + 900 - service.now());
    expect((await cases.get(operator, id)).state).toBe('open');
    service.advance(Date.parse(deadline) + 1000 - service.now());
    expect((await cases.get(operator, id)).state).toBe('overdue');
    await expect(cases.extend(operator, id, 30, '遅れたため')).rejects.toMatchObject({
      code: 'disclosure-closed',
    });
  });

  it('says why it took longer, and ends when the delegation of its requester ends', async () => {
    const { cases, delegates, handOver } = service.app.disclosures;
    const friend = service.principals.filter(({ role }) => role === 'holder')[1] as Principal;
    await delegates.name(tanabe, friend.id, new Date(service.now() + 60_000).toISOString());
    const { id } = await cases.open(friend, tanabe.id);
    await cases.extend(service.principal('operator-noda'), id, 10, '記録が<多量>であるため');
    const { page, jws } = await handOver(friend, id, 'GET');
    expect(page).toContain('記録が&#60;多量&#62;であるため');
    const bundle = JSON.parse(Buffer.from(JSON.parse(jws).payload, 'base64url').toString());
    expect(bundle.extension.reason).toBe('記録が<多量>であるため');
    service.advance(61_000);
    for (const refused of [cases.get(friend, id), handOver(friend, id, 'GET')]) {
      await expect(refused).rejects.toMatchObject({ code: 'unknown-disclosure' });
    }
    await expect(cases.open(friend, tanabe.id)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('and own records show nothing about other persons in the same answer', async () => {
    const { disclosures, ledger } = service.app;
    service.advance(1000);
    const [shared] = await ledger.append({
      kind: 'provision',
      recipient: 'tax-portal',
      channel: 'ocsp',
      method: 'POST',
      certificates: [first, other],
      provided: { answers: ['good', 'revoked'] },
      responseDigest: '00'.repeat(32),
      count: 2,
    });
    const { entries } = await disclosures.own(tanabe, { holder: tanabe.id, limit: 1000 }, 'GET');
    expect(entries.find(({ id }) => id === shared?.id)?.certificates).toEqual([first]);
    const { id } = await disclosures.cases.open(tanabe, tanabe.id);
    const { jws, page } = await disclosures.handOver(tanabe, id, 'GET');
    const text = Buffer.from(JSON.parse(jws).payload, 'base64url').toString();
    expect(text).not.toContain(other.serial);
    expect(page.slice(0, page.indexOf('<pre>'))).not.toContain(other.serial);
    const bundle = JSON.parse(text);
    expect(bundle.withheld).toEqual([{ id: shared?.id }]);
    expect(bundle.records.some((record: { id: string }) => record.id === shared?.id)).toBe(false);
    expect(bundle.provisions.some((entry: { id: string }) => entry.id === shared?.id)).toBe(true);
  });

  it('is a page in which no text becomes code', () => {
    const page = bundlePage(
      {
        bundle: 'disclosure',
        service: '<script>alert(1)</script>',
        disclosure: '"',
        holder: '&',
        requestedAt: '',
        deadline: '',
        madeAt: '',
        certificates: [
          {
            ca: 'a-1',
            serial: '01',
            profile: 'p',
            subject: 'CN=<img src=x onerror=alert(1)>',
            notBefore: '',
            notAfter: '',
            status: 'good',
          },
        ],
        provisions: [],
        records: [],
        withheld: [],
      },
      '</pre><script>alert(2)</script>',
    );
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;');
  });
});
