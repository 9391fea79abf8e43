import { Fault, phrase, wentThrough } from '../../fault.ts';
import { textIn, timeIn } from '../../members.ts';
import type { Clock } from '../../ports.ts';
import type { Principal } from '../../principal.ts';
import { everyItem, type Item, type Key, type Table, type Write } from '../../store/store.ts';
import type { ActDraft, Ledger, LedgerRecord, Newest } from '../contract.ts';

/**
 * Delegates: persons whom a holder lets see the holder's records.
 *
 *   outcomes/delegate.{holder}.{delegate}/{n}  the record with which the holder named the delegate, or withdrew it
 *   delegate/{holder}  {delegate}              DelegateRow: a delegation to look for
 *
 * The newest of these records decides, and naming again replaces the end. The row says where to look and opens nothing; without
 * it, the delegate sees nothing.
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

const actName = (holder: string, delegate: string): string => `delegate.${holder}.${delegate}`;

export const openDelegates = (deps: {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly directory: { findProven(id: string): Promise<Principal | undefined> };
}): Delegates => {
  const { table, ledger, clock, directory } = deps;

  /** A holder learns nothing about the enrolment of another person. */
  const isHolder = async (id: string): Promise<boolean> => {
    try {
      return (await directory.findProven(id))?.role === 'holder';
    } catch (error) {
      if (Fault.is(error, 'not-in-force')) return false;
      throw error;
    }
  };

  const isOver = (until: unknown): boolean => until !== undefined && !(timeIn(until) > clock());

  /** The delegation that the holder's acts made, as the row has it. Undefined where the newest of them withdrew it. */
  const namedBy = (record: LedgerRecord | undefined, holder: string): DelegateRow | undefined => {
    if (record?.kind !== 'disclosure' || record.actor !== holder) return undefined;
    const { act, until } = record.details;
    if (act !== 'delegate-named') return undefined;
    return { since: record.time, ...(until !== undefined && { until: textIn(until) ?? '' }) };
  };

  /** The delegation in force. */
  const inForce = async (holder: string, delegate: string): Promise<DelegateRow | undefined> => {
    const { newest } = await ledger.newest(actName(holder, delegate));
    const named = namedBy(newest?.record, holder);
    return named && !isOver(named.until) ? named : undefined;
  };

  /** The newest act between the two, after the row and the ledger were made to follow it. */
  const follow = async (holder: string, delegate: string): Promise<Newest> => {
    for (;;) {
      const found = await ledger.newest(actName(holder, delegate));
      const row = await table.get<DelegateRow>(keyOf(holder, delegate));
      const named = namedBy(found.newest?.record, holder);
      const writes = [
        ...rowWrites(keyOf(holder, delegate), row, named && !isOver(named.until) ? named : undefined),
        ...(found.newest?.writes ?? []),
      ];
      if (writes.length === 0 || (await wentThrough(table.write(writes)))) return found;
    }
  };

  /** Undefined where another act was first. */
  const act = async (
    holder: string,
    delegate: string,
    { next }: Newest,
    details: ActDraft['details'],
  ): Promise<LedgerRecord | undefined> => {
    const draft: ActDraft = { kind: 'disclosure', actor: holder, holder, details: { ...details, delegate } };
    const { record, isOurs } = await ledger.conclude(draft, next);
    if (!isOurs) return undefined;
    await follow(holder, delegate);
    return record;
  };

  const list: Delegates['list'] = async (holder) => {
    const found: DelegateView[] = [];
    for await (const { sk: delegate, value } of everyItem<DelegateRow>(table, { pk: `delegate/${holder}` })) {
      const named = isOver(value.until) ? undefined : await inForce(holder, delegate);
      if (named) found.push({ delegate, ...named });
    }
    return found;
  };

  return {
    list,

    name: async ({ id: holder }, delegate, until) => {
      if (delegate === holder || !(await isHolder(delegate))) {
        throw new Fault('invalid-input', 'A delegate is another principal of role holder.', {
          field: 'delegate',
        });
      }
      if (isOver(until)) {
        throw new Fault('invalid-input', 'The delegation would be over already.', { field: 'until' });
      }
      const others = (await list(holder)).filter((one) => one.delegate !== delegate);
      if (others.length >= MAX_DELEGATES) {
        throw new Fault('invalid-input', phrase`A holder has at most ${MAX_DELEGATES} delegates.`);
      }
      const details = { act: 'delegate-named', ...(until !== undefined && { until }) };
      for (;;) {
        const record = await act(holder, delegate, await follow(holder, delegate), details);
        const named = namedBy(record, holder);
        if (named) return { delegate, ...named };
      }
    },

    withdraw: async ({ id: holder }, delegate) => {
      for (;;) {
        const found = await follow(holder, delegate);
        // A delegation that is over needs no withdrawal.
        const named = namedBy(found.newest?.record, holder);
        if (named === undefined || isOver(named.until)) return;
        if (await act(holder, delegate, found, { act: 'delegate-withdrawn' })) return;
      }
    },

    assertMayAct: async (caller, holder) => {
      if (caller.role === 'holder' && caller.id === holder) return;
      const row =
        caller.role === 'holder' ? await table.get<DelegateRow>(keyOf(holder, caller.id)) : undefined;
      if (row && !isOver(row.value.until) && (await inForce(holder, caller.id))) return;
      throw new Fault('forbidden', 'The records of a holder are for the holder and its delegates.');
    },
  };
};

/** Writes after which the row says this delegation, or is gone. */
const rowWrites = (
  key: Key,
  row: Item<DelegateRow> | undefined,
  named: DelegateRow | undefined,
): readonly Write[] => {
  if (named === undefined) return row ? [{ delete: key, if: { version: row.version } }] : [];
  if (row?.value.since === named.since && row.value.until === named.until) return [];
  return [
    {
      put: key,
      value: named,
      if: row ? { version: row.version } : 'absent',
      // The ledger keeps the history of delegations. Rows of lapsed ones would pile up before those in force.
      ...(named.until !== undefined && { expires: Math.ceil(Date.parse(named.until) / 1000) }),
    },
  ];
};
