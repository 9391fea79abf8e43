import { officesOf } from '../acting-office.ts';
import { Fault, phrase } from '../fault.ts';
import { type Principal, WORDS_OF_RECORDS, WORDS_OF_REPORTS } from '../principal.ts';
import { serves } from '../tenant.ts';
import { type Current, openActing } from './acting.ts';
import type { Directory, Holders, HolderView, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openFollowingUsers } from './following-users.ts';
import { openIndependence } from './independence.ts';
import { openInvitations } from './invitations.ts';
import { listPk, namedPk } from './listings.ts';
import { notInForce, whyGone } from './lookup.ts';
import { openNaming } from './naming.ts';
import { openPrincipalNames } from './principal-names.ts';
import { type Act, HOLDER_ENROLLED, type Said, stepOf } from './reading.ts';
import { isResponsibleOf } from './responsible.ts';
import { isRowOf } from './rows.ts';
import { principalState } from './states.ts';
import { wrongStanding } from './two-operators.ts';

/** Thrown within a decision: another submission was first. */
class EnrolledMeanwhile extends Error {}

const unknownHolder = (id: string): Fault =>
  new Fault('unknown-holder', 'There is no holder of that id.', { id });

const notAHolder = (id: string, why = phrase`somebody who is no holder has it`): Fault =>
  new Fault('invalid-input', phrase`${id} cannot name a holder: ${why}. Choose another pseudonym.`, {
    path: 'holder',
  });

/** The state of a holder. Undefined for everybody else, and before a first proposal is confirmed. */
const holderState = ({ standing }: Current<PrincipalState>): PrincipalState | undefined =>
  standing?.state?.role === 'holder' ? standing.state : undefined;

