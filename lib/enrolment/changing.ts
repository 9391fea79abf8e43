import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { Acting, Current, Decision } from './acting.ts';
import type { Directory, People, PrincipalState, PrincipalView } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openDueActs } from './due.ts';
import type { Independence } from './independence.ts';
import { type Invitations, invitationFor } from './invitations.ts';
import type { PrincipalNames } from './principal-names.ts';
import { openPrincipalViews, unknownOffice, unknownPrincipal } from './principal-views.ts';
import type { Said } from './reading.ts';
import { isResponsibleOf } from './responsible.ts';
import type { Contents } from './rows.ts';
import { readTerm } from './terms.ts';
import { assertConfirmer, assertOperator, awaited, changing, wrongStanding } from './two-operators.ts';

/*
 * Changes of those who are enrolled: at once, or prepared for a moment. What is prepared stands in the newest act of its
 * principal, so any other act makes it void: a transfer that was prepared in March does not bring back somebody who left.
 */

const MAX_AHEAD_MS = 400 * 86_400_000;

/** A moment to come, RFC 3339. Fault: `invalid-input`. */
export const readMoment = (text: string, now: number): string => {
  const time = Date.parse(text);
  if (Number.isNaN(time) || time <= now || time > now + MAX_AHEAD_MS) {
    throw new Fault(
      'invalid-input',
      phrase`The moment is to come, within 400 days, and written like 2027-04-01T00:00:00+09:00.`,
      { path: 'effectiveFrom' },
    );
  }
  return new Date(time).toISOString();
};

/** Fault: `wrong-state`. */
export const assertNothingPrepared = (id: string, { standing }: Current<PrincipalState>): void => {
  const { prepared } = standing ?? {};
  if (prepared === undefined) return;
  throw new Fault(
    'wrong-state',
    phrase`Something else is prepared for ${id} from ${prepared.effectiveFrom} on; withdraw that first.`,
    { principal: id, effectiveFrom: prepared.effectiveFrom },
  );
};

/** Officers see the principals of their own office, and those who are to come to it. Others see those whom they serve. */
export const assertSees = (actor: Principal, id: string, { standing }: Current<PrincipalState>): void => {
  const states = [standing?.state, standing?.awaiting?.state, standing?.prepared?.state];
  const known = states.find((state) => state !== undefined);
  if (known === undefined || !serves(actor, known.tenant)) throw unknownPrincipal(id);
  if (actor.role === 'operator' || actor.role === 'auditor') return;
  const isOwn = states.some((state) => state?.office !== undefined && state.office === actor.office);
  if (actor.role !== 'officer' || !isOwn) throw unknownPrincipal(id);
};

/** The office's responsible person. Fault: `forbidden`. */
export const assertResponsible = (actor: Principal, { standing }: Current<PrincipalState>): void => {
  if (isResponsibleOf(actor, standing?.state?.office)) return;
  throw new Fault(
    'forbidden',
    'The responsible person of the office does this for its officers; for everybody else one operator proposes and another one confirms.',
  );
};

type Steps = Pick<People, 'transfer' | 'confirm' | 'withdraw' | 'bringIntoForce' | 'notices'>;

interface Changed {
  readonly state: PrincipalState;
  readonly contents?: Contents;
}

export interface Changing {
  readonly steps: Steps;
  /** One person's change: now, or prepared for `effectiveFrom`. */
  change(
    actor: Principal,
    id: string,
    next: (current: Current<PrincipalState>) => Changed,
    effectiveFrom: string | undefined,
  ): Promise<PrincipalView>;
}

