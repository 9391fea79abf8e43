import { Fault, phrase } from '../fault.ts';
import { type Duty, type Principal, type Role, WORDS_OF_RECORDS, WORDS_OF_REPORTS } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { type Acting, type Current, openActing } from './acting.ts';
import {
  assertNothingPrepared,
  assertResponsible,
  assertSees,
  openChanging,
  readMoment,
} from './changing.ts';
import type {
  Directory,
  Invited,
  OfficeState,
  People,
  PrincipalState,
  PrincipalTerms,
  PrincipalView,
} from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { invitationFor, openInvitations } from './invitations.ts';
import { principalViewOf, unknownPrincipal } from './principal-views.ts';
import { listPk } from './rows.ts';
import { principalState } from './states.ts';
import { assertId, readContents, readTerm, readText } from './terms.ts';
import { assertOperator, wrongStanding } from './two-operators.ts';

const invalid = (path: string, why: ReturnType<typeof phrase>): Fault =>
  new Fault('invalid-input', why, { path });

const hasDuty = ({ role, duties }: Principal, duty: Duty): boolean =>
  role === 'officer' && duties?.includes(duty) === true;

export const openPeople = (
  deps: EnrolmentDeps & {
    readonly directory: Pick<Directory, 'openOffice' | 'office'>;
    readonly offices: Pick<Acting<OfficeState>, 'read'>;
  },
): People => {
  const { table, founders, directory, clock, random } = deps;
  const acting = openActing(deps, 'principal', principalState);
  const invitations = openInvitations(deps, acting);

  /** Fault: `unknown-principal`, also of an office that the actor may not see. */
  const found = async (actor: Principal, id: string): Promise<Current<PrincipalState>> => {
    const current = await acting.read(id);
    assertSees(actor, id, current);
    return current;
  };

  const assertFree = async (id: string, { standing }: Current<PrincipalState>): Promise<void> => {
    assertId(id);
    const isTaken = [...WORDS_OF_RECORDS, ...WORDS_OF_REPORTS].some((word) => word === id);
    if (isTaken)
      throw invalid(
        'id',
        phrase`Records and reports say ${id} of others; choose another id, such as ${id}-1.`,
      );
    const isOfFile = founders.principals.some((one) => one.id === id) || (await founders.isWithdrawn(id));
    if (isOfFile && standing === undefined)
      throw new Fault(
        'wrong-state',
        'The trust domain names a principal of this id, now or earlier; take another id.',
        {
          principal: id,
        },
      );
  };

  /** A term that began stays begun where the terms do not say another beginning. */
  const readTerms = async (id: string, terms: PrincipalTerms, { standing }: Current<PrincipalState>) => {
    const from = terms.from ?? standing?.state?.from;
    const contents = readContents(terms);
    const { role, office, duties, purposes, assumedPurpose, agreement } = terms;
    const issue = founders.nameIssue(id, contents.name.ja);
    if (issue) throw invalid('name.ja', issue);
    if (terms.person !== undefined) assertId(terms.person, 'person');
    if ((role === 'officer') !== (office !== undefined))
      throw invalid('office', phrase`Officers, and only they, belong to an office.`);
    if ((role === 'officer') !== (duties !== undefined && duties.length > 0))
      throw invalid('duties', phrase`Officers, and only they, have duties: receive, examine, responsible.`);
    if (purposes !== undefined && role !== 'relyingParty')
      throw invalid('purposes', phrase`Relying parties, and only they, declare purposes.`);
    if (assumedPurpose !== undefined && !purposes?.some((purpose) => purpose.id === assumedPurpose))
      throw invalid('assumedPurpose', phrase`The principal declares no purpose of that id.`);
    if (agreement !== undefined && role !== 'relyingParty')
      throw invalid('agreement', phrase`Relying parties, and only they, have an agreement.`);
    if (office !== undefined && (await directory.openOffice(office)) === undefined)
      throw new Fault('unknown-office', 'There is no office of that id.', { office });
    const state: Omit<PrincipalState, 'contents' | 'standing'> = {
      ...readTerm({ ...terms, ...(from !== undefined && { from }) }, clock()),
      role,
      person: terms.person ?? id,
      ...(office !== undefined && { office }),
      ...(duties && { duties: [...new Set(duties)] }),
      ...(purposes && {
        purposes: purposes.map(({ id: purpose, title, legalBasis }) => ({
          id: purpose,
          title: { ja: readText('purposes.title', title.ja), en: readText('purposes.title', title.en) },
          legalBasis: readText('purposes.legalBasis', legalBasis),
        })),
      }),
      ...(assumedPurpose !== undefined && { assumedPurpose }),
      ...(agreement !== undefined && { agreement: readText('agreement', agreement) }),
    };
    return { state, ...acting.salted(contents as unknown as Value) };
  };

  /** Records name the person, who therefore stays the same behind an id. */
  const assertSamePerson = (id: string, before: PrincipalState | undefined, person: string): void => {
    if (before === undefined || before.person === person) return;
    throw invalid('person', phrase`Records name ${id} for another person; take an id that nobody has had.`);
  };

  /** The state that the terms give, over the one that there is. A key that was confirmed stays confirmed, and who is suspended stays so. */
  const after = (
    id: string,
    { standing }: Current<PrincipalState>,
    { state, digest }: Awaited<ReturnType<typeof readTerms>>,
    resumes = false,
  ): PrincipalState => {
    const before = standing?.state;
    if (before?.standing === 'ended') throw wrongStanding('principal', id, 'ended');
    if (before !== undefined && before.role !== state.role)
      throw invalid('role', phrase`The role of ${id} stays; enrol the person under another id.`);
    assertSamePerson(id, before, state.person);
    return {
      ...state,
      standing:
        before?.standing === 'suspended' && !resumes ? 'suspended' : before?.key ? 'active' : 'invited',
      ...(before?.key && { key: before.key }),
      contents: digest,
    };
  };

  const change = async (
    actor: Principal,
    id: string,
    act: string,
    next: (state: PrincipalState) => PrincipalState,
  ): Promise<PrincipalView> => {
    await found(actor, id);
    const changed = await acting.act(id, actor, ({ standing }) => {
      const state = standing?.state;
      if (state === undefined || state.standing === 'ended')
        throw wrongStanding('principal', id, state?.standing ?? 'proposed');
      return { outcome: { act, state: next(state) } };
    });
    return principalViewOf(id, changed);
  };

  /** The office's responsible person closes for the own officers, and an operator for everybody. */
  const assertCloses = (actor: Principal, { standing }: Current<PrincipalState>): void => {
    const { office } = standing?.state ?? {};
    if (actor.role === 'operator') return;
    if (hasDuty(actor, 'responsible') && office !== undefined && actor.office === office) return;
    throw new Fault('forbidden', 'Only the responsible person of the office, or an operator, may do this.');
  };

  const changing = openChanging({ ...deps, acting, found });

  return {
    invite: async (actor, id, terms): Promise<Invited> => {
      if (!hasDuty(actor, 'responsible') || terms.office !== actor.office || terms.role !== 'officer')
        throw new Fault(
          'forbidden',
          'The responsible person of an office invites its officers, and nobody else.',
        );
      const current = await acting.read(id);
      await assertFree(id, current);
      const office = current.standing?.state?.office;
      if (current.standing && office !== actor.office) throw unknownPrincipal(id);
      const read = await readTerms(id, terms, current);
      const { invitation, text } = invitationFor(id, actor, clock(), random);
      const invited = await acting.act(id, actor, (now) => ({
        outcome: { act: 'invited', state: { ...after(id, now, read), invitation } },
        contents: read.contents,
      }));
      return { principal: principalViewOf(id, invited), invitation: text };
    },

    propose: async (actor, id, terms, { effectiveFrom, invites = false } = {}) => {
      assertOperator(actor);
      const current = await acting.read(id);
      await assertFree(id, current);
      const read = await readTerms(id, terms, current);
      const moment = effectiveFrom === undefined ? undefined : readMoment(effectiveFrom, clock());
      const proposed = await acting.act(id, actor, (now) => {
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
              state: after(id, now, read, !isInvited),
              lapsesAt: new Date(founders.lapsesAt(clock())).toISOString(),
              ...(moment !== undefined && { effectiveFrom: moment }),
              ...(isInvited && { invites: true }),
            },
          },
          contents: read.contents,
        };
      });
      return principalViewOf(id, proposed);
    },

    change: async (actor, id, terms, effectiveFrom) => {
      const current = await found(actor, id);
      assertResponsible(actor, current);
      if (terms.office !== actor.office)
        throw invalid(
          'office',
          phrase`This changes an officer of the own office; transfer the officer instead.`,
        );
      const read = await readTerms(id, terms, current);
      return changing.change(
        actor,
        id,
        (now) => ({ state: after(id, now, read), contents: read.contents }),
        effectiveFrom,
      );
    },

    ...changing.steps,
    ...invitations,

    suspend: async (actor, id) => {
      assertCloses(actor, await found(actor, id));
      return change(actor, id, 'suspended', ({ invitation: _, brought: __, ...state }) => {
        if (state.standing === 'suspended') throw wrongStanding('principal', id, 'suspended');
        return { ...state, standing: 'suspended' };
      });
    },

    resume: async (actor, id) => {
      assertResponsible(actor, await found(actor, id));
      return change(actor, id, 'resumed', (state) => {
        if (state.standing !== 'suspended') throw wrongStanding('principal', id, state.standing);
        return { ...state, standing: state.key ? 'active' : 'invited' };
      });
    },

    end: async (actor, id) => {
      const before = await found(actor, id);
      assertCloses(actor, before);
      if (before.standing?.state?.standing === 'ended') {
        // The answer may have been lost, and the revocations with it.
        await invitations.revokeAll(actor, id);
        return principalViewOf(id, await acting.mended(id));
      }
      const view = await change(actor, id, 'ended', ({ invitation: _, brought: __, ...state }) => ({
        ...state,
        standing: 'ended',
      }));
      await invitations.revokeAll(actor, id);
      return view;
    },

    get: async (actor, id) => {
      const current = await acting.shown(id);
      assertSees(actor, id, current);
      return principalViewOf(id, current);
    },

    list: async (actor, { office, role, limit, cursor }) => {
      const own = actor.role === 'officer' ? actor.office : undefined;
      if (actor.role !== 'operator' && actor.role !== 'auditor' && own === undefined)
        throw new Fault('forbidden', 'Officers, operators and auditors list principals.');
      if (own !== undefined && office !== undefined && office !== own)
        throw new Fault('forbidden', 'Officers list the officers of their own office; leave the office out.');
      const pk = listPk('principal', { office: own ?? office, role });
      const page = await table.query({ pk, limit, ...(cursor !== undefined && { cursor }) });
      const items = await Promise.all(
        page.items.map(async ({ sk: id }) => ({ id, current: await acting.shown(id) })),
      );
      return {
        // Somebody may have put an id into a list where it is not.
        items: items.flatMap(({ id, current }) =>
          isListed(current, { office: own ?? office, role }) ? [principalViewOf(id, current)] : [],
        ),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};

const isListed = (
  { standing }: Current<PrincipalState>,
  by: { readonly office?: string | undefined; readonly role?: Role | undefined },
): boolean => {
  const state = standing?.state ?? standing?.awaiting?.state;
  if (by.office !== undefined) return state?.office === by.office;
  return standing !== undefined && (by.role === undefined || state?.role === by.role);
};
