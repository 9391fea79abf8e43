import { everyItem, type Item, type Key, type Table, type Write } from '../store/store.ts';
import { type LedgerRecord, RECORD_KINDS, type RecordKind } from './contract.ts';
import { dayNames, timeOfId } from './ids.ts';

/**
 * Totals by month, so that nobody reads records to count them.
 *
 *   count/{month}  {cell}/{lane}           how many records fell into the cell, and how many items they stood for
 *   count/{month}  {tenant} {cell}/{lane}  the same of records about a tenant's affairs
 *
 * Months are those of Japan Standard Time, which reports use. The write that settles records also advances these rows,
 * under their versions. A record is therefore counted when it is settled, exactly once, whatever fails. Writers that
 * settle records at the same time each use a lane of their own, so that they do not wait for each other.
 *
 * A row that is no total counts as absent: it is set aside, and its lane begins again. The month's total is then less
 * than its records, and the audit, which adds up the records, names it (`total-differs`).
 */
export type Cell = ProvisionCell | ActCell;

export type ProvisionCell = {
  readonly kind: 'provision';
  readonly tenant?: string;
  readonly recipient: string;
  readonly channel: string;
  readonly method: string;
  readonly purpose?: string;
  /** `REPEATED`, or absent. */
  readonly outcome?: string;
  /** Present where the purpose was assumed, as in the record. */
  readonly purposeAssumed?: true;
};

export type ActCell = {
  readonly kind: Exclude<RecordKind, 'provision'>;
  readonly tenant?: string;
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

/** The outcome of a revocation that raised an earlier one of the same certificate: it is no further revocation. */
export const RAISED = 'raised';

/** The outcome of an answer to a signed request that was answered before: anybody may have asked again. */
export const REPEATED = 'repeated';

export const cellOf = (record: LedgerRecord): Cell => {
  const tenant = record.tenant !== undefined && { tenant: record.tenant };
  if (record.kind === 'provision') {
    const { recipient, channel, method, purpose, purposeAssumed, repeats } = record;
    return {
      kind: 'provision',
      ...tenant,
      recipient,
      channel,
      method,
      ...(purpose !== undefined && { purpose }),
      ...(repeats !== undefined && { outcome: REPEATED }),
      ...(purposeAssumed && { purposeAssumed }),
    };
  }
  const { kind, office, details } = record;
  const ca = record.certificates?.[0]?.ca;
  const profile = textOf(details.profile);
  const isRaise = kind === 'revocation' && details.raises !== undefined;
  const outcome = isRaise
    ? RAISED
    : textOf(details.reason ?? details.decision ?? details.act ?? details.step);
  return {
    kind,
    ...tenant,
    ...(office !== undefined && { office }),
    ...(ca !== undefined && { ca }),
    ...(profile !== undefined && { profile }),
    ...(outcome !== undefined && { outcome }),
  };
};

/** Reports are about what was provided. A sign-in provides nothing; totals count it all the same. */
export const isProvided = (cell: Cell): cell is ProvisionCell =>
  cell.kind === 'provision' && cell.channel !== 'sign-in';

/** A provision counts as many items as its `count` says; an act counts as one. */
export const itemsOf = (record: LedgerRecord): number => (record.kind === 'provision' ? record.count : 1);

const countPk = (month: string): string => `count/${month}`;

/** No cell begins like one of a tenant, because all others begin with a bracket. */
const ofTenant = (tenant: string): string => `${tenant} [`;

const cellText = (cell: Cell): string =>
  cell.tenant === undefined ? kindText(cell) : `${cell.tenant} ${kindText(cell)}`;

const kindText = (cell: Cell): string =>
  JSON.stringify(
    cell.kind === 'provision'
      ? [
          cell.kind,
          cell.recipient,
          cell.channel,
          cell.method,
          cell.purpose ?? null,
          // Most answers have none of these.
          ...(cell.outcome === undefined && !cell.purposeAssumed ? [] : [cell.outcome ?? null]),
          ...(cell.purposeAssumed ? ['assumed'] : []),
        ]
      : [cell.kind, cell.office ?? null, cell.ca ?? null, cell.profile ?? null, cell.outcome ?? null],
  );

/** The bytes of the record's cell in the key of its total. */
export const cellBytes = (record: LedgerRecord): number => Buffer.byteLength(cellText(cellOf(record)));

/** The members of a cell, in the order of `cellText`. */
const MEMBERS = {
  provision: ['tenant', 'recipient', 'channel', 'method', 'purpose', 'outcome'],
  act: ['tenant', 'office', 'ca', 'profile', 'outcome'],
} as const;

const KINDS: ReadonlySet<unknown> = new Set(RECORD_KINDS);

/** What a row counts; undefined where it is no total. */
const readCount = ({ sk, value }: Item): Count | undefined => {
  const { cell: found, records, items } = (value ?? {}) as Partial<Record<string, unknown>>;
  const named = (found ?? {}) as Partial<Record<string, unknown>>;
  const { kind } = named;
  if (!Number.isSafeInteger(records) || !Number.isSafeInteger(items) || !KINDS.has(kind)) return undefined;
  const members = MEMBERS[kind === 'provision' ? kind : 'act'].flatMap((member) =>
    typeof named[member] === 'string' ? [[member, named[member]]] : [],
  );
  const assumed = kind === 'provision' && named.purposeAssumed === true && { purposeAssumed: true };
  const cell = { kind, ...Object.fromEntries(members), ...assumed } as Cell;
  return sk.startsWith(`${cellText(cell)}/`)
    ? { cell, records: records as number, items: items as number }
    : undefined;
};

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
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, count]) => count)
    .filter(({ records, items }) => records !== 0 || items !== 0);
};

/** Where totals are, and where a row goes that is none. */
export interface Counting {
  readonly table: Pick<Table, 'get'>;
  readonly setAside: (what: 'total', why: 'malformed', item: Item) => Promise<boolean>;
}

/**
 * Puts that add these records to the totals, at most one for each record. The caller stores them in the `Table.write`
 * that settles the records. If that write fails with `condition-failed`, the caller asks for the puts again.
 * @param times -1 to take records out of the totals again.
 */
export const countWrites = async (
  { table, setAside }: Counting,
  records: readonly LedgerRecord[],
  lane: string,
  times: 1 | -1 = 1,
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
        records: (sum?.records ?? 0) + times,
        items: (sum?.items ?? 0) + times * itemsOf(record),
      },
    });
  }
  return Promise.all(
    [...sums.values()].map(async ({ key, row }): Promise<Write> => {
      const there = await table.get(key);
      const before = there && readCount(there);
      const isMoved =
        there !== undefined && before === undefined && (await setAside('total', 'malformed', there));
      return {
        put: key,
        value: {
          cell: row.cell,
          records: (before?.records ?? 0) + row.records,
          items: (before?.items ?? 0) + row.items,
        },
        if: there === undefined || isMoved ? 'absent' : { version: there.version },
      };
    }),
  );
};

/**
 * The month's totals: as many reads as there are totals, however many records they count. Of a tenant, only its own totals are
 * read.
 */
export const readCounts = async (
  table: Pick<Table, 'query'>,
  month: string,
  tenant?: string,
): Promise<readonly Count[]> => {
  const query = { pk: countPk(month), ...(tenant !== undefined && { prefix: ofTenant(tenant) }) };
  const rows: Count[] = [];
  for await (const item of everyItem(table, query)) {
    const count = readCount(item);
    if (count !== undefined) rows.push(count);
  }
  return addCounts(rows);
};
