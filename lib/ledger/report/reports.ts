import { Fault, wentThrough } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import { type Bucket, everyItem, MAX_PAGE, type Table } from '../../store/store.ts';
import { canonicalJson, digestHex } from '../canonical.ts';
import type { Ledger } from '../contract.ts';
import { jstMonth, readCounts } from '../counts.ts';
import type { Bilingual } from '../html.ts';
import { lastFiscalYear } from '../months.ts';
import { readFirst } from '../settling.ts';
import { type AnnualReport, type AnnualSources, buildAnnualReport } from './annual.ts';
import {
  REPORTS_PK,
  type ReportOf,
  type ReportRow,
  readReportRow,
  reportObject,
  reportPrefix,
  reportSk,
} from './rows.ts';

/**
 * Annual reports, each kept for the trust domain's period from the time when it is made (expiry.ts). If a CDN's logs
 * come late, the totals of a year change after its report was made; the year then gets another version beside it. Each tenant
 * has its own report beside that of the whole service.
 */
export interface ReportView {
  /** Absent in the report of the whole service. */
  readonly tenant?: string;
  readonly fiscalYear: number;
  readonly version: number;
  readonly madeAt: string;
  readonly digest: string;
}

export interface Reports {
  /** The newest year first, and of each year that of the whole service; those that are still kept. */
  list(): Promise<readonly ReportView[]>;
  /**
   * The newest version. Fault: `unknown-report`; if a report was kept until its period was over, the fault has its
   * digest.
   */
  annual(
    fiscalYear: number,
    tenant?: string,
  ): Promise<{ readonly view: ReportView; readonly report: AnnualReport }>;
  /**
   * The report of a fiscal year that is over. Where nothing has changed since the last version, that one is given and `made` is
   * false. Fault: `invalid-input`, also for a tenant that there is none of.
   */
  makeAnnual(
    actor: string,
    fiscalYear: number,
    tenant?: string,
  ): Promise<{ readonly view: ReportView; readonly made: boolean }>;
  /**
   * Makes the reports of the last fiscal year, of the whole service and of each tenant, that are not made yet, if the ledger had
   * begun by then. Resolves with what was made.
   */
  makeDue(): Promise<readonly string[]>;
}

export interface ReportDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly sources: Omit<AnnualSources, 'countsOf' | 'tenant'>;
  readonly tenants: readonly (Bilingual & { readonly id: string })[];
  /** The time until which a report made at `madeAt` is kept, in milliseconds. */
  readonly keepReports: (madeAt: number) => number;
}

const viewOf = ({ tenant, fiscalYear, version, madeAt, digest }: ReportRow): ReportView => ({
  ...(tenant !== undefined && { tenant }),
  fiscalYear,
  version,
  madeAt,
  digest,
});

