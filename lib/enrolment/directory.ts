import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { Office } from '../trust-domain/trust-domain.ts';
import { openChain, type Standing, type Subject } from './chain.ts';
import type {
  Directory,
  OfficeContents,
  OfficeState,
  PersonalContents,
  PrincipalState,
  Term,
} from './contract.ts';
import type { DirectoryDeps } from './deps.ts';
import { contentsOf, type EnrolledRow, readRow, recordIn } from './rows.ts';
import { officeState, principalState } from './states.ts';

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

export const whyGone = (
  state: Pick<PrincipalState | OfficeState, 'standing' | 'from' | 'until'>,
  now: number,
): Gone | undefined => {
  const { standing } = state;
  return standing === 'active' || standing === 'open' ? outsideTerm(state, now) : standing;
};

const principalOf = (
  id: string,
  state: PrincipalState,
  contents: PersonalContents | undefined,
): Principal => ({
  id,
  role: state.role,
  person: state.person,
  ...(state.office !== undefined && { office: state.office }),
  ...(state.duties && { duties: state.duties }),
  // Somebody may have changed the row. The id serves as the name then, and nobody is shut out.
  name: contents?.name ?? { ja: id, en: id },
  ...(state.until !== undefined && { until: state.until }),
  ...(state.purposes && { purposes: state.purposes }),
  ...(state.assumedPurpose !== undefined && { assumedPurpose: state.assumedPurpose }),
});

/** Reads the file's principals and offices first, and then those that were enrolled. */
export const openDirectory = ({ table, recorder, founders, clock }: DirectoryDeps): Directory => {
  const principals = new Map(founders.principals.map((one) => [one.id, one]));
  const offices = new Map(founders.offices.map((one) => [one.id, one]));
  const chains = {
    office: openChain(recorder, 'office', officeState),
    principal: openChain(recorder, 'principal', principalState),
  } as const;

  interface Found<S> {
    readonly standing: Standing<S>;
    readonly row: EnrolledRow | undefined;
  }

  const byObjects = async <S>(subject: Subject, id: string): Promise<Found<S> | undefined> => {
    const item = await readRow(table, subject, id);
    const hint = item && chains[subject].standingOf(id, recordIn(item.value))?.number;
    const standing = (await chains[subject].newest(id, hint)) as Standing<S> | undefined;
    return standing && { standing, row: item?.value };
  };

  /**
   * By the row: the act in it has its signature, so it was the newest one once. The signature of a key that has been closed since
   * proves no row; then the objects say who it is.
   */
  const byRow = async <S>(subject: Subject, id: string): Promise<Found<S> | undefined> => {
    const item = await readRow(table, subject, id);
    if (item === undefined) return undefined;
    const record = recordIn(item.value);
    const standing = chains[subject].standingOf(id, record) as Standing<S> | undefined;
    if (standing === undefined) return undefined;
    return (await recorder.isProven(record)) ? { standing, row: item.value } : byObjects<S>(subject, id);
  };

  type Reading = typeof byRow;

  const officeBy = async (read: Reading, id: string) => {
    const founding = offices.get(id);
    if (founding) return { office: founding };
    const found = await read<OfficeState>('office', id);
    const state = found?.standing.state;
    if (found === undefined || state === undefined) return undefined;
    const contents = contentsOf(state, found.row?.known) as unknown as OfficeContents | undefined;
    const office: Office = {
      id,
      name: contents?.name ?? { ja: id, en: id },
      attributes: contents?.attributes ?? {},
      profiles: contents ? state.profiles : [],
    };
    return { office, state };
  };

  const assertOpen = (id: string, found: Awaited<ReturnType<typeof officeBy>>): void => {
    const gone = found?.state && whyGone(found.state, clock());
    if (gone) throw notInForce('office', id, gone);
  };

  const principalBy = async (read: Reading, id: string): Promise<Principal | undefined> => {
    const founding = principals.get(id);
    if (founding) return founding;
    const found = await read<PrincipalState>('principal', id);
    const state = found?.standing.state;
    if (found === undefined || state === undefined) return undefined;
    const gone = whyGone(state, clock());
    if (gone) throw notInForce('principal', id, gone);
    if (state.office !== undefined) {
      const office = await officeBy(read, state.office);
      if (office === undefined) return undefined;
      assertOpen(state.office, office);
    }
    return principalOf(
      id,
      state,
      contentsOf(state, found.row?.known) as unknown as PersonalContents | undefined,
    );
  };

  return {
    find: (id) => principalBy(byRow, id),
    findProven: (id) => principalBy(byObjects, id),
    office: async (id) => (await officeBy(byRow, id))?.office,
    openOffice: async (id) => {
      const found = await officeBy(byObjects, id);
      assertOpen(id, found);
      return found?.office;
    },
  };
};
