import { Fault, phrase } from '../fault.ts';
import type { Principal, Role } from '../principal.ts';
import { everyItem, type Table } from '../store/store.ts';
import { serves } from '../tenant.ts';
import type { Acting } from './acting.ts';
import type { PrincipalState, Term } from './contract.ts';
import type { Founders } from './deps.ts';
import { personPk } from './listings.ts';

/*
 * An auditor judges what officers and operators did, so the person behind an auditor is nobody of these at the same time. Rows
 * say which principals a person has, and the newest act of each says what that principal is. A row too many therefore closes
 * nothing. A row that is gone hides a principal until the rows are mended, and two enrolments at the same moment do not see each
 * other: `audit verify` names both (`auditor-not-independent`).
 */

type Enrolled = Pick<PrincipalState, 'role' | 'person' | 'from' | 'until' | 'tenant'>;

const JUDGED: ReadonlySet<Role> = new Set(['officer', 'operator']);

const areOpposed = (a: Role, b: Role): boolean =>
  (a === 'auditor' && JUDGED.has(b)) || (b === 'auditor' && JUDGED.has(a));

const isBefore = ({ until }: Pick<Term, 'until'>, { from }: Pick<Term, 'from'>): boolean =>
  until !== undefined && Date.parse(until) <= Date.parse(from);

export interface Independence {
  /** Fault: `same-person`, which names the other principal where the actor may see it. */
  assert(actor: Principal, id: string, state: Enrolled | undefined): Promise<void>;
}

export const openIndependence = (
  table: Pick<Table, 'query'>,
  founders: Pick<Founders, 'operators'>,
  acting: Pick<Acting<PrincipalState>, 'read'>,
): Independence => {
  const assertApart = (
    actor: Principal,
    state: Enrolled,
    id: string,
    other: Omit<Enrolled, 'from'> & Partial<Term>,
  ): void => {
    const isOther = other.person !== state.person || !areOpposed(state.role, other.role);
    const isInTurn = isBefore(other, state) || isBefore(state, { from: other.from ?? state.from });
    if (isOther || isInTurn) return;
    if (actor.role !== 'operator' || !serves(actor, other.tenant))
      throw new Fault(
        'same-person',
        'The same person has another enrolment. An auditor is neither an officer nor an operator at the same time: name another person.',
      );
    throw new Fault(
      'same-person',
      phrase`The same person stands behind ${id}. An auditor is neither an officer nor an operator at the same time: end that enrolment first, or name another person.`,
      { principal: id },
    );
  };

  return {
    assert: async (actor, id, state) => {
      if (state === undefined || (state.role !== 'auditor' && !JUDGED.has(state.role))) return;
      for (const founder of founders.operators)
        if (founder.id !== id) assertApart(actor, state, founder.id, founder);
      for await (const { sk: other } of everyItem(table, { pk: personPk(state.person) })) {
        if (other === id) continue;
        const { standing } = await acting.read(other);
        for (const one of [standing?.state, standing?.prepared?.state])
          if (one && one.standing !== 'ended') assertApart(actor, state, other, one);
      }
    },
  };
};
