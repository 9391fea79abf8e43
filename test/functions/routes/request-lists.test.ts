import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedService, serveService } from '../../served-service.ts';
import { issueThroughOffice, opensslRequest, P256, temporaryFolder } from '../../service.ts';
import { csvRows, NO_READER, xlsxCells } from '../../sheets/stock-reader.ts';

/** Lists and searches of requests at the door, and the files of them. */

const folder = temporaryFolder();
let service: ServedService;
let issued: Awaited<ReturnType<typeof issueThroughOffice>>;
let waiting: string;

beforeAll(async () => {
  service = await serveService(folder.path);
  issued = await issueThroughOffice(service, 'person-signature', opensslRequest(folder.path, 'person'));
  const { request } = await service.app.registration.submit(service.principal('higashi-counter'), {
    profile: 'official-position',
    csr: opensslRequest(folder.path, 'seal', P256),
    fields: { position: 'Mayor', positionJa: '=HYPERLINK("http://evil.example")' },
  });
  waiting = request.id;
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const call = async (who: string, path: string, body?: unknown) => {
  const { token } = await service.app.principals.issueToken(service.principal(who));
  const answer = await fetch(`${service.url}/api/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const record = answer.headers.get('akashi-record') ?? '';
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    text: Buffer.from(bytes).toString(),
    record,
  };
};

describe('a search at the door', () => {
  it('takes the text in its body, finds the request, and is recorded without the text', async () => {
    const { status, text, record } = await call('higashi-counter', 'searches/requests', { text: '田辺' });
    expect(status).toBe(200);
    expect(JSON.parse(text).requests.map(({ id }: { id: string }) => id)).toEqual([issued.id]);
    const told = JSON.stringify(await service.app.ledger.get(record));
    expect(told).toContain(issued.id);
    expect(told).not.toContain('田辺');
    expect(JSON.stringify(service.logged)).not.toContain('田辺');
  });

  it.each([
    ['of one character', { text: '田' }, 400],
    ['without a text', {}, 400],
    ['with a wildcard', { text: '田辺*' }, 400],
    ['of another office', { text: '田辺', office: 'mizusaki-nishi' }, 403],
    ['with the cursor of nobody', { text: '田辺', cursor: 'AAAA' }, 400],
  ])('%s is refused, and the problem does not repeat the text', async (_, body, status) => {
    const answer = await call('higashi-counter', 'searches/requests', body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toContain('田');
  });

  it('does not go into an address', async () => {
    expect((await call('higashi-counter', `requests?text=${encodeURIComponent('田辺')}`)).status).toBe(400);
  });
});

describe('a list as a file', () => {
  it.skipIf(NO_READER)('has every request, with harmless cells, in CSV and in XLSX', async () => {
    const csv = await call('higashi-chief', 'exports/requests.csv?profile=official-position');
    expect(csv.status).toBe(200);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect([...csv.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = csvRows(csv.bytes) as string[][];
    expect(rows).toHaveLength(2);
    const at = (name: string) => rows[1]?.[rows[0]?.indexOf(name) ?? -1];
    expect(at('id')).toBe(waiting);
    expect(at('positionJa')).toBe('\'=HYPERLINK("http://evil.example")');

    const xlsx = await call('higashi-chief', 'exports/requests.xlsx');
    const sheet = xlsxCells(xlsx.bytes).requests ?? [];
    expect(sheet.slice(1).map((row) => row[0]?.[0])).toEqual([waiting, issued.id]);
    expect(sheet.flat().every(([, type]) => type === 's' || type === 'n')).toBe(true);
    expect(sheet.flat().some(([, type]) => type === 'f')).toBe(false);
  });

  it('is recorded: its beginning, whom it showed, and its digest', async () => {
    const { record, bytes } = await call('higashi-chief', 'exports/requests.csv');
    expect(await service.app.ledger.get(record)).toMatchObject({
      kind: 'export',
      actor: 'higashi-chief',
      details: { step: 'begun', list: 'requests', format: 'csv' },
    });
    const { records } = await service.app.ledger.query({ recipient: 'higashi-chief', limit: 10 });
    const about = records.filter((one) => JSON.stringify(one).includes(record));
    expect(about).toMatchObject([
      { responseDigest: hash('sha256', bytes), count: 2, provided: { items: 2 } },
      { certificates: [issued.certificate], requests: [waiting, issued.id], channel: 'export' },
    ]);
  });

  it('of another office is refused before anything is recorded', async () => {
    const { status, record } = await call('higashi-chief', 'exports/requests.csv?office=mizusaki-nishi');
    expect([status, record]).toEqual([403, '']);
  });
});
