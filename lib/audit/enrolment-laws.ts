import { isDeepStrictEqual } from 'node:util';
import { SKEW_MS } from './acts.ts';
import type { EnrolmentAct, State } from './enrolment-acts.ts';

/*
 * Which act may follow which. Each rule gives why the act is not lawful, or undefined. An act has the whole state that it leads
 * to, so a rule says which state that is, and compares.
 */

/** Whether an actor had this role, or this duty at this office, when the act was recorded. */
export interface Actors {
  isOperator(act: EnrolmentAct): boolean;
  isResponsible(act: EnrolmentAct, office: string | undefined): boolean;
  /** An officer who submits requests. */
  mayReceive(act: EnrolmentAct): boolean;
}

type Rule = (act: EnrolmentAct, before: EnrolmentAct | undefined, actors: Actors) => string | undefined;

const without = (state: State | undefined, ...names: readonly string[]): unknown =>
  state && Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));

/** Whether the states are the same but for these members. */
const isSame = (a: State | undefined, b: State | undefined, ...but: readonly string[]): boolean =>
  isDeepStrictEqual(without(a, ...but), without(b, ...but));

const isBefore = (time: number, limit: string): boolean => time < Date.parse(limit) + SKEW_MS;

const isTwoPersons = (act: EnrolmentAct, before: EnrolmentAct): boolean =>
  act.actor !== before.actor && act.person !== undefined && act.person !== before.person;

const isByOperator: Rule = (act, _, actors) => (actors.isOperator(act) ? undefined : 'actor');

/** For a holder, who belongs to no office, the office of the actor counts. */
const officeOver = ({ state, office }: EnrolmentAct): string | undefined =>
  state?.role === 'holder' ? office : state?.office;

/** An operator, or the responsible person of the office. */
const isByCloser: Rule = (act, _, actors) =>
  actors.isOperator(act) || actors.isResponsible(act, officeOver(act)) ? undefined : 'actor';

/** An operator proposes; the responsible person proposes that an officer moves to another office. */
const proposed: Rule = (act, before, actors) => {
  if (act.proposed === undefined || !isSame(act.state, before?.state)) return 'state';
  const { state, invites } = act.proposed;
  if (!isDeepStrictEqual(state.key, before?.state?.key)) return 'key';
  const from = before?.state?.office;
  const isMove = from !== undefined && state.office !== from && invites !== true;
  return isMove && actors.isResponsible(act, from) ? undefined : isByOperator(act, before, actors);
};

const withdrawn: Rule = (act, before, actors) => {
  const isThere = before?.proposed !== undefined || before?.prepared !== undefined;
  if (!isThere || !isSame(act.state, before.state)) return 'state';
  return isByCloser(act, before, actors);
};

/** It names the proposal right before it, by another person, in its term, and leads to the very state that was proposed. */
const confirmed =
  (...but: readonly string[]): Rule =>
  (act, before, actors) => {
    if (before?.proposed === undefined || act.confirms !== before.record) return 'proposal';
    if (!isTwoPersons(act, before)) return 'same-person';
    if (!isBefore(act.time, before.proposed.lapsesAt)) return 'lapsed';
    if (!isSame(act.state, before.proposed.state, ...but)) return 'state';
    return isByOperator(act, before, actors);
  };

const opened: Rule = (act, before, actors) =>
  before?.state === undefined ? confirmed()(act, before, actors) : 'state';

const changed: Rule = (act, before, actors) =>
  before?.state === undefined ? 'state' : confirmed()(act, before, actors);

const officeEnded: Rule = (act, before, actors) => {
  if (act.state?.standing !== 'ended') return 'state';
  if (!isSame(act.state, before?.state, 'standing', 'parent', 'successor')) return 'state';
  return isByOperator(act, before, actors);
};

/** What an invitation keeps of the state before it: a key that was confirmed, and a suspension. */
const isKept = (state: State, before: State | undefined): boolean =>
  isDeepStrictEqual(state.key, before?.key) &&
  state.brought === undefined &&
  state.standing === (before?.standing === 'suspended' ? 'suspended' : state.key ? 'active' : 'invited');

