import type { LedgerRecord } from '../ledger/ledger.ts';
import { numberIn, textIn } from '../members.ts';
import type { RecordObserver, Report } from './contract.ts';

/** An annual report as the service lists it. */
export interface ShownReport {
  readonly fiscalYear: number;
  readonly version: number;
  readonly digest: string;
}

/** In place of what a record does not say. */
const NONE = 'none';

interface Made {
  readonly fiscalYear: number | typeof NONE;
  readonly version: number | typeof NONE;
  readonly digest: string;
  readonly record: string;
  readonly time: number;
  readonly newer: boolean;
}

/**
 * Compares the annual reports that the service shows with the records of their making, which have the digest of their
 * bytes. The service gives the bytes of the newest version of a year. A report may be gone when its retention period is
 * over. It is used in the order of `CertificateCheck`.
 */
export interface AnnualReportCheck extends RecordObserver {
  list(shown: ShownReport): void;
  /** The digest of the bytes that the service gives as the newest report of that year; undefined where it gives none. */
  serve(fiscalYear: number, digest: string | undefined): void;
  conclude(): void;
}

const nameOf = (fiscalYear: number | typeof NONE, version: number | typeof NONE): string =>
  `${fiscalYear}/${version}`;

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
  const served = new Map<number, string | undefined>();
  const isAnnual = ({ kind, details }: Exclude<LedgerRecord, { readonly kind: 'provision' }>): boolean =>
    (kind === 'report' && details.act === 'annual') ||
    (kind === 'retention' && details.class === 'report' && details.report === 'annual');

  const checkListed = ({ fiscalYear, version, digest }: ShownReport): void => {
    const one = made.get(nameOf(fiscalYear, version));
    const facts = { fiscalYear, version, digest };
    if (!one) report('report-without-leaf', facts);
    else if (one.digest !== digest)
      report('report-altered', { ...facts, made: one.digest, record: one.record });
  };

  /** The bytes are those of the newest version that the service lists. */
  const checkServed = (fiscalYear: number, digest: string | undefined): void => {
    const [newest] = [...listed.values()]
      .filter((shown) => shown.fiscalYear === fiscalYear)
      .toSorted((a, b) => b.version - a.version);
    const one = newest && made.get(nameOf(fiscalYear, newest.version));
    if (!one || one.digest === digest) return;
    const { version } = newest;
    report('report-altered', {
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
      const name = nameOf(fiscalYear, version);
      if (record.kind === 'retention') deleted.add(name);
      else {
        const digest = textIn(record.details.digest) ?? NONE;
        made.set(name, {
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
      listed.set(nameOf(shown.fiscalYear, shown.version), shown);
    },

    serve: (fiscalYear, digest) => {
      served.set(fiscalYear, digest);
    },

    conclude: () => {
      for (const shown of listed.values()) checkListed(shown);
      for (const [fiscalYear, digest] of served) checkServed(fiscalYear, digest);
      for (const [name, { fiscalYear, version, record, time, newer }] of made) {
        if (newer || listed.has(name) || deleted.has(name) || now - time > retention) continue;
        report('report-missing', { fiscalYear, version, record });
      }
    },
  };
};
