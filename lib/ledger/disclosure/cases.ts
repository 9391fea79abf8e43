import { Fault, phrase } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import type { Principal } from '../../principal.ts';
import { readRecordedAct } from '../../recorded-act.ts';
import type { Item, Key, Table, Write } from '../../store/store.ts';
import { serves } from '../../tenant.ts';
import type { Ledger } from '../contract.ts';
import { heldCertificates } from '../query/holder.ts';
import type { Delegates } from './delegates.ts';

/**
 * Requests for disclosure, each with the term that the law sets for it.
 *
 *   disclosure                   {id}  the case; its id is that of the record with which it began
 *   disclosure/holder/{holder}   {id}  a pointer
 *   disclosure/tenant/{tenant}   {id}  a pointer, where an operator of the tenant asked
 *
 * The record says who asked for whose records, of which tenant, and when; a row without it is no case. The rest of the row opens nothing: the
 * term, and what was handed over first.
 */
export type CaseRow = {
  readonly holder: string;
  /** Present where an operator of this tenant asked: about what concerns the tenant, and for its people to see. */
  readonly tenant?: string;
  readonly requestedBy: string;
  /** RFC 3339 UTC, as the other times. */
  readonly requestedAt: string;
  readonly deadline: string;
  /** The reason is for the holder to read; it stays in this row. */
  readonly extension?: { readonly by: string; readonly at: string; readonly reason: string };
  readonly disclosedAt?: string;
  /** SHA-256 of the signed bundle that was handed over first, hex. */
  readonly bundle?: string;
};

export type CaseView = CaseRow & {
  readonly id: string;
  readonly state: 'open' | 'overdue' | 'disclosed';
};

export interface Cases {
  /**
   * The caller is the holder, its delegate, or an operator who was asked on paper. Faults: `forbidden`; `unknown-holder` for
   * an operator who names nobody, and for one of a tenant who names somebody without a certificate of that tenant.
   */
  open(caller: Principal, holder: string): Promise<CaseView>;
  /** Faults: `unknown-disclosure`. */
  get(caller: Principal, id: string): Promise<CaseView>;
  /** Newest first: a holder's own, or all that operators and auditors serve. */
  list(
    caller: Principal,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly cases: readonly CaseView[]; readonly cursor?: string }>;
  /** Once, before the term is over, by at most 30 days more. Faults: `unknown-disclosure`, `disclosure-closed`,
   * `already-extended`, `invalid-input`. */
  extend(caller: Principal, id: string, days: number, reason: string): Promise<CaseView>;
  /**
   * Writes that close the case, for the caller to store with the record of the hand-over; none where the case is
   * closed.
   */
  closeWrites(id: string, bundle: string): Promise<readonly Write[]>;
}

const TERM_DAYS = 30;
const MAX_EXTENSION_DAYS = 30;
const DAY = 86_400_000;
const JST_AHEAD_MS = 9 * 3_600_000;

/** The last second, Japan Standard Time, of the day that comes `days` days after the day of `ms`. */
export const endOfTerm = (ms: number, days: number): string => {
  const midnight = Math.floor((ms + JST_AHEAD_MS) / DAY) * DAY - JST_AHEAD_MS;
  return new Date(midnight + (days + 1) * DAY - 1000).toISOString();
};

const PK = 'disclosure';
const caseKey = (id: string): Key => ({ pk: PK, sk: id });
const holderPk = (holder: string): string => `disclosure/holder/${holder}`;

const tenantPk = (tenant: string): string => `disclosure/tenant/${tenant}`;

const unknown = (): Fault => new Fault('unknown-disclosure', 'There is no such disclosure.');

