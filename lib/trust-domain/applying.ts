import { Fault, wentThrough } from '../fault.ts';
import type { Item, Write } from '../store/store.ts';
import { assertSettings, firstAddresses, nextAddresses } from './addresses.ts';
import {
  type Agreement,
  type End,
  endIfAny,
  endOf,
  notRecorded,
  readAgreement,
  readEnd,
} from './agreement.ts';
import { invalidAmendment } from './amendment-invalid.ts';
import { type AmendmentRow, amendmentKey, amendmentWrite, draftOf } from './amendment-rows.ts';
import type { InForceRow, KeysFor, TrustDomainState } from './contract.ts';
import type { ApplyingDeps } from './deps.ts';
import { enrolledIssues } from './enrolled-ids.ts';
import { readFile } from './files.ts';
import { otherFile } from './in-force.ts';
import {
  NOBODY_WITHDRAWN,
  readWithdrawn,
  rememberWithdrawn,
  type Withdrawn,
  withdrawnAfter,
  withdrawnDigest,
} from './withdrawn.ts';

/*
 * How a file comes into force, step by step, and the file in force that a crash after each step leaves:
 *
 *   1  requests approved under the file in force are finished under it   the earlier file, still in force
 *   2  the object that ends the proposal: it is applied as state n       the earlier file; only this one may follow it
 *   3  the object of state n                                             the new file, begun; the earlier one is refused
 *   4  the row of the file in force, the amendment's row, the records    the same
 *   5  the ids of withdrawn operators are remembered                    the same; the step is repeated
 *   6  new keys and CAs are made (ceremony.ts)                           the same; the step is continued
 *   7  the row says that the file is done                                the new file, done
 *
 * The first file has steps 3, 4, 6 and 7. The objects decide: the rows of step 4 are made of them by the next run, whatever
 * the rows say.
 */

/** The state of the process's own file, and its row. */
export interface Begun {
  readonly state: TrustDomainState;
  readonly row: Item<InForceRow>;
}

/**
 * Steps 1 to 4: the process's file is in force afterwards. Faults: `trust-domain-changed` where it is neither in force nor
 * approved to follow; `amendment-lapsed` where it was approved too long ago; `amendment-invalid` where it adds an id that was
 * enrolled since; `address-changed`; `amendment-not-recorded` where there are only rows of an agreement.
 */
export const bringIntoForce = async (
  deps: ApplyingDeps,
  report: (step: string) => void,
  keysFor?: KeysFor,
): Promise<Begun> => {
  for (;;) {
    const state = await deps.states.newest();
    if (state === undefined) await putFirst(deps, keysFor);
    else if (state.digest !== deps.trustDomainDigest) await putNext(deps, state, report, keysFor);
    else {
      assertSettings(deps, state);
      const row = await rowOf(deps, state);
      if (row) return { state, row };
    }
  }
};

const putFirst = async (deps: ApplyingDeps, keysFor: KeysFor | undefined): Promise<void> => {
  const { trustDomain, trustDomainDigest: after } = deps;
  // A table that has been in use came without the bucket that belongs to it.
  if (await deps.inForce.read()) throw notRecorded({ file: after });
  assertSettings(deps, undefined);
  const credentials = await keysFor?.(trustDomain.operators.map(({ id }) => id));
  await deps.states.put({
    number: 1,
    actor: trustDomain.ceremony.persons.join('+'),
    details: { step: 'first', trustDomain: trustDomain.name, after },
    addresses: firstAddresses(trustDomain, deps.publicUrls),
    logOrigin: deps.origin,
    operators: trustDomain.operators,
    withdrawn: NOBODY_WITHDRAWN,
    credentials,
  });
  deps.standing.forget();
};

/** The part of an earlier file that its successor asks about. The file was checked when it was proposed. */
interface EarlierFile {
  readonly authorities: readonly { readonly id: string }[];
  readonly profiles: readonly { readonly validity: string }[];
  readonly operators: readonly { readonly id: string; readonly person: string }[];
}

const readEarlier = async (
  { table }: Pick<ApplyingDeps, 'table'>,
  digest: string,
): Promise<{ readonly text: string; readonly file: EarlierFile }> => {
  const text = await readFile(table, digest);
  const file: EarlierFile = JSON.parse(text);
  const operators = file.operators.map((one) => ({ ...one, person: one.person ?? one.id }));
  return { text, file: { ...file, operators } };
};

