import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../lib/ledger/canonical.ts';
import { type Count, readCounts } from '../../lib/ledger/counts.ts';
import type { LedgerRecord, ProvisionDraft } from '../../lib/ledger/ledger.ts';
import { type AnnualLine, buildAnnualReport } from '../../lib/ledger/report/annual.ts';
import { annualCsv, annualPage } from '../../lib/ledger/report/annual-files.ts';
import { expireReports } from '../../lib/ledger/report/expiry.ts';
import { openReports, type Reports } from '../../lib/ledger/report/reports.ts';
import { statisticsOf } from '../../lib/ledger/report/statistics.ts';
import type { Principal } from '../../lib/principal.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import type { Bucket } from '../../lib/store/store.ts';
import { type Failure, faultyBucket, faultyTable } from '../store/faulty-table.ts';
import { type LedgerWorld, nthDraft, openLedgerWorld, writeHistory } from './sample.ts';

const DAY = 86_400_000;
const YEARS_5 = 5 * 365 * DAY;

const named = (id: string, role: Principal['role'], en: string): Principal => ({
  id,
  role,
  person: id,
  name: { ja: `${id}さん`, en },
});

const among =
  (principals: readonly Principal[]) =>
  async (id: string): Promise<Principal | undefined> =>
    principals.find((one) => one.id === id);

const PRINCIPALS: readonly Principal[] = [
  {
    ...named('tax-office', 'relyingParty', 'Tax <Office> & "Sons"'),
    purposes: [
      {
        id: 'inheritance',
        title: { ja: '相続', en: 'Inheritance' },
        legalBasis: '=HYPERLINK("x")',
      },
    ],
  },
  named('land-registry', 'relyingParty', 'Land Registry'),
  named('holder-1', 'holder', 'Hanako Tanabe'),
];

const TENANTS = [
  { id: 'tokiwa', ja: '常盤県', en: 'Tokiwa Prefecture' },
  { id: 'minase', ja: '水無瀬県', en: 'Minase Prefecture' },
];

let world: LedgerWorld;
let bucket: Bucket;
let folder: string;

const open = (table = world.table, files = bucket): Reports =>
  openReports({
    table,
    bucket: files,
    ledger: world.over(table),
    clock: () => world.now,
    sources: { trustDomain: { name: 'test', ja: '試験', en: 'Test' }, known: among(PRINCIPALS) },
    tenants: TENANTS,
    keepReports: (madeAt) => madeAt + YEARS_5,
  });

beforeEach(async () => {
  world = await openLedgerWorld('2025-03-20T00:00:00Z');
  folder = mkdtempSync(join(tmpdir(), 'akashi-reports-'));
  bucket = await openFileBucket(folder);
});

afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const tokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', year: 'numeric', month: '2-digit' });

/** The same table from a reading of every record. */
const recount = (records: readonly LedgerRecord[], year: number) => {
  const sums: Record<string, [number, number, number]> = {};
  const [first, last] = [`${year}-04`, `${year + 1}-03`];
  for (const record of records) {
    if (record.kind !== 'provision') continue;
    const month = record.day?.slice(0, 7) ?? tokyo.format(new Date(record.time));
    const before = `${Number(month.slice(0, 4)) + 1}${month.slice(4)}`;
    const who = record.recipient === 'holder-1' ? 'holder' : record.recipient;
    for (const [at, isBefore] of [
      [month, false],
      [before, true],
    ] as const) {
      if (at < first || at > last) continue;
      const key = [who, at, record.channel, record.method, record.purpose ?? null].join('|');
      const sum = sums[key] ?? [0, 0, 0];
      sums[key] = sum;
      if (isBefore) sum[2] += record.count;
      else {
        sum[0] += 1;
        sum[1] += record.count;
      }
    }
  }
  return sums;
};