const newestFirst = (a: ReportRow, b: ReportRow): number =>
  b.fiscalYear - a.fiscalYear || compare(a.tenant ?? '', b.tenant ?? '') || b.version - a.version;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const openReports = (deps: ReportDeps): Reports => {
  const { table, bucket, ledger, clock, sources, tenants, keepReports } = deps;

  const isKept = ({ madeAt, deletedAt }: ReportRow): boolean =>
    deletedAt === undefined && keepReports(Date.parse(madeAt)) > clock();

  /** The newest version that is a report, and the greatest version of which a row is there, whatever it says. */
  const newest = async (of: ReportOf): Promise<{ readonly row?: ReportRow; readonly version: number }> => {
    const { items } = await table.query({
      pk: REPORTS_PK,
      prefix: reportPrefix(of),
      descending: true,
      limit: MAX_PAGE,
    });
    const row = items.map(readReportRow).find((found) => found !== undefined);
    const versions = items.map(({ sk }) => Number(/\/(\d{4,9})$/.exec(sk)?.[1] ?? 0));
    return { version: Math.max(0, ...versions), ...(row && { row }) };
  };

  const read = async (row: ReportRow): Promise<AnnualReport> => {
    const object = await bucket.get(row.object);
    if (!object || digestHex(object.body) !== row.digest) {
      throw new Fault('record-invalid', 'The stored report is not the one that was made.', {
        object: row.object,
      });
    }
    return JSON.parse(Buffer.from(object.body).toString('utf8')) as AnnualReport;
  };

  /** A query settles all records that were appended before it, and settled records are counted. */
  const build = async ({ tenant: id, fiscalYear }: ReportOf): Promise<AnnualReport> => {
    const tenant = tenants.find((one) => one.id === id);
    if (id !== undefined && tenant === undefined) {
      throw new Fault('invalid-input', 'There is no tenant of that id.', { field: 'tenant' });
    }
    await ledger.query({ limit: 1 });
    const countsOf = (month: string) => readCounts(table, month, id);
    return buildAnnualReport(fiscalYear, { ...sources, ...(tenant && { tenant }), countsOf });
  };

  const makeAnnual: Reports['makeAnnual'] = async (actor, year, tenant) => {
    const of = { fiscalYear: year, tenant };
    const ofTenant = tenant !== undefined && { tenant };
    if (!Number.isInteger(year) || year < 2000 || year > lastFiscalYear(clock())) {
      throw new Fault('invalid-input', 'A report is made of a fiscal year that is over.', {
        newest: lastFiscalYear(clock()),
      });
    }
    const body = canonicalJson(await build(of));
    const digest = digestHex(body);
    for (;;) {
      const before = await newest(of);
      if (before.row?.digest === digest && isKept(before.row))
        return { view: viewOf(before.row), made: false };
      const version = before.version + 1;
      const object = reportObject(of, version, digest);
      const madeAt = new Date(clock()).toISOString();
      const row: ReportRow = { ...ofTenant, fiscalYear: year, version, madeAt, digest, object };
      // An existing object of this name has the same bytes, since the name contains the digest. A crash after this put
      // leaves an object that no row names.
      await wentThrough(
        bucket.put(object, Buffer.from(body), { if: 'absent', contentType: 'application/json' }),
      );
      const { writes } = await ledger.prepare({
        kind: 'report',
        actor,
        ...ofTenant,
        details: { act: 'annual', fiscalYear: year, version, digest },
      });
      const expires = Math.ceil(keepReports(Date.parse(madeAt)) / 1000);
      const isOurs = await wentThrough(
        table.write([
          { put: { pk: REPORTS_PK, sk: reportSk(of, version) }, value: row, if: 'absent', expires },
          ...writes,
        ]),
      );
      // Otherwise another process made this version meanwhile.
      if (isOurs) return { view: viewOf(row), made: true };
    }
  };

  return {
    list: async () => {
      const rows: ReportRow[] = [];
      for await (const item of everyItem(table, { pk: REPORTS_PK })) {
        const row = readReportRow(item);
        if (row && isKept(row)) rows.push(row);
      }
      return rows.sort(newestFirst).map(viewOf);
    },

    annual: async (fiscalYear, tenant) => {
      const { row } = await newest({ fiscalYear, tenant });
      if (!row) throw new Fault('unknown-report', 'There is no report of that fiscal year.');
      if (!isKept(row)) {
        const { digest, madeAt } = row;
        throw new Fault(
          'unknown-report',
          'The report of that fiscal year was kept for its time and is kept no longer; who has a copy can tell it by its digest.',
          { digest, madeAt },
        );
      }
      return { view: viewOf(row), report: await read(row) };
    },

    makeAnnual,

    makeDue: async () => {
      const year = lastFiscalYear(clock());
      const first = await readFirst(table);
      const began = first !== undefined && jstMonth(first) <= `${year + 1}-03`;
      if (!began) return [];
      const done: string[] = [];
      for (const tenant of [undefined, ...tenants.map(({ id }) => id)]) {
        if ((await newest({ fiscalYear: year, tenant })).row) continue;
        const { made } = await makeAnnual('service', year, tenant);
        if (made) done.push(tenant === undefined ? `annual/${year}` : `annual/${tenant}/${year}`);
      }
      return done;
    },
  };
};
