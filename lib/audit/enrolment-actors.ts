import type { LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { EnrolmentAct, State } from './enrolment-acts.ts';
import type { Actors } from './enrolment-laws.ts';

/** A caller is known before the act is recorded; so long a request may take, and clocks differ. */
const SLACK_MS = 30_000;

type Chains = ReadonlyMap<string, readonly EnrolmentAct[]>;
type ActRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

/**
 * The states that the subject had at some time near to this one. Undefined where the acts of that time are gone, after their
 * time or otherwise: the gap has its own finding.
 */
const statesAt = (chain: readonly EnrolmentAct[] | undefined, time: number): readonly State[] | undefined => {
  const first = chain?.[0];
  if (chain === undefined || first === undefined) return undefined;
  if (first.number > 1 && time < first.time + SLACK_MS) return undefined;
  const near: State[] = [];
  for (const [i, act] of chain.entries()) {
    const until = chain[i + 1]?.time ?? Number.POSITIVE_INFINITY;
    if (act.state && act.time <= time + SLACK_MS && until >= time - SLACK_MS) near.push(act.state);
  }
  return near;
};

const isInTerm = ({ from, until }: State, time: number): boolean =>
  time + SLACK_MS >= Date.parse(from) && (until === undefined || time - SLACK_MS < Date.parse(until));

/**
 * Who was what, by the acts alone. A principal or an office on which there is no act is one of the trust domain's file: the
 * records do not have the file, so such an actor is believed to be what its record says.
 */
export interface ActorsByActs extends Actors {
  /** Why the actor could not take this act at that time; undefined where it could, and where no act says who the actor is. */
  whyNot(record: ActRecord): string | undefined;
}

export const actorsBy = (chains: Chains): ActorsByActs => {
  const isOpenAt = (office: string | undefined, time: number): boolean => {
    const states = statesAt(chains.get(`office ${office}`), time);
    return states === undefined || states.some((state) => state.standing === 'open' && isInTerm(state, time));
  };

  const inForce = (id: string, time: number): readonly State[] | undefined =>
    statesAt(chains.get(`principal ${id}`), time)?.filter(
      (state) => state.standing === 'active' && isInTerm(state, time) && isOpenAt(state.office, time),
    );

  return {
    isOperator: ({ actor, office, person, time }) => {
      const states = inForce(actor, time);
      if (states === undefined) return office === undefined && person !== undefined;
      return states.some((state) => state.role === 'operator' && state.person === person);
    },

    isResponsible: ({ actor, office: own, person, time }, office) => {
      if (office === undefined || own !== office) return false;
      const states = inForce(actor, time);
      if (states === undefined) return person !== undefined;
      return states.some(
        (state) =>
          state.office === office &&
          state.person === person &&
          state.duties?.includes('responsible') === true,
      );
    },

    mayReceive: ({ actor, office, person, time }) => {
      const states = inForce(actor, time);
      if (states === undefined) return office !== undefined && person !== undefined;
      return states.some((state) => state.office === office && state.person === person && receives(state));
    },

    whyNot: (record) => {
      const states = inForce(textIn(record.actor) ?? '', Date.parse(record.time));
      if (states === undefined) return undefined;
      if (states.length === 0) return 'not-in-force';
      const needed = neededFor(record);
      if (needed === undefined || states.some(needed)) return undefined;
      return 'duty';
    },
  };
};

const isOperator = ({ role }: State): boolean => role === 'operator';

const has =
  (duty: string) =>
  ({ role, duties }: State): boolean =>
    role === 'officer' && duties?.includes(duty) === true;

const receives = has('receive');

/** What the actor has to be; undefined where being in force is enough. */
const neededFor = ({ kind, details }: ActRecord): ((state: State) => boolean) | undefined => {
  if (kind === 'submission' && details.act === 'submitted') return receives;
  if (kind === 'enrolment' && details.act === 'holder-named') return receives;
  if (kind === 'examination') return details.stage === 'office' ? has('examine') : isOperator;
  if (kind === 'trust-domain' || kind === 'key-list' || kind === 'recovery') return isOperator;
  return undefined;
};
