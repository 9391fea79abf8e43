import { Fault, phrase } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import type { Item, Key, Table } from '../store/store.ts';
import type { InForce, InForceRow } from './contract.ts';

/** Every process reads this row at its start, so it also carries the number of the format of all rows. */
type StoredRow = InForceRow & { readonly format: number };

const KEY: Key = { pk: 'trust-domain', sk: 'ceremony' };

/** The fault for a process with another file. Both digests are those of files. */
export const otherFile = (inForce: string, approved: string | undefined): Fault =>
  new Fault(
    'trust-domain-changed',
    'This trust domain file is neither the one in force nor one that two operators have approved to follow it. Go back to the file in force, and have the change approved first: akashi trust-domain propose FILE.',
    { inForce, ...(approved !== undefined && { approved }) },
  );

const counts = (row: InForceRow, digest: string): boolean =>
  row.digest === digest || row.approved?.digest === digest;

export const openInForce = (table: Pick<Table, 'get'>): InForce => {
  const read = async (): Promise<Item<InForceRow> | undefined> => {
    const item = await table.get<StoredRow>(KEY);
    if (item) assertFormat(phrase`The table`, item.value.format);
    return item;
  };

  return {
    read,
    putWrite: (previous, row) => ({
      put: KEY,
      value: { ...row, format: FORMAT } satisfies StoredRow,
      if: previous ? { version: previous.version } : 'absent',
    }),
    checkWrite: ({ version }) => ({ check: KEY, if: { version } }),
    mayAnswer: async (digest) => {
      const row = await read();
      return row === undefined || counts(row.value, digest);
    },
    assertMayAnswer: async (digest) => {
      const row = await read();
      if (row && !counts(row.value, digest)) throw otherFile(row.value.digest, row.value.approved?.digest);
    },
  };
};