const invited: Rule = (act, before, actors) => {
  const { state, confirms } = act;
  if (state?.invitation === undefined || state.invitation.person !== act.person) return 'state';
  if (!isKept(state, before?.state)) return 'state';
  if (confirms === undefined) {
    const isOwn = before?.state === undefined || before.state.office === state.office;
    return state.role === 'officer' && isOwn && actors.isResponsible(act, state.office) ? undefined : 'actor';
  }
  // The operator who confirmed it lost the invitation.
  const isAgain = before?.act === 'invited' && before.confirms === confirms;
  if (!isAgain) return confirmed('invitation')(act, before, actors);
  if (before.actor !== act.actor || !isSame(state, before.state, 'invitation')) return 'state';
  return isByOperator(act, before, actors);
};

/** What somebody is to be next: as the responsible person says of an own officer, or as two persons say. */
const next = (
  state: State,
  act: EnrolmentAct,
  before: EnrolmentAct | undefined,
  actors: Actors,
): string | undefined => {
  if (before?.state === undefined) return 'state';
  const { office } = before.state;
  if (act.confirms === undefined) {
    if (!isKept(state, before.state)) return 'state';
    return state.office === office && actors.isResponsible(act, office) ? undefined : 'actor';
  }
  if (before.proposed === undefined || act.confirms !== before.record) return 'proposal';
  if (!isTwoPersons(act, before)) return 'same-person';
  if (!isBefore(act.time, before.proposed.lapsesAt)) return 'lapsed';
  if (!isSame(state, before.proposed.state) || before.proposed.invites === true) return 'state';
  const isReceived = state.office !== office && actors.isResponsible(act, state.office);
  return isReceived ? undefined : isByOperator(act, before, actors);
};

/** What an end changes of a state. */
const OF_THE_END = ['standing', 'invitation', 'brought'];

const prepared: Rule = (act, before, actors) => {
  if (act.prepared === undefined || !isSame(act.state, before?.state)) return 'state';
  const moment = before?.proposed?.effectiveFrom;
  if (act.confirms !== undefined && act.prepared.effectiveFrom !== moment) return 'time';
  if (act.prepared.state.standing === 'ended') {
    const isEnd = act.confirms === undefined && isSame(act.prepared.state, before?.state, ...OF_THE_END);
    return isEnd ? isByCloser(act, before, actors) : 'state';
  }
  return next(act.prepared.state, act, before, actors);
};

/** The service brings into force what was prepared, when its moment has come. */
const inForce: Rule = (act, before) => {
  if (before?.prepared === undefined || act.confirms !== before.record) return 'proposal';
  if (!isSame(act.state, before.prepared.state)) return 'state';
  return act.time < Date.parse(before.prepared.effectiveFrom) - SKEW_MS ? 'time' : undefined;
};

const principalChanged: Rule = (act, before, actors) => {
  if (act.state === undefined || act.state.standing === 'ended') return 'state';
  return act.actor === 'service' ? inForce(act, before, actors) : next(act.state, act, before, actors);
};

const principalEnded: Rule = (act, before, actors) => {
  if (act.actor !== 'service') return closing('ended')(act, before, actors);
  return act.state?.standing === 'ended' ? inForce(act, before, actors) : 'state';
};

/** The service ends what was prepared for an office that was not open at its moment. */
const lapsed: Rule = (act, before) => {
  if (act.actor !== 'service') return 'actor';
  if (before?.prepared === undefined || act.confirms !== before.record) return 'proposal';
  if (!isSame(act.state, before.state)) return 'state';
  return act.time < Date.parse(before.prepared.effectiveFrom) - SKEW_MS ? 'time' : undefined;
};

const keyBrought: Rule = (act, before) => {
  const { invitation, brought } = act.state ?? {};
  if (invitation === undefined || brought?.invitation !== invitation.secret) return 'state';
  if (before?.state?.brought !== undefined || !isSame(act.state, before?.state, 'brought')) return 'state';
  if (act.actor !== act.id) return 'actor';
  return isBefore(act.time, invitation.until) ? undefined : 'lapsed';
};

