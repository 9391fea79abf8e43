import type { Key, Table } from '../../store/store.ts';
import { RECORD_KINDS, type RecordKind } from '../contract.ts';
import { dayOf, timeOfId } from '../ids.ts';
import { CLASS_OF, type RetentionClass } from './classes.ts';

/**
 * What remains of a deleted record.
 *
 *   expired/{day}  {id}  its class and kind, when it was deleted, and the index of its leaf
 */
export type Tombstone = {
  readonly class: RetentionClass;
  readonly kind: RecordKind;
  readonly leaf: number;
  /** RFC 3339 UTC: when the row was deleted. */
  readonly deletedAt: string;
};

export const tombstoneKey = (id: string): Key => ({ pk: `expired/${dayOf(timeOfId(id))}`, sk: id });

/** Undefined where there is none, and where the row is no tombstone. */
export const readTombstone = async (
  table: Pick<Table, 'get'>,
  id: string,
): Promise<Tombstone | undefined> => {
  const value: unknown = (await table.get(tombstoneKey(id)))?.value;
  const { class: kept, kind, leaf, deletedAt } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isTombstone =
    RECORD_KINDS.some((known) => known === kind && CLASS_OF[known] === kept) &&
    kept !== undefined &&
    Number.isSafeInteger(leaf) &&
    typeof deletedAt === 'string';
  return isTombstone ? ({ class: kept, kind, leaf, deletedAt } as Tombstone) : undefined;
};
