import { Fault, phrase } from '../fault.ts';
import { WORDS_OF_RECORDS, WORDS_OF_REPORTS } from '../principal.ts';
import type { Value } from '../store/store.ts';
import type { Acting, Current } from './acting.ts';
import type { Directory, PrincipalState, PrincipalTerms } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import type { Contents } from './rows.ts';
import { assertId, readContents, readTerm, readText } from './terms.ts';
import { wrongStanding } from './two-operators.ts';

/* What people give of a principal, checked, and the state that follows from it. */

const invalid = (path: string, why: ReturnType<typeof phrase>): Fault =>
  new Fault('invalid-input', why, { path });

/** Terms that were found good. */
export interface ReadTerms {
  readonly state: Omit<PrincipalState, 'contents' | 'standing'>;
  readonly contents: Contents;
  /** Of the contents, for the act. */
  readonly digest: string;
}

export interface PrincipalTermsReader {
  /** Faults: `invalid-input`; `wrong-state` where the trust domain's file has or had a principal of this id. */
  assertFree(id: string, current: Current<PrincipalState>): Promise<void>;
  /** Faults: `invalid-input`, `unknown-office`, `not-in-force`. */
  read(id: string, terms: PrincipalTerms, current: Current<PrincipalState>): Promise<ReadTerms>;
  /**
   * The state that the terms give, over the one that there is. A key that was confirmed stays confirmed. A suspension stays,
   * unless this resumes. Faults: `wrong-state`, `invalid-input`.
   */
  after(id: string, current: Current<PrincipalState>, read: ReadTerms, resumes?: boolean): PrincipalState;
}

export const openPrincipalTerms = (
  { founders, directory, clock }: EnrolmentDeps & { readonly directory: Pick<Directory, 'openOffice'> },
  acting: Pick<Acting<PrincipalState>, 'salted'>,
): PrincipalTermsReader => {
  const assertFree: PrincipalTermsReader['assertFree'] = async (id, { standing }) => {
    assertId(id);
    const isTaken = [...WORDS_OF_RECORDS, ...WORDS_OF_REPORTS].some((word) => word === id);
    if (isTaken)
      throw invalid(
        'id',
        phrase`Records and reports say ${id} of others; choose another id, such as ${id}-1.`,
      );
    if (standing?.state?.role === 'holder' && standing.state.contents === undefined)
      throw new Fault(
        'wrong-state',
        'A submission enrolled this holder, who has a pseudonym and no name; take another id.',
        { principal: id },
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
  const read: PrincipalTermsReader['read'] = async (id, terms, { standing }) => {
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

  const after: PrincipalTermsReader['after'] = (id, { standing }, { state, digest }, resumes = false) => {
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

  return { assertFree, read, after };
};