/** Nobody was invited: the persons of the ceremony enrolled an operator. lib/audit/appointments.ts asks whether they could. */
const appointed: Rule = ({ state, ceremony }) => {
  const isNew =
    state?.standing === 'active' &&
    state.role === 'operator' &&
    state.office === undefined &&
    state.invitation === undefined &&
    state.brought === undefined;
  if (!isNew || state.key === undefined) return 'state';
  return ceremony !== undefined && state.key.invitation === ceremony.event ? undefined : 'ceremony';
};

/** The responsible person, or an operator who did not get the invitation. */
const enrolled: Rule = (act, before, actors) => {
  if (before === undefined) return appointed(act, before, actors);
  const { state } = act;
  if (state?.standing !== 'active' || state.key === undefined || state.brought !== undefined) return 'state';
  if (!isDeepStrictEqual(state.key, before?.state?.brought)) return 'key';
  if (!isSame(state, before?.state, 'standing', 'key', 'brought')) return 'state';
  if (actors.isResponsible(act, state.office)) return undefined;
  if (state.invitation?.person === act.person) return 'same-person';
  return isByOperator(act, before, actors);
};

const closing =
  (standing: 'suspended' | 'ended'): Rule =>
  (act, before, actors) => {
    if (act.state?.standing !== standing || before?.state?.standing === standing) return 'state';
    if (act.state.invitation !== undefined || act.state.brought !== undefined) return 'state';
    if (!isSame(act.state, before?.state, ...OF_THE_END)) return 'state';
    return isByCloser(act, before, actors);
  };

/** A holder that a submission enrolled has no name, and needs no key. */
const isUnnamedHolder = ({ role, contents }: State): boolean => role === 'holder' && contents === undefined;

/** Two operators resume by an invitation that another one proposed. One is enough for a holder. */
const resumed: Rule = (act, before, actors) => {
  const { state } = act;
  if (before?.state?.standing !== 'suspended' || !isSame(state, before.state, 'standing')) return 'state';
  if (state?.standing !== (state?.key || (state && isUnnamedHolder(state)) ? 'active' : 'invited'))
    return 'state';
  if (state.role === 'holder') return isByCloser(act, before, actors);
  return actors.isResponsible(act, state.office) ? undefined : 'actor';
};

/** The officer whose submission names a pseudonym that nobody has. */
const holderEnrolled: Rule = (act, before, actors) => {
  const first = { standing: 'active', role: 'holder', person: act.id, from: act.state?.from };
  if (before !== undefined || !isDeepStrictEqual(act.state, first)) return 'state';
  return actors.mayReceive(act) ? undefined : 'actor';
};

const RULES: Readonly<Record<EnrolmentAct['subject'], Readonly<Partial<Record<string, Rule>>>>> = {
  office: { proposed, opened, changed, withdrawn, ended: officeEnded },
  principal: {
    proposed,
    withdrawn,
    prepared,
    changed: principalChanged,
    lapsed,
    invited,
    'key-brought': keyBrought,
    enrolled,
    suspended: closing('suspended'),
    resumed,
    ended: principalEnded,
    'holder-enrolled': holderEnrolled,
  },
};

/** Records name the person and the role behind an id. */
const isStill = (act: EnrolmentAct, before: EnrolmentAct | undefined, name: 'person' | 'role'): boolean =>
  before?.state === undefined ||
  [act.state, act.proposed?.state, act.prepared?.state].every(
    (state) => !state || state[name] === before.state?.[name],
  );

/** Why the act may not follow the one before it; undefined where it may. */
export const unlawful: Rule = (act, before, actors) => {
  const rule = Object.hasOwn(RULES[act.subject], act.act) ? RULES[act.subject][act.act] : undefined;
  if (rule === undefined) return 'unknown-act';
  if (before?.state?.standing === 'ended') return 'after-the-end';
  if (before && act.time < before.time - SKEW_MS) return 'time';
  if (!isStill(act, before, 'person')) return 'person';
  if (!isStill(act, before, 'role')) return 'role';
  return rule(act, before, actors);
};
