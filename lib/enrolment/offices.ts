import { officesOf } from '../acting-office.ts';
import { Fault, joined, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { serves } from '../tenant.ts';
import { type Current, openActing } from './acting.ts';
import type { OfficeContents, OfficeState, Offices, OfficeTerms, OfficeView } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { listPk } from './listings.ts';
import { unknownOffice } from './principal-views.ts';
import { stepOf } from './reading.ts';
import { contentsOf } from './rows.ts';
import { officeState } from './states.ts';
import { openSuccession } from './succession.ts';
import { assertCode, assertId, readContents, readTerm, readText } from './terms.ts';
import { assertConfirmer, assertOperator, awaited, changing, wrongStanding } from './two-operators.ts';

const MAX_PARENTS = 10;
const MAX_ATTRIBUTES = 40;

const invalid = (path: string, why: ReturnType<typeof phrase>): Fault =>
  new Fault('invalid-input', why, { path });

export const openOffices = (deps: EnrolmentDeps): Offices => {
  const { table, founders, clock } = deps;
  const acting = openActing(deps, 'office', officeState);
  const succession = openSuccession(table, acting);

  /** Fault: `unknown-office`, also of another tenant's. */
  const found = async (actor: Principal, id: string): Promise<Current<OfficeState>> => {
    const current = await acting.read(id);
    if (!serves(actor, tenantOf(current))) throw unknownOffice(id);
    return current;
  };

  const readAttributes = (given: OfficeContents['attributes']): OfficeContents['attributes'] => {
    const entries = Object.entries(given);
    if (entries.length > MAX_ATTRIBUTES)
      throw invalid('attributes', phrase`An office has at most ${MAX_ATTRIBUTES} attributes.`);
    return Object.fromEntries(
      entries.map(([name, value]) => {
        if (!/^[A-Za-z0-9.]{1,40}$/.test(name))
          throw invalid('attributes', phrase`The name of an attribute is 1 to 40 letters, digits and dots.`);
        return [name, readText(`attributes.${name}`, value)];
      }),
    );
  };

  /** A tenant that the actor serves, and that the office has where it was opened. Faults: `invalid-input`, `wrong-state`. */
  const readTenant = (
    actor: Principal,
    id: string,
    { tenant: given }: OfficeTerms,
    before: string | undefined,
  ): string => {
    if (before !== undefined && !serves(actor, before))
      throw new Fault('wrong-state', 'This id is taken; choose another one.', { office: id });
    const only = founders.tenants.length === 1 ? founders.tenants[0] : undefined;
    const tenant = given ?? before ?? actor.tenant ?? only;
    const known = founders.tenants.filter((one) => serves(actor, one));
    if (tenant === undefined || !known.includes(tenant))
      throw invalid('tenant', phrase`Name the tenant of the office, one of: ${known.join(', ')}.`);
    if (before !== undefined && before !== tenant)
      throw invalid('tenant', phrase`An office stays with its tenant, here ${before}.`);
    return tenant;
  };

  /** Parents lead to an office without one, within the tenant. Faults: `unknown-office`, `invalid-input`. */
  const assertParent = async (id: string, tenant: string, parent: string): Promise<void> => {
    let above: string | undefined = parent;
    for (let step = 0; above !== undefined; step++) {
      if (above === id || step === MAX_PARENTS)
        throw invalid(
          'parent',
          phrase`An office cannot stand above itself; offices stand at most ${MAX_PARENTS} deep.`,
        );
      const { standing }: Current<OfficeState> = await acting.read(above);
      if (standing?.state?.tenant !== tenant) throw unknownOffice(above);
      if (standing.state.standing === 'ended')
        throw invalid('parent', phrase`The office ${above} has ended; name one that is open.`);
      above = standing.state.parent;
    }
  };

  const readTerms = async (
    actor: Principal,
    id: string,
    terms: OfficeTerms,
  ): Promise<{ readonly state: Omit<OfficeState, 'contents'>; readonly contents: OfficeContents }> => {
    assertId(id);
    const tenant = readTenant(actor, id, terms, tenantOf(await acting.read(id)));
    const contents = { ...readContents(terms), attributes: readAttributes(terms.attributes) };
    if (terms.code !== undefined) assertCode(terms.code);
    const offered = founders.profilesFor(tenant);
    if (terms.profiles.some((profile) => !offered.includes(profile)))
      throw invalid('profiles', phrase`Offices may ask for these profiles: ${offered.join(', ')}.`);
    const issues = founders.officeIssues({ id, tenant, ...contents, profiles: terms.profiles });
    if (issues.length > 0) throw invalid('attributes', joined(issues, ' '));
    if (terms.parent !== undefined) await assertParent(id, tenant, terms.parent);
    return {
      contents,
      state: {
        standing: 'open',
        tenant,
        ...readTerm(terms, clock()),
        ...(terms.parent !== undefined && { parent: terms.parent }),
        ...(terms.code !== undefined && { code: terms.code }),
        profiles: [...new Set(terms.profiles)],
        ...(terms.officeApproval && { officeApproval: true }),
      },
    };
  };

  const viewOf = (id: string, { standing, row }: Current<OfficeState>): OfficeView => {
    if (standing === undefined) throw unknownOffice(id);
    const shown = (state: OfficeState | undefined, kept: Parameters<typeof contentsOf>[1]) => {
      if (state === undefined) return undefined;
      const { contents: _, ...rest } = state;
      return { ...rest, ...(contentsOf(state, kept) as unknown as OfficeContents | undefined) };
    };
    const { awaiting } = standing;
    const waits = awaiting && shown(awaiting.state, row?.awaiting);
    return {
      id,
      number: standing.number,
      changed: stepOf(standing.record),
      ...shown(standing.state, row?.known),
      ...(awaiting &&
        waits && {
          awaiting: {
            by: awaiting.by,
            at: awaiting.at,
            lapsesAt: awaiting.lapsesAt,
            ...(waits as OfficeState & OfficeContents),
          },
        }),
    };
  };

  const acted = async (...args: Parameters<typeof acting.act>): Promise<OfficeView> =>
    viewOf(args[0], await acting.act(...args));

  const endedNow = (actor: Principal, id: string, successor: string | undefined): Promise<OfficeView> =>
    acted(id, actor, ({ standing }) => {
      const state = standing?.state;
      if (state === undefined) throw unknownOffice(id);
      if (state.standing === 'ended') throw wrongStanding('office', id, 'ended');
      const { parent: _, ...rest } = state;
      return {
        outcome: {
          act: 'ended',
          state: { ...rest, standing: 'ended', ...(successor !== undefined && { successor }) },
        },
      };
    });

  return {
    propose: async (actor, id, terms) => {
      assertOperator(actor);
      const { state, contents } = await readTerms(actor, id, terms);
      const { contents: kept, digest } = acting.salted(contents as unknown as Value);
      return acted(id, actor, ({ standing }) => {
        if (standing?.state?.standing === 'ended') throw wrongStanding('office', id, 'ended');
        const lapsesAt = new Date(founders.lapsesAt(clock())).toISOString();
        return {
          outcome: {
            act: 'proposed',
            ...(standing?.state && { state: standing.state }),
            proposed: { state: { ...state, contents: digest }, lapsesAt },
          },
          contents: kept,
        };
      });
    },

    confirm: async (actor, id, number) => {
      assertOperator(actor);
      await found(actor, id);
      return acted(id, actor, ({ standing, row }) => {
        const proposal = awaited(standing, clock());
        assertConfirmer(actor, proposal, number);
        changing(contentsOf(proposal.awaiting.state, row?.awaiting));
        const act = proposal.state === undefined ? 'opened' : 'changed';
        return { outcome: { act, state: proposal.awaiting.state, confirms: proposal.record.id } };
      });
    },

    withdraw: async (actor, id) => {
      assertOperator(actor);
      await found(actor, id);
      return acted(id, actor, ({ standing }) => {
        const { state } = awaited(standing, clock());
        return { outcome: { act: 'withdrawn', ...(state && { state }) } };
      });
    },

    end: async (actor, id, successor) => {
      assertOperator(actor);
      const before = await found(actor, id);
      const now = before.standing?.state;
      if (now === undefined) throw unknownOffice(id);
      const isDone = now.standing === 'ended' && now.successor === successor;
      if (!isDone && successor !== undefined) await succession.assertTakesOver(id, now.tenant, successor);
      // A caller whose first call got no answer repeats it. The act may then be there without its rows.
      const view = isDone ? viewOf(id, await acting.mended(id)) : await endedNow(actor, id, successor);
      await succession.handOn(id);
      return view;
    },

    get: async (actor, id) => {
      assertReader(actor, id);
      const current = await acting.shown(id);
      if (!serves(actor, tenantOf(current))) throw unknownOffice(id);
      return viewOf(id, current);
    },

    list: async (actor, { limit, cursor }) => {
      assertReader(actor);
      const page = await table.query({
        pk: listPk('office', { tenant: actor.tenant }),
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      const items = await Promise.all(
        page.items.map(async ({ sk: id }) => ({ id, current: await acting.shown(id) })),
      );
      return {
        // Somebody may have put an id into a list where it is not.
        items: items.flatMap(({ id, current }) =>
          current.standing && serves(actor, tenantOf(current)) ? [viewOf(id, current)] : [],
        ),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};

/** Undefined where there is no such office. */
const tenantOf = ({ standing }: Current<OfficeState>): string | undefined =>
  (standing?.state ?? standing?.awaiting?.state)?.tenant;

/** Officers see their own office, and those whose affairs it has taken over. */
const assertReader = (actor: Principal, id?: string): void => {
  if (actor.role === 'operator' || actor.role === 'auditor') return;
  if (id !== undefined && officesOf(actor).includes(id)) return;
  if (id !== undefined) throw unknownOffice(id);
  throw new Fault('forbidden', 'Only operators and auditors list offices.');
};
