import type { Key, Table } from '../../store/store.ts';
import type { RecordKind } from '../contract.ts';
import { dayOf, timeOfId } from '../ids.ts';
import type { RetentionClass } from './classes.ts';

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

export const readTombstone = async (table: Pick<Table, 'get'>, id: string): Promise<Tombstone | undefined> =>
  (await table.get<Tombstone>(tombstoneKey(id)))?.value;
