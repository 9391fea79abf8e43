import { Fault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { EndedMonth, ItemName, MonthView, OrderAct, OrderView, PersonalData } from './contract.ts';
import type { ItemsDeps, PersonalDeps } from './deps.ts';
import { openEnding, tenantFor } from './ending.ts';
import { openErasing } from './erasing.ts';
import { type Items, openItems } from './items.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { openOrders } from './orders.ts';
import { openSearch } from './search.ts';
import { openStaging } from './staging.ts';

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
} from './contract.ts';

/** When personal data end, and what is ordered about them. */
export interface PersonalRetention {
  /** The months in which data of the actor's tenant end, or of all tenants. */
  months(actor: Principal): Promise<readonly MonthView[]>;
  /**
   * Destroys the keys of a month that is over, as the task does that runs regularly. A second call says when it was done.
   * Faults: `forbidden`, `invalid-input`, `wrong-state` where the month is not over.
   */
  end(actor: Principal, month: string, tenant?: string): Promise<EndedMonth>;
  /**
   * One operator asks, and another one asks for the same. A hold keeps the data of the holder beyond their month, until it is
   * released. An erasure takes them before it. Faults: `forbidden`, `unknown-holder`, `invalid-input`, `confirmation-differs`,
   * `wrong-state` where a request of the holder is open, a certificate of the holder still counts, or nothing is held;
   * `legal-hold`.
   */
  order(
    actor: Principal,
    holder: string,
    asked: { readonly act: OrderAct; readonly reference: string; readonly tenant?: string },
  ): Promise<OrderView>;
  /** Faults: `forbidden`, `nothing-awaited`. */
  withdraw(actor: Principal, holder: string, tenant?: string): Promise<OrderView>;
  /** Faults: `forbidden`. */
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
  /** The items of a holder in that tenant. */
  readonly itemsOf: (tenant: string, holder: string) => AsyncIterable<ItemName>;
  /** The items of the tenant's requests that are open. */
  readonly openItems: (tenant: string) => AsyncIterable<ItemName>;
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
    openRetention: (further) => openRetention({ ...deps, ...further, ring, items }),
  };
};

const openRetention = (
  deps: RetentionOfPersonalDeps & ItemsDeps & { readonly ring: KeyRing; readonly items: Items },
): PersonalRetention => {
  const { ring, items } = deps;
  const orders = openOrders(deps);

  /** What has to stay although its month is over. */
  const staying = async function* (tenant: string): AsyncGenerator<ItemName> {
    yield* deps.openItems(tenant);
    for await (const { holder } of orders.everyone(tenant)) {
      if ((await orders.standing(tenant, holder)).held) yield* deps.itemsOf(tenant, holder);
    }
  };

  const ending = openEnding({ ...deps, ring, items, staying });
  const erasing = openErasing({ ...deps, ring, items, staying, ending, orders });

  const isKnown = async (tenant: string, holder: string): Promise<boolean> => {
    for await (const _ of deps.itemsOf(tenant, holder)) return true;
    return false;
  };

  const tenantOf = (actor: Principal, tenant: string | undefined): string => {
    const of = tenantFor(actor, tenant);
    if (of !== undefined) return of;
    throw new Fault('invalid-input', 'Name the tenant whose holder it is.', { path: 'tenant' });
  };

  return {
    months: ending.months,
    end: ending.end,

    order: async (actor, holder, { tenant: named, ...asked }) => {
      const tenant = tenantOf(actor, named);
      if (!(await isKnown(tenant, holder)))
        throw new Fault('unknown-holder', 'No request of this tenant names such a holder.');
      const { view, given } = await orders.order(actor, tenant, holder, asked, async () => {
        const why = asked.act === 'erasure' ? await deps.counts(tenant, holder) : undefined;
        if (why !== undefined) throw why;
      });
      if (given === undefined || asked.act !== 'erasure') return view;
      await erasing.erase(tenant, holder, given);
      return orders.view(tenant, holder);
    },

    withdraw: async (actor, holder, tenant) => orders.withdraw(actor, tenantOf(actor, tenant), holder),

    standing: async (actor, holder, tenant) => orders.view(tenantOf(actor, tenant), holder),

    orders: async (actor) => {
      const views: OrderView[] = [];
      for await (const { tenant, holder } of orders.everyone(actor.tenant)) {
        if (serves(actor, tenant)) views.push(await orders.view(tenant, holder));
      }
      return views;
    },

    enforce: async () => {
      const done: string[] = [];
      let failure: unknown;
      for (const step of [erasing.eraseOrdered, erasing.renewClosed, ending.endDue, ending.sweep]) {
        try {
          done.push(...(await step()));
        } catch (error) {
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure;
      return done;
    },
  };
};
