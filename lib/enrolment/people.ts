import { Fault, phrase } from '../fault.ts';
import type { Principal, Role } from '../principal.ts';
import { serves } from '../tenant.ts';
import { type Current, openActing } from './acting.ts';
import { openAppointing } from './appointing.ts';
import {
  assertNothingPrepared,
  assertResponsible,
  assertSees,
  openChanging,
  readMoment,
} from './changing.ts';
import type { Appointments, Directory, Invited, People, PrincipalState, PrincipalView } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openFollowingUsers } from './following-users.ts';
import { openIndependence } from './independence.ts';
import { invitationFor, openInvitations } from './invitations.ts';
import { listPk } from './listings.ts';
import { openPrincipalNames } from './principal-names.ts';
import { assertOwnTenant, openPrincipalTerms } from './principal-terms.ts';
import { openPrincipalViews, unknownOffice, unknownPrincipal } from './principal-views.ts';
import { isResponsibleOf } from './responsible.ts';
import { principalState } from './states.ts';
import { assertOperator, wrongStanding } from './two-operators.ts';

const invalid = (path: string, why: ReturnType<typeof phrase>): Fault =>
  new Fault('invalid-input', why, { path });

export const openPeople = (
  deps: EnrolmentDeps & { readonly directory: Pick<Directory, 'openOffice' | 'office' | 'findProven'> },
): { readonly people: People; readonly appointments: Appointments } => {
  const { table, founders, directory, clock, random } = deps;
  const acting = openActing(deps, 'principal', principalState);
  const terms = openPrincipalTerms(deps, acting);
  const independence = openIndependence(table, founders, acting);
  const names = openPrincipalNames(deps);
  const viewOf = openPrincipalViews(names);
  const { revokeAll, certify, ...invitations } = openInvitations({ ...deps, independence, names }, acting);
  const { follow, bringUsers } = openFollowingUsers(deps, acting);

  /** Fault: `unknown-principal`, also of an office that the actor may not see. */
  const found = async (actor: Principal, id: string): Promise<Current<PrincipalState>> => {
    const current = await acting.read(id);
    assertSees(actor, id, current);
    return current;
  };

  /** A page of another tenant's list would be empty, and its cursor would still tell of whom. Fault: `unknown-office`. */
  const assertServesOffice = async (actor: Principal, office: string): Promise<void> => {
    if (!serves(actor, (await directory.office(office))?.tenant)) throw unknownOffice(office);
  };

  /** The officer may have gone to another office since `may` was asked first. */
  const change = async (
    actor: Principal,
    id: string,
    act: string,
    may: (actor: Principal, current: Current<PrincipalState>) => void,
    next: (state: PrincipalState) => PrincipalState,
  ): Promise<PrincipalView> => {
    may(actor, await found(actor, id));
    const changed = await acting.act(id, actor, (now) => {
      may(actor, now);
      const state = now.standing?.state;
      if (state === undefined || state.standing === 'ended')
        throw wrongStanding('principal', id, state?.standing ?? 'proposed');
      return { outcome: { act, state: next(state) } };
    });
    return viewOf(id, changed);
  };

  /** The office's responsible person closes for the own officers, and an operator for everybody. */
  const assertCloses = (actor: Principal, { standing }: Current<PrincipalState>): void => {
    const { office } = standing?.state ?? {};
    if (actor.role === 'operator') return;
    if (isResponsibleOf(actor, office)) return;
    throw new Fault('forbidden', 'Only the responsible person of the office, or an operator, may do this.');
  };

  const changing = openChanging({ ...deps, revokeAll, acting, found, independence, names });

  /** The same end for the same moment says what stands. */
  const prepareEnd = async (actor: Principal, id: string, effectiveFrom: string): Promise<PrincipalView> => {
    const before = await acting.mended(id);
    const { prepared } = before.standing ?? {};
    if (prepared?.state.standing === 'ended' && prepared.effectiveFrom === effectiveFrom)
      return viewOf(id, before);
    const after = await acting.act(id, actor, (now) => {
      assertCloses(actor, now);
      assertNothingPrepared(id, now);
      const state = now.standing?.state;
      if (state === undefined || state.standing === 'ended')
        throw wrongStanding('principal', id, state?.standing ?? 'proposed');
      return { outcome: { act: 'prepared', state, prepared: { state: ended(state), effectiveFrom } } };
    });
    return viewOf(id, after);
  };

  const people: People = {
    invite: async (actor, id, given): Promise<Invited> => {
      if (!isResponsibleOf(actor, given.office) || given.role !== 'officer')
        throw new Fault(
          'forbidden',
          'The responsible person of an office invites its officers, and nobody else.',
        );
      const assertOwn = ({ standing }: Current<PrincipalState>): void => {
        if (standing && standing.state?.office !== actor.office) throw unknownPrincipal(id);
      };
      const current = await acting.read(id);
      await terms.assertFree(actor, id, current);
      assertOwn(current);
      const read = await terms.read(actor, id, given, current);
      assertOfAnother(actor, read.state);
      await independence.assert(actor, id, read.state);
      const { invitation, text } = invitationFor(id, actor, clock(), random);
      const invited = await acting.act(id, actor, (now) => {
        assertOwn(now);
        return {
          outcome: { act: 'invited', state: { ...terms.after(id, now, read), invitation } },
          contents: read.contents,
        };
      });
      return { principal: await viewOf(id, invited), invitation: text };
    },

    propose: async (actor, id, given, { effectiveFrom, invites = false } = {}) => {
      assertOperator(actor);
      const current = await acting.read(id);
      await terms.assertFree(actor, id, current);
      const read = await terms.read(actor, id, given, current);
      await independence.assert(actor, id, read.state);
      const moment = effectiveFrom === undefined ? undefined : readMoment(effectiveFrom, clock());
      const proposed = await acting.act(id, actor, (now) => {
        assertOwnTenant(actor, id, now);
        assertNothingPrepared(id, now);
        const state = now.standing?.state;
        const isInvited = invites || state?.key === undefined;
        if (isInvited && moment !== undefined)
          throw invalid(
            'effectiveFrom',
            phrase`Whoever is invited begins at "from": give that in place of it.`,
          );
        return {
          outcome: {
            act: 'proposed',
            ...(state && { state }),
            proposed: {
              // Two operators resume whom no office's responsible person can.
              state: terms.after(id, now, read, !isInvited),
              lapsesAt: new Date(founders.lapsesAt(clock())).toISOString(),
              ...(moment !== undefined && { effectiveFrom: moment }),
              ...(isInvited && { invites: true }),
            },
          },
          contents: read.contents,
        };
      });
      return viewOf(id, proposed);
    },

    change: async (actor, id, given, effectiveFrom) => {
      const current = await found(actor, id);
      assertResponsible(actor, current);
      if (given.office !== actor.office)
        throw invalid(
          'office',
          phrase`This changes an officer of the own office; transfer the officer instead.`,
        );
      const read = await terms.read(actor, id, given, current);
      assertOfAnother(actor, read.state);
      await independence.assert(actor, id, read.state);
      return changing.change(
        actor,
        id,
        (now) => {
          assertResponsible(actor, now);
          return { state: terms.after(id, now, read), contents: read.contents };
        },
        effectiveFrom,
      );
    },

    ...changing.steps,
    ...invitations,
    bringUsers,

    enrol: async (actor, id, fingerprint) => {
      const enrolled = await invitations.enrol(actor, id, fingerprint);
      await follow(id);
      return enrolled;
    },

    suspend: async (actor, id) => {
      const view = await change(
        actor,
        id,
        'suspended',
        assertCloses,
        ({ invitation: _, brought: __, ...state }) => {
          if (state.standing === 'suspended') throw wrongStanding('principal', id, 'suspended');
          return { ...state, standing: 'suspended' };
        },
      );
      await follow(id);
      return view;
    },

    resume: async (actor, id) => {
      const view = await change(actor, id, 'resumed', assertResponsible, (state) => {
        if (state.standing !== 'suspended') throw wrongStanding('principal', id, state.standing);
        return { ...state, standing: state.key ? 'active' : 'invited' };
      });
      await follow(id);
      return view;
    },

    end: async (actor, id, effectiveFrom) => {
      const before = await found(actor, id);
      assertCloses(actor, before);
      if (effectiveFrom !== undefined) return prepareEnd(actor, id, readMoment(effectiveFrom, clock()));
      if (before.standing?.state?.standing === 'ended') {
        // The answer may have been lost, and the revocations with it.
        await revokeAll(actor, id);
        const current = await acting.mended(id);
        await follow(id);
        return viewOf(id, current);
      }
      const view = await change(actor, id, 'ended', assertCloses, ended);
      await revokeAll(actor, id);
      await follow(id);
      return view;
    },

    get: async (actor, id) => {
      const current = await acting.shown(id);
      assertSees(actor, id, current);
      return viewOf(id, current);
    },

    list: async (actor, { office, role, limit, cursor }) => {
      const own = actor.role === 'officer' ? actor.office : undefined;
      if (actor.role !== 'operator' && actor.role !== 'auditor' && own === undefined)
        throw new Fault('forbidden', 'Officers, operators and auditors list principals.');
      if (own !== undefined && office !== undefined && office !== own)
        throw new Fault('forbidden', 'Officers list the officers of their own office; leave the office out.');
      if (own === undefined && office !== undefined) await assertServesOffice(actor, office);
      const by = { tenant: actor.tenant, office: own ?? office, role };
      const pk = listPk('principal', by);
      const page = await table.query({ pk, limit, ...(cursor !== undefined && { cursor }) });
      const items = await Promise.all(
        page.items.map(async ({ sk: id }) => ({ id, current: await acting.shown(id) })),
      );
      // Somebody may have put an id into a list where it is not.
      const listed = items.filter(({ current }) => isListed(actor, current, by));
      return {
        items: await Promise.all(listed.map(({ id, current }) => viewOf(id, current))),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
  return { people, appointments: openAppointing(deps, acting, terms, certify) };
};

const ended = ({ invitation: _, brought: __, ...state }: PrincipalState): PrincipalState => ({
  ...state,
  standing: 'ended',
});

/** Nobody gives duties or a longer term to oneself, under whatever id. Fault: `same-person`. */
const assertOfAnother = (actor: Principal, { person }: Pick<PrincipalState, 'person'>): void => {
  if (person !== actor.person) return;
  throw new Fault(
    'same-person',
    'Your own enrolment is decided by another responsible person of the office, or by two operators with propose and confirm.',
  );
};

const isListed = (
  actor: Principal,
  { standing }: Current<PrincipalState>,
  by: { readonly office?: string | undefined; readonly role?: Role | undefined },
): boolean => {
  const states = [standing?.state, standing?.awaiting?.state, standing?.prepared?.state];
  if (!serves(actor, states.find((state) => state !== undefined)?.tenant)) return false;
  if (by.office !== undefined) return states.some((state) => state?.office === by.office);
  return standing !== undefined && (by.role === undefined || states.some((state) => state?.role === by.role));
};
