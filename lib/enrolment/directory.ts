import type { Closes } from '../ledger/ledger.ts';
import { openByRows } from './by-rows.ts';
import { type Chain, openChain } from './chain.ts';
import type { Directory } from './contract.ts';
import type { DirectoryDeps } from './deps.ts';
import { type Found, openLookup } from './lookup.ts';
import type { Subject } from './reading.ts';
import { readRow, recordIn } from './rows.ts';
import { officeState, principalState } from './states.ts';

/** Reads the file's principals and offices first, and then those that were enrolled. */
export const openDirectory = (deps: DirectoryDeps): Directory => {
  const { table, recorder } = deps;

  const read = async <S>(subject: Subject, chain: Chain<S>, id: string): Promise<Found<S> | undefined> => {
    const item = await readRow(table, subject, id);
    const hint = item && chain.said(id, recordIn(item.value))?.number;
    const said = await chain.newest(id, hint);
    return said && { said, row: item?.value };
  };
  const principals = openChain(recorder, 'principal', principalState);
  const offices = openChain(recorder, 'office', officeState);

  const outcome = async (closes: Closes) => (await recorder.conclusion(closes))?.record;
  const byRows = openByRows({ ...deps, proofs: { verified: recorder.verified, outcome } });
  const byObjects = openLookup(
    {
      principal: (id) => read('principal', principals, id),
      office: (id) => read('office', offices, id),
    },
    deps,
  );
  return {
    find: byRows.find,
    findProven: byObjects.find,
    known: byRows.known,
    office: byRows.office,
    openOffice: byObjects.openOffice,
  };
};
