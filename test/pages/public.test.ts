import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicPages } from '../../functions/pages/public/public.ts';
import { route as askStatus } from '../../functions/routes/public/ask-status.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { collectInto, FIELDS, issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { type Browser, type ServedPages, type Shown, servePages } from './served-pages.ts';

/** The pages for everybody: nobody signs in here. */

const run = promisify(execFile);
const folder = temporaryFolder();
let service: ServedPages;
let browser: Browser;
const issued: Record<'good' | 'revoked' | 'held', { ref: CertificateRef; pem: string }> = Object.create(null);

beforeAll(async () => {
  service = await servePages(folder.path);
  browser = await service.browser();
  for (const name of ['good', 'revoked', 'held'] as const) {
    const { id, certificate } = await issueThroughOffice(
      service,
      'official-position',
      opensslRequest(folder.path, name),
    );
    const paths = await collectInto(service, id, folder.path, name);
    issued[name] = { ref: certificate, pem: readFileSync(paths.certificate, 'utf8') };
  }
  const chief = service.principal('higashi-chief');
  await service.app.authority.revoke(chief, issued.revoked.ref, { reason: 'superseded' });
  await service.app.authority.hold(chief, issued.held.ref);
  await service.core.sequencer.sequence();
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const ENGLISH = { 'accept-language': 'en' };
const PATH = '/certificate-status';

const check = (file: string | Uint8Array<ArrayBuffer>, headers = ENGLISH): Promise<Shown> => {
  const form = new FormData();
  form.set('by', 'file');
  form.set('certificate', new Blob([file]), 'certificate.pem');
  return browser.post(PATH, form, headers);
};

const ask = (ca: string, serial: string): Promise<Shown> =>
  browser.post(PATH, { by: 'number', ca, serial }, ENGLISH);

const caPem = async (): Promise<string> => (await browser.get(`/ca/${issued.good.ref.ca}.pem`)).text;

const derOf = (pem: string): Buffer<ArrayBuffer> =>
  Buffer.from(pem.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64');

/** The records of answers by that channel, oldest first. */
const toldBy = async (channel: string) =>
  (await allRecords(service))
    .flatMap((record) => ('channel' in record && record.channel === channel ? record : []))
    .reverse();
const told = () => toldBy('ocsp');

describe('the certificate in a file', () => {
  it.each(['PEM', 'DER'] as const)(
    'is valid, in %s, and the answer is recorded as one of OCSP',
    async (form) => {
      const before = (await told()).length;
      const { status, text } = await check(form === 'PEM' ? issued.good.pem : derOf(issued.good.pem));
      expect(status).toBe(200);
      expect(text).toContain('It is valid.');
      const records = await told();
      expect(records).toHaveLength(before + 1);
      const [record] = records.slice(before);
      expect(record).toMatchObject({ recipient: 'public', certificates: [issued.good.ref] });
      expect(text).toContain(record?.id);
      expect(text).toContain(record?.responseDigest);
    },
  );

  it('is valid with its CA behind it', async () => {
    expect((await check(issued.good.pem + (await caPem()))).text).toContain('It is valid.');
  });

  it('is revoked, with the time and the reason in words', async () => {
    const { text } = await check(issued.revoked.pem);
    expect(text).toMatch(
      /It is revoked since \d{4}-\d\d-\d\d .* JST\. Reason: Another certificate has replaced it/,
    );
    expect((await check(issued.revoked.pem, { 'accept-language': 'ja' })).text).toMatch(
      /\d{4}年（令和\d+年）\d+月\d+日 \d\d:\d\dに失効しています。/,
    );
  });

  it('is on hold', async () => {
    expect((await check(issued.held.pem)).text).toContain('It is on hold since');
  });

  it('was not issued here, and nothing is asked or recorded', async () => {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'own.key',
        '-out',
        'own.pem',
        '-subj',
        '/CN=<script>me',
      ],
      { cwd: folder.path, stdio: 'ignore' },
    );
    const before = (await told()).length;
    const { text } = await check(readFileSync(join(folder.path, 'own.pem'), 'utf8'));
    expect(text).toContain('It was not issued by this service.');
    expect(text).toContain('CN=\\&lt;script\\&gt;me');
    expect(text).not.toContain('<script');
    expect(await told()).toHaveLength(before);
  });

  it('is forged where a byte of it was changed', async () => {
    const der = derOf(issued.good.pem);
    const at = der.length - 5;
    der[at] = (der[at] ?? 0) ^ 1;
    expect((await check(der)).text).toContain('It is forged or damaged');
  });

  it('is that of a CA', async () => {
    expect((await check(await caPem())).text).toContain('It is the certificate of a CA of this service.');
  });
});

describe('the names in a certificate', () => {
  const row = (term: string, text: string): string =>
    `<dt>${term}</dt><dd><span class="person" lang="ja">${text}</span></dd>`;
  const selfSigned = (...words: readonly string[]): Promise<Shown> => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'own.key'];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', 'own.pem', '-utf8', ...words], {
      cwd: folder.path,
      stdio: 'ignore',
    });
    return check(readFileSync(join(folder.path, 'own.pem'), 'utf8'));
  };

  it('are shown in words, those of the subjectAltName too, and where they come from', async () => {
    const { text } = await check(issued.good.pem);
    const { position = '', positionJa = '' } = FIELDS['official-position'] as Record<string, string>;
    expect(text).toContain(row('Name (CN)', position));
    expect(text).toContain(row('Name (CN)', positionJa));
    expect(text).toContain(row('Country (C)', 'JP'));
    expect(text).toContain('The check ended at a CA of this service, whose signature covers them');
    expect(text.indexOf('Further names of the subject')).toBeGreaterThan(text.indexOf('(subject)'));
    expect((await check(issued.good.pem, { 'accept-language': 'ja' })).text).toContain(
      row('組織（O）', 'Mizusaki City'),
    );
  });

  it('are those of a person where the profile puts them there', async () => {
    const { id } = await issueThroughOffice(
      service,
      'person-signature',
      opensslRequest(folder.path, 'person'),
    );
    const { certificate } = await collectInto(service, id, folder.path, 'person');
    const { text } = await check(readFileSync(certificate, 'utf8'));
    const { name = '' } = FIELDS['person-signature'] as Record<string, string>;
    expect(text).toContain(row('Item that the issuer defines (1.3.6.1.4.1.32473.2.1)', name));
  });

  it('hide nothing, are not longer than a line or two, and are nobody’s word where they were not issued here', async () => {
    const turned = `Ichi\u202eilaT\u200b<b>\u{e0041}葛\u{e0100}城`;
    const { text } = await selfSigned('-subj', `/CN=${turned}/O=${'長'.repeat(64)}`);
    expect(text).toContain('nobody here vouches for them');
    expect(text).not.toContain('The check ended at a CA of this service');
    expect(text).toContain('Ichi[U+202E]ilaT[U+200B]&lt;b&gt;[U+E0041]葛\u{e0100}城');
    expect(text).not.toMatch(/[\u202e\u200b]/);
    const units = Array.from({ length: 30 }, (_, n) => `/OU=unit ${n}`).join('');
    const many = await selfSigned('-subj', `/SN=${'x'.repeat(3000)}${units}`);
    expect(many.text).toContain(row('Family name (SN)', `${'x'.repeat(200)}…`));
    expect(many.text).toContain('and 11 more that are not shown here');
    expect(many.text).not.toContain('x'.repeat(1001));
  });

  it('of other kinds stand there as well', async () => {
    const { text } = await selfSigned(
      ...['-subj', '/O=Elsewhere', '-addext'],
      'subjectAltName=DNS:xn--wgv71a.example,IP:192.0.2.1,IP:2001:db8::1,email:a@b.example,URI:https://b.example/,RID:1.2.3',
    );
    for (const [term, value] of [
      ['Domain name', 'xn--wgv71a.example'],
      ['IP address', '192.0.2.1'],
      ['IP address', '2001:db8::1'],
      ['Mail address', 'a@b.example'],
      ['Address (URI)', 'https://b.example/'],
    ] as const)
      expect(text).toContain(row(term, value));
  });
});

