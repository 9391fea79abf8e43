import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linesOfGzip } from '../../functions/routes/records/gzip-lines.ts';
import { unregisteredIn } from '../../lib/ledger/answers.ts';
import { readFields, readHit } from '../../lib/ledger/cdn/cloudfront-log.ts';
import { type CdnLogs, openCdnLogs } from '../../lib/ledger/cdn/import.ts';
import { readCounts } from '../../lib/ledger/counts.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { ocspRequestOfPath } from '../../lib/pki/pki.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Table } from '../../lib/store/store.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { certIdOf, encodeQuestion } from '../status/asking.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { type LedgerWorld, openLedgerWorld } from './sample.ts';

/** The fields of a CloudFront standard log, in the order in which CloudFront writes them. */
const FIELDS =
  '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end';

const line = (
  path: string,
  {
    at = '2026-11-22\t07:00:00',
    method = 'GET',
    status = '200',
    result = 'Hit',
    n = 0,
  }: { at?: string; method?: string; status?: string; result?: string; n?: number } = {},
): string =>
  `${at}\tNRT57-P1\t1045\t203.0.113.7\t${method}\td111.cloudfront.net\t${path}\t${status}\t-\tcurl/8.5\t-\t-\t${result}\treq-${n}==\tcrl.example.jp\thttp\t120\t0.001\t-\t-\t-\t${result}\tHTTP/1.1\t-\t-\t49152\t0.001\t${result}\tapplication/pkix-crl\t700\t-\t-`;

const log = (...lines: readonly string[]): readonly string[] => ['#Version: 1.0', FIELDS, ...lines];

let world: LedgerWorld;

beforeEach(async () => {
  world = await openLedgerWorld('2026-12-02T00:00:00Z');
});

afterEach(() => world.close());

const open = (table: Table = world.table): CdnLogs =>
  openCdnLogs({
    table,
    ledger: world.over(table),
    askedAbout: async () => ({ certificates: [], tenants: [] }),
  });

const counted = async (month: string): Promise<Record<string, number>> => {
  await world.ledger.query({ limit: 1 });
  const counts = await readCounts(world.table, month);
  return Object.fromEntries(
    counts
      .filter(({ cell }) => cell.kind === 'provision')
      .map(({ cell, items }) => [
        cell.kind === 'provision' ? `${cell.recipient} ${cell.channel} ${cell.method}` : '',
        items,
      ]),
  );
};

