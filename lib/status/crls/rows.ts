import { wentThrough } from '../../fault.ts';
import type { Item, Key, Table, Write } from '../../store/store.ts';
import { withMembers } from '../register.ts';
import type { Alarm } from './alarms.ts';
import { inOrder } from './archive.ts';

/**
 * The rows of a list, by its id:
 *
 *   crls/{ca}/{partition}  number           NumberRow
 *   crls/{ca}/{partition}  current          CurrentRow
 *   crls/{ca}/{partition}  signed/{number}  SignedRow, from before the CRL is in the archive until the ledger has its record
 *   crls/{ca}/{partition}  urgent           put again with each revocation that the list must show at once (RFC 5280
 *                                           5.3.1's compromises)
 */
type NumberRow = { readonly last: number };

/** A note that a CRL was signed. */
export type SignedRow = { readonly number: number; readonly digest: string };

export type CurrentRow = {
  readonly number: number;
  /** Unix seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** When it was made: the next one is due by this true time. thisUpdate is backdated. */
  readonly madeAt: number;
  /**
   * The thisUpdate of the last regularly scheduled CRL (RFC 5280 3.3), by which a relying party sees that it was issued
   * beyond the end of a certificate. A CRL is regularly scheduled when the interval has passed since the one before it was
   * made, no matter who asked for it. Any other CRL was made out of turn.
   */
  readonly scheduled: number;
  /** When that one was made. */
  readonly scheduledAt: number;
  /** The version of the row `urgent` before the register was read; absent where there was no such row. */
  readonly urgent?: number;
  /** How many certificates it lists. Only shown. Absent in rows of earlier versions. */
  readonly entries?: number;
  /** Id of the record of the publication, which proves the row (current.ts). */
  readonly record: string;
};

const pkOf = (list: string): string => `crls/${list}`;
const numberKey = (list: string): Key => ({ pk: pkOf(list), sk: 'number' });
const currentKey = (list: string): Key => ({ pk: pkOf(list), sk: 'current' });
const urgentKey = (list: string): Key => ({ pk: pkOf(list), sk: 'urgent' });

const SIGNED = 'signed/';
const signedKey = (list: string, number: number): Key => ({
  pk: pkOf(list),
  sk: `${SIGNED}${inOrder(number)}`,
});

/** The row of the list's current CRL; undefined before the first one. */
export const readCurrentCrl = async (table: Table, list: string): Promise<Item<CurrentRow> | undefined> => {
  const row = await table.get<CurrentRow>(currentKey(list));
  return row && withMembers(row);
};

/** Replaces the row that was read before, or puts the first one. */
export const currentWrite = (
  list: string,
  value: CurrentRow,
  before: Item<CurrentRow> | undefined,
): Write => ({
  put: currentKey(list),
  value,
  if: before ? { version: before.version } : 'absent',
});

/** Makes the list due. It is stored in one write with a revocation that must not wait for its turn. */
export const dueWrite = async (table: Table, list: string): Promise<Write> => {
  const row = await table.get(urgentKey(list));
  return { put: urgentKey(list), value: {}, if: row ? { version: row.version } : 'absent' };
};

/** The version of the row `urgent`; undefined where no revocation has ever been urgent. */
export const readUrgent = async (table: Table, list: string): Promise<number | undefined> =>
  (await table.get(urgentKey(list)))?.version;

/**
 * Whether a revocation waits that the list must show at once. The row `urgent` is never behind the current CRL unless somebody
 * has written one of them.
 */
export const awaitsUrgent = async (
  table: Table,
  list: string,
  current: Pick<CurrentRow, 'urgent'>,
): Promise<boolean> => ((await readUrgent(table, list)) ?? 0) !== (current.urgent ?? 0);

/** Numbers that interrupted publications have used up since the newest CRL. More than this many are not believed. */
const MAX_AHEAD = 500;

/**
 * Reserves the next CRL number: one more than the last that was reserved. The row is believed only near the newest number in
 * the archive, so that nobody who writes to the table makes numbers fall, or leap to where none is left. Two publishers
 * may get the same number where somebody has set the row back; then one of them finds the other's note or its file
 * (publish.ts).
 */
export const reserveNumber = async (
  { table, alarm }: { readonly table: Table; readonly alarm: Alarm },
  list: string,
  newest: number,
): Promise<number> => {
  for (;;) {
    const row = await table.get(numberKey(list));
    const last: unknown = (row?.value as NumberRow | null | undefined)?.last ?? 0;
    const isNear =
      typeof last === 'number' && Number.isSafeInteger(last) && last >= newest && last <= newest + MAX_AHEAD;
    if (!isNear) {
      await alarm('The row of the last CRL number does not follow from the archive; it is made again', {
        list,
      });
    }
    const next = (isNear ? last : newest) + 1;
    const write: Write = {
      put: numberKey(list),
      value: { last: next } satisfies NumberRow,
      if: row ? { version: row.version } : 'absent',
    };
    if (await wentThrough(table.write([write]))) return next;
  }
};

/** False where the number has a note already. */
export const noteSigned = (table: Table, list: string, signed: SignedRow): Promise<boolean> =>
  wentThrough(table.write([{ put: signedKey(list, signed.number), value: signed, if: 'absent' }]));

export const readSigned = (
  table: Table,
  list: string,
  number: number,
): Promise<Item<SignedRow> | undefined> => table.get<SignedRow>(signedKey(list, number));

const DIGEST = /^[0-9a-f]{64}$/;

/** One record includes this many notes at most; the others wait for the record after it. */
const MAX_NOTES = 50;

/**
 * The notes of interrupted publications with a lower number: CRLs that were signed and have no record yet. `others` are rows
 * in their place that no publication has put.
 */
export const readUnrecorded = async (
  table: Table,
  list: string,
  below: number,
): Promise<{ readonly notes: readonly Item<SignedRow>[]; readonly others: readonly Item[] }> => {
  const { items } = await table.query<SignedRow>({
    pk: pkOf(list),
    prefix: SIGNED,
    to: signedKey(list, below).sk,
    limit: MAX_NOTES,
  });
  const isNote = ({ sk, value }: Item<SignedRow>): boolean => {
    const { number, digest } = ((value as SignedRow | null) ?? {}) as Partial<SignedRow>;
    const isNumber = Number.isSafeInteger(number) && signedKey(list, number as number).sk === sk;
    return isNumber && typeof digest === 'string' && DIGEST.test(digest);
  };
  return { notes: items.filter(isNote), others: items.filter((item) => !isNote(item)) };
};

export const deleteWrite = ({ pk, sk, version }: Item): Write => ({ delete: { pk, sk }, if: { version } });
