import type { Key, Value, Write } from '../store/store.ts';
import { dayOf, monthOf, timeOfId } from './ids.ts';
import type { LedgerRecord } from './record.ts';

/**
 * The ledger's rows.
 *
 *   staged/{shard}            {id}   the record, as it was written before its answer left
 *   record/{day}              {id}   the record, settled
 *   party/{party}/{month}     {id}   a pointer, under the recipient or actor
 *   certificate/{ca}/{serial} {id}   a pointer, under each certificate that the record names
 *   channel/{channel}/{month} {id}   a pointer, under the channel of a provision
 *   purpose/{purpose}/{month} {id}   a pointer, under the purpose of a provision that has one
 *   office/{office}/{month}   {id}   a pointer, under the sub-office that acted or was told
 *   holder/{holder}           {id}   a pointer, to acts on the holder's certificates; provisions are found by these
 *   ledger                    first  the time of the oldest record: where walks back through time end
 *
 * An answer costs one put, of the staged row. Settling moves it, later or when somebody asks, in one write that
 * is all or nothing; a record is therefore in exactly one of the two places at any time. The totals (counts.ts) are
 * advanced in that same write: whoever settles records adds `countWrites` of them, so each is counted exactly once.
 */
export const STAGED_SHARDS = 16;

export const stagedPk = (shard: number): string => `staged/${shard.toString(16)}`;

/** By a digit of chance in the id, so that no one partition takes every write. */
export const stagedKey = (id: string): Key => ({ pk: `staged/${id.at(-1)}`, sk: id });

export const recordKey = (id: string): Key => ({ pk: `record/${dayOf(timeOfId(id))}`, sk: id });

export const FIRST_KEY: Key = { pk: 'ledger', sk: 'first' };

export const partyOf = (record: LedgerRecord): string =>
  record.kind === 'provision' ? record.recipient : record.actor;

export const partyPk = (party: string, month: string): string => `party/${party}/${month}`;

export const certificatePk = (ca: string, serial: string): string => `certificate/${ca}/${serial}`;

export const channelPk = (channel: string, month: string): string => `channel/${channel}/${month}`;

export const purposePk = (purpose: string, month: string): string => `purpose/${purpose}/${month}`;

export const officePk = (office: string, month: string): string => `office/${office}/${month}`;

export const holderPk = (holder: string): string => `holder/${holder}`;

/** So that settling a record, with a pointer for each certificate and its total, fits into one write with room to spare. */
export const MAX_CERTIFICATES_PER_RECORD = 88;

/** What a pointer says without reading its record. */
export type Pointer = { readonly kind: string };

export const stageWrites = (record: LedgerRecord): readonly Write[] => [
  { put: stagedKey(record.id), value: record as unknown as Value, if: 'absent' },
];

/** One write that moves a staged record to where queries find it. */
export const settleWrites = (record: LedgerRecord): readonly Write[] => {
  const { id } = record;
  const pointer: Pointer = { kind: record.kind };
  return [
    { delete: stagedKey(id), if: { version: 1 } },
    { put: recordKey(id), value: record as unknown as Value, if: 'absent' },
    ...pointerPks(record).map((pk): Write => ({ put: { pk, sk: id }, value: pointer, if: 'absent' })),
  ];
};

/** The partitions in which the record has a pointer. */
export const pointerPks = (record: LedgerRecord): readonly string[] => {
  const month = monthOf(timeOfId(record.id));
  const pks = new Set([partyPk(partyOf(record), month)]);
  for (const { ca, serial } of record.certificates ?? []) pks.add(certificatePk(ca, serial));
  if (record.office !== undefined) pks.add(officePk(record.office, month));
  if (record.kind === 'provision') {
    pks.add(channelPk(record.channel, month));
    if (record.purpose !== undefined) pks.add(purposePk(record.purpose, month));
  } else if (record.holder !== undefined) {
    pks.add(holderPk(record.holder));
  }
  return [...pks];
};
