import type { Item } from '../../store/store.ts';

/**
 * Annual reports in the table.
 *
 *   report/annual  {year}/{version}  when it was made, and the object in the bucket with the digest of its bytes
 *
 * The row stays when the bytes are deleted, so that no version, and therefore no object, is ever made twice.
 */
export type ReportRow = {
  readonly fiscalYear: number;
  readonly version: number;
  /** RFC 3339 UTC, as the other time. */
  readonly madeAt: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly object: string;
  /** When its bytes were deleted, after the retention period. */
  readonly deletedAt?: string;
};

export const REPORTS_PK = 'report/annual';

export const reportSk = (year: number, version: number): string =>
  `${year}/${String(version).padStart(4, '0')}`;

export const reportObject = (year: number, version: number, digest: string): string =>
  `reports/annual/${year}-${version}-${digest.slice(0, 16)}.json`;

/**
 * The row of a report; undefined where it is none. The object is deleted when its time is over, so the row must name the
 * object of this very report and can name no other.
 */
export const readReportRow = ({ sk, value }: Item): ReportRow | undefined => {
  const row = (value ?? {}) as Partial<Record<keyof ReportRow, unknown>>;
  const { fiscalYear, version, madeAt, digest, object, deletedAt } = row;
  const isReport =
    typeof fiscalYear === 'number' &&
    typeof version === 'number' &&
    reportSk(fiscalYear, version) === sk &&
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest) &&
    object === reportObject(fiscalYear, version, digest) &&
    typeof madeAt === 'string' &&
    !Number.isNaN(Date.parse(madeAt)) &&
    (deletedAt === undefined || typeof deletedAt === 'string');
  return isReport ? (row as ReportRow) : undefined;
};