export const openChanging = (
  deps: EnrolmentDeps & {
    readonly acting: Acting<PrincipalState>;
    readonly directory: Pick<Directory, 'openOffice' | 'office'>;
    readonly found: (actor: Principal, id: string) => Promise<Current<PrincipalState>>;
    readonly independence: Independence;
    readonly names: PrincipalNames;
    readonly revokeAll: Invitations['revokeAll'];
  },
): Changing => {
  const { acting, directory, founders, found, independence, names, clock, random } = deps;
  const viewOf = openPrincipalViews(names);
  const due = openDueActs(deps);

  /** A change at once, or an act that prepares it. */
  const decided = (
    standing: Said<PrincipalState>,
    { state, contents }: Changed,
    moment: string | undefined,
    confirms?: string,
  ): Decision<PrincipalState> => {
    const named = { ...(contents && { contents }) };
    const confirmed = { ...(confirms !== undefined && { confirms }) };
    if (moment === undefined) return { outcome: { act: 'changed', state, ...confirmed }, ...named };
    return {
      outcome: {
        act: 'prepared',
        ...(standing.state && { state: standing.state }),
        prepared: { state, effectiveFrom: moment },
        ...confirmed,
      },
      ...named,
    };
  };

  const change: Changing['change'] = async (actor, id, next, effectiveFrom) => {
    const moment = effectiveFrom === undefined ? undefined : readMoment(effectiveFrom, clock());
    const changed = await acting.act(id, actor, (now) => {
      if (now.standing === undefined) throw unknownPrincipal(id);
      const changed = next(now);
      assertNothingPrepared(id, now);
      return decided(now.standing, changed, moment);
    });
    return viewOf(id, changed);
  };

  /** An operator confirms what an operator proposed, and the receiving office's responsible person what brings an officer there. */
  const assertConfirms = (actor: Principal, { state, awaiting }: Said<PrincipalState>): void => {
    const to = awaiting?.state.office;
    const receives = state?.office !== to && isResponsibleOf(actor, to);
    if (!receives || awaiting?.invites) assertOperator(actor);
  };

  return {
    change,

    steps: {
      ...due,

      transfer: async (actor, id, { office, duties, until }, effectiveFrom) => {
        const current = await found(actor, id);
        if (actor.role !== 'operator') assertResponsible(actor, current);
        const present = current.standing?.state;
        const to = await directory.openOffice(office, present);
        if (to === undefined || to.tenant !== present?.tenant) throw unknownOffice(office);
        await independence.assert(actor, id, present && withEnd(present, until));
        const moment = effectiveFrom === undefined ? undefined : readMoment(effectiveFrom, clock());
        const proposed = await acting.act(id, actor, (now) => {
          if (actor.role !== 'operator') assertResponsible(actor, now);
          assertNothingPrepared(id, now);
          const state = now.standing?.state;
          if (state?.role !== 'officer' || state.standing !== 'active')
            throw wrongStanding('principal', id, state?.standing ?? 'proposed');
          if (state.office === office)
            throw new Fault('invalid-input', 'The officer is at this office already.', { path: 'office' });
          const { until: _, ...rest } = state;
          const term = readTerm({ from: state.from, ...(until !== undefined && { until }) }, clock());
          return {
            outcome: {
              act: 'proposed',
              state,
              proposed: {
                state: { ...rest, ...term, office, duties: [...new Set(duties)] },
                lapsesAt: new Date(founders.lapsesAt(clock())).toISOString(),
                ...(moment !== undefined && { effectiveFrom: moment }),
              },
            },
          };
        });
        return viewOf(id, proposed);
      },

      confirm: async (actor, id, number) => {
        const { standing: before } = await found(actor, id);
        await independence.assert(actor, id, before?.awaiting?.state);
        const { invitation, text } = invitationFor(id, actor, clock(), random);
        const confirmed = await acting.act(id, actor, async (now) => {
          assertSees(actor, id, now);
          const { standing, row } = now;
          const again = standing && unopened(standing, actor, clock());
          if (again) return { outcome: { act: 'invited', ...again, state: { ...again.state, invitation } } };
          const proposal = awaited(standing, clock());
          assertConfirms(actor, proposal);
          assertConfirmer(actor, proposal, number);
          const { state, effectiveFrom, invites: isInvited } = proposal.awaiting;
          changing(await names.of(id, state, row));
          const confirms = proposal.record.id;
          if (isInvited) return { outcome: { act: 'invited', state: { ...state, invitation }, confirms } };
          // A moment that passed while it was waited for is now.
          const moment = Date.parse(effectiveFrom ?? '') > clock() ? effectiveFrom : undefined;
          return decided(proposal, { state }, moment, confirms);
        });
        const isInvited = confirmed.standing?.record.details.act === 'invited';
        return { principal: await viewOf(id, confirmed), ...(isInvited && { invitation: text }) };
      },

      withdraw: async (actor, id) => {
        const current = await found(actor, id);
        if (actor.role !== 'operator') assertResponsible(actor, current);
        const withdrawn = await acting.act(id, actor, (now) => {
          assertSees(actor, id, now);
          if (actor.role !== 'operator') assertResponsible(actor, now);
          const { standing } = now;
          assertNotOwn(actor, standing);
          const { state }: Said<PrincipalState> = standing?.prepared ? standing : awaited(standing, clock());
          return { outcome: { act: 'withdrawn', ...(state && { state }) } };
        });
        return viewOf(id, withdrawn);
      },
    },
  };
};

/** Nobody takes back an act of somebody else by which the own enrolment is to end or to change. Fault: `same-person`. */
const assertNotOwn = (actor: Principal, standing: Said<PrincipalState> | undefined): void => {
  if (standing?.state?.person !== actor.person || standing.record.details.person === actor.person) return;
  throw new Fault(
    'same-person',
    'Somebody else has proposed or prepared this for you, and takes it back, or another person does.',
  );
};

const withEnd = ({ until: _, ...state }: PrincipalState, until: string | undefined): PrincipalState => ({
  ...state,
  ...(until !== undefined && { until }),
});

/**
 * What this operator has confirmed, where the invitation was not opened yet: the answer that showed it may have been lost, so it
 * is made anew.
 */
const unopened = (
  { record, state }: Said<PrincipalState>,
  actor: Principal,
  now: number,
): { readonly state: PrincipalState; readonly confirms: string } | undefined => {
  const { act, confirms } = record.details;
  const isOwn = act === 'invited' && record.actor === actor.id && typeof confirms === 'string';
  const isOpen = state?.invitation !== undefined && now < Date.parse(state.invitation.until);
  return isOwn && isOpen ? { state, confirms } : undefined;
};
