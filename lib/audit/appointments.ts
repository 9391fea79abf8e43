import type { ActRecord } from '../ledger/ledger.ts';
import { membersIn, textIn, timeIn } from '../members.ts';
import type { Report } from './contract.ts';
import type { EnrolmentAct } from './enrolment-acts.ts';

/*
 * The two persons of the ceremony may enrol an operator only where no two operators are left. By the records alone: both consented
 * to this operator and this key, and no two persons certainly could have acted as operators at that time. Who had come or gone
 * within half a minute may be seen either way, because clocks differ.
 */

const SLACK_MS = 30_000;

/** A certificate of a principal, and when it could sign in. */
export interface Credential {
  readonly principal: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** The first revocation or hold. */
  readonly closedAt: number;
}

export interface AppointmentFacts {
  readonly chains: ReadonlyMap<string, readonly EnrolmentAct[]>;
  readonly credentials: readonly Credential[];
  /** Records of consents to ceremonies, by id. */
  readonly consents: ReadonlyMap<string, ActRecord>;
  /** The operators of the service whom the trust domain's file named then: persons by id. */
  readonly founders: ReadonlyMap<string, string>;
  /** Whether records are gone lawfully, so that a consent may be among them. */
  readonly isExcused: boolean;
}

/** Whether the act says that persons of the ceremony enrolled an operator. */
export const isAppointment = ({ subject, number, act }: EnrolmentAct): boolean =>
  subject === 'principal' && number === 1 && act === 'enrolled';

export const checkAppointment = (act: EnrolmentAct, facts: AppointmentFacts, report: Report): void => {
  const enrolment = `principal ${act.id}`;
  if (!isConsented(act, facts))
    report('enrolment-unlawful', { enrolment, record: act.record, why: 'consent' });
  const left = operatorsAt(act, facts);
  if (new Set(left.map(({ person }) => person)).size < 2) return;
  const operators = left.map(({ id }) => id).join(' ');
  report('operators-were-left', { enrolment, record: act.record, operators });
};

/** The consent and its use name this operator, this person and this key, and both persons. */
const isConsented = ({ ceremony, id, state, actor }: EnrolmentAct, facts: AppointmentFacts): boolean => {
  const names = (record: ActRecord | undefined, step: string): boolean => {
    if (record === undefined) return facts.isExcused;
    const { details } = record;
    const operator = membersIn(details.operator);
    return (
      details.step === step &&
      details.event === ceremony?.event &&
      operator.principal === id &&
      operator.person === state?.person &&
      operator.publicKeyDigest === state?.key?.publicKeyDigest
    );
  };
  const [consent = '', use = '', ...others] = ceremony?.basis ?? [];
  const held = facts.consents.get(use);
  return (
    others.length === 0 &&
    names(facts.consents.get(consent), 'consented') &&
    names(held, 'held') &&
    (held === undefined || textIn(held.actor) === actor)
  );
};

interface Operator {
  readonly id: string;
  readonly person: string;
}

const operatorsAt = (appointment: EnrolmentAct, facts: AppointmentFacts): readonly Operator[] => {
  const { time, id: own } = appointment;
  const [from, to] = [time - SLACK_MS, time + SLACK_MS];
  const signsIn = (principal: string): boolean =>
    facts.credentials.some(
      (one) => one.principal === principal && one.from <= from && one.until > to && one.closedAt > to,
    );
  const named = [...facts.founders].map(([id, person]) => ({ id, person }));
  const enrolled = [...facts.chains].flatMap(([name, chain]): readonly Operator[] => {
    const [subject, id = ''] = name.split(' ');
    if (subject !== 'principal' || id === own) return [];
    const before = chain.findLast((act) => act.time <= from);
    const states = [before, ...chain.filter((act) => act.time > from && act.time <= to)].map(
      (act) => act?.state,
    );
    const isActive = states.every(
      (state) =>
        state?.role === 'operator' &&
        state.tenant === undefined &&
        state.standing === 'active' &&
        Date.parse(state.from) <= from &&
        (state.until === undefined || Date.parse(state.until) > to),
    );
    return isActive ? [{ id, person: before?.state?.person ?? id }] : [];
  });
  return [...named, ...enrolled].filter(({ id }) => signsIn(id));
};

/** The certificate that the issuance is about, and when it was first closed. */
export const credentialOf = (issuance: ActRecord, closings: readonly ActRecord[]): Credential => {
  const [ref] = issuance.certificates ?? [];
  const times = closings
    .filter(({ certificates = [] }) =>
      certificates.some((one) => one.ca === ref?.ca && one.serial === ref.serial),
    )
    .map(({ time }) => Date.parse(time));
  return {
    principal: textIn(issuance.details.keyHolder) ?? '',
    from: Date.parse(issuance.time),
    until: timeIn(issuance.details.notAfter),
    closedAt: Math.min(...times, Number.POSITIVE_INFINITY),
  };
};