describe('an access log of a CDN', () => {
  it('counts answers that the cache gave by itself, and no requests that reached the service', async () => {
    const lines = log(
      line('/crl/organisation-1/full.crl'),
      line('/crl/organisation-1/full.crl', { status: '304' }),
      line('/crl/organisation-1/full.crl', { result: 'OriginShieldHit' }),
      line('/crl/organisation-1/full.crl', { result: 'Miss' }),
      line('/crl/organisation-1/full.crl', { result: 'RefreshHit' }),
      line('/crl/organisation-1/full.crl', { result: 'Error', status: '503' }),
      line('/crl/organisation-1/full.crl', { method: 'HEAD' }),
      line('/crl/organisation-1/full.crl', { method: 'POST' }),
      line('/ca/organisation-1.cer'),
      line('/ocsp/MFEwTzBNMEswSTAJ'),
      line('/api/v1/records'),
      line('/crl/../../etc/passwd'),
    );
    expect(await open().import('E1.2026-11-22-07.ab.gz', lines)).toEqual({ lines: 12, hits: 6 });
    expect(await counted('2026-11')).toEqual({
      'public crl GET': 3,
      'public crl HEAD': 1,
      'public certificate GET': 1,
      'public ocsp GET': 1,
    });
    const { records } = await world.ledger.query({ recipient: 'public', limit: 10 });
    expect(records).toHaveLength(4);
    expect(records.every((record) => record.kind === 'provision' && record.day === '2026-11-22')).toBe(true);
    const text = JSON.stringify(records);
    for (const personal of ['203.0.113.7', 'curl', 'req-0', '49152']) expect(text).not.toContain(personal);
  });

  it('counts in the month of the copy, Japan Standard Time', async () => {
    await open().import(
      'E1.gz',
      log(
        line('/ca/a-1.cer', { at: '2026-11-30\t14:59:59' }),
        line('/ca/a-1.cer', { at: '2026-11-30\t15:00:00' }),
      ),
    );
    expect(await counted('2026-11')).toEqual({ 'public certificate GET': 1 });
    expect(await counted('2026-12')).toEqual({ 'public certificate GET': 1 });
  });

  const many = log(...Array.from({ length: 12_345 }, (_, n) => line(`/crl/ca-${n % 150}/full.crl`, { n })));

  it('counts each line once, whichever write fails and how, and however often it is imported', async () => {
    for (const failure of ['lost', 'appliedThenErrored'] as const) {
      const other = await openLedgerWorld('2026-12-02T00:00:00Z');
      try {
        let failures = 0;
        for (let n = 1; n < 200; n++) {
          const faulty = faultyTable(other.table, new Map([[1, failure]]));
          const logs = openCdnLogs({
            table: faulty,
            ledger: other.over(faulty),
            askedAbout: async () => ({ certificates: [], tenants: [] }),
          });
          // Every run fails at its first write. If that write was applied, the next run gets one write further.
          const outcome = await logs.import('E1.gz', many).then(
            () => 'done',
            () => 'failed',
          );
          if (outcome === 'done') break;
          failures++;
          if (failure === 'lost') break;
        }
        expect(failures).toBeGreaterThan(0);
        const whole = openCdnLogs({
          table: other.table,
          ledger: other.ledger,
          askedAbout: async () => ({ certificates: [], tenants: [] }),
        });
        await whole.import('E1.gz', many);
        expect(await whole.import('E1.gz', many)).toEqual({ lines: 0, hits: 0 });
        await other.ledger.query({ limit: 1 });
        const counts = await readCounts(other.table, '2026-11');
        expect(counts.reduce((sum, { items }) => sum + items, 0)).toBe(12_345);
      } finally {
        await other.close();
      }
    }
  });

  it('goes on with a file that has grown, and refuses one that was changed or cut', async () => {
    const [version, fields, first, second, third] = log(
      line('/ca/a-1.cer', { n: 1 }),
      line('/ca/a-1.cer', { n: 2 }),
      line('/ca/a-1.cer', { n: 3 }),
    ) as [string, string, string, string, string];
    const logs = open();
    await logs.import('E1.gz', [version, fields, first, second]);
    expect(await logs.import('E1.gz', [version, fields, first, second, third])).toEqual({
      lines: 1,
      hits: 1,
    });
    for (const lines of [
      [version, fields, third, second, first],
      [version, fields, first],
    ]) {
      await expect(logs.import('E1.gz', lines)).rejects.toMatchObject({ code: 'malformed-cdn-log' });
    }
    expect(await counted('2026-11')).toEqual({ 'public certificate GET': 3 });
  });

  it.each([
    ['a line before the fields', [line('/ca/a-1.cer')]],
    ['a field that is missing', ['#Fields: date time cs-method', 'x']],
    ['a line that is short', [FIELDS, '2026-11-22\t07:00:00']],
    ['a time that is none', [FIELDS, line('/ca/a-1.cer', { at: 'yesterday\tnoon' })]],
    ['a line without an end', [FIELDS, 'x'.repeat(140_000)]],
  ])('with %s is refused', async (_what, lines) => {
    await expect(open().import('E1.gz', lines)).rejects.toMatchObject({ code: 'malformed-cdn-log' });
    expect(await counted('2026-11')).toEqual({});
  });

  it('is read in the order of its own fields', () => {
    const fields = readFields('#Fields: sc-status x-edge-result-type cs-uri-stem time date cs-method');
    expect(fields && readHit(fields, '200\tHit\t/ca/a-1.pem\t07:00:00\t2026-11-22\tGET')).toEqual({
      day: '2026-11-22',
      channel: 'certificate',
      method: 'GET',
      object: 'a-1.pem',
    });
  });

  it.each(['cer', 'p7c', 'pem'])('counts a CA certificate in its form .%s', async (form) => {
    const lines = log(line(`/ca/a-1.${form}`));
    expect(await open().import('E1.gz', lines)).toEqual({ lines: 1, hits: 1 });
    expect(await counted('2026-11')).toEqual({ 'public certificate GET': 1 });
  });

  it('is counted even if a line has the longest address and headers that CloudFront takes', async () => {
    const long = line(`/ocsp/${'%252B'.repeat(2_720)}`).replace('curl/8.5', '%25'.repeat(20_000));
    expect(await open().import('E1.gz', log(long, line('/ca/a-1.cer')))).toEqual({ lines: 2, hits: 2 });
    expect(await counted('2026-11')).toEqual({ 'public ocsp GET': 1, 'public certificate GET': 1 });
  });

  it('is unpacked whole or refused', async () => {
    const packed = gzipSync(log(line('/ca/a-1.cer')).join('\n'));
    const lines: string[] = [];
    for await (const one of linesOfGzip(packed)) lines.push(one);
    expect(lines).toEqual(log(line('/ca/a-1.cer')));
    for (const bytes of [packed.subarray(0, packed.length - 9), Buffer.from('plain text'), Buffer.alloc(0)]) {
      await expect(
        (async () => {
          for await (const _line of linesOfGzip(bytes));
        })(),
      ).rejects.toMatchObject({ code: 'malformed-cdn-log' });
    }
  });
});

