import { Fault } from '../fault.ts';
import type { Item, Key, Table, Write } from '../store/store.ts';

/**
 * Which trust domain file counts. The ceremony moves it on and nobody else does; an approval adds which file may
 * follow. There is one row, so that at most one amendment is between its approval and its application.
 *
 *   trust-domain  ceremony  InForceRow
 */
export type InForceRow = {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** False while what the file asks for is being made. */
  readonly done: boolean;
  /** Id of the record of its coming into force. */
  readonly record: string;
  /** Which amendment brought it; absent for the first file. */
  readonly amendment?: string;
  /** What two operators have agreed on and nobody has applied yet. */
  readonly approved?: { readonly amendment: string; readonly digest: string };
};

export interface InForce {
  /** Undefined before the first ceremony. */
  read(): Promise<Item<InForceRow> | undefined>;
  /** Replaces the row that was read before, or is the first. */
  putWrite(previous: Item<InForceRow> | undefined, row: InForceRow): Write;
  /** Lets a write happen only while the row is as it was read. */
  checkWrite(read: Item<InForceRow>): Write;
  /**
   * Whether a process may answer by the file of this digest. Between approval and application both files may be
   * deployed; afterwards the earlier one may not, so that a deployment rolled back does not bring back what was
   * withdrawn. Before the first ceremony there is nothing that another file could contradict.
   */
  mayAnswer(digest: string): Promise<boolean>;
  /** Of whoever comes with another file: `trust-domain-changed`. */
  refusal(row: InForceRow): Fault;
  /** Fault: `trust-domain-changed`. */
  assertMayAnswer(digest: string): Promise<void>;
}

const KEY: Key = { pk: 'trust-domain', sk: 'ceremony' };

const refusal = (row: InForceRow): Fault =>
  new Fault(
    'trust-domain-changed',
    'This trust domain file is neither the one in force nor one that two operators have approved to follow it. ' +
      'Go back to the file in force, and have the change approved first: akashi config propose FILE.',
    { inForce: row.digest, ...(row.approved && { approved: row.approved.digest }) },
  );

const counts = (row: InForceRow, digest: string): boolean =>
  row.digest === digest || row.approved?.digest === digest;

export const openInForce = (table: Pick<Table, 'get'>): InForce => {
  const read = (): Promise<Item<InForceRow> | undefined> => table.get<InForceRow>(KEY);
  return {
    read,
    putWrite: (previous, row) => ({
      put: KEY,
      value: row,
      if: previous ? { version: previous.version } : 'absent',
    }),
    checkWrite: ({ version }) => ({ check: KEY, if: { version } }),
    refusal,
    mayAnswer: async (digest) => {
      const row = await read();
      return row === undefined || counts(row.value, digest);
    },
    assertMayAnswer: async (digest) => {
      const row = await read();
      if (row && !counts(row.value, digest)) throw refusal(row.value);
    },
  };
};
