/**
 * Annual reports in the table.
 *
 *   report/annual  {year}/{version}  when it was made, and where its bytes are in the bucket, under which digest
 *
 * The row stays when the bytes are deleted, so that no version, and with it no object, is ever made a second time.
 */
export type ReportRow = {
  readonly fiscalYear: number;
  readonly version: number;
  /** RFC 3339 UTC, as the other time. */
  readonly madeAt: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly object: string;
  /** When its time was over and its bytes were deleted. */
  readonly deletedAt?: string;
};

export const REPORTS_PK = 'report/annual';
