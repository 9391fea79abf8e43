import { Fault, phrase } from '../fault.ts';

/** Leaves that the table has, and leaves that are published. */
export type Behind = {
  readonly table: number;
  readonly published: number;
};

export const tableBehind = ({ table, published }: Behind): Fault =>
  new Fault(
    'table-behind',
    phrase`The table has ${table} leaves of the log, and ${published} are published: it is older than the log. Two operators record what was lost (akashi recover).`,
    { table, published },
  );
