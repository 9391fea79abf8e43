import * as z from 'zod';
import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { EnrolmentAct, State } from './enrolment-acts.ts';
import type { Actors } from './enrolment-laws.ts';

/** A caller is known before the act is recorded; so long a request may take, and clocks differ. */
const SLACK_MS = 30_000;

type Chains = ReadonlyMap<string, readonly EnrolmentAct[]>;
/**
 * The states that the subject had at some time near to this one. Undefined where the acts of that time are gone, after their
 * time or otherwise: the gap has its own finding.
 */
export const statesAt = (
  chain: readonly EnrolmentAct[] | undefined,
  time: number,
): readonly State[] | undefined => {
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

/** Who was what, by the acts alone: the acts of enrolment, and those that brought a trust domain's file into force. */
export interface ActorsByActs extends Actors {
  /** Why the actor could not take this act at that time; undefined where it could. */
  whyNot(record: ActRecord): 'unknown' | 'not-in-force' | 'duty' | undefined;
}

/** The operators whom a trust domain's file names, from the time at which it came into force. */
export interface Founding {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly operators: ReadonlyMap<string, FoundingOperator>;
}

export interface FoundingOperator {
  readonly person: string;
  /** Absent for those of the service. */
  readonly tenant?: string | undefined;
}

/** The operators of the files that were in force near to this time. */
const foundersAt = (foundings: readonly Founding[], time: number): readonly Founding[] =>
  foundings.filter(
    (one, i) =>
      one.time <= time + SLACK_MS && (foundings[i + 1]?.time ?? Number.POSITIVE_INFINITY) >= time - SLACK_MS,
  );

/** The persons of the service's operators, by id, whom every file that was in force near to this time names. */
export const surelyFounding = (foundings: readonly Founding[], time: number): ReadonlyMap<string, string> => {
  const [first, ...others] = foundersAt(foundings, time);
  return new Map(
    [...(first?.operators ?? [])].flatMap(([id, { person, tenant }]) =>
      tenant === undefined && others.every(({ operators }) => operators.has(id))
        ? [[id, person] as const]
        : [],
    ),
  );
};

/** `foundings`: oldest first; empty where the records do not have them. */
export const actorsBy = (chains: Chains, foundings: readonly Founding[]): ActorsByActs => {
  const isOpenAt = (office: string | undefined, time: number): boolean => {
    const states = statesAt(chains.get(`office ${office}`), time);
    return states === undefined || states.some((state) => state.standing === 'open' && isInTerm(state, time));
  };

  const inForce = (id: string, time: number): readonly State[] | undefined =>
    statesAt(chains.get(`principal ${id}`), time)?.filter(
      (state) => state.standing === 'active' && isInTerm(state, time) && isOpenAt(state.office, time),
    );

  const isFounder = (id: string, time: number, person?: string): boolean =>
    foundersAt(foundings, time).some(({ operators }) => {
      const known = operators.get(id);
      return known !== undefined && (person === undefined || known.person === person);
    });

  /** Somebody on whom there is no act. Without a record of a file nobody knows its operators. */
  const whyNotFounder = (record: ActRecord): ReturnType<ActorsByActs['whyNot']> => {
    const id = textIn(record.actor) ?? '';
    const isUnknown = foundings.length === 0 || isOfService(id) || chains.has(`principal ${id}`);
    if (isUnknown) return undefined;
    if (!isFounder(id, Date.parse(record.time))) return 'unknown';
    const needed = neededFor(record);
    return needed === undefined || needed({ role: 'operator' }) ? undefined : 'duty';
  };

  return {
    isOperator: ({ actor, office, person, time }) => {
      const states = inForce(actor, time);
      if (states !== undefined)
        return states.some((state) => state.role === 'operator' && state.person === person);
      const isBelieved = foundings.length === 0 || chains.has(`principal ${actor}`);
      return office === undefined && person !== undefined && (isBelieved || isFounder(actor, time, person));
    },

    isResponsible: ({ actor, office: own, person, time }, office) => {
      if (office === undefined || own !== office) return false;
      const states = inForce(actor, time);
      if (states === undefined) return person !== undefined && chains.has(`principal ${actor}`);
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
      if (states === undefined) return whyNotFounder(record);
      if (states.length === 0) return 'not-in-force';
      const needed = neededFor(record);
      if (needed === undefined || states.some(needed)) return undefined;
      return 'duty';
    },
  };
};

/** The service itself, and the two persons of a ceremony, whose record is the file's own. */
const isOfService = (actor: string): boolean => actor === 'service' || actor.includes('+');

type Judged = Pick<State, 'role' | 'duties'>;

const isOperator = ({ role }: Judged): boolean => role === 'operator';

const OF_OPERATORS: ReadonlySet<string> = new Set([
  'trust-domain',
  'key-list',
  'recovery',
  'personal-data',
  'data-key',
]);

const has =
  (duty: string) =>
  ({ role, duties }: Judged): boolean =>
    role === 'officer' && duties?.includes(duty) === true;

const receives = has('receive');

/** What officers who receive applications do with a file of them. Its other acts are those of an examination. */
const OF_RECEIVERS: ReadonlySet<unknown> = new Set(['sent', 'cancelled']);

/** What the actor has to be; undefined where being in force is enough. */
const neededFor = ({ kind, details }: ActRecord): ((state: Judged) => boolean) | undefined => {
  if (kind === 'submission' && details.act === 'submitted') return receives;
  if (kind === 'enrolment' && details.act === 'holder-named') return receives;
  if (kind === 'batch' && OF_RECEIVERS.has(details.act)) return receives;
  if (kind === 'examination' || kind === 'batch') {
    if (details.stage === 'office') return has('examine');
    return details.stage === 'office-approval' ? has('approve') : isOperator;
  }
  if (OF_OPERATORS.has(kind)) return isOperator;
  return undefined;
};

/** What the record of a file that came into force says of its operators; undefined for every other record. */
export const foundingOf = (record: LedgerRecord): Founding | undefined => {
  if (record.kind !== 'trust-domain') return undefined;
  const { data } = founding.safeParse(record.details);
  return (
    data && {
      time: Date.parse(record.time),
      operators: new Map(data.operators.map(({ id, ...operator }) => [id, operator])),
    }
  );
};

const founding = z.looseObject({
  step: z.enum(['first', 'applied']),
  operators: z.array(z.looseObject({ id: z.string(), person: z.string(), tenant: z.string().optional() })),
});
