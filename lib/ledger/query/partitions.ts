import type { Page, Table } from '../../store/store.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from '../contract.ts';
import { dayOf, idFloor, monthOf } from '../ids.ts';
import {
  certificatePk,
  channelPk,
  kindPk,
  officePk,
  partyPk,
  purposePk,
  shownRequestPk,
  tenantPk,
} from '../rows.ts';
import { matchingRecords, SCAN_FACTOR, tenantOfQuery, wordIn } from './matching.ts';
import { type Bounds, cursorInvalid, encodePosition, type Position } from './position.ts';

const DAY = 86_400_000;

/** The most partitions that one page reads. Where a recipient has no records for years, pages are empty. */
const MAX_PARTITIONS = 64;

/** Reads partition after partition, newest first, until the page is full or has read enough. */
export const walkPartitions = async (
  table: Table,
  query: RecordQuery,
  { from, to, fingerprint, position }: Bounds,
): Promise<RecordPage> => {
  const { limit } = query;
  const { pks, pointers, oneThing } = partitionsOf(query, from, to);
  if (oneThing && (await isOfAnotherTenant(table, oneThing, query))) return { records: [] };
  const records: LedgerRecord[] = [];
  let rows = limit * SCAN_FACTOR;
  let partitions = MAX_PARTITIONS;
  let resume = position;
  for (const pk of pks()) {
    let inner: string | undefined;
    if (resume) {
      if (resume.pk !== pk) continue;
      inner = resume.inner;
      resume = undefined;
      if (inner === undefined) continue;
    }
    partitions--;
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
      rows -= page.items.length;
      records.push(...(await matchingRecords(table, page.items, pointers, query)));
      if (records.length === limit || rows <= 0 || (partitions <= 0 && inner === undefined)) {
        const next: Position = { pk, query: fingerprint, to, ...(inner !== undefined && { inner }) };
        return { records, cursor: encodePosition(next) };
      }
    } while (inner !== undefined);
  }
  // The cursor names a partition that the query does not have.
  if (resume) throw cursorInvalid();
  return { records };
};

/** Partitions that can hold matches, newest first, and whether their rows are pointers. */
interface Partitions {
  readonly pks: () => Iterable<string>;
  readonly pointers: boolean;
  /** The only partition, where it is about one certificate or one request. */
  readonly oneThing?: string;
}

const aboutOne = (pk: string): Partitions => ({ pointers: true, oneThing: pk, pks: () => [pk] });

/**
 * Whether a principal of a tenant asks about another tenant's certificate or request. The first pointer is to its issuance, or to
 * the first answer that showed it. The answer is then empty at once, as for one that nobody has: pages that are short and go
 * on would tell how much is known about it.
 */
const isOfAnotherTenant = async (
  table: Pick<Table, 'query'>,
  pk: string,
  { onlyRecordsOfTenant: own }: RecordQuery,
): Promise<boolean> => {
  if (own === undefined) return false;
  const [first] = (await table.query({ pk, limit: 1 })).items;
  const tenant = first && wordIn(first.value, 'tenant');
  return tenant !== undefined && tenant !== own;
};

/**
 * The query's narrowest index gives the partitions; its other members only filter (matching.ts). Rows that are read and left out
 * show all the same, in the length of a page, its cursor and the number of pages. For a principal that may learn nothing about
 * others, the index of its own records is therefore the only one, even where another is narrower.
 */
const partitionsOf = (query: RecordQuery, from: number, to: number): Partitions => {
  const { request, certificate, onlyRecordsOf, onlyRecordsOfOffice } = query;
  const isOwnOnly = onlyRecordsOf !== undefined || onlyRecordsOfOffice !== undefined;
  if (request !== undefined && !isOwnOnly) {
    return aboutOne(shownRequestPk(request));
  }
  if (certificate && !isOwnOnly) {
    return aboutOne(certificatePk(certificate.ca, certificate.serial));
  }
  const monthly = monthlyIndexOf(query);
  if (monthly) return { pointers: true, pks: () => backwards(from, to, monthOf, monthly) };
  return { pointers: false, pks: () => backwards(from, to, dayOf, (day) => `record/${day}`) };
};

/** Undefined where the query has no name that an index is made by. */
export const monthlyIndexOf = (query: RecordQuery): ((month: string) => string) | undefined => {
  const { purpose, office, channel, kind, onlyRecordsOfOffice: own } = query;
  if (own !== undefined) return (month) => officePk(own, month);
  // A refused sign-in has its pointer there alone (rows.ts).
  if (query.recipient === 'public' && channel === 'sign-in') return (month) => channelPk(channel, month);
  const party = query.onlyRecordsOf ?? query.party ?? query.recipient ?? query.actor;
  const tenant = tenantOfQuery(query);
  const ofTenant = tenant === undefined ? undefined : (month: string) => tenantPk(tenant, month);
  // Most answers are to the public.
  if (ofTenant && party === 'public') return ofTenant;
  if (party !== undefined) return (month) => partyPk(party, month);
  if (purpose !== undefined) return (month) => purposePk(purpose, month);
  if (office !== undefined) return (month) => officePk(office, month);
  if (channel !== undefined) return (month) => channelPk(channel, month);
  // Provisions have no pointer under their kind, since nearly every record is a provision.
  if (kind !== undefined && kind !== 'provision') return (month) => kindPk(kind, month);
  return ofTenant;
};

/** The partitions of all periods between two times, newest first. */
export const backwards = function* <T>(
  from: number,
  to: number,
  periodOf: (ms: number) => string,
  pkOf: (period: string) => T,
): Generator<T> {
  const oldest = periodOf(from);
  let last = '';
  for (let at = to - 1; ; at -= DAY) {
    const period = periodOf(at);
    if (period < oldest) return;
    if (period !== last) yield pkOf(period);
    last = period;
  }
};
