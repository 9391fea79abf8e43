import { expect } from 'vitest';
import { type Browser, hiddenIn, openBrowser } from './browser.ts';
import type { Answered, openDoor } from './door.ts';

interface Walk {
  readonly ask: ReturnType<typeof openDoor>;
  /** PEM. */
  readonly certificateOf: (principal: string) => string;
  readonly csrOf: (name: string) => string;
  readonly person: Readonly<Record<string, string>>;
  /** Ends the process of a function. */
  readonly recycle: (id: string) => Promise<void>;
}

const shown = async (answer: Promise<Answered>, ...texts: readonly string[]): Promise<Answered> => {
  const given = await answer;
  expect(given.status, given.text).toBe(200);
  expect(given.headers['content-security-policy']).toContain("default-src 'none'");
  for (const text of texts) expect(given.text).toContain(text);
  return given;
};

const led = async (answer: Promise<Answered>): Promise<string> => {
  const { status, headers, text } = await answer;
  expect(status, text).toBe(303);
  return headers.location ?? '';
};

/** Signs in by the certificate that the browser shows. */
export const signedIn = async ({ ask, certificateOf }: Walk, principal: string): Promise<Browser> => {
  const browser = openBrowser(ask, certificateOf(principal));
  await shown(browser.get('/console/sign-in'));
  expect(await led(browser.post('/console/sign-in'))).toBe('/console');
  await shown(browser.get('/console'), principal);
  return browser;
};

/** A form came back to its address: asked for as a page, that leads on. */
const leadsOn = async (browser: Browser, address: string, to: string): Promise<void> => {
  expect(await led(browser.get(address))).toBe(to);
};

/** From the form to the certificate, by three persons and nothing but pages. Returns the certificate's page. */
export const walkRequest = async (
  walk: Walk,
): Promise<{ certificate: string; request: string; officer: Browser; operator: Browser }> => {
  const officer = await signedIn(walk, 'higashi-counter');
  const examiner = await signedIn(walk, 'higashi-examiner');
  const operator = await signedIn(walk, 'operator-noda');
  await shown(officer.get('/console/requests?state=issued'));
  await shown(operator.get('/console/requests'));
  await shown(officer.get('/console/batches'));
  await shown(officer.get('/console/batches/new'));
  const anyBatch = '/console/batches/0198c0de-0000-7000-8000-000000000000';
  await leadsOn(examiner, `${anyBatch}/samples`, `${anyBatch}/examination`);
  await shown(officer.get('/console/new'), '/console/new/person-signature');
  const address = '/console/new/person-signature';
  await shown(officer.get(address));
  const submit = async (name: string): Promise<string> => {
    const preview = await shown(
      officer.post(`${address}/preview`, { ...walk.person, holder: 'h-pages', csr: walk.csrOf(name) }),
    );
    const to = await led(officer.post(`${address}/submission`, hiddenIn(preview)));
    return to.replace('?done=submitted', '');
  };
  await leadsOn(officer, `${address}/preview`, address);
  await leadsOn(officer, `${address}/submission`, address);
  const withdrawn = await submit('pages-withdrawn');
  await leadsOn(officer, `${withdrawn}/withdrawal`, withdrawn);
  await led(officer.post(`${withdrawn}/withdrawal`, { reason: '取り違え' }));
  const request = await submit('pages');
  await shown(officer.get(request));
  await leadsOn(examiner, `${request}/examinations`, request);
  await led(examiner.post(`${request}/examinations`, { decision: 'approve' }));
  await led(operator.post(`${request}/examinations`, { decision: 'approve' }));
  const pem = await officer.get(`${request}/certificate.pem`);
  expect(pem.text).toContain('BEGIN CERTIFICATE');
  expect(pem.headers['content-disposition']).toContain('attachment');
  await shown(officer.post('/console/requests/search', { text: walk.person['field.name'] ?? '' }), request);
  await leadsOn(officer, '/console/requests/search', '/console/requests');
  const { text } = await shown(officer.get(request));
  const certificate = /href="(\/console\/certificates\/[^"?]+)"/.exec(text)?.[1] ?? '';
  return { certificate, request, officer, operator };
};

/** Lists, files, and what changes a certificate. */
export const walkCertificate = async (
  walk: Walk,
  { certificate, officer, operator }: Awaited<ReturnType<typeof walkRequest>>,
): Promise<void> => {
  const list = '/console/certificates';
  await shown(officer.get(certificate));
  await shown(officer.get(`${list}?holder=h-pages`), certificate);
  await shown(officer.get(`${list}/search`));
  await shown(officer.post(`${list}/search`, { text: walk.person['field.name'] ?? '' }), certificate);
  for (const format of ['csv', 'xlsx']) {
    const file = await officer.get(`${list}/export.${format}?holder=h-pages`);
    expect([file.status, file.headers['content-disposition']?.startsWith('attachment')]).toEqual([200, true]);
  }
  for (const act of ['hold', 'release', 'revocation', 'withdrawal'])
    await leadsOn(officer, `${certificate}/${act}`, certificate);
  const confirmed = { confirms: 'on', confirmed: 'on' };
  expect(await led(officer.post(`${certificate}/hold`, confirmed))).toContain('done=held');
  // Signature certificates stay on hold by their profile.
  expect((await officer.post(`${certificate}/release`, confirmed)).status).toBe(409);
  expect(await led(officer.post(`${certificate}/revocation`, { reason: 'superseded' }))).toContain(
    'done=revoked',
  );
  // What a second operator would have to confirm is taken back. Here nothing awaits.
  const nothing = await operator.post(`${certificate}/withdrawal`);
  expect(nothing.status, nothing.text).toBe(409);
  await shown(operator.get('/console/authorities'));
  const crl = '/console/authorities/organisation-1/crls/full';
  await leadsOn(operator, crl, '/console/authorities');
  expect(await led(operator.post(crl))).toBe('/console/authorities?published=organisation-1');
};

