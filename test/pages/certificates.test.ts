import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGivenTime } from '../../functions/pages/certificates/given-time.ts';
import { decodeCertificate } from '../../lib/pki/pki.ts';
import { issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { type Browser, type ServedPages, servePages } from './served-pages.ts';

/** The pages of certificates and of CAs: what they show to whom, what they record, what their forms do and refuse. */

const folder = temporaryFolder();
let service: ServedPages;
let chief: Browser;
let stranger: Browser;
let noda: Browser;
let sakai: Browser;
let auditor: Browser;
let person: Awaited<ReturnType<typeof issueThroughOffice>>;
let seal: Awaited<ReturnType<typeof issueThroughOffice>>;
let client: Awaited<ReturnType<typeof issueThroughOffice>>;

const LIST = '/console/certificates';
const pageOf = ({ certificate: { ca, serial } }: typeof seal): string => `${LIST}/${ca}/${serial}`;

beforeAll(async () => {
  service = await servePages(folder.path);
  const issue = (profile: string) =>
    issueThroughOffice(service, profile, opensslRequest(folder.path, profile));
  person = await issue('person-signature');
  seal = await issue('official-position');
  client = await issue('organisation-client');
  [chief, stranger, noda, sakai, auditor] = await Promise.all([
    service.browser('higashi-chief'),
    service.browser('nishi-counter'),
    service.browser('operator-noda'),
    service.browser('operator-sakai'),
    service.browser('auditor'),
  ]);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const lastRecord = async () => (await service.app.ledger.query({ kind: 'provision', limit: 1 })).records[0];

/** What an officer ticks before a hold. */
const TICKED = { understood: 'yes' };

const IN_JAPANESE = { 'accept-language': 'ja' };

describe('the list of certificates', () => {
  it('shows those of the office with their times and the total, and is recorded under the name of its reader', async () => {
    const { status, text } = await chief.get(LIST);
    expect(status, text).toBe(200);
    for (const one of [person, seal, client]) expect(text).toContain(`href="${pageOf(one)}"`);
    expect(text).toContain('3 in all');
    expect(text).toMatch(/<time datetime="[^"]+Z">\d{4}-\d\d-\d\d \d\d:\d\d JST<\/time>/);
    expect(await lastRecord()).toMatchObject({
      recipient: 'higashi-chief',
      channel: 'certificate',
      door: 'session',
      count: 3,
    });
  });

  it.each([
    ['holder', '?holder=holder-tanabe', () => [person], () => [seal, client]],
    ['profile', '?profile=official-position', () => [seal], () => [person, client]],
    ['status', '?status=revoked', () => [], () => [person, seal, client]],
    ['a window that is over', '?expiresTo=2026-01-01', () => [], () => [person, seal, client]],
    ['the last day included', '?expiresFrom=2026-01-01&expiresTo=2099-12-31', () => [person, seal], () => []],
  ])('is narrowed by %s', async (_, query, there, away) => {
    const { status, text } = await chief.get(`${LIST}${query}`);
    expect(status, text).toBe(200);
    for (const one of there()) expect(text).toContain(pageOf(one));
    for (const one of away()) expect(text).not.toContain(pageOf(one));
  });

  it('orders by the end, either way', async () => {
    const order = (text: string): readonly string[] =>
      [...text.matchAll(/href="\/console\/certificates\/[\w-]+\/(\w+)"/g)].map(([, serial]) => serial ?? '');
    const soonest = order((await chief.get(LIST)).text);
    const latest = order((await chief.get(`${LIST}?order=latest`)).text);
    expect(soonest).toHaveLength(3);
    expect(latest).toEqual(soonest.toReversed());
  });

  it('of another office is refused to an officer, and the form stays', async () => {
    const { status, text } = await chief.get(`${LIST}?office=mizusaki-nishi`);
    expect(status).toBe(403);
    expect(text).toContain('role="alert"');
    expect(text).toContain('name="expiresFrom"');
    expect((await stranger.get(LIST)).text).not.toContain(pageOf(seal));
  });

  it('asks principals of the service whose certificates they mean', async () => {
    for (const browser of [noda, auditor]) {
      const first = await browser.get(LIST);
      expect(first.status).toBe(200);
      expect(first.text).toContain('Name an office, a tenant or a holder');
      expect((await browser.get(`${LIST}?office=mizusaki-higashi`)).text).toContain(pageOf(seal));
      expect((await browser.get(`${LIST}?office=nobody`)).status).toBe(404);
    }
  });

  it.each([
    ['a day that is none', '?expiresFrom=2026-02-30'],
    ['a window upside down', '?expiresFrom=2032-01-01&expiresTo=2031-01-01'],
    ['a status that is none', '?status=%3Cscript%3E'],
    ['a cursor of nobody', '?cursor=AAAA'],
  ])('with %s says what is wrong above the form', async (_, query) => {
    const { status, text } = await chief.get(`${LIST}${query}`);
    expect(status).toBe(400);
    expect(text).toContain('role="alert"');
    expect(text).not.toContain('<script');
  });

  it('is a file too, as it is filtered, and the file is recorded', async () => {
    const csv = await chief.get(`${LIST}/export.csv?profile=official-position`);
    expect(csv.status, csv.text).toBe(200);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="akashi-certificates-/);
    expect(csv.headers.get('akashi-record')).toMatch(/\w/);
    expect(csv.text).toContain(seal.certificate.serial);
    expect(csv.text).not.toContain(person.certificate.serial);
    const xlsx = await chief.get(`${LIST}/export.xlsx`);
    expect(xlsx.headers.get('content-type')).toContain('spreadsheetml');
  });

  it('is no page for a relying party or for nobody', async () => {
    const portal = await service.browser('tax-portal');
    expect((await portal.get(LIST)).status).toBe(403);
    const nobody = await service.browser();
    expect((await nobody.get(LIST)).text).not.toContain(pageOf(seal));
    expect((await nobody.get(pageOf(seal))).text).not.toContain('BEGIN CERTIFICATE');
  });
});

describe('the search by name', () => {
  it('is posted, and no address has the name', async () => {
    const { status, text } = await chief.post(`${LIST}/search`, { text: '田辺' });
    expect(status, text).toBe(200);
    expect(text).toContain(pageOf(person));
    expect(text).toContain('value="田辺"');
    for (const [, address] of text.matchAll(/(?:href|action)="([^"]*)"/g))
      expect(decodeURIComponent(address ?? '')).not.toContain('田');
    expect(JSON.stringify([await lastRecord(), service.logged])).not.toContain('田辺');
  });

  it('takes its office from operators, and refuses another one to officers', async () => {
    expect((await noda.post(`${LIST}/search`, { text: '田辺' })).status).toBe(400);
    const found = await noda.post(`${LIST}/search`, { text: '田辺', within: 'mizusaki-higashi' });
    expect(found.text).toContain(pageOf(person));
    expect((await chief.post(`${LIST}/search`, { text: '田辺', within: 'mizusaki-nishi' })).status).toBe(403);
  });

  it('keeps what was typed where it is refused, with script as text', async () => {
    const { status, text } = await chief.post(`${LIST}/search`, { text: '"><script>alert(1)</script>*' });
    expect(status).toBe(400);
    expect(text).not.toContain('<script>');
    expect(text).toContain('&lt;script&gt;');
  });

  it('can be asked for by its address, as the switch of language does', async () => {
    expect((await chief.get(`${LIST}/search?language=ja`)).text).toContain(
      'action="/console/certificates/search"',
    );
  });
});

describe('the page of a certificate', () => {
  it('shows everything to its office, and is recorded', async () => {
    const { status, text } = await chief.get(pageOf(person), IN_JAPANESE);
    expect(status, text).toBe(200);
    expect(text).toContain(`<span class="id">${person.certificate.serial}</span>`);
    expect(text).toContain(`href="/console/requests/${person.id}"`);
    expect(text).toContain('holder-tanabe');
    expect(text).toContain('CN=2026112200000001');
    expect(text).toContain('-----BEGIN CERTIFICATE-----');
    expect(text).toContain('令和');
    expect(await lastRecord()).toMatchObject({
      recipient: 'higashi-chief',
      channel: 'status',
      certificates: [person.certificate],
      requests: [person.id],
    });
  });

  it('is unknown to another office, to another tenant, and where there is none', async () => {
    const kuroda = await service.browser('minase-kuroda');
    for (const browser of [stranger, kuroda]) {
      expect((await browser.get(pageOf(seal))).status).toBe(404);
      expect((await browser.post(`${pageOf(seal)}/revocation`, { reason: 'superseded' })).status).toBe(404);
    }
    expect((await chief.get(`${LIST}/organisation-1/0123`)).status).toBe(404);
    expect((await chief.get(`${LIST}/organisation-1/%3Cscript%3E`)).status).toBe(400);
    expect((await ocspStatus(service, seal.certificate)).status).toBe('good');
  });

  it('offers what this person may do with it as it stands, and nothing else', async () => {
    const formsOf = ({ text }: { readonly text: string }): readonly string[] =>
      [...text.matchAll(/action="[^"]*\/(revocation|hold|release|withdrawal)"/g)].map(([, act]) => act ?? '');
    expect(formsOf(await chief.get(pageOf(client)))).toEqual(['hold', 'revocation']);
    expect(formsOf(await auditor.get(pageOf(client)))).toEqual([]);
    await chief.post(`${pageOf(client)}/hold`, TICKED);
    expect(formsOf(await noda.get(pageOf(client)))).toEqual(['release', 'revocation']);
    await noda.post(`${pageOf(client)}/release`, {});
    expect(formsOf(await noda.get(pageOf(client)))).toEqual(['hold', 'revocation']);
    // cACompromise is for certificates of CAs.
    const { text } = await chief.get(pageOf(client));
    expect(text).toContain('value="keyCompromise"');
    expect(text).not.toContain('value="cACompromise"');
  });
});

describe('the forms of a certificate', () => {
  it('say what a hold does, and hold nothing before the box is ticked', async () => {
    const shown = await chief.get(pageOf(client));
    expect(shown.text).toContain('is told “on hold” from the next answer on, and the next CRL lists it.');
    expect(shown.text).toContain('By its profile it can be released again.');
    expect(shown.text).toMatch(
      /<input type="checkbox" id="understood" name="understood" value="yes" required>/,
    );
    const before = await allRecords(service);
    const refused = await chief.post(`${pageOf(client)}/hold`, { rule: 'releasable' });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('The box was not ticked, so the certificate was not put on hold.');
    expect(refused.text).toContain('aria-invalid="true" aria-describedby="understood-error"');
    expect(refused.text).toContain('By its profile it can be released again.');
    expect((await ocspStatus(service, client.certificate)).status).toBe('good');
    const acts = (await allRecords(service)).filter(({ kind }) => kind === 'hold');
    expect(acts).toEqual(before.filter(({ kind }) => kind === 'hold'));
    // Nobody who is signed out loses the tick.
    const out = await (await service.browser()).post(`${pageOf(client)}/hold`, { rule: 'final', ...TICKED });
    expect(out.text).toMatch(/name="understood" value="yes" required checked>/);
    expect(out.text).toContain('although the hold is never released');
  });

  it('hold for good where the profile says so, and say that before and after', async () => {
    expect((await chief.get(pageOf(person))).text).toContain('By its profile it is never released');
    const held = await chief.post(`${pageOf(person)}/hold`, { rule: 'final', ...TICKED });
    expect([held.status, held.headers.get('location')]).toEqual([
      303,
      `${pageOf(person)}?done=held-for-good`,
    ]);
    const { text } = await chief.get(held.headers.get('location') ?? '');
    expect(text).toContain('by its profile the hold is never released');
    expect(text).not.toContain('/release"');
    const refused = await chief.post(`${pageOf(person)}/release`, {});
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('role="alert"');
    expect(refused.text).toContain(`action="${pageOf(person)}/release"`);
  });

  it('revoke, with the reason in words, and raise the revocation afterwards', async () => {
    const revoked = await chief.post(`${pageOf(seal)}/revocation`, {
      reason: 'superseded',
      invalidityDate: '',
    });
    expect(revoked.headers.get('location')).toBe(`${pageOf(seal)}?done=revoked`);
    const { text } = await chief.get(`${pageOf(seal)}?done=revoked`);
    expect(text).toContain('role="status"');
    expect(text).toContain('Another certificate has replaced it');
    expect((await ocspStatus(service, seal.certificate)).status).toBe('revoked');
    // The same again, as a second window or the back button does.
    const again = await chief.post(`${pageOf(seal)}/revocation`, { reason: 'superseded' });
    expect(again.headers.get('location')).toBe(`${pageOf(seal)}?done=unchanged`);
    expect((await chief.post(`${pageOf(seal)}/revocation`, { reason: 'affiliationChanged' })).status).toBe(
      409,
    );
    const raised = await chief.post(`${pageOf(seal)}/revocation`, {
      reason: 'keyCompromise',
      raised: 'true',
    });
    expect(raised.headers.get('location')).toBe(`${pageOf(seal)}?done=raised`);
    expect((await chief.get(pageOf(seal), IN_JAPANESE)).text).toContain('秘密鍵の危殆化');
  });

  it('show no notice that the certificate does not bear out', async () => {
    expect((await chief.get(`${pageOf(client)}?done=revoked`)).text).not.toContain('role="status"');
  });

  it('come back with what was typed where something is wrong, and change nothing', async () => {
    const filled = {
      reason: 'keyCompromise',
      invalidityDate: '<script>きのう</script>',
      reasons: 'keyCompromise superseded unheard-of',
    };
    const { status, text } = await chief.post(`${pageOf(client)}/revocation`, filled);
    expect(status).toBe(400);
    expect(text).toContain('aria-invalid="true"');
    expect(text).toContain('&lt;script&gt;きのう');
    expect(text).not.toContain('<script>');
    expect(text).toMatch(/value="keyCompromise"[^>]* checked/);
    expect(text).not.toContain('unheard-of</');
    const future = await chief.post(`${pageOf(client)}/revocation`, {
      ...filled,
      invalidityDate: '2099-01-01',
    });
    expect([future.status, future.text.includes('not in the future')]).toEqual([400, true]);
    expect((await chief.post(`${pageOf(client)}/revocation`, {})).status).toBe(400);
    expect((await ocspStatus(service, client.certificate)).status).toBe('good');
  });

  it('take nothing from another site, from an auditor or from nobody', async () => {
    const away = await chief.post(`${pageOf(client)}/hold`, TICKED, {
      origin: 'https://elsewhere.example',
      'sec-fetch-site': 'cross-site',
    });
    expect(away.status).toBe(403);
    expect((await auditor.post(`${pageOf(client)}/hold`, TICKED)).status).toBe(403);
    const nobody = await service.browser();
    const out = await nobody.post(`${pageOf(client)}/revocation`, {
      reason: 'superseded',
      reasons: 'superseded',
      reportedAt: '2026-04-01',
    });
    expect(out.status).toBe(200);
    expect(out.text).toContain('You are signed out; nothing was done');
    expect(out.text).toContain('value="2026-04-01"');
    expect((await ocspStatus(service, client.certificate)).status).toBe('good');
  });

  it('have addresses that lead to the certificate, as the switch of language asks for them', async () => {
    for (const act of ['revocation', 'hold', 'release', 'withdrawal']) {
      const { status, headers } = await chief.get(`${pageOf(client)}/${act}?language=en`);
      expect([status, headers.get('location')]).toEqual([303, `${pageOf(client)}?language=en`]);
    }
  });
});

describe('a certificate of the service itself', () => {
  const CA = 'authentication-1';
  const ownPage = async (): Promise<string> => {
    const own = decodeCertificate(await service.app.authority.caCertificate(CA));
    return `${LIST}/${CA}/${own.serialNumber}`;
  };

  it('is revoked by two operators, the second of whom confirms exactly what the first asked for', async () => {
    const page = await ownPage();
    expect((await noda.get(page)).text).toContain('value="cACompromise"');
    expect((await noda.get(page)).text).not.toContain('/hold"');
    const asked = await noda.post(`${page}/revocation`, { reason: 'superseded' });
    expect(asked.headers.get('location')).toBe(`${page}?done=asked`);
    const own = (await noda.get(`${page}?done=asked`)).text;
    expect(own).toContain('Nothing changes before another operator confirms');
    expect(own).not.toContain('name="confirms"');
    // Readers see their own name beside their id.
    expect(own).toContain(
      '<span class="person" lang="en">Operator Noda</span> <span class="id">operator-noda</span>',
    );
    expect(own).toContain(`action="${page}/withdrawal"`);
    const second = (await sakai.get(page)).text;
    expect(second).toContain('operator-noda');
    expect(second).toContain('name="confirms"');
    const other = await sakai.post(`${page}/revocation`, { reason: 'unspecified' });
    expect(other.status).toBe(409);

    const withdrawn = await sakai.post(`${page}/withdrawal`, {});
    expect(withdrawn.headers.get('location')).toBe(`${page}?done=withdrawn`);
    expect((await sakai.post(`${page}/withdrawal`, {})).status).toBe(409);

    await noda.post(`${page}/revocation`, { reason: 'superseded' });
    const confirmed = await sakai.post(`${page}/revocation`, { confirms: 'true', reason: 'superseded' });
    expect(confirmed.headers.get('location')).toBe(`${page}?done=revoked`);
    const authorities = await noda.get('/console/authorities');
    expect(authorities.text).toContain('<strong class="late">Revoked</strong>');
  });
});

describe('the page of CAs', () => {
  it('shows operators each CA with its state, its CRLs and its responder, and is for nobody else', async () => {
    const { status, text } = await noda.get('/console/authorities');
    expect(status, text).toBe(200);
    for (const ca of ['organisation-1', 'signature-1', 'authentication-1', 'operations-1'])
      expect(text).toContain(`<span class="id">${ca}</span>`);
    expect(text.match(/>Current</g)?.length).toBeGreaterThanOrEqual(8);
    expect(text).not.toContain('Out of date');
    for (const browser of [chief, auditor])
      expect((await browser.get('/console/authorities')).status).toBe(403);
  });

  it('publishes out of turn, for operators whose CA it is', async () => {
    const address = '/console/authorities/organisation-1/crls/full';
    const done = await noda.post(address, {});
    expect(done.headers.get('location')).toBe('/console/authorities?published=organisation-1');
    expect((await noda.get('/console/authorities?published=organisation-1')).text).toContain(
      'A CRL of organisation-1 is published.',
    );
    const kuroda = await service.browser('minase-kuroda');
    expect((await kuroda.get('/console/authorities')).text).not.toContain(`action="${address}"`);
    expect((await kuroda.post(address, {})).status).toBe(403);
    expect((await noda.post('/console/authorities/nobody/crls/full', {})).status).toBe(404);
  });

  it('marks in words what is late', async () => {
    service.advance(3 * 86_400_000);
    // Sessions end after idle time.
    const operator = await service.browser('operator-noda');
    expect((await operator.get('/console/authorities')).text).toContain('Out of date: verifiers refuse it');
    service.advance(9 * 86_400_000);
    const later = await service.browser('operator-noda');
    expect((await later.get('/console/authorities')).text).toContain(
      'Late: the next responder should have been certified',
    );
  });
});

describe('a time that somebody writes', () => {
  it.each([
    ['2026-04-01', '2026-04-01T00:00:00+09:00'],
    ['２０２６／４／１　９：３０', '2026-04-01T09:30:00+09:00'],
    ['2026-04-01 09:30:15 JST', '2026-04-01T09:30:15+09:00'],
    ['2026-04-01T00:30:00Z', '2026-04-01T00:30:00Z'],
    ['2026-02-29', undefined],
    ['2026-04-01 24:00', undefined],
    ['yesterday', undefined],
  ])('%s is %s', (text, time) => {
    expect(readGivenTime(text)).toBe(time);
  });
});

describe('more certificates than a page has', () => {
  const linksIn = (text: string): readonly string[] =>
    [...text.matchAll(/href="(\/console\/certificates\/[\w-]+\/\w+)"/g)].map(([, address]) => address ?? '');

  it('come page by page, in the list by a link, in the search by a form', async () => {
    for (let n = 0; n < 21; n++)
      await issueThroughOffice(service, 'person-signature', opensslRequest(folder.path, `more-${n}`));
    const browser = await service.browser('higashi-chief');

    const first = await browser.get(`${LIST}?profile=person-signature&status=good&order=latest`);
    const next = /href="([^"]*cursor=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await browser.get(next);
    expect(second.status, second.text).toBe(200);
    expect(new Set([...linksIn(first.text), ...linksIn(second.text)]).size).toBe(21);
    expect(second.text).not.toMatch(/class="button" href="[^"]*cursor=/);

    const found = await browser.post(`${LIST}/search`, { text: '田辺' });
    const cursor = /name="cursor" value="([^"]*)"/.exec(found.text)?.[1] ?? '';
    const further = await browser.post(`${LIST}/search`, { text: '田辺', cursor });
    expect(further.status, further.text).toBe(200);
    // The one that is on hold is found as well.
    expect(new Set([...linksIn(found.text), ...linksIn(further.text)]).size).toBe(22);
    expect((await browser.post(`${LIST}/search`, { text: '田辺 花', cursor })).status).toBe(400);
  }, 60_000);
});
