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
 *   ledger                    first  the time of the oldest record: where walks back through time end
 *
 * An answer costs one put, of the staged row. Settling moves it, later or when somebody asks, in one write that
 * is all or nothing; a record is therefore in exactly one of the two places at any time.
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

/** So that settling a record, with a pointer for each certificate, fits into one write. */
export const MAX_CERTIFICATES_PER_RECORD = 96;

/** What a pointer says without reading its record. */
export type Pointer = { readonly kind: string };

export const stageWrites = (record: LedgerRecord): readonly Write[] => [
  { put: stagedKey(record.id), value: record as unknown as Value, if: 'absent' },
];

/** One write that moves a staged record to where queries find it. */
export const settleWrites = (record: LedgerRecord): readonly Write[] => {
  const { id } = record;
  const pointer: Pointer = { kind: record.kind };
  const certificatePks = new Set(record.certificates?.map(({ ca, serial }) => certificatePk(ca, serial)));
  return [
    { delete: stagedKey(id), if: { version: 1 } },
    { put: recordKey(id), value: record as unknown as Value, if: 'absent' },
    { put: { pk: partyPk(partyOf(record), monthOf(timeOfId(id))), sk: id }, value: pointer, if: 'absent' },
    ...[...certificatePks].map((pk): Write => ({ put: { pk, sk: id }, value: pointer, if: 'absent' })),
  ];
};
