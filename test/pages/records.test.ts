import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf, type LedgerRecord } from '../../lib/ledger/ledger.ts';
import { tombstoneKey } from '../../lib/ledger/retention/tombstones.ts';
import { leafHash } from '../../lib/tlog/tlog.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, issueThroughOffice, opensslRequest, PUBLIC_URL, temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';
import { type Browser, type ServedPages, servePages } from './served-pages.ts';

/* The auditor's pages: who was told what, one record and its proof, files. */

const folder = temporaryFolder();
let service: ServedPages;
let auditor: Browser;
let ca: string;
let serial: string;

const sequence = async (): Promise<void> => {
  while ((await service.core.sequencer.sequence()).leaves > 0);
};

const records = async (): Promise<readonly LedgerRecord[]> => allRecords(service);

/** What `look` left in the ledger, without what is different each time. */
const leftBy = async (look: () => Promise<unknown>) => {
  const before = new Set((await records()).map(({ id }) => id));
  await look();
  const left = (await records()).filter(({ id }) => !before.has(id));
  return left.map(({ id: _, time: __, salt: ___, leaf: ____, ...rest }) => rest);
};

const provisionTo = async (recipient: string): Promise<LedgerRecord> => {
  const found = (await records()).find(
    (one) => one.kind === 'provision' && one.recipient === recipient && one.channel === 'ocsp',
  );
  if (!found) throw new Error(`nothing told to ${recipient}`);
  return found;
};

