import { wentThrough } from '../../fault.ts';
import type { Item, Key, Table, Write } from '../../store/store.ts';
import { FULL_CRL } from '../contract.ts';
import { inOrder } from './archive.ts';

/**
 * The rows of a CA's CRLs:
 *
 *   crls/{ca}  number           NumberRow
 *   crls/{ca}  full             CurrentRow
 *   crls/{ca}  signed/{number}  SignedRow, from before the CRL is in the archive until the ledger has its record
 *   crls/{ca}  urgent           put again with each revocation that a CRL must show at once (RFC 5280 5.3.1's compromises)
 */
type NumberRow = { readonly last: number };

/** A note that a CRL was signed. */
export type SignedRow = { readonly number: number; readonly digest: string };

export type CurrentRow = {
  readonly number: number;
  /** Unix seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /**
   * The thisUpdate of the last regularly scheduled CRL (RFC 5280 3.3). A CRL is regularly scheduled when the interval
   * has passed since the one before it, no matter who asked for it. Any other CRL was made out of turn.
   */
  readonly scheduled: number;
  /** The version of the row `urgent` before the register was read; absent where there was no such row. */
  readonly urgent?: number;
};

const pkOf = (ca: string): string => `crls/${ca}`;
const numberKey = (ca: string): Key => ({ pk: pkOf(ca), sk: 'number' });
const currentKey = (ca: string): Key => ({ pk: pkOf(ca), sk: FULL_CRL });
const urgentKey = (ca: string): Key => ({ pk: pkOf(ca), sk: 'urgent' });

const SIGNED = 'signed/';
const signedKey = (ca: string, number: number): Key => ({ pk: pkOf(ca), sk: `${SIGNED}${inOrder(number)}` });

/** The row of the CA's current CRL; undefined before the first one. */
export const readCurrentCrl = (table: Table, ca: string): Promise<Item<CurrentRow> | undefined> =>
  table.get<CurrentRow>(currentKey(ca));

/** Replaces the row that was read before, or puts the first one. */
export const currentWrite = (ca: string, value: CurrentRow, before: Item<CurrentRow> | undefined): Write => ({
  put: currentKey(ca),
  value,
  if: before ? { version: before.version } : 'absent',
});

/** Writes that make the CA's CRL due. They are stored in one write with a revocation that must not wait for its turn. */
export const crlDueWrites = async (table: Table, ca: string): Promise<readonly Write[]> => {
  const row = await table.get(urgentKey(ca));
  return [{ put: urgentKey(ca), value: {}, if: row ? { version: row.version } : 'absent' }];
};

/** The version of the row `urgent`; undefined where no revocation has ever been urgent. */
export const readUrgent = async (table: Table, ca: string): Promise<number | undefined> =>
  (await table.get(urgentKey(ca)))?.version;

/** Reserves the next CRL number: one more than the last that was reserved. */
export const reserveNumber = async (table: Table, ca: string): Promise<number> => {
  for (;;) {
    const row = await table.get<NumberRow>(numberKey(ca));
    const next = (row?.value.last ?? 0) + 1;
    const write: Write = {
      put: numberKey(ca),
      value: { last: next },
      if: row ? { version: row.version } : 'absent',
    };
    if (await wentThrough(table.write([write]))) return next;
  }
};

export const noteSigned = (table: Table, ca: string, signed: SignedRow): Promise<void> =>
  table.write([{ put: signedKey(ca, signed.number), value: signed, if: 'absent' }]);

export const readSigned = (table: Table, ca: string, number: number): Promise<Item<SignedRow> | undefined> =>
  table.get<SignedRow>(signedKey(ca, number));

/** One record includes this many notes at most; the others wait for the record after it. */
const MAX_NOTES = 50;

/** The notes of interrupted publications with a lower number: CRLs that were signed and have no record yet. */
export const readUnrecorded = async (
  table: Table,
  ca: string,
  below: number,
): Promise<readonly Item<SignedRow>[]> => {
  const { items } = await table.query<SignedRow>({
    pk: pkOf(ca),
    prefix: SIGNED,
    to: signedKey(ca, below).sk,
    limit: MAX_NOTES,
  });
  return items;
};

export const deleteWrite = ({ pk, sk, version }: Item): Write => ({ delete: { pk, sk }, if: { version } });