/** Steps 1 to 3. Returns without a state where another process was first; the caller looks again. */
const putNext = async (
  deps: ApplyingDeps,
  state: TrustDomainState,
  report: (step: string) => void,
  keysFor: KeysFor | undefined,
): Promise<void> => {
  const { trustDomain, trustDomainDigest: after, clock } = deps;
  const approved = (await deps.inForce.read())?.value.approved;
  if (approved?.digest !== after) throw otherFile(state.digest, approved?.digest);
  const { amendment } = approved;
  const row = await readAmendment(deps, amendment);
  const agreement = await readAgreement(deps.recorder, amendment, row, { before: state.digest, after });
  if (!agreement) throw notRecorded({ amendment });
  const number = state.number + 1;
  const ended = await endIfAny(deps.recorder, agreement.proposal.id);
  if (ended) assertFollows(ended, number, state);
  else if (clock() >= agreement.lapses) throw lapsed(amendment);
  assertSettings(deps, state);

  const { text, file } = await readEarlier(deps, state.digest);
  const before = await withdrawnBefore(deps, state);
  if (before === undefined) return;
  const withdrawn = withdrawnAfter(before, file.operators, trustDomain.operators);
  if (!ended) await assertFreeIds(deps, file);
  const known = new Set(file.operators.map(({ id }) => id));
  const added = trustDomain.operators.map(({ id }) => id).filter((id) => !known.has(id));
  // Asked for before the approval is used: a request that is refused leaves the earlier file in force.
  const credentials = await keysFor?.(added);
  await deps.finishUnder(text);
  assertFollows(ended ?? (await use(deps, amendment, row, agreement, number)), number, state);
  const basis = [agreement.proposal.id, agreement.approval.id];
  await deps.states.put({
    number,
    actor: 'service',
    details: draftOf('applied', 'service', amendment, row, { basis }).details,
    addresses: nextAddresses(
      trustDomain,
      state.addresses,
      file.profiles.map(({ validity }) => validity),
      clock(),
    ),
    logOrigin: state.logOrigin,
    operators: trustDomain.operators,
    withdrawn: withdrawnDigest(withdrawn),
    credentials,
  });
  deps.standing.forget();
  report(`amendment ${amendment} applied`);
};

/** Somebody may have been enrolled since the file was approved. Fault: `amendment-invalid`. */
const assertFreeIds = async (
  { isEnrolled, trustDomain }: Pick<ApplyingDeps, 'isEnrolled' | 'trustDomain'>,
  before: EarlierFile,
): Promise<void> => {
  const issues = await enrolledIssues(isEnrolled, before, trustDomain);
  if (issues.length > 0) throw invalidAmendment(issues);
};

/** Undefined where another process has put the next state meanwhile, and adds to the rows already. */
const withdrawnBefore = async (
  { table, states }: ApplyingDeps,
  state: TrustDomainState,
): Promise<Withdrawn | undefined> => {
  try {
    return await readWithdrawn(table, state.withdrawn);
  } catch (error) {
    if ((await states.newest())?.number !== state.number) return undefined;
    throw error;
  }
};

const readAmendment = async ({ table }: Pick<ApplyingDeps, 'table'>, id: string): Promise<AmendmentRow> => {
  const item = await table.get<AmendmentRow>(amendmentKey(id));
  if (item) return item.value;
  throw new Fault('unknown-amendment', 'There is no amendment of that id.', { amendment: id });
};

/** Step 2: the approval is used. */
const use = async (
  { recorder }: ApplyingDeps,
  amendment: string,
  row: AmendmentRow,
  { proposal, approval }: Agreement,
  number: number,
): Promise<End> => {
  const basis = [proposal.id, approval.id];
  const draft = draftOf('applying', 'service', amendment, row, { basis, number });
  return readEnd(await recorder.conclude(draft, endOf(proposal.id)));
};

/** An approval that was used before, or taken back, brings no file. */
const assertFollows = (end: End, number: number, state: TrustDomainState): void => {
  if (end.step !== 'applying' || end.number !== number) throw otherFile(state.digest, undefined);
};

const lapsed = (amendment: string): Fault =>
  new Fault(
    'amendment-lapsed',
    'The approval of this trust domain file has lapsed: start the service with the file in force, and have the changed one proposed and approved again.',
    { amendment },
  );

/** Step 4. Undefined where another process changed the row meanwhile. */
const rowOf = async (deps: ApplyingDeps, state: TrustDomainState): Promise<Item<InForceRow> | undefined> => {
  const { table, inForce, recorder } = deps;
  const { digest, number, record, amendment, proposal } = state;
  const row = await inForce.read();
  const says = row?.value;
  if (says?.record === record && says.digest === digest && says.number === number) return row;
  const end = proposal === undefined ? undefined : await endIfAny(recorder, proposal);
  const value: InForceRow = {
    digest,
    number,
    done: false,
    record,
    ...(amendment !== undefined && { amendment }),
  };
  const writes = [
    inForce.putWrite(row, value),
    ...(await appliedWrites(deps, state)),
    ...(end?.writes ?? []),
    ...state.writes,
  ];
  await wentThrough(table.write(writes));
  return undefined;
};

const appliedWrites = async (
  { table }: ApplyingDeps,
  { amendment, time }: TrustDomainState,
): Promise<readonly Write[]> => {
  const item = amendment === undefined ? undefined : await table.get<AmendmentRow>(amendmentKey(amendment));
  if (amendment === undefined || !item || item.value.state === 'applied') return [];
  const appliedAt = `${time.slice(0, 19)}Z`;
  return [amendmentWrite(amendment, item, { ...item.value, state: 'applied', appliedAt })];
};

/** The facts about the earlier file that the ceremony needs. */
export interface Earlier {
  /** Ids. */
  readonly authorities: ReadonlySet<string>;
}

/** Step 5. Undefined for the very first file. */
export const rememberEarlier = async (
  deps: ApplyingDeps,
  { before }: TrustDomainState,
): Promise<Earlier | undefined> => {
  if (before === undefined) return undefined;
  const { file } = await readEarlier(deps, before);
  const gone = withdrawnAfter(new Map(), file.operators, deps.trustDomain.operators);
  await rememberWithdrawn(
    deps.table,
    [...gone].map(([id, person]) => ({ id, person })),
  );
  return { authorities: new Set(file.authorities.map(({ id }) => id)) };
};
