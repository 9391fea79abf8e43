import { Fault, phrase } from '../../fault.ts';
import type { Clock } from '../../ports.ts';
import type { Principal } from '../../principal.ts';
import { everyItem, type Key, type Table } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';

/**
 * Delegates: persons whom a holder lets see the holder's records.
 *
 *   delegate/{holder}  {delegate}  since when, and until when if it has an end
 */
type DelegateRow = { readonly since: string; readonly until?: string };

export interface DelegateView {
  readonly delegate: string;
  readonly since: string;
  readonly until?: string;
}

export interface Delegates {
  /** The delegations in force: about `MAX_DELEGATES` at most. */
  list(holder: string): Promise<readonly DelegateView[]>;
  /**
   * Naming the same delegate again replaces the end. Fault: `invalid-input` unless the delegate is another principal of
   * role holder.
   */
  name(holder: Principal, delegate: string, until?: string): Promise<DelegateView>;
  /** Succeeds if there is no such delegation. */
  withdraw(holder: Principal, delegate: string): Promise<void>;
  /** Whether the caller may see and ask for what the holder may. Fault: `forbidden`. */
  assertMayAct(caller: Principal, holder: string): Promise<void>;
}

const MAX_DELEGATES = 20;

const keyOf = (holder: string, delegate: string): Key => ({ pk: `delegate/${holder}`, sk: delegate });

export const openDelegates = (deps: {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly principals: ReadonlyMap<string, Principal>;
}): Delegates => {
  const { table, ledger, clock, principals } = deps;

  const isInForce = ({ until }: DelegateRow): boolean => until === undefined || Date.parse(until) > clock();

  const list: Delegates['list'] = async (holder) => {
    const inForce: DelegateView[] = [];
    for await (const { sk: delegate, value } of everyItem<DelegateRow>(table, { pk: `delegate/${holder}` })) {
      if (isInForce(value)) inForce.push({ delegate, ...value });
    }
    return inForce;
  };

  const recordOf = async (holder: string, act: string, delegate: string) =>
    (await ledger.prepare({ kind: 'disclosure', actor: holder, holder, details: { act, delegate } })).writes;

  return {
    list,

    name: async (holder, delegate, until) => {
      if (delegate === holder.id || principals.get(delegate)?.role !== 'holder') {
        throw new Fault('invalid-input', 'A delegate is another principal of role holder.', {
          field: 'delegate',
        });
      }
      if (until !== undefined && !(Date.parse(until) > clock())) {
        throw new Fault('invalid-input', 'The delegation would be over already.', { field: 'until' });
      }
      const before = await table.get<DelegateRow>(keyOf(holder.id, delegate));
      if (!before && (await list(holder.id)).length >= MAX_DELEGATES) {
        throw new Fault('invalid-input', phrase`A holder has at most ${MAX_DELEGATES} delegates.`);
      }
      const row: DelegateRow = {
        since: new Date(clock()).toISOString(),
        ...(until !== undefined && { until }),
      };
      await table.write([
        {
          put: keyOf(holder.id, delegate),
          value: row,
          if: before ? { version: before.version } : 'absent',
          // The ledger keeps the history of delegations. Rows of lapsed ones would pile up before those in force.
          ...(until !== undefined && { expires: Math.ceil(Date.parse(until) / 1000) }),
        },
        ...(await recordOf(holder.id, 'delegate-named', delegate)),
      ]);
      return { delegate, ...row };
    },

    withdraw: async (holder, delegate) => {
      const before = await table.get<DelegateRow>(keyOf(holder.id, delegate));
      if (!before) return;
      await table.write([
        { delete: keyOf(holder.id, delegate), if: { version: before.version } },
        ...(await recordOf(holder.id, 'delegate-withdrawn', delegate)),
      ]);
    },

    assertMayAct: async (caller, holder) => {
      if (caller.role === 'holder' && caller.id === holder) return;
      const row =
        caller.role === 'holder' ? await table.get<DelegateRow>(keyOf(holder, caller.id)) : undefined;
      if (row && isInForce(row.value)) return;
      throw new Fault('forbidden', 'The records of a holder are for the holder and its delegates.');
    },
  };
};
