import { hash } from 'node:crypto';
import type { Encoding, OpenFile } from '../bulk/bulk.ts';
import { Fault } from '../fault.ts';
import type { Condition, Item, Key, Table, Write } from '../store/store.ts';
import type { BatchState, FileTerms, Work } from './contract.ts';

/**
 * The room's rows. They have no personal data: what the file says is sealed (sealed.ts).
 *
 *   batch/{id}               batch                  the file's terms, and its state
 *   batch/{id}               part/{number}          the part has arrived
 *   batch/{id}               step/{step}            how far a step has got
 *   batch/{id}               row/{number}           the request that the row led to
 *   batch/{id}               opened/{act}/{number}  the examiner opened the row: the record of that
 *   batch/{id}               collection/{number}    the rows of a collection
 *   batches                  {id}                   all batches, by time
 *   batches/tenant/{tenant}  {id}
 *   batches/office/{office}  {id}
 *   batch-files/{office}     {digest}               which batch the same file gives again
 *   batch-work               {office}/{id}/{step}   what is to be gone on with
 *
 * Nothing is decided by them that an act decides (acts.ts).
 */
export type BatchRow = Pick<FileTerms, keyof FileTerms> & {
  readonly tenant: string;
  readonly office: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly state: BatchState;
  /** The number of the newest act whose rows are made. */
  readonly act: number;
  /** From the moment when the file was read. */
  readonly read?: {
    readonly encoding: Encoding;
    readonly encodingBy: OpenFile['encodingBy'];
    readonly rows: number;
    readonly unreadable: number;
    /** The number of the first row of each pack. */
    readonly packs: readonly number[];
  };
  /** New at every write. If a write's answer is lost, it shows whether the write was stored. */
  readonly change: string;
};

export type StepRow = {
  readonly rows: number;
  /** Packs in all, and the one that comes next, from 0. */
  readonly packs: number;
  readonly next: number;
  readonly done: number;
  readonly refused: number;
  readonly setAside: number;
  /** How often the next pack was begun. */
  readonly attempts: number;
  readonly by: string;
  readonly at: string;
  /** The number of the act that it carries out. */
  readonly act?: number;
  readonly isOver?: true;
};

/** The record of the act. */
export type OpenedRow = { readonly record: string };

/** The number of rows that were issued, and are in no earlier collection. */
export type CollectionRow = { readonly rows: readonly number[] };

export const batchKey = (id: string): Key => ({ pk: `batch/${id}`, sk: 'batch' });

const padded = (number: number): string => String(number).padStart(6, '0');

export const partKey = (id: string, number: number): Key => ({
  pk: `batch/${id}`,
  sk: `part/${padded(number)}`,
});
export const stepKey = (id: string, step: string): Key => ({ pk: `batch/${id}`, sk: `step/${step}` });
export const claimKey = (id: string, row: number): Key => ({ pk: `batch/${id}`, sk: `row/${padded(row)}` });
export const openedPrefix = (act: number): string => `opened/${padded(act)}/`;
export const openedKey = (id: string, act: number, row: number): Key => ({
  pk: `batch/${id}`,
  sk: `${openedPrefix(act)}${padded(row)}`,
});
export const collectionKey = (id: string, number: number): Key => ({
  pk: `batch/${id}`,
  sk: `collection/${padded(number)}`,
});
/** The number that such a key ends with. */
export const numberOf = ({ sk }: Pick<Key, 'sk'>): number => Number(sk.slice(sk.lastIndexOf('/') + 1));

export const listPk = ({
  office,
  tenant,
}: {
  readonly office?: string | undefined;
  readonly tenant?: string | undefined;
}): string =>
  office !== undefined
    ? `batches/office/${office}`
    : tenant !== undefined
      ? `batches/tenant/${tenant}`
      : 'batches';

export const listings = (id: string, { tenant, office }: Pick<BatchRow, 'tenant' | 'office'>): Write[] =>
  [{}, { tenant }, { office }].map((of) => ({ put: { pk: listPk(of), sk: id }, value: {}, if: 'absent' }));

/** A file is the same where its bytes are, and it is read in the same way. */
export const fileKey = (office: string, { profile, format, encoding, digest }: FileTerms): Key => ({
  pk: `batch-files/${office}`,
  sk: hash('sha256', JSON.stringify([profile, format, encoding ?? null, digest])),
});

export const WORK_PK = 'batch-work';
export const workKey = ({ office, batch, step }: Work): Key => ({
  pk: WORK_PK,
  sk: `${office}/${batch}/${step}`,
});
export const workOf = (sk: string): Work | undefined => {
  const [office, batch, step, ...others] = sk.split('/');
  return office && batch && step && others.length === 0 ? { office, batch, step } : undefined;
};

/** For a row that is put whatever stands in its place: somebody may have put one there, and no act rests on it. */
export const asItStands = async (table: Pick<Table, 'get'>, key: Key): Promise<Condition> => {
  const row = await table.get(key);
  return row ? { version: row.version } : 'absent';
};

/**
 * Stores a change of the batch's row with these writes. False where another change was first; then nothing was written. Where the
 * outcome is unknown the row is read again, to see whether it carries this change.
 */
export const storeBatch = async (
  table: Pick<Table, 'get' | 'write'>,
  id: string,
  before: Item<BatchRow> | undefined,
  row: BatchRow,
  writes: readonly Write[],
): Promise<boolean> => {
  const own: Write = {
    put: batchKey(id),
    value: row,
    if: before === undefined ? 'absent' : { version: before.version },
  };
  try {
    await table.write([own, ...writes]);
    return true;
  } catch (error) {
    if (Fault.is(error, 'condition-failed')) return false;
    const found = await table.get<BatchRow>(batchKey(id)).catch(() => undefined);
    if (found?.value.change === row.change) return true;
    throw error;
  }
};
