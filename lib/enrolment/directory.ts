import type { Closes } from '../ledger/ledger.ts';
import { everyItem } from '../store/store.ts';
import { openOfRows, rowsSource } from './by-rows.ts';
import { openChain, type Recorder } from './chain.ts';
import type { Directory, OfficeState } from './contract.ts';
import type { DirectoryDeps } from './deps.ts';
import { listPk } from './listings.ts';
import { type AtOffice, type Found, openLookup, type Source } from './lookup.ts';
import type { Said, Subject } from './reading.ts';
import { type EnrolledRow, readOfficeRows, readRow, recordIn } from './rows.ts';
import { officeState, principalState } from './states.ts';

/** Reads the file's operators first, and then those that were enrolled. */
export const openDirectory = (deps: DirectoryDeps): Directory => {
  const { table, recorder } = deps;
  const rows = openOfRows(proofsOf(recorder));
  const chains = {
    principal: openChain(recorder, 'principal', principalState),
    office: openChain(recorder, 'office', officeState),
  } as const;

  const newest = async <S>(
    subject: Subject,
    id: string,
    row: EnrolledRow | undefined,
  ): Promise<Found<S> | undefined> => {
    const hint = row && chains[subject].said(id, recordIn(row))?.number;
    const said = (await chains[subject].newest(id, hint)) as Said<S> | undefined;
    return said && { said, row };
  };

  const byObject = async <S>(subject: Subject, id: string): Promise<Found<S> | undefined> =>
    newest(subject, id, (await readRow(table, subject, id))?.value);

  /** An office and its predecessors, by one query. An office never opens again, so a signed act of its end proves the end. */
  const atOffice = async (
    id: string,
    read: (row: EnrolledRow | undefined) => Promise<Found<OfficeState> | undefined>,
  ): Promise<AtOffice> => {
    const { office, predecessors } = await readOfficeRows(table, id);
    const left = await Promise.all(
      predecessors.map(async ({ id: ended, item }) => {
        const state = (await rows.office(ended, item.value))?.said.state;
        return { id: ended, state, record: item.value };
      }),
    );
    return { office: await read(office?.value), left };
  };

  const byRows = openLookup(
    {
      ...rowsSource(table, rows),
      atOffice: (id) => atOffice(id, (row) => rows.office(id, row)),
    },
    deps,
  );
  const source: Source = {
    principal: (id) => byObject('principal', id),
    office: (id) => byObject('office', id),
    atOffice: async (id) => {
      const { office, left } = await atOffice(id, (row) => newest('office', id, row));
      const proven = left.map(async (one) => ({
        ...one,
        state:
          one.state && (await newest<OfficeState>('office', one.id, one.record as EnrolledRow))?.said.state,
      }));
      return { office, left: await Promise.all(proven) };
    },
  };
  const byObjects = openLookup(source, deps);
  return {
    find: byRows.find,
    findProven: byObjects.find,
    known: byRows.known,
    knownProven: byObjects.known,
    everyOf: async function* (role) {
      for await (const { sk } of everyItem(table, { pk: listPk('principal', { role }) })) {
        const principal = await byRows.known(sk);
        if (principal?.role === role) yield principal;
      }
    },
    office: byRows.office,
    officeProven: byObjects.office,
    openOffice: byObjects.openOffice,
    servedOffice: byObjects.servedOffice,
    succession: byObjects.succession,
  };
};

const proofsOf = ({ verified, conclusion }: Recorder) => ({
  verified,
  outcome: async (closes: Closes) => (await conclusion(closes))?.record,
});
