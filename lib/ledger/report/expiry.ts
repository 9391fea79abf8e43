import { Fault } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import { type Bucket, everyItem, type Item, type Table } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';
import { REPORTS_PK, type ReportRow } from './rows.ts';

export interface ExpiryDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Until when a report made then is kept, in milliseconds. */
  readonly keepReports: (madeAt: number) => number;
}

/**
 * Deletes the bytes of reports whose time is over. The row stays, says when that was, and keeps the digest; it is written
 * after the bytes are gone, together with the record, so that what a crash leaves in between is done again. Resolves with
 * `report {year}/{version}` for each.
 */
export const expireReports = async ({
  table,
  bucket,
  ledger,
  clock,
  keepReports,
}: ExpiryDeps): Promise<readonly string[]> => {
  const done: string[] = [];

  const expire = async ({ pk, sk, version, value }: Item<ReportRow>): Promise<void> => {
    if (value.deletedAt !== undefined || keepReports(Date.parse(value.madeAt)) > clock()) return;
    await bucket.delete(value.object);
    const { fiscalYear, digest } = value;
    const { writes } = ledger.prepare({
      kind: 'configuration',
      actor: 'service',
      details: {
        act: 'retention',
        class: 'report',
        report: 'annual',
        fiscalYear,
        version: value.version,
        digest,
      },
    });
    const row: ReportRow = { ...value, deletedAt: new Date(clock()).toISOString() };
    try {
      await table.write([{ put: { pk, sk }, value: row, if: { version } }, ...writes]);
      done.push(`report ${sk}`);
    } catch (error) {
      // Another run was faster, and has recorded it.
      if (!Fault.is(error, 'condition-failed')) throw error;
    }
  };

  for await (const item of everyItem<ReportRow>(table, { pk: REPORTS_PK })) await expire(item);
  return done;
};
