import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../ports.ts';
import type { Item, Table } from '../store/store.ts';
import { endIfAny, readAgreement } from './agreement.ts';
import { type AmendmentRow, amendmentKey } from './amendment-rows.ts';
import type { InForce, InForceRow, Standing, States, TrustDomainState } from './contract.ts';
import { otherFile } from './in-force.ts';

/** A running process learns within this time that another file came into force. */
const LOOKUP_MS = 60_000;

/** What a look at the bucket found. */
interface Found {
  readonly state: TrustDomainState | undefined;
  readonly row: Item<InForceRow> | undefined;
  readonly mayAct: boolean;
}

export const openStanding = (deps: {
  /** SHA-256 of this process's file, hex. */
  readonly trustDomainDigest: string;
  readonly table: Pick<Table, 'get'>;
  readonly inForce: Pick<InForce, 'read'>;
  readonly states: Pick<States, 'newest'>;
  readonly recorder: Pick<Ledger, 'act' | 'conclusion'>;
  readonly clock: Clock;
}): Standing => {
  const { trustDomainDigest: digest, inForce, states, clock } = deps;
  let found: Promise<Found> | undefined;
  let lookedAt = 0;

  const look = async (): Promise<Found> => {
    const [state, row] = [await states.newest(), await inForce.read()];
    if (state === undefined) return { state, row, mayAct: row === undefined };
    const isOwn = state.digest === digest;
    return { state, row, mayAct: isOwn || (await mayFollow(deps, digest, state, row?.value)) };
  };

  const looked = (): Promise<Found> => {
    const now = clock();
    // If `lookedAt` is in the future, the clock was set back. What was found must not count until then.
    if (found !== undefined && now >= lookedAt && now < lookedAt + LOOKUP_MS) return found;
    const fresh = look();
    fresh.then(
      // The first ceremony may follow at once.
      ({ state }) => state === undefined && found === fresh && forget(),
      () => found === fresh && forget(),
    );
    found = fresh;
    lookedAt = now;
    return fresh;
  };

  const forget = (): void => {
    found = undefined;
  };

  return {
    current: async () => (await looked()).state,
    assertMayAct: async () => {
      const { mayAct, state, row } = await looked();
      if (!mayAct) throw otherFile(state?.digest ?? '', row?.value.approved?.digest);
    },
    forget,
  };
};

/** Whether two operators have approved this file to follow the state in force, and their approval still counts. */
export const mayFollow = async (
  {
    table,
    recorder,
    clock,
  }: {
    readonly table: Pick<Table, 'get'>;
    readonly recorder: Pick<Ledger, 'act' | 'conclusion'>;
    readonly clock: Clock;
  },
  after: string,
  state: TrustDomainState,
  row: Pick<InForceRow, 'approved'> | undefined,
): Promise<boolean> => {
  const { approved } = row ?? {};
  if (approved?.digest !== after) return false;
  const item = await table.get<AmendmentRow>(amendmentKey(approved.amendment));
  const files = { before: state.digest, after };
  const agreement = item && (await readAgreement(recorder, approved.amendment, item.value, files));
  if (!agreement) return false;
  const end = await endIfAny(recorder, agreement.proposal.id);
  if (end === undefined) return clock() < agreement.lapses;
  return end.step === 'applying' && end.number === state.number + 1;
};

/** The same ledger, for a process that may act: another one records no act. Its answers go on. */
export const guarded = <L extends Pick<Ledger, 'append' | 'prepare' | 'conclude'>>(
  ledger: L,
  standing: Pick<Standing, 'assertMayAct'>,
): L => ({
  ...ledger,
  append: async (...drafts) => {
    if (drafts.some(({ kind }) => kind !== 'provision')) await standing.assertMayAct();
    return ledger.append(...drafts);
  },
  prepare: async (draft) => {
    if (draft.kind !== 'provision') await standing.assertMayAct();
    return ledger.prepare(draft);
  },
  conclude: async (draft, closes) => {
    await standing.assertMayAct();
    return ledger.conclude(draft, closes);
  },
});