beforeAll(async () => {
  service = await servePages(folder.path);
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  ({ ca, serial } = issued.certificate);
  const question = await ocspRequestFor(service, issued.certificate);
  await service.app.status.ocsp(question, { recipient: 'public', method: 'POST' });
  await service.app.status.ocsp(question, {
    recipient: 'tax-portal',
    method: 'POST',
    purpose: 'tax-return',
    legalBasis: '公的個人認証法<script>alert(1)</script>',
  });
  await sequence();
  auditor = await service.browser('auditor');
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('who was told what', () => {
  it('shows the answer, its recipient, purpose and legal basis, in both languages', async () => {
    const { status, text } = await auditor.get(`/console/provisions?recipient=tax-portal&language=en`);
    expect(status).toBe(200);
    expect(text).toContain('answered as good');
    expect(text).toContain(`href="/console/certificates/${ca}/${serial}"`);
    expect(text).toContain('tax-return');
    expect(text).toContain(`href="/console/records/${(await provisionTo('tax-portal')).id}"`);
    const japanese = await auditor.get('/console/provisions?recipient=tax-portal&language=ja');
    expect(japanese.text).toContain('「有効」と回答');
    const record = await auditor.get(`/console/records/${(await provisionTo('tax-portal')).id}?language=ja`);
    // The record's own word stands beside the reader's.
    expect(record.text).toContain('有効 <span class="id">good</span>');
    expect(japanese.text).toContain('<html lang="ja">');
  });

  it('escapes what a record says', async () => {
    const { text } = await auditor.get('/console/provisions');
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;');
  });

  it('escapes what a reader asks for, and keeps it in the form', async () => {
    const value = '"><script>alert(1)</script>';
    const { status, text } = await auditor.get(`/console/provisions?purpose=${encodeURIComponent(value)}`);
    expect(status).toBe(400);
    expect(text).not.toContain('<script');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  it('finds by certificate, channel and day', async () => {
    const found = async (query: string): Promise<number> => {
      const { status, text } = await auditor.get(`/console/provisions?${query}&language=en`);
      expect(status).toBe(200);
      return text.match(/href="\/console\/records\//g)?.length ?? 0;
    };
    const today = new Date(service.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    expect(await found(`ca=${ca}&serial=${serial}&channel=ocsp`)).toBe(2);
    expect(await found(`ca=${ca}&serial=${serial}&channel=crl`)).toBe(0);
    expect(await found(`channel=ocsp&from=${today}&to=${today}`)).toBe(2);
    expect(await found('channel=ocsp&to=2020-01-01')).toBe(0);
    expect(await found('purpose=tax-return&recipient=tax-portal')).toBe(1);
  });

  it('finds who saw a request before there was a certificate', async () => {
    const { request } = await service.app.registration.submit(service.principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(folder.path, 'pending'),
      fields: FIELDS['official-position'] ?? {},
    });
    const examiner = await service.browser('higashi-examiner');
    await examiner.get(`/console/requests/${request.id}`);
    const { text } = await auditor.get(`/console/provisions?request=${request.id}&language=en`);
    expect(text).toContain('<span class="id">higashi-examiner</span>');
    expect(text).toContain('One request');
    expect(text).toContain(`value="${request.id}"`);
    const [, record = ''] = /href="(\/console\/records\/[^"]+)"/.exec(text) ?? [];
    expect((await auditor.get(record)).text).toContain(
      `href="/console/provisions?request=${request.id}">who saw ${request.id}`,
    );
    // The file has the same, and the records of these looks name the request too.
    const file = await auditor.get(`/console/provisions/export.ndjson?request=${request.id}`);
    expect(file.text.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(file.text)).toMatchObject({ recipient: 'higashi-examiner', requests: [request.id] });
    const page = await auditor.get(`/console/provisions/export?request=${request.id}&language=en`);
    expect(page.text).toContain(`<dt>Request (id)</dt><dd>${request.id}</dd>`);
    expect(page.text).toContain('How many records there will be cannot be told beforehand');
  });

  it('takes the days as those of Japan', async () => {
    const left = await leftBy(() => auditor.get('/console/provisions?from=2026-04-01&to=2026-04-30'));
    expect(left).toMatchObject([
      { provided: { query: { from: '2026-03-31T15:00:00Z', to: '2026-04-30T15:00:00Z' } } },
    ]);
  });

  it('leaves out what the auditor looked at, unless it is asked for', async () => {
    await auditor.get('/console/provisions');
    const others = await auditor.get('/console/provisions?channel=records&language=en');
    expect(others.text).toContain('Nobody was told anything that this filter finds.');
    const own = await auditor.get('/console/provisions?channel=records&own=shown&language=en');
    expect(own.text).toMatch(/List of \d+ records/);
  });

  it('leaves the record of the operation, by the door of a session', async () => {
    const byPage = await leftBy(() => auditor.get('/console/provisions?recipient=tax-portal'));
    const { token } = await service.app.principals.issueToken(service.principal('auditor'));
    const byProgram = await leftBy(() =>
      fetch(`${service.url}/api/v1/provisions?recipient=tax-portal&excludeOwn=true&limit=50`, {
        headers: { authorization: `Bearer ${token}` },
      }).then((answer) => answer.text()),
    );
    expect(byPage).toHaveLength(1);
    expect(byPage).toEqual(byProgram.map((one) => ({ ...one, door: 'session' })));
  });

  it.each([
    ['recipient=nobody', 404],
    ['holder=nobody', 404],
    ['ca=nobody-1&serial=01', 404],
    [`ca=organisation-1`, 400],
    ['from=yesterday', 400],
    ['to=2026-02-30', 400],
    ['to=%2B10000-01-01', 400],
    ['from=2026-05-01&to=2026-04-01', 400],
    ['channel=pigeon', 400],
    ['serial=xyz&ca=organisation-1', 400],
    ['cursor=forged', 400],
    ['request=%3Cscript%3E', 400],
  ])('says what is wrong with %s beside the form, and records nothing', async (query, status) => {
    const left = await leftBy(async () => {
      const answer = await auditor.get(`/console/provisions?${query}`);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain('role="alert"');
      expect(answer.text).toContain('class="filter"');
    });
    expect(left).toEqual([]);
  });

  it.each(['higashi-counter', 'operator-noda', 'tax-portal', 'holder-tanabe'])(
    'is not for %s',
    async (principal) => {
      const browser = await service.browser(principal);
      const { id } = await provisionTo('public');
      const left = await leftBy(async () => {
        for (const path of [
          'provisions',
          'provisions/export',
          'provisions/export.csv',
          `records/${id}`,
          `records/${id}/proof`,
        ])
          expect([path, (await browser.get(`/console/${path}`)).status]).toEqual([path, 403]);
      });
      expect(left).toEqual([]);
    },
  );

  it('is for nobody who has not signed in', async () => {
    const { id } = await provisionTo('public');
    const nobody = await service.browser();
    for (const path of ['provisions', 'provisions/export.ndjson', `records/${id}`, `records/${id}/proof`])
      expect((await nobody.get(`/console/${path}`)).status).toBe(401);
  });

  it('goes on page by page', async () => {
    const question = await ocspRequestFor(service, { ca, serial });
    for (let n = 0; n < 55; n++) {
      service.advance(5);
      await service.app.status.ocsp(question, { recipient: 'procurement', method: 'POST' });
    }
    const first = await auditor.get('/console/provisions?recipient=procurement&language=en');
    const next = /href="(\/console\/provisions\?[^"]*cursor=[^"]*)"/.exec(first.text)?.[1];
    expect(next).toContain('recipient=procurement');
    const second = await auditor.get(next?.replaceAll('&amp;', '&') ?? '');
    expect(second.status).toBe(200);
    expect(second.text.match(/href="\/console\/records\//g)).toHaveLength(5);
  });
});

describe('a record', () => {
  it('is shown whole, with its leaf and its canonical JSON', async () => {
    const record = await provisionTo('tax-portal');
    const { status, text } = await auditor.get(`/console/records/${record.id}?language=en`);
    expect(status).toBe(200);
    for (const shown of [record.id, record.time, record.salt, String(record.leaf), serial, 'tax-portal'])
      expect(text).toContain(shown);
    expect(text).toContain('answered as good');
    expect(text).not.toContain('<script');
  });

  it('leaves the record of the operation', async () => {
    const { id } = await provisionTo('public');
    const left = await leftBy(() => auditor.get(`/console/records/${id}`));
    expect(left).toMatchObject([
      { recipient: 'auditor', door: 'session', channel: 'records', provided: { records: [id] } },
    ]);
  });

  it.each([
    'issuance',
    'examination',
    'enrolment',
    'ceremony',
    'trust-domain',
    'publication',
    'setting',
  ] as const)('of the kind %s has words too', async (kind) => {
    const one = (await records()).find((record) => record.kind === kind);
    for (const language of ['ja', 'en']) {
      const { status, text } = await auditor.get(`/console/records/${one?.id}?language=${language}`);
      expect(status).toBe(200);
      expect(text).toContain(one?.id);
    }
  });

  it('is proven by the file and the commands that the page gives', async () => {
    const { id } = await provisionTo('tax-portal');
    const { text } = await auditor.get(`/console/records/${id}?language=en`);
    const proof = await auditor.get(`/console/records/${id}/proof`);
    expect(proof.headers.get('content-disposition')).toBe(`attachment; filename="${id}.tlog-proof"`);
    const place = join(folder.path, 'proof');
    mkdirSync(place);
    writeFileSync(join(place, `${id}.tlog-proof`), proof.text);
    writeFileSync(join(place, 'log.vkey'), await service.app.transparencyLog.verifierKey());
    const commands = [...text.matchAll(/<pre class="wrap"><code>([^<]*)<\/code>/g)].map(([, found]) =>
      (found as string).replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    );
    const [check, , sum, entry] = commands as [string, string, string, string];
    const run = (command: string): string =>
      execFileSync('sh', ['-c', command], { cwd: place, encoding: 'utf8' });
    const cli = join(import.meta.dirname, '../../cli/akashi.ts');
    expect(run(check.replace('npx akashi', `${process.execPath} ${cli}`))).toContain('good');
    const digest = run(sum).slice(0, 64);
    expect(text).toContain(digest);
    expect(entry).toContain(`${id}${digest}`);
    const answer = await fetch(/https?:\S+/.exec(entry)?.[0].replace(PUBLIC_URL, service.url) ?? '');
    writeFileSync(join(place, 'entries'), new Uint8Array(await answer.arrayBuffer()));
    expect(run(entry.replace(/curl -s \S+/, 'cat entries')).trim()).toBe('1');
    expect(text).toContain(Buffer.from(leafHash(entryOf(await provisionTo('tax-portal')))).toString('hex'));
  });

  it('leaves the record of the proof', async () => {
    const { id } = await provisionTo('public');
    const left = await leftBy(() => auditor.get(`/console/records/${id}/proof`));
    expect(left).toMatchObject([{ door: 'session', channel: 'records', provided: { proofs: [id] } }]);
  });

  it('that has no leaf yet says so, and has no proof', async () => {
    const question = await ocspRequestFor(service, { ca, serial });
    await service.app.status.ocsp(question, { recipient: 'procurement', method: 'POST' });
    const young = (await records()).find(({ leaf }) => leaf === undefined);
    const { status, text } = await auditor.get(`/console/records/${young?.id}?language=en`);
    expect(status).toBe(200);
    expect(text).toContain('it gets its leaf within seconds');
    expect(text).not.toContain(`/console/records/${young?.id}/proof`);
    expect((await auditor.get(`/console/records/${young?.id}/proof`)).status).toBe(503);
    await sequence();
  });

  it('that nobody has is unknown, in the language of the reader', async () => {
    const none = await auditor.get(`/console/records/${'0'.repeat(32)}?language=ja`);
    expect(none.status).toBe(404);
    expect(none.text).toContain('その記録はありません');
    expect((await auditor.get('/console/records/%3Cscript%3E')).status).toBe(400);
  });

  it('that was deleted after its time says so, and which leaf is left of it', async () => {
    const id = `01a1${(await provisionTo('public')).id.slice(4)}`;
    const value = {
      class: 'provision',
      kind: 'provision',
      leaf: 4711,
      deletedAt: '2026-04-01T00:00:00.000Z',
    };
    await putRow(service.table, tombstoneKey(id), value);
    const { status, text } = await auditor.get(`/console/records/${id}?language=en`);
    expect(status).toBe(410);
    for (const shown of ['This record was deleted', id, '4711', value.deletedAt])
      expect(text).toContain(shown);
    expect((await auditor.get(`/console/records/${id}/proof`)).status).toBe(410);
  });

  it('of another tenant is unknown to the auditor of a tenant', async () => {
    const other = await service.browser('minase-auditor');
    const { id } = await provisionTo('tax-portal');
    for (const path of [`records/${id}`, `records/${id}/proof`])
      expect((await other.get(`/console/${path}`)).status).toBe(404);
    const list = await other.get('/console/provisions');
    expect(list.status).toBe(200);
    expect(list.text).not.toContain(id);
  });
});

describe('a file', () => {
  const path = '/console/provisions/export';

  it('is announced with the number of records that it has at most', async () => {
    const { status, text } = await auditor.get(`${path}?recipient=tax-portal&language=en`);
    expect(status).toBe(200);
    // The sign-in of the relying party is one of them.
    expect(text).toContain('Expect at most 2 records');
    expect(text).toContain(`href="${path}.csv?recipient=tax-portal"`);
    const certificate = await auditor.get(`${path}?ca=${ca}&serial=${serial}&language=en`);
    expect(certificate.text).toContain('cannot be told beforehand');
  });

  it.each([
    ['csv', 'text/csv'],
    ['ndjson', 'application/x-ndjson'],
  ])(
    'has everything that the filter finds, as %s, and is recorded from its beginning to its end',
    async (format, type) => {
      const left = await leftBy(async () => {
        const { status, headers, text } = await auditor.get(`${path}.${format}?recipient=tax-portal`);
        expect(status).toBe(200);
        expect(headers.get('content-type')).toContain(type);
        expect(headers.get('content-disposition')).toMatch(
          /^attachment; filename="akashi-records-[0-9a-f]{32}\./,
        );
        expect(text).toContain((await provisionTo('tax-portal')).id);
        // The sign-in of the relying party, and what it was told.
        expect(text.trimEnd().split('\n')).toHaveLength(format === 'csv' ? 3 : 2);
      });
      expect(left.map(({ kind }) => kind).sort()).toEqual(['export', 'provision']);
      expect(left.find(({ kind }) => kind === 'provision')).toMatchObject({
        door: 'session',
        channel: 'export',
        count: 2,
      });
    },
  );

  it('of a filter that is none is a page that says so', async () => {
    for (const address of [
      `${path}?from=yesterday`,
      `${path}.csv?from=yesterday`,
      `${path}.ndjson?recipient=nobody`,
    ]) {
      const { status, headers, text } = await auditor.get(address);
      expect([400, 404]).toContain(status);
      expect(headers.get('content-type')).toContain('text/html');
      expect(text).toContain('<h1>');
    }
  });
});
