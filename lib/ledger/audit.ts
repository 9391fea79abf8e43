import type { Clock } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { Table } from '../store/store.ts';
import { type Count, readCounts } from './counts.ts';
import { type Export, type ExportRequest, openExports } from './export/export.ts';
import type { Ledger } from './ledger.ts';
import { monthsBetween } from './months.ts';

/** What is asked of the records as a whole. */
export interface Audit {
  /**
   * Totals of the months from `from` to `to` (`2026-04`, Japan Standard Time), both included; every record that was
   * appended before the call is in them. Fault: `invalid-input`.
   */
  counts(
    from: string,
    to: string,
  ): Promise<readonly { readonly month: string; readonly counts: readonly Count[] }[]>;
  /** Recorded when it begins and before it ends. Faults: those of `Ledger.query`. */
  export(caller: Principal, request: ExportRequest): Promise<Export>;
}

export interface AuditDeps {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export const openAudit = (deps: AuditDeps): Audit => {
  const { table, ledger } = deps;

  /** A query settles what is staged, and what is settled is counted. */
  const settle = async (): Promise<void> => {
    await ledger.query({ limit: 1 });
  };

  return {
    counts: async (from, to) => {
      const months = monthsBetween(from, to);
      await settle();
      return Promise.all(months.map(async (month) => ({ month, counts: await readCounts(table, month) })));
    },
    export: openExports(deps),
  };
};
