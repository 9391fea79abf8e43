import { Fault, type Phrase } from '../fault.ts';
import type { Table } from '../store/store.ts';
import { attributeIssuesOf } from './checks.ts';
import type { Office, Standing, TrustDomain } from './contract.ts';
import { addPeriod } from './period.ts';
import { describeSubject } from './subject.ts';
import { readWithdrawn } from './withdrawn.ts';

/** What enrolment has to know of the file: who founded the trust domain, and by which rules others are enrolled. */
export const foundersOf = (
  { operators, tenants, authorities, profiles, operations, acts }: TrustDomain,
  { table, standing }: { readonly table: Table; readonly standing: Pick<Standing, 'current'> },
) => {
  const asked = profiles.filter(({ kind }) => kind === 'organisation' || kind === 'person');
  return {
    operators,
    tenants: tenants.map(({ id }) => id),
    profilesFor: (tenant: string): readonly string[] =>
      asked
        .filter(({ authority }) => {
          const issuer = authorities.find(({ id }) => id === authority);
          return issuer?.tenant === undefined || issuer.tenant === tenant;
        })
        .map(({ id }) => id),
    publicKeys: operations.principal.publicKeys,
    officeIssues: (office: Office): readonly Phrase[] =>
      attributeIssuesOf(office, asked).map(({ message }) => message),

    /** The certificate of a principal has its id and its name. */
    nameIssue: (principal: string, name: string): Phrase | undefined => {
      try {
        describeSubject(operations.principal, undefined, { principal, name });
        return undefined;
      } catch (error) {
        if (Fault.is(error)) return error.phrase;
        throw error;
      }
    },

    isWithdrawn: async (id: string): Promise<boolean> => {
      const state = await standing.current();
      return state !== undefined && (await readWithdrawn(table, state.withdrawn)).has(id);
    },

    lapsesAt: (proposedAt: number): number => addPeriod(new Date(proposedAt), acts.lapse.enrolment).getTime(),
  };
};
