import { Fault } from '../fault.ts';
import type { Item, Page, Table } from '../store/store.ts';
import { canonicalJson, digestHex } from './canonical.ts';
import { dayOf, idFloor, monthOf, timeOfId } from './ids.ts';
import type { RecordPage, RecordQuery } from './ledger.ts';
import type { LedgerRecord } from './record.ts';
import { certificatePk, FIRST_KEY, partyPk, recordKey, stagedKey } from './rows.ts';

const DAY = 86_400_000;

/** How many rows one page may look at for each that it returns, where `kind` filters. */
const SCAN_FACTOR = 20;

export const getRecord = async (table: Table, id: string): Promise<LedgerRecord> => {
  // Settled after staged was read, or the other way about: looking staged, settled, in this order, finds it.
  const item = (await table.get(stagedKey(checkedId(id)))) ?? (await table.get(recordKey(id)));
  if (!item)
    throw new Fault('unknown-record', 'There is no such record, or its retention period is over.', { id });
  return item.value as unknown as LedgerRecord;
};

const checkedId = (id: string): string => {
  timeOfId(id);
  return id;
};

/** Milliseconds of an RFC 3339 time. Faults with `invalid-input`. */
const instant = (name: string, text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new Fault('invalid-input', `"${name}" is not an RFC 3339 time.`, { field: name });
  return ms;
};

/** The partitions that can hold matches, newest first, and whether their rows are pointers. */
interface Walk {
  readonly pks: () => Generator<string>;
  readonly pointers: boolean;
}

const walkOf = (query: RecordQuery, from: number, to: number): Walk => {
  if (query.certificate) {
    const { ca, serial } = query.certificate;
    return {
      pointers: true,
      pks: function* () {
        yield certificatePk(ca, serial);
      },
    };
  }
  const party = query.recipient ?? query.actor;
  const period = party === undefined ? dayOf : monthOf;
  const pk = (name: string): string => (party === undefined ? `record/${name}` : partyPk(party, name));
  return {
    pointers: party !== undefined,
    pks: function* () {
      const oldest = period(from);
      let last = '';
      for (let at = to - 1; ; at -= DAY) {
        const name = period(at);
        if (name < oldest) return;
        if (name !== last) yield pk(name);
        last = name;
      }
    },
  };
};

interface Position {
  readonly pk: string;
  readonly inner?: string;
  readonly query: string;
  /** The upper bound in force on the first page, so that later pages walk the same partitions. */
  readonly to: number;
}

const encodePosition = (position: Position): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

const decodePosition = (cursor: string, fingerprint: string): Position => {
  try {
    const position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Position;
    const whole =
      typeof position.pk === 'string' &&
      Number.isSafeInteger(position.to) &&
      encodePosition(position) === cursor;
    if (whole && position.query === fingerprint) return position;
  } catch {
    // Not JSON: the same refusal as below.
  }
  throw cursorInvalid();
};

const cursorInvalid = (): Fault =>
  new Fault('cursor-invalid', 'The cursor does not belong to this query; start again without one.');

export const queryRecords = async (table: Table, query: RecordQuery, now: number): Promise<RecordPage> => {
  const { cursor, limit, ...rest } = query;
  const named = [query.recipient, query.actor, query.certificate].filter((chosen) => chosen !== undefined);
  if (named.length > 1) {
    throw new Fault('invalid-input', 'Ask by recipient, by actor or by certificate, one at a time.');
  }
  const fingerprint = digestHex(canonicalJson({ ...rest })).slice(0, 32);
  const position = cursor === undefined ? undefined : decodePosition(cursor, fingerprint);
  const first = await table.get(FIRST_KEY);
  if (!first) return { records: [] };

  // A day either way: the clocks of several processes may differ by that much and no more.
  const oldest = (first.value.time as number) - DAY;
  const from = Math.max(oldest, query.from === undefined ? 0 : instant('from', query.from));
  const to = position?.to ?? Math.min(now + DAY, query.to === undefined ? Infinity : instant('to', query.to));
  const walk = walkOf(query, from, to);

  const records: LedgerRecord[] = [];
  let budget = limit * SCAN_FACTOR;
  let resume = position;
  for (const pk of walk.pks()) {
    let inner: string | undefined;
    if (resume) {
      if (resume.pk !== pk) continue;
      inner = resume.inner;
      resume = undefined;
      if (inner === undefined) continue;
    }
    do {
      const page: Page = await table.query({
        pk,
        from: idFloor(from),
        to: idFloor(to),
        descending: true,
        limit: limit - records.length,
        ...(inner !== undefined && { cursor: inner }),
      });
      inner = page.cursor;
      budget -= page.items.length;
      records.push(...(await pick(table, page.items, walk.pointers, query)));
      if (records.length === limit || budget <= 0) {
        const next: Position = { pk, query: fingerprint, to, ...(inner !== undefined && { inner }) };
        return { records, cursor: encodePosition(next) };
      }
    } while (inner !== undefined);
  }
  // The walk never came by the partition that the cursor names.
  if (resume) throw cursorInvalid();
  return { records };
};

/** The rows' records, without those that the query does not want. */
const pick = async (
  table: Table,
  items: readonly Item[],
  pointers: boolean,
  query: RecordQuery,
): Promise<readonly LedgerRecord[]> => {
  const wanted = items.filter(({ value }) => {
    const kind = value.kind as string;
    if (query.recipient !== undefined && kind !== 'provision') return false;
    if (query.actor !== undefined && kind === 'provision') return false;
    return query.kind === undefined || kind === query.kind;
  });
  if (!pointers) return wanted.map(({ value }) => value as unknown as LedgerRecord);
  const found = await Promise.all(wanted.map(({ sk }) => table.get(recordKey(sk))));
  // A pointer outlives its record where the two expire at different moments.
  return found.flatMap((item) => (item ? [item.value as unknown as LedgerRecord] : []));
};