describe('a file that is no certificate', () => {
  const key = () => readFileSync(join(folder.path, 'good.key'), 'utf8');
  it.each<[string, () => string | Uint8Array<ArrayBuffer>, string]>([
    ['text', () => 'hello', 'The file is no certificate in PEM or DER'],
    ['a request', () => opensslRequest(folder.path, 'request'), 'The file is no certificate in PEM or DER'],
    ['nothing', () => '', 'Choose a file; nothing was sent.'],
    ['too large', () => 'x'.repeat(200_000), 'The file has 200000 bytes'],
    ['two certificates', () => issued.good.pem + issued.held.pem, 'The file has 2 certificates'],
    ['a key', key, 'The file has a private key in it.'],
    ['a key behind the certificate', () => issued.good.pem + key(), 'The file has a private key in it.'],
    ['a key in DER', () => derOf(key()), 'The file has a private key in it.'],
  ])('is refused: %s', async (_, file, message) => {
    const before = (await told()).length;
    const { status, text } = await check(file());
    expect(status).toBe(400);
    expect(text).toContain(message);
    expect(text).toContain('aria-invalid');
    expect(text).not.toContain('PRIVATE');
    expect(await told()).toHaveLength(before);
  });
});

describe('a number', () => {
  it('has a status, which is no check and says so', async () => {
    const { ca, serial } = issued.good.ref;
    const before = (await told()).length;
    const { text } = await ask(ca, serial.toUpperCase().replaceAll(/..(?=.)/g, '$&:'));
    expect(text).toContain('The certificate with this number is not revoked.');
    expect(text).toContain('This is only the status of the number, and not a check of a certificate.');
    const [record] = (await told()).slice(before);
    expect(record).toMatchObject({ recipient: 'public', certificates: [issued.good.ref] });
    expect(text).toContain(record?.id);
  });

  it('is revoked, on hold or unknown', async () => {
    const { ca, serial } = issued.revoked.ref;
    expect((await ask(ca, serial)).text).toContain('It is revoked since');
    expect((await ask(ca, issued.held.ref.serial)).text).toContain('It is on hold since');
    expect((await ask(ca, '1234567890')).text).toContain('The number was not found at this CA.');
  });

  it('that a CA does not know may be one of another CA, and is kept for the next question', async () => {
    const { ca, serial } = issued.good.ref;
    const { text } = await ask('operations-1', serial);
    expect(text).toContain('The number was not found at this CA.');
    expect(text).toContain('Other CAs of this service may have it');
    expect(text).toContain(`value="${serial}"`);
    const choices = [...text.matchAll(/<option value="([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(choices).toContain(ca);
    expect(choices).not.toContain('operations-1');
    expect((await ask(ca, serial)).text).not.toContain('Other CAs of this service may have it');
  });

  it('comes back as it was typed, and escaped, where it is none', async () => {
    const { status, text } = await ask(issued.good.ref.ca, '"><script>alert(1)</script>');
    expect(status).toBe(400);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).not.toContain('<script');
    expect((await ask(issued.good.ref.ca, ' ')).text).toContain('Enter the serial number');
  });

  it('of a CA that is not here is refused', async () => {
    const { status, text } = await ask('elsewhere-1', '01');
    expect(status).toBe(404);
    expect(text).toContain('This service has no such CA');
  });
});

describe('the form', () => {
  it('is limited as a question by OCSP', () => {
    const route = publicPages.find(({ id }) => id === 'certificateStatusForm');
    expect([route?.lane, route?.recorded]).toEqual([askStatus.lane, askStatus.recorded]);
  });

  it('is not taken from a page of another site', async () => {
    const { ca, serial } = issued.good.ref;
    const before = (await told()).length;
    const { status } = await browser.post(
      PATH,
      { by: 'number', ca, serial },
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    );
    expect(status).toBe(403);
    expect(await told()).toHaveLength(before);
  });
});

describe('the other pages', () => {
  it('lead from the first one', async () => {
    const { text, headers } = await browser.get('/', ENGLISH);
    for (const path of [PATH, '/authorities', '/authorities#revocation-lists', '/transparency', '/console'])
      expect(text).toContain(`<a href="${path}"><b>`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await browser.get('/', { 'accept-language': 'ja' })).text).toContain(
      '電子証明書と、その有効性の確認',
    );
  });

  it('show the CAs with their fingerprints, and every file that they link to is there', async () => {
    const { text } = await browser.get('/authorities', ENGLISH);
    const authorities = await service.app.authority.authorities();
    expect(authorities.length).toBeGreaterThan(1);
    for (const { fingerprint } of authorities)
      expect(text.replaceAll(' ', '')).toContain(`>${fingerprint.toUpperCase()}<`);
    const links = [...text.matchAll(/href="(\/(?:ca|crl)\/[^"]+)"/g)].map(([, path]) => path as string);
    expect(links.length).toBeGreaterThanOrEqual(4 * authorities.length);
    for (const link of links) expect((await browser.get(link)).status, link).toBe(200);
  });

  it('show the CAs without a record that somebody got a CRL', async () => {
    const before = (await toldBy('crl')).length;
    await browser.get('/authorities');
    expect(await toldBy('crl')).toHaveLength(before);
  });

  it('show the checkpoint and the key of the log', async () => {
    const { text } = await browser.get('/transparency', ENGLISH);
    const [key, checkpoint] = await Promise.all([browser.get('/log/key'), browser.get('/log/checkpoint')]);
    expect(text).toContain(`<p class="fingerprint digest">${key.text.trim()}</p>`);
    expect(text).toContain(checkpoint.text.split('\n')[0]);
  });

  it('show commands that verify the signature of the checkpoint', async () => {
    const { text } = await browser.get('/transparency', ENGLISH);
    const shown = /<code>(curl [^<]*)<\/code>/.exec(text)?.[1] ?? '';
    const commands = shown
      .replaceAll('&gt;', '>')
      .replaceAll('&#39;', "'")
      .replace(/http:\/\/\S+?(?=\/log)/, service.url);
    const { stdout } = await run('sh', ['-ec', commands], { cwd: folder.path });
    expect(stdout).toContain('Signature Verified Successfully');
  });
});

// The clock stays there.
describe('years later', () => {
  it('the certificate has expired', async () => {
    service.advance(4 * 366 * 86_400_000);
    expect((await check(issued.good.pem)).text).toContain('It has expired: it was valid until');
  });
});
