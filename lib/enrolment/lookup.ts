import { Fault, phrase } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { Office } from '../trust-domain/trust-domain.ts';
import type {
  Directory,
  OfficeContents,
  OfficeState,
  PersonalContents,
  PrincipalState,
  Term,
} from './contract.ts';
import { inheritedBy } from './inherited.ts';
import { isPerson } from './persons.ts';
import type { Said, Subject } from './reading.ts';
import { contentsOf, type EnrolledRow } from './rows.ts';

/** Why an enrolment does not count now. */
type Gone = 'invited' | 'suspended' | 'ended' | 'not-yet' | 'past-term';

const WHY = {
  invited: phrase`is not enrolled yet: the key waits to be confirmed`,
  suspended: phrase`is suspended; ask the office's responsible person`,
  ended: phrase`has ended`,
  'not-yet': phrase`has not begun yet`,
  'past-term': phrase`is past its term; ask the office's responsible person`,
} as const;

export const notInForce = (subject: Subject, id: string, why: Gone): Fault =>
  new Fault('not-in-force', phrase`The enrolment of ${id} ${WHY[why]}.`, { [subject]: id, standing: why });

const outsideTerm = ({ from, until }: Term, now: number): Gone | undefined => {
  if (now < Date.parse(from)) return 'not-yet';
  return until !== undefined && now >= Date.parse(until) ? 'past-term' : undefined;
};

/** Undefined where it counts. */
export const whyGone = (
  state: Pick<PrincipalState | OfficeState, 'standing' | 'from' | 'until'>,
  now: number,
): Gone | undefined => {
  const { standing } = state;
  return standing === 'active' || standing === 'open' ? outsideTerm(state, now) : standing;
};

/**
 * A person's name stands apart, and is read where it is shown. Somebody may have changed an organisation's row. In both cases the
 * id serves as the name, and nobody is shut out.
 */
const nameOf = (id: string, state: PrincipalState, row: EnrolledRow | undefined): Principal['name'] => {
  const contents = isPerson(state) ? undefined : contentsOf(state, row?.known);
  return (contents as unknown as PersonalContents | undefined)?.name ?? { ja: id, en: id };
};

const principalOf = (id: string, state: PrincipalState, row: EnrolledRow | undefined): Principal => ({
  id,
  role: state.role,
  person: state.person,
  ...(state.tenant !== undefined && { tenant: state.tenant }),
  ...(state.office !== undefined && { office: state.office }),
  ...(state.duties && { duties: state.duties }),
  name: nameOf(id, state, row),
  ...(state.until !== undefined && { until: state.until }),
  ...(state.purposes && { purposes: state.purposes }),
  ...(state.assumedPurpose !== undefined && { assumedPurpose: state.assumedPurpose }),
});

/** What an act says, and the row, which has the names. */
export interface Found<S> {
  readonly said: Pick<Said<S>, 'state'>;
  readonly row: EnrolledRow | undefined;
}

/** An office, and the offices that may have ended with their affairs in its hands. */
export interface AtOffice {
  readonly office: Found<OfficeState> | undefined;
  readonly left: readonly {
    readonly id: string;
    readonly state: OfficeState | undefined;
    readonly record: Pick<EnrolledRow, 'record'>;
  }[];
}

/** Where the newest act is read: in rows or in objects. */
export interface Source {
  principal(id: string): Promise<Found<PrincipalState> | undefined>;
  office(id: string): Promise<Found<OfficeState> | undefined>;
  atOffice(id: string): Promise<AtOffice>;
}

/** The part of the directory that is the same by rows and by objects. */
export type Lookup = Pick<
  Directory,
  'find' | 'known' | 'office' | 'openOffice' | 'servedOffice' | 'succession'
>;

export interface LookupDeps {
  /** The first operators, whom the trust domain's file names. */
  readonly founders: { readonly operators: readonly Principal[] };
  readonly clock: Clock;
}

/** Gives the file's operators first, and then those that were enrolled. */
export const openLookup = (source: Source, { founders, clock }: LookupDeps): Lookup => {
  const operators = new Map(founders.operators.map((one) => [one.id, one]));

  const officeOf = (id: string, found: Found<OfficeState> | undefined) => {
    const state = found?.said.state;
    if (state === undefined) return undefined;
    const contents = contentsOf(state, found?.row?.known) as unknown as OfficeContents | undefined;
    const office: Office = {
      id,
      tenant: state.tenant,
      name: contents?.name ?? { ja: id, en: id },
      attributes: contents?.attributes ?? {},
      profiles: contents ? state.profiles : [],
      ...(state.officeApproval && { officeApproval: true }),
    };
    return { office, state };
  };

  const readOffice = async (id: string) => officeOf(id, await source.office(id));

  const assertOpen = (id: string, found: ReturnType<typeof officeOf>): void => {
    const gone = found && whyGone(found.state, clock());
    if (gone) throw notInForce('office', id, gone);
  };

  /** An officer whose office counts now, with the offices whose affairs it has. Undefined where there is no such office. */
  const atOffice = async (principal: Principal): Promise<Principal | undefined> => {
    const { office: id } = principal;
    if (id === undefined) return principal;
    const { office: found, left } = await source.atOffice(id);
    const office = officeOf(id, found);
    if (office === undefined) return undefined;
    assertOpen(id, office);
    const ended = left.flatMap(({ id: before, state }) =>
      state?.standing === 'ended' && state.successor !== undefined
        ? [{ id: before, successor: state.successor }]
        : [],
    );
    const predecessors = inheritedBy(id, ended);
    return predecessors.length === 0 ? principal : { ...principal, predecessors };
  };

  const succession: Lookup['succession'] = async (id) => {
    const successors: string[] = [];
    let at = id;
    for (;;) {
      const found = await readOffice(at);
      if (found?.state.standing !== 'ended') return { successors, isServed: found !== undefined };
      const { successor } = found.state;
      // Two offices that ended at the same moment may have named each other.
      const isOver = successor === undefined || successor === id || successors.includes(successor);
      if (isOver) return { successors, isServed: false };
      successors.push(successor);
      at = successor;
    }
  };

  return {
    find: async (id) => {
      const founding = operators.get(id);
      if (founding) return founding;
      const found = await source.principal(id);
      const state = found?.said.state;
      if (found === undefined || state === undefined) return undefined;
      const gone = whyGone(state, clock());
      if (gone) throw notInForce('principal', id, gone);
      return atOffice(principalOf(id, state, found.row));
    },

    known: async (id) => {
      const founding = operators.get(id);
      if (founding) return founding;
      const found = await source.principal(id);
      return found?.said.state && principalOf(id, found.said.state, found.row);
    },

    office: async (id) => (await readOffice(id))?.office,

    openOffice: async (id, asker = {}) => {
      const found = await readOffice(id);
      if (!serves(asker, found?.office.tenant)) return undefined;
      assertOpen(id, found);
      return found?.office;
    },

    servedOffice: async (id) => {
      const found = await readOffice(id);
      const left = found?.state.standing === 'ended' ? await succession(id) : undefined;
      if (found === undefined || !left?.isServed) {
        assertOpen(id, found);
        return found?.office;
      }
      const serving = await readOffice(left.successors.at(-1) ?? id);
      const { officeApproval: _, ...office } = found.office;
      return { ...office, ...(serving?.office.officeApproval && { officeApproval: true }) };
    },

    succession,
  };
};
