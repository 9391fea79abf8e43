import type { Table } from '../store/store.ts';
import type { OfficeState, PrincipalState } from './contract.ts';
import { type Found, type Lookup, type LookupDeps, openLookup, type Source } from './lookup.ts';
import { openReading, type Proofs, type Reading } from './reading.ts';
import { type EnrolledRow, readRow, recordIn } from './rows.ts';
import { officeState, principalState } from './states.ts';

/*
 * The directory by rows alone. A row has the newest act with its signature, so the act was the newest one once. The OCSP
 * function enters the room here, because the room's own door leads to code that lints.
 */

/** What a row says. Undefined where nothing proves it. */
export interface OfRows {
  principal(id: string, row: EnrolledRow | undefined): Promise<Found<PrincipalState> | undefined>;
  office(id: string, row: Pick<EnrolledRow, 'record'> | undefined): Promise<Found<OfficeState> | undefined>;
}

export const openOfRows = (proofs: Proofs): OfRows => {
  const of =
    <S>({ proven }: Pick<Reading<S>, 'proven'>) =>
    async (id: string, row: EnrolledRow | undefined): Promise<Found<S> | undefined> => {
      const said = row && (await proven(id, recordIn(row)));
      return said && { said, row };
    };
  return {
    principal: of(openReading(proofs, 'principal', principalState)),
    office: of(openReading(proofs, 'office', officeState)),
  };
};

/** Each call costs a read of a row. It says nothing of predecessors. */
export const rowsSource = (table: Pick<Table, 'get'>, rows: OfRows): Source => {
  const office: Source['office'] = async (id) => rows.office(id, (await readRow(table, 'office', id))?.value);
  return {
    principal: async (id) => rows.principal(id, (await readRow(table, 'principal', id))?.value),
    office,
    atOffice: async (id) => ({ office: await office(id), left: [] }),
  };
};

export interface ByRowsDeps extends LookupDeps {
  readonly table: Pick<Table, 'get'>;
  readonly proofs: Proofs;
}

/** For relying parties: an officer comes without predecessors. */
export const openByRows = (deps: ByRowsDeps): Lookup =>
  openLookup(rowsSource(deps.table, openOfRows(deps.proofs)), deps);
