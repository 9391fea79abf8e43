import type { LedgerRecord, ShownSetAside, ShownTotal } from '../../lib/audit/audit.ts';
import { recordPage, totalsAnswer } from '../answers.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';

/** What the service shows an auditor, read page by page. */
const PAGE = '1000';

type Page = { readonly cursor?: string | undefined };

export async function* pages<T extends Page>(
  client: ApiClient,
  path: string,
  answer: Parameters<typeof client.get<T>>[1],
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page: T = await client.get(path, answer, { limit: PAGE, ...query, cursor });
    yield page;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** What the service says of a name of which it finds no record. */
const NAMES_NOBODY = /^unknown-(recipient|actor|holder|office|purpose|authority)$/;

export async function* records(
  client: ApiClient,
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<LedgerRecord> {
  try {
    for await (const page of pages(client, '/api/v1/records', recordPage, query)) {
      // The audit compares the record's digest with its leaf, so the members need no check here.
      for (const record of page.records) yield record as unknown as LedgerRecord;
    }
  } catch (error) {
    // The audit names the records that the service does not find.
    if (!(error instanceof Failure) || !NAMES_NOBODY.test(error.problem.code)) throw error;
  }
}

/** `all` reads every record; `sinceThen` reads the records that were added after that. */
export const recordsSince = (client: ApiClient, since: number) => {
  const from = new Date(since).toISOString();
  const seen = new Set<string>();
  return {
    all: async function* (): AsyncGenerator<LedgerRecord> {
      for await (const record of records(client)) {
        if (record.time >= from) seen.add(record.id);
        yield record;
      }
    },
    sinceThen: async function* (): AsyncGenerator<LedgerRecord> {
      for await (const record of records(client, { from })) {
        if (!seen.has(record.id)) yield record;
      }
    },
  };
};

const MONTHS_AT_ONCE = 120;

/** Months of Japan Standard Time, counted from the year 0. */
const monthAt = (ms: number): number => {
  const local = new Date(ms + 9 * 3_600_000);
  return local.getUTCFullYear() * 12 + local.getUTCMonth();
};

const monthText = (month: number): string =>
  `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;

export interface ShownTotals {
  readonly totals: readonly ShownTotal[];
  readonly setAside: readonly ShownSetAside[];
}

/** A CDN's logs are imported after the days that they are about, so months begin a year before the first leaf. */
export const totalsReader =
  (client: ApiClient, now: () => number, first: number) => async (): Promise<ShownTotals> => {
    const totals: ShownTotal[] = [];
    const aside: ShownSetAside[] = [];
    const last = monthAt(now());
    for (let month = monthAt(first) - 12; month <= last; month += MONTHS_AT_ONCE) {
      const to = Math.min(last, month + MONTHS_AT_ONCE - 1);
      const { counts, setAside } = await client.get('/api/v1/counts', totalsAnswer, {
        from: monthText(month),
        to: monthText(to),
      });
      totals.push(...counts);
      aside.push(...setAside);
    }
    return { totals, setAside: aside };
  };
