import { Fault, type FaultCode, type Phrase, phrase } from '../../fault.ts';
import type { Principal } from '../../principal.ts';
import { serves } from '../../tenant.ts';
import type { Ledger, RecordQuery } from '../contract.ts';
import type { Known } from '../recipients.ts';
import { recordPages } from '../record-pages.ts';

/**
 * The names that a query may have. To a principal of a tenant, those of other tenants are unknown. The principals of the service
 * serve all tenants, so all know them. An empty answer about a name that was never there looks like an answer about somebody
 * who was told nothing, so such a query is refused instead. A name that the trust domain no longer has is still known
 * while a record has it, and one that was enrolled stays known.
 */
export interface Names {
  /**
   * Faults: `unknown-recipient`, `unknown-actor`, `unknown-holder`, `unknown-office`, `unknown-purpose`,
   * `unknown-authority`; `invalid-input` for a tenant. Only for callers who may know who exists.
   */
  assertKnown(caller: Pick<Principal, 'tenant'>, query: Named): Promise<void>;
}

export interface NamesDeps {
  readonly ledger: Pick<Ledger, 'query'>;
  /** Principals and offices, whatever became of them. */
  readonly directory: {
    readonly known: Known;
    everyOf(role: 'relyingParty'): AsyncIterable<Pick<Principal, 'purposes' | 'tenant'>>;
    office(id: string): Promise<{ readonly tenant: string } | undefined>;
  };
  readonly tenants: ReadonlySet<string>;
  /** With their tenants. A trust domain never loses one of these. */
  readonly authorities: ReadonlyMap<string, string | undefined>;
  readonly isHolder: (id: string) => Promise<boolean>;
}

type Named = Pick<
  RecordQuery,
  'recipient' | 'actor' | 'holder' | 'office' | 'purpose' | 'certificate' | 'tenant'
>;

/** For a principal of a tenant pages are long: few of the rows may be of that tenant. */
const PAGE_OF_TENANT = 1000;

type Caller = Pick<Principal, 'tenant'>;

export const openNames = (deps: NamesDeps): Names => {
  const { ledger, directory, tenants, authorities, isHolder } = deps;

  /** Undefined where the caller must ask the records. */
  const isPrincipal = async (caller: Caller, id: string): Promise<boolean | undefined> => {
    const found = await directory.known(id);
    // A holder belongs to no tenant. Whether there is one of that pseudonym says to a tenant a record of its own.
    if (found === undefined || (found.role === 'holder' && caller.tenant !== undefined)) return undefined;
    return isAround(caller, found.tenant);
  };

  /** There are some hundreds of relying parties. They are gone through only for a purpose that no record has. */
  const isDeclared = async (caller: Caller, purpose: string): Promise<boolean> => {
    for await (const { tenant, purposes = [] } of directory.everyOf('relyingParty')) {
      if (isAround(caller, tenant) && purposes.some(({ id }) => id === purpose)) return true;
    }
    return false;
  };

  const isOnRecord = async ({ tenant: own }: Caller, query: Named): Promise<boolean> => {
    const only = own === undefined ? query : { ...query, onlyRecordsOfTenant: own };
    const pages = recordPages(ledger, only, own === undefined ? 1 : PAGE_OF_TENANT);
    for await (const records of pages) if (records.length > 0) return true;
    return false;
  };

  /** To a principal of a tenant a holder is known by the issuance of a certificate of that tenant. */
  const isHolderTo = async (caller: Caller, id: string): Promise<boolean> =>
    caller.tenant === undefined && (await isHolder(id));

  /** Whether somebody of that tenant may be known to the caller. */
  const isAround = (caller: Caller, tenant: string | undefined): boolean =>
    tenant === undefined || serves(caller, tenant);

  return {
    assertKnown: async (caller, { recipient, actor, holder, office, purpose, certificate, tenant }) => {
      if (tenant !== undefined && !(tenants.has(tenant) && serves(caller, tenant))) {
        throw new Fault('invalid-input', 'There is no tenant of that id.', { field: 'tenant' });
      }
      if (recipient !== undefined && recipient !== 'public') {
        if (!((await isPrincipal(caller, recipient)) ?? (await isOnRecord(caller, { recipient }))))
          throw unknown('unknown-recipient', phrase`a recipient`, recipient);
      }
      if (actor !== undefined && actor !== 'service') {
        if (!((await isPrincipal(caller, actor)) ?? (await isOnRecord(caller, { actor }))))
          throw unknown('unknown-actor', phrase`an actor`, actor);
      }
      if (holder !== undefined && !(await isHolderTo(caller, holder))) {
        if (!(await isOnRecord(caller, { holder })))
          throw unknown('unknown-holder', phrase`a holder`, holder);
      }
      if (purpose !== undefined) {
        if (!(await isOnRecord(caller, { purpose })) && !(await isDeclared(caller, purpose)))
          throw unknown('unknown-purpose', phrase`a purpose`, purpose);
      }
      if (office !== undefined) {
        const found = await directory.office(office);
        if (found === undefined || !serves(caller, found.tenant))
          throw unknown('unknown-office', phrase`an office`, office);
      }
      if (certificate !== undefined) {
        const { ca } = certificate;
        if (!authorities.has(ca) || !isAround(caller, authorities.get(ca)))
          throw unknown('unknown-authority', phrase`an authority`, ca);
      }
    },
  };
};

const unknown = (code: FaultCode, what: Phrase, id: string): Fault =>
  new Fault(code, phrase`Neither the trust domain nor any record has ${what} of that id.`, { id });
