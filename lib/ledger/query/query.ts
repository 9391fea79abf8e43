import type { Bucket, Table } from '../../store/store.ts';
import { canonicalJson, digestHex } from '../canonical.ts';
import type { Ledger, RecordPage, RecordQuery } from '../contract.ts';
import { openPublishedLeaves } from '../published-leaves.ts';
import { readFirst } from '../settling.ts';
import { isAskedOfAll, mergeAccesses } from './accesses.ts';
import { checkQuery, instant } from './check.ts';
import { mergeCertificates } from './holder.ts';
import { walkPartitions } from './partitions.ts';
import { type Bounds, cursorInvalid, decodePosition } from './position.ts';

const DAY = 86_400_000;

/** One page of the records that the query finds, among those that are settled. */
export const queryRecords = async (
  table: Table,
  bucket: Pick<Bucket, 'get'>,
  ledger: Pick<Ledger, 'act'>,
  query: RecordQuery,
  now: number,
): Promise<RecordPage> => {
  checkQuery(query);
  const { cursor, limit: _, ...asked } = query;
  const fingerprint = digestHex(canonicalJson({ ...asked })).slice(0, 32);
  const position = cursor === undefined ? undefined : decodePosition(cursor, fingerprint);
  const first = await readFirst(table);
  if (first === undefined) return { records: [] };

  // A day either way: the clocks of several processes differ by that much at most.
  const oldest = first - DAY;
  const from = Math.max(oldest, query.from === undefined ? 0 : instant('from', query.from));
  const latest = query.to === undefined ? Infinity : instant('to', query.to);
  // The process that made the cursor may have a clock that runs ahead. A later time would be a long walk through empty days.
  if (position && !(position.to > from && position.to <= Math.min(now + 2 * DAY, latest))) {
    throw cursorInvalid();
  }
  const to = position?.to ?? Math.min(now + DAY, latest);
  const bounds: Bounds = { from, to, fingerprint, ...(position && { position }) };
  const page =
    query.holder === undefined
      ? await (isAskedOfAll(query) ? mergeAccesses : walkPartitions)(table, query, bounds)
      : await mergeCertificates(table, ledger, query.holder, query, bounds);
  return isBound(query) ? proven(bucket, page) : page;
};

/** Whether it is asked by somebody who may see some records and no others. */
const isBound = ({ onlyRecordsOf, onlyRecordsOfTenant }: RecordQuery): boolean =>
  onlyRecordsOf !== undefined || onlyRecordsOfTenant !== undefined;

/** A row does not prove whose the record is: somebody may have changed it. Its leaf does. */
const proven = async (bucket: Pick<Bucket, 'get'>, page: RecordPage): Promise<RecordPage> => {
  if (page.records.length === 0) return page;
  const hasLeaf = await openPublishedLeaves(bucket);
  const have = await Promise.all(page.records.map((record) => hasLeaf(record)));
  return { ...page, records: page.records.filter((_, n) => have[n]) };
};
