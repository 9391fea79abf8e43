import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedService, serveService } from '../../served-service.ts';
import { issueThroughOffice, opensslRequest, temporaryFolder } from '../../service.ts';
import { csvRows, NO_READER, xlsxCells } from '../../sheets/stock-reader.ts';

/** Lists and searches of certificates at the door, and the files of them. */

const folder = temporaryFolder();
let service: ServedService;
let person: Awaited<ReturnType<typeof issueThroughOffice>>;
let seal: Awaited<ReturnType<typeof issueThroughOffice>>;

beforeAll(async () => {
  service = await serveService(folder.path);
  person = await issueThroughOffice(service, 'person-signature', opensslRequest(folder.path, 'person'));
  seal = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
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
  const text = Buffer.from(bytes).toString();
  return { status: answer.status, bytes, text, record: answer.headers.get('akashi-record') ?? '' };
};

const serials = (text: string): readonly string[] =>
  JSON.parse(text).certificates.map(({ serial }: { serial: string }) => serial);

describe('a list of certificates at the door', () => {
  it('is recorded as a provision of each certificate', async () => {
    const { status, text, record } = await call('higashi-counter', 'certificates?count=true');
    expect(status, text).toBe(200);
    expect(serials(text)).toEqual([seal.certificate.serial, person.certificate.serial]);
    expect(JSON.parse(text)).toMatchObject({ total: 2 });
    expect(text).not.toContain('pem');
    expect(await service.app.ledger.get(record)).toMatchObject({
      kind: 'provision',
      recipient: 'higashi-counter',
      channel: 'certificate',
      tenant: 'tokiwa',
      certificates: [seal.certificate, person.certificate],
      requests: [seal.id, person.id],
      count: 2,
    });
  });

  it.each([
    ['of an office that there is not', 'operator-noda', 'certificates?office=nobody', 404, 'unknown-office'],
    ['of another office', 'higashi-counter', 'certificates?office=mizusaki-nishi', 403, 'forbidden'],
    ['of a tenant that there is not', 'operator-noda', 'certificates?tenant=nobody', 400, 'invalid-input'],
    ['of no tenant', 'operator-noda', 'certificates', 400, 'invalid-input'],
    [
      'with a window that is upside down',
      'higashi-counter',
      'certificates?expiresFrom=2032-01-01T00:00:00Z&expiresTo=2031-01-01T00:00:00Z',
      400,
      'invalid-input',
    ],
    ['with a text in the address', 'higashi-counter', 'certificates?text=ab', 400, 'invalid-input'],
    ['with a cursor of nobody', 'higashi-counter', 'certificates?cursor=AAAA', 400, 'cursor-invalid'],
    ['with too long a page', 'higashi-counter', 'certificates?limit=51', 400, 'invalid-input'],
  ])('is refused %s', async (_, who, path, status, code) => {
    const answer = await call(who, path);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  });
});

describe('a search at the door', () => {
  it('takes the text in its body, and is recorded without the text', async () => {
    const { status, text, record } = await call('higashi-counter', 'searches/certificates', { text: '田辺' });
    expect(status, text).toBe(200);
    expect(serials(text)).toEqual([person.certificate.serial]);
    const told = JSON.stringify(await service.app.ledger.get(record));
    expect(told).toContain(person.certificate.serial);
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
    const answer = await call('higashi-counter', 'searches/certificates', body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toContain('田');
  });
});

describe('a list as a file', () => {
  it.skipIf(NO_READER)('has every certificate, in CSV and in XLSX', async () => {
    const csv = await call('higashi-chief', 'exports/certificates.csv?profile=official-position');
    const rows = csvRows(csv.bytes) as string[][];
    expect(rows).toHaveLength(2);
    const at = (name: string) => rows[1]?.[rows[0]?.indexOf(name) ?? -1];
    expect([at('serial'), at('status'), at('request')]).toEqual([seal.certificate.serial, 'good', seal.id]);
    const xlsx = await call('higashi-chief', 'exports/certificates.xlsx');
    const sheet = xlsxCells(xlsx.bytes).certificates ?? [];
    expect(sheet.slice(1).map((row) => row[1]?.[0])).toEqual([
      seal.certificate.serial,
      person.certificate.serial,
    ]);
  });

  it('is recorded: its beginning, whom it showed, and its digest', async () => {
    const { record, bytes } = await call('higashi-chief', 'exports/certificates.csv');
    expect(await service.app.ledger.get(record)).toMatchObject({
      kind: 'export',
      actor: 'higashi-chief',
      details: { step: 'begun', list: 'certificates', format: 'csv' },
    });
    const { records } = await service.app.ledger.query({ recipient: 'higashi-chief', limit: 10 });
    const about = records.filter((one) => JSON.stringify(one).includes(record));
    expect(about).toMatchObject([
      { responseDigest: hash('sha256', bytes), count: 2, provided: { items: 2 } },
      { certificates: [seal.certificate, person.certificate], channel: 'export' },
    ]);
  });

  it('of another office is refused before anything is recorded', async () => {
    const { status } = await call('higashi-chief', 'exports/certificates.csv?office=mizusaki-nishi');
    expect(status).toBe(403);
  });
});
