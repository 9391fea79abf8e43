import { Fault, wentThrough } from '../fault.ts';
import type { Item } from '../store/store.ts';
import { readAgreement } from './agreement.ts';
import { type AmendmentRow, amendmentKey, amendmentWrite, draftOf } from './amendment-rows.ts';
import type { InForceRow } from './contract.ts';
import type { ApplyingDeps } from './deps.ts';
import { readFile } from './files.ts';
import { rememberWithdrawn } from './withdrawn.ts';

/*
 * How an approved amendment comes into force, step by step, and the file in force that a crash after each step leaves:
 *
 *   1  requests approved under the file in force are finished under it   the earlier file, still in force
 *   2  the row of the file in force, the amendment, the record           the new file, begun; the earlier one is refused
 *   3  the ids of withdrawn principals are remembered                    the same; the step is repeated
 *   4  new parts are made, changed terms are written (ceremony.ts)       the same; the step is continued
 *   5  the row says that the file is done                                the new file, done
 */

const readAmendment = async (
  { table }: Pick<ApplyingDeps, 'table'>,
  id: string,
): Promise<Item<AmendmentRow>> => {
  const item = await table.get<AmendmentRow>(amendmentKey(id));
  if (item) return item;
  throw new Fault('unknown-amendment', 'There is no amendment of that id.', { amendment: id });
};

/**
 * Steps 1 and 2. False where another process was first, or the approval was withdrawn meanwhile. Fault:
 * `amendment-not-recorded` where the ledger lacks the proposal or the approval that the rows name.
 */
export const applyAmendment = async (
  deps: ApplyingDeps,
  inForce: Item<InForceRow>,
  id: string,
): Promise<boolean> => {
  const item = await readAmendment(deps, id);
  const files = { before: inForce.value.digest, after: deps.trustDomainDigest };
  const basis = await readAgreement(deps.recorder, id, item.value, files);
  await deps.finishUnder(await readFile(deps.table, files.before));
  const appliedAt = `${new Date(deps.clock()).toISOString().slice(0, 19)}Z`;
  const row: AmendmentRow = { ...item.value, state: 'applied', appliedAt };
  const { record, writes } = await deps.recorder.prepare(draftOf('applied', 'service', id, row, { basis }));
  const next: InForceRow = { digest: files.after, done: false, record: record.id, amendment: id };
  return wentThrough(
    deps.table.write([deps.inForce.putWrite(inForce, next), amendmentWrite(id, item, row), ...writes]),
  );
};

/** The facts about the earlier file that the ceremony needs. */
export interface Earlier {
  /** Ids. */
  readonly authorities: ReadonlySet<string>;
}

interface EarlierFile {
  readonly authorities: readonly { readonly id: string }[];
  readonly principals: readonly { readonly id: string; readonly person: string }[];
}

/** Step 3. Undefined for the very first file. */
export const rememberEarlier = async (
  deps: ApplyingDeps,
  { amendment }: InForceRow,
): Promise<Earlier | undefined> => {
  if (amendment === undefined) return undefined;
  const { value } = await readAmendment(deps, amendment);
  // The file was checked when it was proposed.
  const earlier: EarlierFile = JSON.parse(await readFile(deps.table, value.before));
  const here = new Set(deps.trustDomain.principals.map(({ id }) => id));
  await rememberWithdrawn(
    deps.table,
    earlier.principals.filter(({ id }) => !here.has(id)),
  );
  return { authorities: new Set(earlier.authorities.map(({ id }) => id)) };
};
