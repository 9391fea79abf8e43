import { wentThrough } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import { type Bucket, everyItem, type Item, type Table } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';
import { REPORTS_PK, type ReportRow, readReportRow } from './rows.ts';

export interface ExpiryDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** The time until which a report made at `madeAt` is kept, in milliseconds. */
  readonly keepReports: (madeAt: number) => number;
}

/**
 * Deletes the bytes of reports whose retention period is over. The row stays, with the time of the deletion and the
 * digest. One write puts the row and the ledger's record, after the bytes are gone. After a crash in between, the next
 * run does both again. Resolves with `report {year}/{version}` for each.
 */
export const expireReports = async ({
  table,
  bucket,
  ledger,
  clock,
  keepReports,
}: ExpiryDeps): Promise<readonly string[]> => {
  const done: string[] = [];

  const expire = async (item: Item): Promise<void> => {
    const { pk, sk, version } = item;
    const value = readReportRow(item);
    if (
      value === undefined ||
      value.deletedAt !== undefined ||
      keepReports(Date.parse(value.madeAt)) > clock()
    )
      return;
    await bucket.delete(value.object);
    const { tenant, fiscalYear, digest } = value;
    const { writes } = await ledger.prepare({
      kind: 'retention',
      actor: 'service',
      ...(tenant !== undefined && { tenant }),
      details: {
        class: 'report',
        report: 'annual',
        fiscalYear,
        version: value.version,
        digest,
      },
    });
    const row: ReportRow = { ...value, deletedAt: new Date(clock()).toISOString() };
    // If the write does not go through, another run was first and has recorded it.
    const isOurs = await wentThrough(
      table.write([{ put: { pk, sk }, value: row, if: { version } }, ...writes]),
    );
    if (isOurs) done.push(`report ${sk}`);
  };

  for await (const item of everyItem(table, { pk: REPORTS_PK })) await expire(item);
  return done;
};