export const openHolders = (
  deps: EnrolmentDeps & { readonly directory: Pick<Directory, 'office' | 'officeProven'> },
): Holders => {
  const { table, founders, directory, clock } = deps;
  const acting = openActing(deps, 'principal', principalState);
  const naming = openNaming(deps);
  const independence = openIndependence(table, founders, acting);
  const names = openPrincipalNames(deps);
  const invitations = openInvitations({ ...deps, independence, names }, acting);
  const { follow } = openFollowingUsers(deps, acting);

  /** Fault: `invalid-input`. */
  const assertFree = async (id: string): Promise<void> => {
    const isWord = [...WORDS_OF_RECORDS, ...WORDS_OF_REPORTS].some((word) => word === id);
    if (isWord) throw notAHolder(id, phrase`records and reports say it of others`);
    if (await founders.isWithdrawn(id))
      throw notAHolder(id, phrase`an earlier file of the trust domain had a principal of this id`);
  };

  /** Faults: `invalid-input`, `wrong-state`, `not-in-force`. */
  const assertInForce = (id: string, { state, awaiting }: Said<PrincipalState>): void => {
    if ((state ?? awaiting?.state)?.role !== 'holder') throw notAHolder(id);
    if (state === undefined) throw wrongStanding('principal', id, 'proposed');
    const gone = whyGone(state, clock());
    if (gone) throw notInForce('principal', id, gone);
  };

  /** By the acts: the tenant whose submission or operators enrolled the holder; undefined where operators of the service did. */
  const enrolledBy = async (id: string): Promise<string | undefined> => {
    const first = await acting.at(id, 1);
    const { office } = first?.record ?? {};
    const { tenant } = first?.state ?? first?.awaiting?.state ?? {};
    return office === undefined ? tenant : (await directory.officeProven(office))?.tenant;
  };

  /** Fault: `invalid-input`. */
  const assertSignsInFor = async ({ tenant: own }: Principal, id: string): Promise<void> => {
    const tenant = await enrolledBy(id);
    if (tenant !== undefined && tenant !== own)
      throw notAHolder(id, phrase`certificates with which it signs in come from the tenant that enrolled it`);
  };

  /** Faults: as above. */
  const enrol = async (actor: Principal, id: string): Promise<void> => {
    const { standing, row } = await acting.read(id);
    if (standing) {
      assertInForce(id, standing);
      // A crash may have kept the act from its rows. Those of a holder with a name are made by the functions of enrolment.
      const isBehind = !isRowOf(row, standing) && standing.state?.contents === undefined;
      if (isBehind) await acting.mended(id);
      return;
    }
    await assertFree(id);
    const state = {
      standing: 'active',
      role: 'holder',
      person: id,
      from: new Date(clock()).toISOString(),
    } as const;
    try {
      await acting.act(id, actor, (now) => {
        if (now.standing) throw new EnrolledMeanwhile();
        return { outcome: { act: HOLDER_ENROLLED, state } };
      });
    } catch (error) {
      if (!(error instanceof EnrolledMeanwhile)) throw error;
      await enrol(actor, id);
    }
  };

  /**
   * By the acts. A holder belongs to no tenant, so of the operators and auditors those of the service see it. Fault:
   * `unknown-holder`, also of an office that never named the holder.
   */
  const assertSees = async (actor: Principal, id: string): Promise<Act | undefined> => {
    const seesAll = (actor.role === 'operator' || actor.role === 'auditor') && serves(actor, undefined);
    if (seesAll) return undefined;
    for (const office of actor.role === 'officer' ? officesOf(actor) : []) {
      const named = await naming.namedBy(office, id);
      if (named) return named;
    }
    throw unknownHolder(id);
  };

  const viewOf = (id: string, current: Current<PrincipalState>, named: Act | undefined): HolderView => {
    const state = holderState(current);
    if (current.standing === undefined || state === undefined) throw unknownHolder(id);
    const { number, record } = current.standing;
    const { standing, from } = state;
    if (named) return { id, standing, since: named.time };
    return { id, standing, since: from, number, changed: stepOf(record) };
  };

  /** The responsible person of an office that named the holder, or an operator. Faults: `unknown-holder`, `forbidden`. */
  const assertDecides = async (actor: Principal, id: string): Promise<Act | undefined> => {
    const named = await assertSees(actor, id);
    if (actor.role === 'operator') return named;
    if (!isResponsibleOf(actor, actor.office))
      throw new Fault('forbidden', 'Only the responsible person of the office, or an operator, may do this.');
    // Any office may name a pseudonym that it has heard of. It must not end by that what another tenant's offices rest on.
    const tenant = await enrolledBy(id);
    if (tenant !== undefined && tenant === actor.tenant) return named;
    throw new Fault(
      'forbidden',
      'Your tenant did not enrol this holder: others name it as well, so an operator of the service decides.',
    );
  };

  const change = async (
    actor: Principal,
    id: string,
    act: string,
    next: (state: PrincipalState) => PrincipalState,
  ): Promise<HolderView> => {
    const named = await assertDecides(actor, id);
    const changed = await acting.act(id, actor, (now) => {
      const state = holderState(now);
      if (state === undefined) throw unknownHolder(id);
      if (state.standing === 'ended') throw wrongStanding('principal', id, 'ended');
      return { outcome: { act, state: next(state) } };
    });
    await follow(id);
    return viewOf(id, changed, named);
  };

  /** The offices whose lists the actor may read; undefined for all of them. Fault: `forbidden`. */
  const readable = async (
    actor: Principal,
    asked: string | undefined,
  ): Promise<readonly string[] | undefined> => {
    if (actor.role === 'officer') return officesOf(actor);
    if (serves(actor, undefined)) return undefined;
    if (asked === undefined)
      throw new Fault('invalid-input', 'Name an office of your tenant.', { path: 'office' });
    return serves(actor, (await directory.office(asked))?.tenant) ? [asked] : [];
  };

  return {
    name: async (actor, id, { signsIn = false } = {}) => {
      if (founders.operators.some((one) => one.id === id)) throw notAHolder(id);
      const { office } = actor;
      if (office === undefined) return;
      await enrol(actor, id);
      if (signsIn) await assertSignsInFor(actor, id);
      if (await naming.namedBy(office, id)) return;
      const first = await acting.at(id, 1);
      const isByOffice = first?.record.details.act === HOLDER_ENROLLED;
      await naming.record(actor, office, id, isByOffice ? first.record : undefined);
    },

    suspend: (actor, id) =>
      change(actor, id, 'suspended', ({ invitation: _, brought: __, ...state }) => {
        if (state.standing === 'suspended') throw wrongStanding('principal', id, 'suspended');
        return { ...state, standing: 'suspended' };
      }),

    resume: (actor, id) =>
      change(actor, id, 'resumed', (state) => {
        if (state.standing !== 'suspended') throw wrongStanding('principal', id, state.standing);
        // A holder that a submission enrolled needs no key of its own.
        const isActive = state.contents === undefined || state.key !== undefined;
        return { ...state, standing: isActive ? 'active' : 'invited' };
      }),

    end: async (actor, id) => {
      const named = await assertDecides(actor, id);
      const before = await acting.read(id);
      const isOver = holderState(before)?.standing === 'ended';
      const view = isOver
        ? viewOf(id, await acting.mended(id), named)
        : await change(actor, id, 'ended', ({ invitation: _, brought: __, ...state }) => ({
            ...state,
            standing: 'ended',
          }));
      // Only operators may have enrolled a holder with a key of its own.
      await invitations.revokeAll(actor, id);
      return view;
    },

    get: async (actor, id) => {
      const named = await assertSees(actor, id);
      return viewOf(id, await acting.shown(id), named);
    },

    list: async (actor, { office, limit, cursor }) => {
      const isOfficer = actor.role === 'officer';
      const offices = await readable(actor, office);
      // To those who may ask about all offices of a tenant, others are as if nobody had the id.
      if (!isOfficer && offices?.length === 0) return { items: [] };
      if (office !== undefined && offices?.includes(office) === false)
        throw new Fault(
          'forbidden',
          'Officers list the holders of their own office, or of one whose affairs it has taken over.',
        );
      const of = office ?? offices?.[0];
      const pk = of === undefined ? listPk('principal', { role: 'holder' }) : namedPk(of);
      const page = await table.query({ pk, limit, ...(cursor !== undefined && { cursor }) });
      const items = await Promise.all(
        page.items.map(async ({ sk: id }) => {
          const named = of === undefined ? undefined : await naming.namedBy(of, id);
          // Somebody may have put an id into a list where it is not.
          if (of !== undefined && named === undefined) return [];
          const current = await acting.shown(id);
          return holderState(current) ? [viewOf(id, current, isOfficer ? named : undefined)] : [];
        }),
      );
      return { items: items.flat(), ...(page.cursor !== undefined && { cursor: page.cursor }) };
    },
  };
};