describe('OCSP answers served by a CDN', () => {
  const folder = temporaryFolder();
  let service: Service;
  let ref: CertificateRef;
  let files = 0;
  beforeAll(async () => {
    service = await openService(folder.path, {
      domain: ({ authorities }) => {
        for (const { ocsp } of authorities) ocsp.maxCertIds = 1000;
      },
    });
    const [issuance] = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records;
    ref = issuance?.certificates?.[0] as CertificateRef;
  });
  afterAll(async () => {
    await service.close();
    folder.remove();
  });

  /** A request in base64 about `others` serial numbers without a certificate, and then about one with a certificate. */
  const asking = async (others: number): Promise<string> => {
    const numbers = Array.from({ length: others }, (_, n) => (n + 1).toString(16).padStart(4, '01'));
    const certIds = [...numbers.map((serial) => ({ ...ref, serial })), ref].map((one) =>
      certIdOf(service, one, 'sha1'),
    );
    const question = await encodeQuestion({ certIds: await Promise.all(certIds) });
    return Buffer.from(question).toString('base64');
  };

  /** The records that an import of these lines makes, newest first. */
  const imported = async (...lines: readonly string[]): Promise<readonly LedgerRecord[]> => {
    service.advance(1000);
    const file = `E${++files}.gz`;
    const { hits } = await service.app.cdnLogs.import(file, log(...lines));
    expect(hits).toBe(lines.length);
    expect(await service.app.cdnLogs.import(file, log(...lines))).toEqual({ lines: 0, hits: 0 });
    const { records } = await service.app.ledger.query({ recipient: 'public', channel: 'ocsp', limit: 1000 });
    return records.filter((one) => one.kind === 'provision' && one.provided.file === file);
  };

  const numbersOf = (record: LedgerRecord): number | undefined =>
    record.kind === 'provision' ? unregisteredIn(record.provided)?.serials.length : undefined;

  const namesOurs = (record: LedgerRecord): boolean =>
    record.certificates?.some(({ serial }) => serial === ref.serial) ?? false;

  it('are found by their certificate', async () => {
    const request = encodeURIComponent(await asking(0));
    await imported(line(`/ocsp/${request}`), line('/ocsp/bm90IGEgcmVxdWVzdA=='));
    const { records } = await service.app.ledger.query({ certificate: ref, channel: 'ocsp', limit: 10 });
    expect(records).toMatchObject([
      { recipient: 'public', certificates: [ref], day: '2026-11-22', count: 1 },
    ]);
  });

  it.each([
    ['percent-encoded', encodeURIComponent],
    [
      'as CloudFront encodes what is encoded already',
      (text: string) => encodeURIComponent(text).replaceAll('%', '%25'),
    ],
    ['as it is', (text: string) => text],
    [
      'after the slash with which the address of a responder ended',
      (text: string) => `/${encodeURIComponent(text)}`,
    ],
    [
      'in the URL-safe alphabet, without padding',
      (text: string) => Buffer.from(text, 'base64').toString('base64url'),
    ],
  ])('are found when the request is written %s', async (_how, written) => {
    // Long enough for each character of base64 to occur.
    const text = await asking(40);
    expect(text).toMatch(/[+/]/);
    const told = await imported(line(`/ocsp/${written(text)}`), line(`/ocsp/${written(text)}`));
    expect(told.map(numbersOf)).toEqual([40]);
    expect(told).toMatchObject([{ certificates: [ref], count: 2 * 41 }]);
    expect(told.every(namesOurs)).toBe(true);
  });

  it('have the record that the service makes of the same answer', async () => {
    // As many as an address of 8 KB has room for.
    const text = await asking(95);
    const { cacheable } = await service.app.status.ocsp(ocspRequestOfPath(text), {
      recipient: 'public',
      method: 'GET',
    });
    const { records } = await service.app.ledger.query({ recipient: 'public', channel: 'ocsp', limit: 2 });
    const told = await imported(line(`/ocsp/${encodeURIComponent(text)}`));
    const parts = ({ certificates = [], ...record }: LedgerRecord) => ({
      certificates,
      serials: record.kind === 'provision' && unregisteredIn(record.provided)?.serials,
      count: record.kind === 'provision' && record.count,
    });
    expect(cacheable).toBeDefined();
    expect(records.map(numbersOf).sort()).toEqual([8, 87]);
    expect(told.map(parts)).toEqual(records.map(parts));
  });

  it('are all counted when each of them needs several records', async () => {
    const text = await asking(95);
    const days = Array.from({ length: 60 }, (_, n) =>
      new Date(Date.UTC(2026, 8, 1 + n)).toISOString().slice(0, 10),
    );
    const told = await imported(...days.map((day) => line(`/ocsp/${text}`, { at: `${day}\t07:00:00` })));
    expect(told.length).toBe(2 * days.length);
    expect(new Set(told.filter(namesOurs).map((one) => one.kind === 'provision' && one.day)).size).toBe(
      days.length,
    );
  });

  it('are about the certificates of one CA, as answers are', async () => {
    const authorities = await service.app.authority.authorities();
    const other = authorities.find(({ id }) => id !== ref.ca)?.id as string;
    const certIds = await Promise.all(
      [ref, { ca: other, serial: '0102' }].map((one) => certIdOf(service, one, 'sha1')),
    );
    const text = Buffer.from(await encodeQuestion({ certIds })).toString('base64');
    expect(await imported(line(`/ocsp/${text}`))).toMatchObject([{ certificates: [ref], count: 1 }]);
  });
});
