import type { CertificateRef } from '../../principal.ts';
import type { Item, Table } from '../../store/store.ts';
import { isAccess, STATUS_CHANNELS } from '../accesses.ts';
import type { LedgerRecord, RecordQuery } from '../contract.ts';
import { isRecordId } from '../ids.ts';
import { partyOf, recordKey } from '../rows.ts';
import { readRecord } from '../well-formed.ts';

/** The most rows that a page reads for each record of its limit: a filter may leave most of them out. */
export const SCAN_FACTOR = 20;

/** The tenant whose records alone the query finds. */
export const tenantOfQuery = ({
  tenant,
  onlyRecordsOfTenant,
}: Pick<RecordQuery, 'tenant' | 'onlyRecordsOfTenant'>): string | undefined => onlyRecordsOfTenant ?? tenant;

/** The records of these rows that match the query. `pointers`: the rows name records instead of being records. */
export const matchingRecords = async (
  table: Table,
  items: readonly Item[],
  pointers: boolean,
  query: RecordQuery,
): Promise<readonly LedgerRecord[]> => {
  const { kind } = query;
  const tenant = tenantOfQuery(query);
  const wanted = items.filter(
    ({ sk, value }) =>
      isRecordId(sk) &&
      (kind === undefined || wordIn(value, 'kind') === kind) &&
      (tenant === undefined || wordIn(value, 'tenant') === tenant),
  );
  const found = pointers ? await Promise.all(wanted.map(({ sk }) => table.get(recordKey(sk)))) : wanted;
  // A record may have been deleted since its pointer was read.
  return found
    .map((item) => item && readRecord(item))
    .filter((record) => record !== undefined)
    .filter((record) => matches(record, query));
};

/** A pointer has these as its record has them. */
export const wordIn = (value: unknown, member: 'kind' | 'tenant'): unknown =>
  (value as { readonly [name in typeof member]?: unknown } | null)?.[member];

/** The caller has compared the kind already. */
const matches = (record: LedgerRecord, query: RecordQuery): boolean => {
  const { recipient, actor, certificate, purpose, office, channel, request, exceptLookUpsOf, onlyRecordsOf } =
    query;
  const tenant = tenantOfQuery(query);
  // A pointer may be false.
  if (tenant !== undefined && record.tenant !== tenant) return false;
  if (query.accesses && !isAccess(record)) return false;
  if (query.party !== undefined && partyOf(record) !== query.party) return false;
  if (onlyRecordsOf !== undefined && partyOf(record) !== onlyRecordsOf) return false;
  if (certificate !== undefined && !isAbout(certificate, record)) return false;
  if (exceptLookUpsOf !== undefined && isLookUpOf(exceptLookUpsOf, record, onlyRecordsOf)) return false;
  if (office !== undefined && record.office !== office) return false;
  if (query.onlyRecordsOfOffice !== undefined && record.office !== query.onlyRecordsOfOffice) return false;
  if (record.kind === 'provision') {
    return (
      actor === undefined &&
      (recipient === undefined || record.recipient === recipient) &&
      (purpose === undefined || record.purpose === purpose) &&
      (channel === undefined || record.channel === channel) &&
      (request === undefined || record.requests?.includes(request) === true)
    );
  }
  return (
    recipient === undefined &&
    purpose === undefined &&
    channel === undefined &&
    request === undefined &&
    (actor === undefined || record.actor === actor)
  );
};

const isAbout = ({ ca, serial }: CertificateRef, { certificates = [] }: LedgerRecord): boolean =>
  certificates.some((ref) => ref.ca === ca && ref.serial === serial);

/** Who sees the records of nobody else looks for the statuses that it was told. To all others those are looks as well. */
const isLookUpOf = (who: string, record: LedgerRecord, onlyRecordsOf: string | undefined): boolean =>
  record.kind === 'provision'
    ? record.recipient === who && (onlyRecordsOf !== who || !STATUS_CHANNELS.has(record.channel))
    : record.kind === 'export' && record.actor === who;
