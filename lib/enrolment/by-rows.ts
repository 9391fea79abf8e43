import type { Table } from '../store/store.ts';
import { type Found, type Lookup, type LookupDeps, openLookup, type Source } from './lookup.ts';
import { openReading, type Proofs, type Reading, type Subject } from './reading.ts';
import { readRow, recordIn } from './rows.ts';
import { officeState, principalState } from './states.ts';

/*
 * The directory by rows alone. A row has the newest act with its signature, so the act was the newest one once. The OCSP
 * function enters the room here, because the room's own door leads to code that lints.
 */

export interface ByRowsDeps extends LookupDeps {
  readonly table: Pick<Table, 'get'>;
  readonly proofs: Proofs;
}

/** Each call costs a read of a row, and one more for an officer. */
export const openByRows = (deps: ByRowsDeps): Lookup => {
  const read = async <S>(
    subject: Subject,
    { proven }: Pick<Reading<S>, 'proven'>,
    id: string,
  ): Promise<Found<S> | undefined> => {
    const item = await readRow(deps.table, subject, id);
    const said = item && (await proven(id, recordIn(item.value)));
    return item && said && { said, row: item.value };
  };
  const principals = openReading(deps.proofs, 'principal', principalState);
  const offices = openReading(deps.proofs, 'office', officeState);
  const source: Source = {
    principal: (id) => read('principal', principals, id),
    office: (id) => read('office', offices, id),
  };
  return openLookup(source, deps);
};
