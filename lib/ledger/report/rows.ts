import type { Item } from '../../store/store.ts';

/**
 * Annual reports in the table.
 *
 *   report/annual  {year}/{version}                  when it was made, and the object in the bucket with the digest of its bytes
 *   report/annual  tenant/{tenant}/{year}/{version}  the same of the report of one tenant
 *
 * The row stays when the bytes are deleted, so that no version, and therefore no object, is ever made twice.
 */
export type ReportRow = {
  /** Absent in the report of the whole service. */
  readonly tenant?: string;
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

/** Which report it is: the years and the versions of each tenant, and those of the whole service, have numbers of their own. */
export interface ReportOf {
  readonly tenant?: string | undefined;
  readonly fiscalYear: number;
}

/** No year begins like the name of a tenant's report. */
const folderOf = (tenant: string | undefined): string => (tenant === undefined ? '' : `tenant/${tenant}/`);

/** With it, the rows of all versions of a report begin. */
export const reportPrefix = ({ tenant, fiscalYear }: ReportOf): string => `${folderOf(tenant)}${fiscalYear}/`;

export const reportSk = (of: ReportOf, version: number): string =>
  `${reportPrefix(of)}${String(version).padStart(4, '0')}`;

export const reportObject = ({ tenant, fiscalYear }: ReportOf, version: number, digest: string): string =>
  `reports/annual/${folderOf(tenant)}${fiscalYear}-${version}-${digest.slice(0, 16)}.json`;

/**
 * The row of a report; undefined where it is none. The object is deleted when its time is over, so the row must name the
 * object of this very report and can name no other.
 */
export const readReportRow = ({ sk, value }: Item): ReportRow | undefined => {
  const row = (value ?? {}) as Partial<Record<keyof ReportRow, unknown>>;
  const { tenant, fiscalYear, version, madeAt, digest, object, deletedAt } = row;
  const isReport =
    (tenant === undefined || typeof tenant === 'string') &&
    typeof fiscalYear === 'number' &&
    typeof version === 'number' &&
    reportSk({ tenant, fiscalYear }, version) === sk &&
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest) &&
    object === reportObject({ tenant, fiscalYear }, version, digest) &&
    typeof madeAt === 'string' &&
    !Number.isNaN(Date.parse(madeAt)) &&
    (deletedAt === undefined || typeof deletedAt === 'string');
  return isReport ? (row as ReportRow) : undefined;
};