/** Who was told what, and its proof. */
export const walkRecords = async (
  walk: Walk,
  { certificate, request }: Awaited<ReturnType<typeof walkRequest>>,
): Promise<void> => {
  const auditor = await signedIn(walk, 'auditor');
  const [, , , ca = '', serial = ''] = certificate.split('/');
  const filter = `ca=${ca}&serial=${serial}`;
  const { text } = await shown(auditor.get(`/console/provisions?${filter}`));
  const record = /href="(\/console\/records\/[^"?/]+)"/.exec(text)?.[1] ?? '';
  await shown(auditor.get(record));
  await shown(auditor.get('/console/provisions'));
  for (const query of [
    'recipient=tax-portal',
    'holder=h-pages',
    'purpose=tax-refund',
    'channel=ocsp',
    `request=${request.split('/').at(-1)}`,
  ])
    await shown(auditor.get(`/console/provisions?${query}`));
  for (const query of ['holder=nobody', 'purpose=nothing']) {
    const { status } = await auditor.get(`/console/provisions?${query}`);
    expect([400, 404], query).toContain(status);
  }
  await shown((await signedIn(walk, 'minase-auditor')).get('/console/provisions'));
  await shown(auditor.get('/console/provisions/export'));
  for (const format of ['csv', 'ndjson']) {
    const file = await auditor.get(`/console/provisions/export.${format}?${filter}`);
    expect(file.status, file.text).toBe(200);
    expect(file.text).toContain(serial);
  }
  const proof = await auditor.get(`${record}/proof`);
  expect(proof.text).toContain('c2sp.org/tlog-proof');
};

/** Sessions end by whoever may end them, and nobody else's certificate goes with a session. */
export const walkSessions = async (walk: Walk): Promise<void> => {
  const chief = await signedIn(walk, 'higashi-chief');
  const counter = await signedIn(walk, 'higashi-counter');
  // The next process opens the key that this one has made.
  await walk.recycle('session-pages');
  const officers = '/console/sessions/officers';
  await shown(chief.get('/console/sessions'), officers);
  await leadsOn(chief, officers, '/console/sessions');
  expect(await led(chief.post(officers, { officer: 'higashi-counter' }))).toBe(
    '/console/sessions?done=ended',
  );
  expect((await counter.get('/console')).status).toBe(401);
  await led(chief.post('/console/sessions'));
  expect((await chief.get('/console')).status).toBe(401);
  const again = await signedIn(walk, 'higashi-chief');
  await led(again.post('/console/sign-out'));
  const stolen = await walk.ask('GET', '/console', {
    certificate: walk.certificateOf('nishi-counter'),
    cookies: [(await signedIn(walk, 'higashi-counter')).session ?? ''],
  });
  expect(stolen.status).toBe(401);
  // Whoever can seal a session has no certificate to show beside it.
  const alone = await walk.ask('GET', '/console', {
    aroundCdn: '',
    cookies: [(await signedIn(walk, 'higashi-counter')).session ?? ''],
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  expect(alone.status).toBe(401);
};

/** What everybody sees, through the CDN. */
export const walkPublic = async (
  { ask }: Walk,
  issued: { ca: string; serial: string; pem: string },
): Promise<void> => {
  const anybody = openBrowser(ask);
  await shown(anybody.get('/'), '/certificate-status');
  for (const file of ['style.css', 'icon.svg']) {
    const { status, text, headers } = await anybody.get(`/assets/${file}`);
    expect([status, headers['cache-control']]).toEqual([200, 'max-age=300']);
    expect(text.length).toBeGreaterThan(100);
  }
  await shown(anybody.get('/authorities'), issued.ca);
  await shown(anybody.get('/transparency'), 'pki.akashi.example/log');
  await shown(anybody.get('/certificate-status'));
  const { ca, serial, pem } = issued;
  const byNumber = await shown(anybody.post('/certificate-status', { by: 'number', ca, serial }));
  expect(byNumber.headers['akashi-record'] ?? byNumber.text).toMatch(/[0-9a-f-]{10,}/);
  const form = new FormData();
  form.set('certificate', new Blob([pem]), 'certificate.cer');
  const encoded = new Response(form);
  const answer = await ask('POST', '/certificate-status', {
    body: new Uint8Array(await encoded.arrayBuffer()),
    headers: {
      'content-type': encoded.headers.get('content-type') ?? '',
      origin: 'https://pki.akashi.example',
      'akashi-origin-host': 'pki.akashi.example',
    },
  });
  await shown(Promise.resolve(answer));
  // A page of another site, and one that comes around the CDN with a host of its own.
  const foreign = await ask('POST', '/certificate-status', {
    body: 'by=number',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://elsewhere.example',
      'akashi-origin-host': 'pki.akashi.example',
    },
  });
  expect(foreign.status).toBe(403);
};
