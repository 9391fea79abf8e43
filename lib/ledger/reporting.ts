import { Fault } from '../fault.ts';
import type { Caller } from '../principal.ts';
import { MAX_PAGE } from '../store/store.ts';
import { type Count, jstMonth, readCounts } from './counts.ts';
import { type Export, type ExportRequest, openExports } from './export/export.ts';
import { monthsBetween } from './months.ts';
import { openReports, type ReportDeps, type Reports } from './report/reports.ts';
import { type MonthStatistics, statisticsOf } from './report/statistics.ts';
import { listSetAside, type SetAside } from './set-aside.ts';

/** Totals, exports, reports and statistics: answers about many records at once. */
export interface Reporting {
  /**
   * Totals of the months from `from` to `to` (`2026-04`, Japan Standard Time), both included. They count every record
   * that was appended before the call, or those of one tenant. Fault: `invalid-input`.
   */
  counts(
    from: string,
    to: string,
    tenant?: string,
  ): Promise<readonly { readonly month: string; readonly counts: readonly Count[] }[]>;
  /** Rows that were set aside in these months, UTC; the first thousand by day. */
  setAside(from: string, to: string): Promise<readonly SetAside[]>;
  /** An export writes two records: one when it begins, one before it ends. Faults: those of `Ledger.query`. */
  export(caller: Caller, request: ExportRequest): Promise<Export>;
  readonly reports: Reports;
  /**
   * Statistics of months that are over. Anybody may ask, so a call writes nothing: it counts only settled records. The
   * sequencer settles every few seconds. Fault: `invalid-input`.
   */
  statistics(from: string, to: string): Promise<readonly MonthStatistics[]>;
}

export type ReportingDeps = ReportDeps;

export const openReporting = (deps: ReportingDeps): Reporting => {
  const { table, ledger, clock } = deps;

  /** A query settles every staged record, and a settled record is counted. */
  const settle = async (): Promise<void> => {
    await ledger.query({ limit: 1 });
  };

  return {
    reports: openReports(deps),

    statistics: async (from, to) => {
      const months = monthsBetween(from, to);
      if (to >= jstMonth(clock())) {
        throw new Fault('invalid-input', 'Statistics are of months that are over, Japan Standard Time.');
      }
      return Promise.all(months.map(async (month) => statisticsOf(month, await readCounts(table, month))));
    },

    counts: async (from, to, tenant) => {
      const months = monthsBetween(from, to);
      await settle();
      return Promise.all(
        months.map(async (month) => ({ month, counts: await readCounts(table, month, tenant) })),
      );
    },

    setAside: (from, to) => listSetAside(table, { from: `${from}-01`, to: `${to}-31`, limit: MAX_PAGE }),

    export: openExports(deps),
  };
};
