import { Fault, phrase } from '../fault.ts';
import { type Principal, WORDS_OF_RECORDS, WORDS_OF_REPORTS } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { serves } from '../tenant.ts';
import type { Acting, Current } from './acting.ts';
import type { Directory, PrincipalState, PrincipalTerms } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { unknownOffice } from './principal-views.ts';
import type { Contents } from './rows.ts';
import { assertId, readContents, readTerm, readText } from './terms.ts';
import { wrongStanding } from './two-operators.ts';

/* What people give of a principal, checked, and the state that follows from it. */

const invalid = (path: string, why: ReturnType<typeof phrase>): Fault =>
  new Fault('invalid-input', why, { path });

const saidOfOthers = (id: string): Fault =>
  invalid('id', phrase`Records and reports say ${id} of others; choose another id, such as ${id}-1.`);

/** Terms that were found good. */
export interface ReadTerms {
  readonly state: Omit<PrincipalState, 'contents' | 'standing'>;
  readonly contents: Contents;
  /** Of the contents, for the act. */
  readonly digest: string;
}

export interface PrincipalTermsReader {
  /** Faults: `invalid-input`; `wrong-state` where the trust domain's file has or had an operator of this id. */
  assertFree(actor: Pick<Principal, 'tenant'>, id: string, current: Current<PrincipalState>): Promise<void>;
  /** Faults: `invalid-input`, `unknown-office`, `not-in-force`. */
  read(
    actor: Principal,
    id: string,
    terms: PrincipalTerms,
    current: Current<PrincipalState>,
  ): Promise<ReadTerms>;
  /**
   * The state that the terms give, over the one that there is. A key that was confirmed stays confirmed. A suspension stays,
   * unless this resumes. Faults: `wrong-state`, `invalid-input`.
   */
  after(id: string, current: Current<PrincipalState>, read: ReadTerms, resumes?: boolean): PrincipalState;
}

/** Nobody proposes anything of an id that is another tenant's. Fault: `wrong-state`. */
export const assertOwnTenant = (
  actor: Pick<Principal, 'tenant'>,
  id: string,
  { standing }: Current<PrincipalState>,
): void => {
  if (standing === undefined) return;
  const state = standing.state ?? standing.awaiting?.state;
  // Where a first proposal was taken back there is no state, and the act says whose it was.
  if (serves(actor, state ? state.tenant : standing.record.tenant)) return;
  throw new Fault('wrong-state', 'This id is taken; choose another one.', { principal: id });
};

export const openPrincipalTerms = (
  { founders, directory, clock }: EnrolmentDeps & { readonly directory: Pick<Directory, 'openOffice'> },
  acting: Pick<Acting<PrincipalState>, 'salted'>,
): PrincipalTermsReader => {
  const assertFree: PrincipalTermsReader['assertFree'] = async (actor, id, current) => {
    const { standing } = current;
    assertId(id);
    assertOwnTenant(actor, id, current);
    if (WORDS_OF_RECORDS.some((word) => word === id)) throw saidOfOthers(id);
    if (standing?.state?.role === 'holder' && standing.state.contents === undefined)
      throw new Fault(
        'wrong-state',
        'A submission enrolled this holder, who has a pseudonym and no name; take another id.',
        { principal: id },
      );
    const isOfFile = founders.operators.some((one) => one.id === id) || (await founders.isWithdrawn(id));
    if (isOfFile && standing === undefined)
      throw new Fault(
        'wrong-state',
        'The trust domain names an operator of this id, now or earlier; take another id.',
        {
          principal: id,
        },
      );
  };

  /** Officers have that of their office. Faults: `unknown-office`, `not-in-force`, `invalid-input`. */
  const readTenant = async (
    actor: Principal,
    { office: id, tenant = actor.tenant }: PrincipalTerms,
  ): Promise<string | undefined> => {
    if (id !== undefined) {
      const office = await directory.openOffice(id, actor);
      if (office === undefined) throw unknownOffice(id);
      return office.tenant;
    }
    if (tenant === undefined || (founders.tenants.includes(tenant) && serves(actor, tenant))) return tenant;
    throw invalid('tenant', phrase`There is no tenant of that id.`);
  };

  /** A term that began stays begun where the terms do not say another beginning. */
  const read: PrincipalTermsReader['read'] = async (actor, id, terms, { standing }) => {
    const from = terms.from ?? standing?.state?.from;
    const contents = readContents(terms);
    const { role, office, duties, purposes, assumedPurpose, agreement } = terms;
    const issue = founders.nameIssue(id, contents.name.ja);
    if (issue) throw invalid('name.ja', issue);
    // Reports name relying parties by their ids.
    if (role === 'relyingParty' && WORDS_OF_REPORTS.some((word) => word === id)) throw saidOfOthers(id);
    if (terms.person !== undefined) assertId(terms.person, 'person');
    if ((role === 'officer') !== (office !== undefined))
      throw invalid('office', phrase`Officers, and only they, belong to an office.`);
    if ((role === 'officer') !== (duties !== undefined && duties.length > 0))
      throw invalid(
        'duties',
        phrase`Officers, and only they, have duties: receive, examine, approve, responsible.`,
      );
    if (purposes !== undefined && role !== 'relyingParty')
      throw invalid('purposes', phrase`Relying parties, and only they, declare purposes.`);
    if (assumedPurpose !== undefined && !purposes?.some((purpose) => purpose.id === assumedPurpose))
      throw invalid('assumedPurpose', phrase`The principal declares no purpose of that id.`);
    if (agreement !== undefined && role !== 'relyingParty')
      throw invalid('agreement', phrase`Relying parties, and only they, have an agreement.`);
    const tenant = await readTenant(actor, terms);
    const state: Omit<PrincipalState, 'contents' | 'standing'> = {
      ...readTerm({ ...terms, ...(from !== undefined && { from }) }, clock()),
      role,
      person: terms.person ?? id,
      ...(tenant !== undefined && { tenant }),
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

  const after: PrincipalTermsReader['after'] = (id, { standing }, { state, digest }, resumes = false) => {
    const before = standing?.state;
    if (before?.standing === 'ended') throw wrongStanding('principal', id, 'ended');
    if (before !== undefined && before.role !== state.role)
      throw invalid('role', phrase`The role of ${id} stays; enrol the person under another id.`);
    assertSamePerson(id, before, state.person);
    if (before !== undefined && before.tenant !== state.tenant)
      throw invalid('tenant', phrase`${id} stays with its tenant; enrol the person under another id.`);
    return {
      ...state,
      standing:
        before?.standing === 'suspended' && !resumes ? 'suspended' : before?.key ? 'active' : 'invited',
      ...(before?.key && { key: before.key }),
      contents: digest,
    };
  };

  return { assertFree, read, after };
};