export const openCases = (deps: {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly delegates: Delegates;
  readonly isHolder: (id: string) => Promise<boolean>;
}): Cases => {
  const { table, ledger, clock, delegates } = deps;

  /** The term includes the whole of its last second. */
  const isOver = ({ deadline }: CaseRow): boolean => clock() >= Date.parse(deadline) + 1000;

  const viewOf = (id: string, row: CaseRow): CaseView => ({
    id,
    ...row,
    state: row.disclosedAt !== undefined ? 'disclosed' : isOver(row) ? 'overdue' : 'open',
  });

  const mayReadAll = ({ role }: Principal): boolean => role === 'operator' || role === 'auditor';

  /** The row, with whom it is about as the act has it. Undefined where no act bears it out. */
  const proven = async (item: Item<CaseRow>): Promise<Item<CaseRow> | undefined> => {
    const details = { act: 'requested' };
    const record = await readRecordedAct(ledger, item.sk, { kind: 'disclosure', details });
    if (record?.holder === undefined) return undefined;
    const { holder, tenant, actor: requestedBy, time: requestedAt } = record;
    const { tenant: _, ...row } = item.value;
    const value = { ...row, holder, ...(tenant !== undefined && { tenant }), requestedBy, requestedAt };
    return { ...item, value };
  };

  const find = async (id: string): Promise<Item<CaseRow> | undefined> => {
    const item = await table.get<CaseRow>(caseKey(id));
    return item && proven(item);
  };

  /** By the issuances, which are signed acts. */
  const holdsCertificateOf = async (tenant: string, holder: string): Promise<boolean> =>
    (await heldCertificates(table, ledger, holder)).some((one) => one.tenant === tenant);

  const isKnownTo = ({ tenant }: Principal, holder: string): Promise<boolean> =>
    tenant === undefined ? deps.isHolder(holder) : holdsCertificateOf(tenant, holder);

  const read = async (id: string): Promise<Item<CaseRow>> => {
    const item = await find(id);
    if (!item) throw unknown();
    return item;
  };

  return {
    open: async (caller, holder) => {
      if (caller.role !== 'operator') await delegates.assertMayAct(caller, holder);
      else if (!(await isKnownTo(caller, holder))) {
        // A signed file without records would look like the records of somebody of whom nothing is kept.
        throw new Fault('unknown-holder', 'The trust domain and the requests have no holder of that id.', {
          id: holder,
        });
      }
      const now = clock();
      const { tenant } = caller;
      const ofTenant = tenant !== undefined && { tenant };
      const { record, writes } = await ledger.prepare({
        kind: 'disclosure',
        actor: caller.id,
        ...ofTenant,
        holder,
        details: { act: 'requested' },
      });
      const row: CaseRow = {
        holder,
        ...ofTenant,
        requestedBy: caller.id,
        requestedAt: record.time,
        deadline: endOfTerm(now, TERM_DAYS),
      };
      await table.write([
        { put: caseKey(record.id), value: row, if: 'absent' },
        { put: { pk: holderPk(holder), sk: record.id }, value: {}, if: 'absent' },
        ...(tenant === undefined
          ? []
          : [{ put: { pk: tenantPk(tenant), sk: record.id }, value: {}, if: 'absent' } as const]),
        ...writes,
      ]);
      return viewOf(record.id, row);
    },

    get: async (caller, id) => {
      const { value } = await read(id);
      if (mayReadAll(caller)) {
        if (!serves(caller, value.tenant)) throw unknown();
      } else {
        try {
          await delegates.assertMayAct(caller, value.holder);
        } catch (error) {
          // Somebody else's case is answered like one that does not exist.
          throw Fault.is(error, 'forbidden') ? unknown() : error;
        }
      }
      return viewOf(id, value);
    },

    list: async (caller, { limit, cursor }) => {
      const all = mayReadAll(caller);
      const { tenant } = caller;
      const pk = !all ? holderPk(caller.id) : tenant === undefined ? PK : tenantPk(tenant);
      const page = await table.query<CaseRow>({
        pk,
        descending: true,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      const items = await Promise.all(page.items.map((item) => (pk === PK ? proven(item) : find(item.sk))));
      const isTheirs = (row: CaseRow): boolean =>
        all ? serves(caller, row.tenant) : row.holder === caller.id;
      return {
        cases: items.flatMap((item) => (item && isTheirs(item.value) ? [viewOf(item.sk, item.value)] : [])),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },

    extend: async (caller, id, days, reason) => {
      if (!Number.isInteger(days) || days < 1 || days > MAX_EXTENSION_DAYS) {
        throw new Fault('invalid-input', phrase`A term is extended by 1 to ${MAX_EXTENSION_DAYS} days.`, {
          field: 'days',
        });
      }
      const { value, version } = await read(id);
      if (!serves(caller, value.tenant)) throw unknown();
      if (value.disclosedAt !== undefined) {
        throw new Fault('disclosure-closed', 'The disclosure has been made; there is no term to extend.');
      }
      if (value.extension) throw new Fault('already-extended', 'The term has been extended once already.');
      // An extension cannot make a late case timely.
      if (isOver(value))
        throw new Fault('disclosure-closed', 'The term is over; it is extended before that.');
      const now = clock();
      const row: CaseRow = {
        ...value,
        deadline: endOfTerm(Date.parse(value.requestedAt), TERM_DAYS + days),
        extension: { by: caller.id, at: new Date(now).toISOString(), reason },
      };
      const { writes } = await ledger.prepare({
        kind: 'disclosure',
        actor: caller.id,
        ...(value.tenant !== undefined && { tenant: value.tenant }),
        holder: value.holder,
        details: { act: 'extended', disclosure: id, days },
      });
      await table.write([{ put: caseKey(id), value: row, if: { version } }, ...writes]);
      return viewOf(id, row);
    },

    closeWrites: async (id, bundle) => {
      const { value, version } = await read(id);
      if (value.disclosedAt !== undefined) return [];
      const row: CaseRow = { ...value, disclosedAt: new Date(clock()).toISOString(), bundle };
      return [{ put: caseKey(id), value: row, if: { version } }];
    },
  };
};
