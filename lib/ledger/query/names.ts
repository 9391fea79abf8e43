import { Fault, type FaultCode, type Phrase, phrase } from '../../fault.ts';
import type { Principal } from '../../principal.ts';
import type { Ledger, RecordQuery } from '../contract.ts';
import type { Known } from '../recipients.ts';
import { recordPages } from '../record-pages.ts';

/**
 * The names that a query may have. An empty answer about a name that was never there looks like an answer about somebody
 * who was told nothing, so such a query is refused instead. A name that the trust domain no longer has is still known
 * while a record has it, and one that was enrolled stays known.
 */
export interface Names {
  /**
   * Faults: `unknown-recipient`, `unknown-actor`, `unknown-holder`, `unknown-office`, `unknown-purpose`,
   * `unknown-authority`. Only for callers who may know who exists.
   */
  assertKnown(query: Named): Promise<void>;
}

export interface NamesDeps {
  readonly ledger: Pick<Ledger, 'query'>;
  /** Principals and offices, whatever became of them. */
  readonly directory: {
    readonly known: Known;
    everyOf(role: 'relyingParty'): AsyncIterable<Pick<Principal, 'purposes'>>;
    office(id: string): Promise<object | undefined>;
  };
  /** A trust domain never loses one of these. */
  readonly authorities: ReadonlySet<string>;
  readonly isHolder: (id: string) => Promise<boolean>;
}

type Named = Pick<RecordQuery, 'recipient' | 'actor' | 'holder' | 'office' | 'purpose' | 'certificate'>;

export const openNames = (deps: NamesDeps): Names => {
  const { ledger, directory, authorities, isHolder } = deps;

  const isPrincipal = async (id: string): Promise<boolean> => (await directory.known(id)) !== undefined;

  const declares = ({ purposes }: Pick<Principal, 'purposes'>, purpose: string): boolean =>
    purposes?.some(({ id }) => id === purpose) === true;

  /** There are some hundreds of relying parties. They are gone through only for a purpose that no record has. */
  const isDeclared = async (purpose: string): Promise<boolean> => {
    for await (const party of directory.everyOf('relyingParty')) if (declares(party, purpose)) return true;
    return false;
  };

  const isOnRecord = async (query: Named): Promise<boolean> => {
    for await (const records of recordPages(ledger, query, 1)) if (records.length > 0) return true;
    return false;
  };

  return {
    assertKnown: async ({ recipient, actor, holder, office, purpose, certificate }) => {
      if (recipient !== undefined && recipient !== 'public' && !(await isPrincipal(recipient))) {
        if (!(await isOnRecord({ recipient }))) {
          throw unknown('unknown-recipient', phrase`a recipient`, recipient);
        }
      }
      if (actor !== undefined && actor !== 'service' && !(await isPrincipal(actor))) {
        if (!(await isOnRecord({ actor }))) throw unknown('unknown-actor', phrase`an actor`, actor);
      }
      if (holder !== undefined && !(await isHolder(holder))) {
        if (!(await isOnRecord({ holder }))) throw unknown('unknown-holder', phrase`a holder`, holder);
      }
      if (purpose !== undefined && !(await isOnRecord({ purpose })) && !(await isDeclared(purpose))) {
        throw unknown('unknown-purpose', phrase`a purpose`, purpose);
      }
      if (office !== undefined && (await directory.office(office)) === undefined) {
        throw unknown('unknown-office', phrase`an office`, office);
      }
      if (certificate !== undefined && !authorities.has(certificate.ca)) {
        throw unknown('unknown-authority', phrase`an authority`, certificate.ca);
      }
    },
  };
};

const unknown = (code: FaultCode, what: Phrase, id: string): Fault =>
  new Fault(code, phrase`Neither the trust domain nor any record has ${what} of that id.`, { id });