describe('the annual report', () => {
  it('is what a recount of the records gives, with the year before', async () => {
    // Two years and a half, with records on both sides of 1 April in Tokyo and in UTC.
    const written = [...(await writeHistory(world, 1500, 14 * 3_600_000))];
    world.now += 1000;
    written.push(
      ...(await world.ledger.append({
        ...(nthDraft(1) as ProvisionDraft),
        recipient: 'holder-1',
      })),
    );
    world.now += 400 * DAY;
    for (const year of [2025, 2026]) {
      await open().makeAnnual('auditor-1', year);
      const { report } = await open().annual(year);
      const lines = Object.fromEntries(
        report.lines.map((line) => [
          [line.recipient, line.month, line.channel, line.method, line.purpose].join('|'),
          [line.records, line.items, line.itemsBefore],
        ]),
      );
      const expected = recount(written, year);
      expect(Object.keys(expected).length).toBeGreaterThan(50);
      expect(lines).toEqual(expected);
      for (const line of report.lines) expect(line.change).toBe(line.items - line.itemsBefore);
      expect(report.totals.items).toBe(Object.values(expected).reduce((sum, [, items]) => sum + items, 0));
      const acts = written.filter(
        ({ kind, time }) =>
          kind !== 'provision' &&
          tokyo.format(new Date(time)) >= `${year}-04` &&
          tokyo.format(new Date(time)) <= `${year + 1}-03`,
      );
      expect(report.acts.reduce((sum, { records }) => sum + records, 0)).toBe(acts.length);
      expect(JSON.stringify(report)).not.toContain('holder-1');
    }
  });

  it('agrees with a recount of any records, on both sides of the end of every month', {
    timeout: 120_000,
  }, async () => {
    // The last and the first millisecond of months in Tokyo and in UTC, over two fiscal years.
    const instants = Array.from({ length: 25 }, (_, n) => {
      const midnight = Date.UTC(2024, 2 + n, 1);
      return [midnight - 9 * 3_600_000 - 1, midnight - 9 * 3_600_000, midnight - 1, midnight];
    }).flat();
    const told = fc.record({
      at: fc.constantFrom(...instants),
      n: fc.nat(200),
      count: fc.integer({ min: 1, max: 1_000_000 }),
      daysLate: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 40 }), async (all) => {
        const other = await openLedgerWorld('2024-01-01T00:00:00Z');
        try {
          const written: LedgerRecord[] = [];
          for (const { at, n, count, daysLate } of all.toSorted((a, b) => a.at - b.at)) {
            other.now = at;
            const draft = nthDraft(n);
            const day = new Date(at + 9 * 3_600_000 - (daysLate ?? 0) * DAY).toISOString().slice(0, 10);
            written.push(
              ...(await other.ledger.append(
                draft.kind === 'provision'
                  ? { ...draft, count, ...(daysLate !== undefined && { day }) }
                  : draft,
              )),
            );
          }
          await other.ledger.query({ limit: 1 });
          for (const year of [2023, 2024, 2025]) {
            const report = await buildAnnualReport(year, {
              trustDomain: { name: 'test', ja: '試験', en: 'Test' },
              known: among(PRINCIPALS),
              countsOf: (month) => readCounts(other.table, month),
            });
            const lines = report.lines.map((line) => [
              [line.recipient, line.month, line.channel, line.method, line.purpose].join('|'),
              [line.records, line.items, line.itemsBefore],
            ]);
            expect(Object.fromEntries(lines)).toEqual(recount(written, year));
            expect(lines).toHaveLength(Object.keys(recount(written, year)).length);
          }
        } finally {
          await other.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is made once for the same totals, anew when they changed, and is on record', async () => {
    await writeHistory(world, 30, DAY);
    world.now = Date.parse('2026-03-31T14:59:59Z');
    await expect(open().makeAnnual('auditor-1', 2025)).rejects.toMatchObject({ code: 'invalid-input' });
    world.now += 1000;
    const first = await open().makeAnnual('auditor-1', 2025);
    expect(first).toMatchObject({ made: true, view: { fiscalYear: 2025, version: 1 } });
    expect(await open().makeAnnual('auditor-1', 2025)).toEqual({ made: false, view: first.view });
    world.now += 1000;
    const late = nthDraft(0) as ProvisionDraft;
    await world.ledger.append({ ...late, day: '2026-03-30', count: 5 });
    const second = await open().makeAnnual('auditor-1', 2025);
    expect(second).toMatchObject({ made: true, view: { version: 2 } });
    expect((await open().annual(2025)).view).toEqual(second.view);
    expect((await open().list()).map(({ version }) => version)).toEqual([2, 1]);
    const { records } = await world.ledger.query({ kind: 'report', limit: 10 });
    expect(records.map((record) => record.kind !== 'provision' && record.details.digest)).toEqual([
      second.view.digest,
      first.view.digest,
    ]);
  });

  it('has the bytes of its digest when it is written again, even if recipients have new names', async () => {
    const parties = ['9', '10', 'constructor'].map((id) => named(id, 'relyingParty', id));
    for (const { id } of parties) {
      await world.ledger.append({
        ...(nthDraft(0) as ProvisionDraft),
        recipient: id,
      });
    }
    world.now = Date.parse('2026-04-02T00:00:00Z');
    const reports = openReports({
      table: world.table,
      bucket,
      ledger: world.ledger,
      clock: () => world.now,
      sources: { trustDomain: { name: 'test', ja: '試験', en: 'Test' }, known: among(parties) },
      tenants: TENANTS,
      keepReports: (madeAt) => madeAt + YEARS_5,
    });
    await reports.makeAnnual('auditor-1', 2024);
    const { view, report } = await reports.annual(2024);
    expect(Object.keys(report.recipients).sort()).toEqual(['10', '9', 'constructor']);
    expect(hash('sha256', canonicalJson(report))).toBe(view.digest);
    expect(annualPage(report)).toContain('constructorさん');
  });

  it('is made when it is due, for a year with any records', async () => {
    expect(await open().makeDue()).toEqual([]);
    await writeHistory(world, 5, DAY);
    await world.ledger.query({ limit: 1 });
    expect(await open().makeDue()).toEqual([]);
    world.now = Date.parse('2025-04-01T00:00:00+09:00');
    expect(await open().makeDue()).toEqual(['annual/2024', 'annual/tokiwa/2024', 'annual/minase/2024']);
    expect(await open().makeDue()).toEqual([]);
  });

  it('is served for five years', async () => {
    await writeHistory(world, 5, DAY);
    world.now = Date.parse('2026-04-02T00:00:00Z');
    await open().makeAnnual('auditor-1', 2025);
    world.now += YEARS_5 - 1;
    expect((await open().annual(2025)).view.version).toBe(1);
    world.now += 1;
    await expect(open().annual(2025)).rejects.toMatchObject({ code: 'unknown-report' });
    expect(await open().list()).toEqual([]);
  });

  it('is whole or not there, whichever write fails and how; changed bytes are not served', async () => {
    await writeHistory(world, 20, DAY);
    await world.ledger.query({ limit: 1 });
    world.now = Date.parse('2026-04-02T00:00:00Z');
    for (const failure of ['lost', 'appliedThenErrored'] as const satisfies readonly Failure[]) {
      await open(faultyTable(world.table, new Map([[1, failure]])))
        .makeAnnual('auditor-1', 2025)
        .catch(() => {});
      await open(world.table, faultyBucket(bucket, new Map([[1, failure]])))
        .makeAnnual('auditor-1', 2025)
        .catch(() => {});
      for (const view of await open().list()) {
        expect((await open().annual(view.fiscalYear)).report.fiscalYear).toBe(2025);
      }
    }
    await open().makeAnnual('auditor-1', 2025);
    expect((await open().list()).length).toBe(1);
    const [key] = (await bucket.list('reports/', { limit: 10 })).keys;
    const object = await bucket.get(key as string);
    const changed = Buffer.from(object?.body ?? []);
    changed[changed.length - 3] = (changed[changed.length - 3] as number) ^ 1;
    await bucket.put(key as string, changed, { if: { version: object?.version as string } });
    await expect(open().annual(2025)).rejects.toMatchObject({ code: 'record-invalid' });
  });

  it('says the same as a page and as CSV, and no text in it becomes code', async () => {
    await writeHistory(world, 400, DAY);
    world.now += 400 * DAY;
    await open().makeAnnual('auditor-1', 2025);
    const { report } = await open().annual(2025);
    const page = annualPage(report);
    expect(page).toContain('Tax &#60;Office&#62; &#38; &#34;Sons&#34;');
    expect(page).not.toContain('<Office>');
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
    expect(page).toContain(report.totals.items.toLocaleString('en-US'));
    const csv = annualCsv(report);
    expect(csv.split('\r\n')).toHaveLength(report.lines.length + 2);
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv).toContain('tax-officeさん');
    // A purpose that is no longer declared is shown by its id, even an id such as `constructor`.
    const line = { ...(report.lines[0] as AnnualLine), recipient: 'tax-office', purpose: 'constructor' };
    expect(annualPage({ ...report, lines: [line] })).toContain('<td>constructor</td>');
    expect(annualCsv({ ...report, lines: [line] })).toContain(',constructor,,,');
  });
});

describe('a report whose retention period is over', () => {
  const expire = (table = world.table, files = bucket) =>
    expireReports({
      table,
      bucket: files,
      ledger: world.over(table),
      clock: () => world.now,
      keepReports: (madeAt) => madeAt + YEARS_5,
    });
  const objects = async () => (await bucket.list('reports/', { limit: 10 })).keys;
  const recorded = async () =>
    (await world.ledger.query({ kind: 'retention', limit: 10 })).records.map(
      (record) => record.kind !== 'provision' && record.details,
    );

  beforeEach(async () => {
    await writeHistory(world, 5, DAY);
    world.now = Date.parse('2026-04-02T00:00:00Z');
  });

  it('loses its bytes, with a record that explains it; other reports stay', async () => {
    const { view } = await open().makeAnnual('auditor-1', 2024);
    world.now += DAY;
    const later = await open().makeAnnual('auditor-1', 2025);
    world.now = Date.parse(view.madeAt) + YEARS_5 - 1;
    expect(await expire()).toEqual([]);
    expect(await objects()).toHaveLength(2);
    world.now += 1;
    expect(await expire()).toEqual(['report 2024/0001']);
    expect(await expire()).toEqual([]);
    expect(await objects()).toEqual([expect.stringContaining('/2025-1-')]);
    expect(await recorded()).toEqual([
      {
        class: 'report',
        report: 'annual',
        fiscalYear: 2024,
        version: 1,
        digest: view.digest,
      },
    ]);
    await expect(open().annual(2024)).rejects.toMatchObject({
      code: 'unknown-report',
      facts: { digest: view.digest, madeAt: view.madeAt },
    });
    expect((await open().annual(2025)).view).toEqual(later.view);
    expect(await open().list()).toEqual([later.view]);
  });

  it('may be made again, as another version under another name', async () => {
    await open().makeAnnual('auditor-1', 2024);
    world.now += YEARS_5;
    await expire();
    const again = await open().makeAnnual('auditor-1', 2024);
    expect(again).toMatchObject({ made: true, view: { version: 2 } });
    expect((await open().annual(2024)).view).toEqual(again.view);
    expect(await expire()).toEqual([]);
  });

  it('is gone and recorded once in the end, whichever write fails and how', async () => {
    for (const failure of ['lost', 'appliedThenErrored'] as const satisfies readonly Failure[]) {
      for (const fails of ['table', 'bucket'] as const) {
        await open().makeAnnual('auditor-1', 2025);
        world.now += YEARS_5;
        const before = (await recorded()).length;
        const plan = new Map([[1, failure]]);
        const failed =
          fails === 'table'
            ? expire(faultyTable(world.table, plan))
            : expire(world.table, faultyBucket(bucket, plan));
        await expect(failed).rejects.toMatchObject({ code: 'store-unavailable' });
        await expire();
        expect(await objects()).toEqual([]);
        expect((await recorded()).length).toBe(before + 1);
      }
    }
  });

  it('is expired once by two who do so at the same time', async () => {
    await open().makeAnnual('auditor-1', 2025);
    world.now += YEARS_5;
    const both = await Promise.all([expire(), expire()]);
    expect(both.flat()).toEqual(['report 2025/0001']);
    expect(await recorded()).toHaveLength(1);
  });
});

describe('statistics', () => {
  it('round every number to ten and name nobody', async () => {
    const written = await writeHistory(world, 900, 60_000);
    await world.ledger.query({ limit: 1 });
    const statistics = statisticsOf('2025-03', await readCounts(world.table, '2025-03'));
    const near = (count: number, expected: number) => {
      expect(count % 10).toBe(0);
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(5);
    };
    for (const { channel, count } of statistics.provision) {
      near(
        count,
        written.reduce(
          (sum, record) =>
            sum + (record.kind === 'provision' && record.channel === channel ? record.count : 0),
          0,
        ),
      );
    }
    expect(statistics.provision.length).toBe(3);
    expect(statistics.issuance.map(({ profile }) => profile)).toEqual(['person-signature']);
    near(statistics.issuance[0]?.count as number, written.filter(({ kind }) => kind === 'issuance').length);
    expect(JSON.stringify(statistics)).not.toMatch(/tax-office|holder|mizusaki/);
  });

  it('do not show the difference between few and none', () => {
    const revoked = (outcome: string, records: number): Count => ({
      cell: { kind: 'revocation', outcome },
      records,
      items: records,
    });
    const { revocation } = statisticsOf('2025-03', [
      revoked('keyCompromise', 1),
      revoked('superseded', 4),
      revoked('cessationOfOperation', 5),
    ]);
    expect(revocation).toEqual([{ reason: 'cessationOfOperation', count: 10 }]);
  });
});
