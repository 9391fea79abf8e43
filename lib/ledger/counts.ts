import { everyItem, type Item, type Key, type Table, type Write } from '../store/store.ts';
import type { LedgerRecord, RecordKind } from './contract.ts';
import { dayNames, timeOfId } from './ids.ts';

/**
 * Totals by month, so that nobody reads records to count them.
 *
 *   count/{month}  {cell}/{lane}  how many records fell into the cell, and how many items they stood for
 *
 * Months are those of Japan Standard Time, which reports use. The write that settles records also advances these rows,
 * under their versions. A record is therefore counted when it is settled, exactly once, whatever fails. Writers that
 * settle records at the same time each use a lane of their own, so that they do not wait for each other.
 */
export type Cell = ProvisionCell | ActCell;

export type ProvisionCell = {
  readonly kind: 'provision';
  readonly recipient: string;
  readonly channel: string;
  readonly method: string;
  readonly purpose?: string;
};

export type ActCell = {
  readonly kind: Exclude<RecordKind, 'provision'>;
  readonly office?: string;
  readonly ca?: string;
  readonly profile?: string;
  /** The result of the act: a reason of revocation, a decision of an examination, a step of a ceremony. */
  readonly outcome?: string;
};

export interface Count {
  readonly cell: Cell;
  readonly records: number;
  readonly items: number;
}

type CountRow = { readonly cell: Cell; readonly records: number; readonly items: number };

const JST_AHEAD_MS = 9 * 3_600_000;

/** `2026-04`, Japan Standard Time. */
export const jstMonth = (ms: number): string => jstDay(ms + JST_AHEAD_MS).slice(0, 7);

const jstDay = dayNames();

/** The month in which the record counts. Answers counted from a CDN's logs belong to the month of their `day`. */
export const monthOfRecord = (record: LedgerRecord): string =>
  record.kind === 'provision' && record.day !== undefined
    ? record.day.slice(0, 7)
    : jstMonth(timeOfId(record.id));

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 64 ? value : undefined;

export const cellOf = (record: LedgerRecord): Cell => {
  if (record.kind === 'provision') {
    const { recipient, channel, method, purpose } = record;
    return { kind: 'provision', recipient, channel, method, ...(purpose !== undefined && { purpose }) };
  }
  const { kind, office, details } = record;
  const ca = record.certificates?.[0]?.ca;
  const profile = textOf(details.profile);
  const outcome = textOf(details.reason ?? details.decision ?? details.act ?? details.step);
  return {
    kind,
    ...(office !== undefined && { office }),
    ...(ca !== undefined && { ca }),
    ...(profile !== undefined && { profile }),
    ...(outcome !== undefined && { outcome }),
  };
};

/** A provision counts as many items as its `count` says; an act counts as one. */
export const itemsOf = (record: LedgerRecord): number => (record.kind === 'provision' ? record.count : 1);

const countPk = (month: string): string => `count/${month}`;

const cellText = (cell: Cell): string =>
  JSON.stringify(
    cell.kind === 'provision'
      ? [cell.kind, cell.recipient, cell.channel, cell.method, cell.purpose ?? null]
      : [cell.kind, cell.office ?? null, cell.ca ?? null, cell.profile ?? null, cell.outcome ?? null],
  );

/** Adds up the counts of cells that are equal. */
export const addCounts = (counts: Iterable<Count>): readonly Count[] => {
  const sums = new Map<string, Count>();
  for (const { cell, records, items } of counts) {
    const text = cellText(cell);
    const sum = sums.get(text);
    sums.set(text, {
      cell,
      records: (sum?.records ?? 0) + records,
      items: (sum?.items ?? 0) + items,
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
};

/**
 * Puts that add these records to the totals, at most one for each record. The caller stores them in the `Table.write`
 * that settles the records. If that write fails with `condition-failed`, the caller asks for the puts again.
 */
export const countWrites = async (
  table: Pick<Table, 'get'>,
  records: readonly LedgerRecord[],
  lane: string,
): Promise<readonly Write[]> => {
  const sums = new Map<string, { readonly key: Key; readonly row: CountRow }>();
  for (const record of records) {
    const cell = cellOf(record);
    const key = { pk: countPk(monthOfRecord(record)), sk: `${cellText(cell)}/${lane}` };
    const name = `${key.pk} ${key.sk}`;
    const sum = sums.get(name)?.row;
    sums.set(name, {
      key,
      row: {
        cell,
        records: (sum?.records ?? 0) + 1,
        items: (sum?.items ?? 0) + itemsOf(record),
      },
    });
  }
  return Promise.all(
    [...sums.values()].map(async ({ key, row }): Promise<Write> => {
      const before: Item<CountRow> | undefined = await table.get<CountRow>(key);
      return {
        put: key,
        value: {
          cell: row.cell,
          records: (before?.value.records ?? 0) + row.records,
          items: (before?.value.items ?? 0) + row.items,
        },
        if: before ? { version: before.version } : 'absent',
      };
    }),
  );
};

/** The month's totals: as many reads as there are totals, however many records they count. */
export const readCounts = async (
  table: Pick<Table, 'query'>,
  month: string,
  kind?: RecordKind,
): Promise<readonly Count[]> => {
  const query = { pk: countPk(month), ...(kind !== undefined && { prefix: `["${kind}",` }) };
  const rows: Count[] = [];
  for await (const { value } of everyItem<CountRow>(table, query)) rows.push(value);
  return addCounts(rows);
};
