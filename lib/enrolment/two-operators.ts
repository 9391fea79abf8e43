import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { Awaited } from './contract.ts';
import type { Said, Subject } from './reading.ts';

/** What takes two operators: one proposes, and another one confirms. */

export const assertOperator = (actor: Principal): void => {
  if (actor.role !== 'operator') throw new Fault('forbidden', 'Only operators may do this.');
};

/** The newest act is a proposal that has not lapsed. Fault: `nothing-awaited`. */
export const awaited = <S>(
  standing: Said<S> | undefined,
  now: number,
): Said<S> & { readonly awaiting: Awaited<S> } => {
  if (standing?.awaiting === undefined || now >= Date.parse(standing.awaiting.lapsesAt)) {
    throw new Fault('nothing-awaited', 'Nothing waits to be confirmed; somebody has to propose it first.');
  }
  return { ...standing, awaiting: standing.awaiting };
};

/**
 * Another person than the one who proposed it; and the proposal which that person has looked at, where its number is given.
 * Otherwise the first person could put another one in its place at the last moment. Faults: `same-person`, `confirmation-differs`.
 */
export const assertConfirmer = <S>(
  actor: Principal,
  { record, number }: Said<S>,
  looked: number | undefined,
): void => {
  if (looked !== undefined && looked !== number)
    throw new Fault(
      'confirmation-differs',
      phrase`The proposal ${looked} does not wait any more, another one does; look at that, and confirm it by its number.`,
      { number },
    );
  if (record.details.person !== actor.person && record.actor !== actor.id) return;
  throw new Fault(
    'same-person',
    'The operator who proposed it cannot confirm it; have another operator do it.',
  );
};

/** The names that were proposed are gone where the row lost them. */
export const changing = <C>(contents: C | undefined): C => {
  if (contents !== undefined) return contents;
  throw new Fault('nothing-awaited', 'The names that were proposed are lost; propose it again.');
};

export const wrongStanding = (subject: Subject, id: string, standing: string): Fault =>
  new Fault('wrong-state', phrase`The enrolment of ${id} is ${standing}; this is not done to it.`, {
    [subject]: id,
    standing,
  });
