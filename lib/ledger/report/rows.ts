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
