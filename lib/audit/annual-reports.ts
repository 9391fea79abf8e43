import type { ActRecord } from '../ledger/ledger.ts';
import { numberIn, textIn } from '../members.ts';
import type { RecordObserver, Report } from './contract.ts';

/** An annual report as the service lists it. */
export interface ShownReport {
  /** Absent in the report of the whole service. */
  readonly tenant?: string | undefined;
  readonly fiscalYear: number;
  readonly version: number;
  readonly digest: string;
}

/** In place of what a record does not say. */
const NONE = 'none';

interface Made {
  readonly tenant?: string | undefined;
  readonly fiscalYear: number | typeof NONE;
  readonly version: number | typeof NONE;
  readonly digest: string;
  readonly record: string;
  readonly time: number;
  readonly newer: boolean;
}

/**
 * Compares the annual reports that the service shows with the records of their making, which have the digest of their
 * bytes. The service gives the bytes of the newest version of a year, for itself and for each tenant. A report may be gone when its retention period is
 * over. It is used in the order of `CertificateCheck`.
 */
export interface AnnualReportCheck extends RecordObserver {
  list(shown: ShownReport): void;
  /**
   * The digest of the bytes that the service gives as the newest report of that year and tenant; undefined where it gives
   * none.
   */
  serve(of: Pick<ShownReport, 'tenant' | 'fiscalYear'>, digest: string | undefined): void;
  conclude(): void;
}

/** Whose report it is, as facts of a finding have it. */
const ofTenant = ({ tenant }: Pick<ShownReport, 'tenant'>) => (tenant === undefined ? {} : { tenant });

const yearOf = ({ tenant, fiscalYear }: Pick<Made, 'tenant' | 'fiscalYear'>): string =>
  `${tenant ?? ''}/${fiscalYear}`;

const nameOf = (one: Pick<Made, 'tenant' | 'fiscalYear' | 'version'>): string =>
  `${yearOf(one)}/${one.version}`;

export const openAnnualReportCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** How long a report is kept at least, in milliseconds. */
  readonly retention: number;
  readonly now: number;
}): AnnualReportCheck => {
  const made = new Map<string, Made>();
  const deleted = new Set<string>();
  const listed = new Map<string, ShownReport>();
  const served = new Map<string, string | undefined>();
  const isAnnual = ({ kind, details }: ActRecord): boolean =>
    (kind === 'report' && details.act === 'annual') ||
    (kind === 'retention' && details.class === 'report' && details.report === 'annual');

  const checkListed = (shown: ShownReport): void => {
    const { fiscalYear, version, digest } = shown;
    const one = made.get(nameOf(shown));
    const facts = { ...ofTenant(shown), fiscalYear, version, digest };
    if (!one) report('report-without-leaf', facts);
    else if (one.digest !== digest)
      report('report-altered', { ...facts, made: one.digest, record: one.record });
  };

  /** The bytes are those of the newest version that the service lists. */
  const checkServed = (year: string, digest: string | undefined): void => {
    const [newest] = [...listed.values()]
      .filter((shown) => yearOf(shown) === year)
      .toSorted((a, b) => b.version - a.version);
    const one = newest && made.get(nameOf(newest));
    if (!one || one.digest === digest) return;
    const { fiscalYear, version } = newest;
    report('report-altered', {
      ...ofTenant(newest),
      fiscalYear,
      version,
      digest: digest ?? 'none',
      made: one.digest,
      record: one.record,
    });
  };

  return {
    observe: (record, newer) => {
      if (record.kind === 'provision' || !isAnnual(record)) return;
      const fiscalYear = numberIn(record.details.fiscalYear) ?? NONE;
      const version = numberIn(record.details.version) ?? NONE;
      const { tenant } = record;
      const name = nameOf({ tenant, fiscalYear, version });
      if (record.kind === 'retention') deleted.add(name);
      else {
        const digest = textIn(record.details.digest) ?? NONE;
        made.set(name, {
          tenant,
          fiscalYear,
          version,
          digest,
          record: record.id,
          time: Date.parse(record.time),
          newer,
        });
      }
    },

    retract: ({ id, kind }) => {
      if (kind !== 'report') return;
      for (const [name, { record }] of made) {
        if (record === id) made.delete(name);
      }
    },

    list: (shown) => {
      listed.set(nameOf(shown), shown);
    },

    serve: (of, digest) => {
      served.set(yearOf(of), digest);
    },

    conclude: () => {
      for (const shown of listed.values()) checkListed(shown);
      for (const [year, digest] of served) checkServed(year, digest);
      for (const [name, one] of made) {
        const { fiscalYear, version, record, time, newer } = one;
        if (newer || listed.has(name) || deleted.has(name) || now - time > retention) continue;
        report('report-missing', { ...ofTenant(one), fiscalYear, version, record });
      }
    },
  };
};
