import { Fault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { EndedMonth, ItemName, MonthView, OrderAct, OrderView, PersonalData } from './contract.ts';
import type { ItemsDeps, PersonalDeps } from './deps.ts';
import { assertMonth, openEnding } from './ending.ts';
import { type ItemsOf, openErasing } from './erasing.ts';
import { type Items, openItems } from './items.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { openMonthViews } from './month-views.ts';
import { tenantPart } from './months.ts';
import { type HolderOf, openOrders } from './orders.ts';
import { openSearch } from './search.ts';
import { openStaging, type Staging } from './staging.ts';
import { openSweeping } from './sweeping.ts';

export type {
  DataKeyId,
  DataKeys,
  EndedMonth,
  Found,
  ItemName,
  MonthView,
  OrderAct,
  OrderView,
  PersonalData,
  PersonalDataState,
  Searched,
  SearchPage,
  StagedItem,
  Terms,
  UnreadableCode,
} from './contract.ts';

/** When personal data end, and what is ordered about them. */
export interface PersonalRetention {
  /** The months in which data of the actor's tenant end, or of all tenants; and those that ended in the last year. */
  months(actor: Principal): Promise<readonly MonthView[]>;
  /**
   * Destroys the keys of a month that is over, as the task does that runs regularly. A second call says when it was done.
   * Faults: `forbidden`, `invalid-input`, `wrong-state` where the month is not over; `data-key-missing`, `data-key-damaged` where
   * something has to stay that cannot be read.
   */
  end(actor: Principal, month: string, tenant?: string): Promise<EndedMonth>;
  /**
   * One operator asks, and another one asks for the same. A hold keeps the data of the holder beyond their month, until it is
   * released. An erasure takes them before it. Faults: `forbidden`, `unknown-holder`, `invalid-input`, `confirmation-differs`,
   * `wrong-state` where a request of the holder is open, a certificate of the holder still counts, nothing is held, or an erasure
   * is not complete; `legal-hold`.
   */
  order(
    actor: Principal,
    holder: string,
    asked: { readonly act: OrderAct; readonly reference: string; readonly tenant?: string },
  ): Promise<OrderView>;
  /** Faults: `forbidden`, `unknown-holder`, `nothing-awaited`. */
  withdraw(actor: Principal, holder: string, tenant?: string): Promise<OrderView>;
  /** Faults: `forbidden`, `unknown-holder`. */
  standing(actor: Principal, holder: string, tenant?: string): Promise<OrderView>;
  /** About whom something was asked for, by tenant and holder. */
  orders(actor: Principal): Promise<readonly OrderView[]>;
  /** For the scheduled task. Resolves with what was done; the first fault is thrown at the end. */
  enforce(): Promise<readonly string[]>;
}

export interface RetentionOfPersonalDeps extends Omit<PersonalDeps, keyof ItemsDeps> {
  /** When what one operator asks for at this time lapses, and when the last copy of a key ends; milliseconds since the epoch. */
  readonly lapsesAt: (at: number) => number;
  readonly copiesEnd: (at: number) => number;
  readonly itemsOf: ItemsOf;
  /** The items of the tenant's requests that are open. */
  readonly openItems: (tenant: string) => AsyncIterable<ItemName>;
  /** Whether acts allow the item to be erased: its certificate does not count any more. */
  readonly mayErase: (name: ItemName) => Promise<boolean>;
  /** Why the holder's data may not be erased now; undefined where they may. */
  readonly counts: (tenant: string, holder: string) => Promise<Fault | undefined>;
}

/** One process has its keys open once: a key that it destroys is gone for reads too. */
export const openPersonal = (
  deps: ItemsDeps,
): {
  readonly data: PersonalData;
  readonly openRetention: (deps: RetentionOfPersonalDeps) => PersonalRetention;
} => {
  const ring = openKeyRing(deps);
  const staging = openStaging(deps, () => items);
  const items: Items = openItems({ ...deps, ...staging, ring });
  const { change, find, read } = items;
  const { stage, recover } = staging;
  return {
    data: {
      stage,
      recover,
      change,
      find,
      read,
      remove: async (name) => {
        while (!(await items.remove(name)));
      },
      search: openSearch({ ...deps, ring, items }),
    },
    openRetention: (further) => openRetention({ ...deps, ...further, ring, items, staging }),
  };
};

/** A record names so many items at most; further ones stay by the rows that list them. */
const MAX_NAMED = 500;

const openRetention = (
  deps: RetentionOfPersonalDeps &
    ItemsDeps & { readonly ring: KeyRing; readonly items: Items; readonly staging: Staging },
): PersonalRetention => {
  const orders = openOrders(deps);

  /** What has to stay although its month is over. */
  const staying = async function* (tenant: string): AsyncGenerator<ItemName> {
    yield* deps.openItems(tenant);
    for await (const { holder } of orders.everyone(tenant)) {
      const { held, items } = await orders.standing(tenant, holder);
      if (!held) continue;
      yield* items;
      for await (const name of deps.itemsOf(tenant, holder)) if (!items.includes(name)) yield name;
    }
  };

  const ending = openEnding({ ...deps, staying });
  const erasing = openErasing({ ...deps, staying, ending, orders });
  const sweep = openSweeping({ ...deps, ending });

  /** For the act: rows that list them may be gone when the month ends. */
  const namesOf = async (tenant: string, holder: string): Promise<readonly ItemName[]> => {
    const names: ItemName[] = [];
    for await (const name of deps.itemsOf(tenant, holder)) {
      names.push(name);
      if (names.length === MAX_NAMED) break;
    }
    return names;
  };

  const assertKnown = async (tenant: string, holder: string): Promise<void> => {
    for await (const _ of deps.itemsOf(tenant, holder)) return;
    throw new Fault('unknown-holder', 'No request of this tenant names such a holder.');
  };

  return {
    months: openMonthViews({ ...deps, ...ending }),

    end: async (actor, month, tenant) => {
      assertOperator(actor);
      assertMonth(month);
      return ending.endMonth(actor, tenantPart(tenantFor(actor, tenant)), month);
    },

    order: async (actor, holder, { tenant: named, ...asked }) => {
      assertOperator(actor);
      const tenant = tenantOf(actor, named);
      await assertKnown(tenant, holder);
      const { view, given } = await orders.order(
        actor,
        tenant,
        holder,
        asked,
        async () => {
          const why = asked.act === 'erasure' ? await deps.counts(tenant, holder) : undefined;
          if (why !== undefined) throw why;
        },
        () => namesOf(tenant, holder),
      );
      // Also where the answer to the call that gave the order was lost: what is shown is done.
      const erasure = asked.act === 'erasure' ? (given ?? (await orders.erasure(tenant, holder))) : undefined;
      if (erasure !== undefined) await erasing.erase(tenant, holder, erasure);
      return view;
    },

    withdraw: async (actor, holder, tenant) => {
      assertOperator(actor);
      const of = tenantOf(actor, tenant);
      await assertKnown(of, holder);
      return orders.withdraw(actor, of, holder);
    },

    standing: async (actor, holder, named) => {
      const tenant = tenantOf(actor, named);
      const view = await orders.view(tenant, holder);
      if (view.changed === undefined) await assertKnown(tenant, holder);
      return view;
    },

    orders: async (actor) => {
      const views: OrderView[] = [];
      for await (const { tenant, holder } of orders.everyone(actor.tenant))
        views.push(await orders.view(tenant, holder));
      return views;
    },

    enforce: async () => {
      let erased: readonly HolderOf[] = [];
      const failures: unknown[] = [];
      const steps: readonly (() => Promise<readonly string[]>)[] = [
        async () => {
          erased = await erasing.eraseOrdered((error) => failures.push(error));
          return [];
        },
        erasing.renewClosed,
        ending.endDue,
        ending.endSearches,
        () => erasing.completeErasures(erased),
        sweep,
      ];
      const done: string[] = [];
      for (const step of steps) {
        try {
          done.push(...(await step()));
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      return done;
    },
  };
};

const assertOperator = (actor: Principal): void => {
  if (actor.role !== 'operator') throw new Fault('forbidden', 'Only operators may do this.');
};

/** The tenant that is meant: the actor's own, or the one that an operator of the service names. Fault: `forbidden`. */
const tenantFor = (actor: Pick<Principal, 'tenant'>, tenant: string | undefined): string | undefined => {
  const asked = tenant ?? actor.tenant;
  if (asked === undefined || serves(actor, asked)) return asked;
  throw new Fault('forbidden', 'Operators of a tenant decide about the data of their own tenant.');
};

/** Faults: `forbidden`, `invalid-input`. */
const tenantOf = (actor: Pick<Principal, 'tenant'>, tenant: string | undefined): string => {
  const of = tenantFor(actor, tenant);
  if (of !== undefined) return of;
  throw new Fault('invalid-input', 'Name the tenant whose holder it is.', { path: 'tenant' });
};
