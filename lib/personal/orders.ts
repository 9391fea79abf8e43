import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Concluded } from '../ledger/ledger.ts';
import { textIn, textsIn, timeIn } from '../members.ts';
import type { Principal } from '../principal.ts';
import { everyObject, type Value } from '../store/store.ts';
import type { OrderAct, OrderView } from './contract.ts';
import type { PersonalDeps } from './deps.ts';

/*
 * Orders about one holder's data: a legal hold, its release, or an erasure before the time. An order takes two operators: one
 * asks, and another one asks for the same. The acts on one holder take the numbers of one name, so a hold and an erasure exclude
 * each other. Each act says what stands after it.
 */

const ACTS: readonly OrderAct[] = ['hold', 'release', 'erasure'];

/** What the newest act says. */
export interface Standing {
  readonly held: boolean;
  /** The items that the hold named. They stay even where rows do not list them any more. */
  readonly items: readonly string[];
  /** The reference of the hold. */
  readonly heldUnder?: string;
  /** `asked`, `withdrawn`, or what was done: `hold`, `release`, `erasure`, `erased`. */
  readonly act?: string;
  readonly reference?: string;
  readonly asking?: {
    readonly act: OrderAct;
    readonly reference: string;
    readonly by: string;
    readonly person: string;
    readonly at: string;
    readonly lapsesAt: string;
  };
  readonly newest?: Concluded;
}

export interface HolderOf {
  readonly tenant: string;
  readonly holder: string;
}

const orderName = (tenant: string, holder: string): string => `personal-data.${tenant}.${holder}`;

/** The characters of Japanese case numbers, and no other kanji: an object is kept for ever, and a name must not come into it. */
const REFERENCE = /^[A-Za-z0-9._/()（）ァ-ヶ令和年月日第号-]{1,64}$/;

export interface OrdersDeps extends PersonalDeps {
  /** When what one operator asks for at this time lapses; milliseconds since the epoch. */
  readonly lapsesAt: (at: number) => number;
  readonly copiesEnd: (at: number) => number;
}

export const openOrders = (deps: OrdersDeps) => {
  const { recorder, table, clock } = deps;

  const standingOf = (newest: Concluded | undefined): Standing => {
    const record = newest?.record;
    if (newest === undefined || record?.kind !== 'personal-data') return { held: false, items: [] };
    const { act, held, heldUnder, items, reference, asks, person, lapsesAt } = record.details;
    const asked = ACTS.find((one) => one === asks);
    const isAsking = act === 'asked' && asked !== undefined && clock() < timeIn(lapsesAt);
    return {
      held: held === true,
      items: textsIn(items).flatMap((item) => item ?? []),
      ...(textIn(heldUnder) !== undefined && { heldUnder: heldUnder as string }),
      ...(textIn(act) !== undefined && { act: act as string }),
      ...(textIn(reference) !== undefined && { reference: reference as string }),
      ...(isAsking && {
        asking: {
          act: asked,
          reference: textIn(reference) ?? '',
          by: record.actor,
          person: textIn(person) ?? '',
          at: record.time,
          lapsesAt: textIn(lapsesAt) ?? '',
        },
      }),
      newest,
    };
  };

  const read = async (tenant: string, holder: string) => {
    const { newest, next } = await recorder.newest(orderName(tenant, holder));
    return { standing: standingOf(newest), next };
  };

  /** For whoever acts: a crash may have left the newest act without its rows. */
  const readToAct = async (tenant: string, holder: string) => {
    const found = await read(tenant, holder);
    const { writes = [] } = found.standing.newest ?? {};
    if (writes.length > 0) await wentThrough(table.write(writes));
    return found;
  };

  const put = async (
    actor: Pick<Principal, 'id'> & { readonly person?: string },
    tenant: string,
    holder: string,
    details: Value,
    closes: { readonly act: string; readonly number: number },
  ): Promise<Concluded> => {
    const draft = {
      kind: 'personal-data',
      actor: actor.id,
      tenant,
      holder,
      details: { ...details, ...(actor.person !== undefined && { person: actor.person }) },
    } as const;
    const concluded = await recorder.conclude(draft, closes);
    if (concluded.writes.length > 0) await wentThrough(table.write(concluded.writes));
    return concluded;
  };

  const putFirst = async (...act: Parameters<typeof put>): Promise<Concluded> => {
    const concluded = await put(...act);
    if (concluded.isOurs) return concluded;
    throw new Fault('condition-failed', 'Somebody else was first; look at it again.', { holder: act[2] });
  };

  const viewOf = (tenant: string, holder: string, standing: Standing): OrderView => {
    const { held, heldUnder, reference, asking, newest, act } = standing;
    const record = newest?.record;
    const view = { tenant, holder, held, ...(heldUnder !== undefined && { heldUnder }) };
    if (record?.kind !== 'personal-data' || act === undefined) return view;
    const { actor: by, time: at, id } = record;
    return {
      ...view,
      changed: { act, ...(reference !== undefined && { reference }), by, at, record: id },
      ...(asking && {
        awaiting: {
          act: asking.act,
          reference: asking.reference,
          askedBy: asking.by,
          askedAt: asking.at,
          lapsesAt: asking.lapsesAt,
        },
      }),
      ...(act === 'erasure' && { erasingSince: at }),
      ...(act === 'erased' && { copiesUntil: textIn(record.details.copiesUntil) ?? '' }),
    };
  };

  /**
   * The first operator asks, the second one gives the order. `assertMay` is asked each time. Resolves with what stands, and with
   * the order where this call gave it. Faults: `invalid-input`, `confirmation-differs`, `wrong-state`,
   * `legal-hold`.
   */
  const order = async (
    actor: Principal,
    tenant: string,
    holder: string,
    asked: { readonly act: OrderAct; readonly reference: string },
    assertMay: () => Promise<void>,
    itemsOf: () => Promise<readonly string[]>,
  ): Promise<{ readonly view: OrderView; readonly given?: Concluded }> => {
    if (!REFERENCE.test(asked.reference))
      throw new Fault(
        'invalid-input',
        'The reference is the number of the order, and names no person: 1 to 64 of A-Z, a-z, 0-9, . _ / - and what Japanese case numbers have, as in 令和8年(ワ)第123号.',
        { path: 'reference' },
      );
    const { standing, next } = await readToAct(tenant, holder);
    const { asking, held, heldUnder, items } = standing;
    const { reference } = asked;
    // The answer to the call that gave the order may have been lost.
    if (standing.act === asked.act && standing.reference === reference)
      return { view: viewOf(tenant, holder, standing) };
    if (standing.act === 'erasure')
      throw new Fault(
        'wrong-state',
        'The data of this holder are being erased; ask again when that is complete.',
        { holder },
      );
    if (asking && (asking.act !== asked.act || asking.reference !== asked.reference))
      throw new Fault(
        'confirmation-differs',
        phrase`Another order awaits its confirmation for this holder: ${asking.act}, ${asking.reference}. Confirm that one, or withdraw it first.`,
        { awaiting: { act: asking.act, reference: asking.reference } },
      );
    assertFits(asked.act, held, holder);
    // The same person has asked before.
    if (asking && (asking.person === actor.person || asking.by === actor.id))
      return { view: viewOf(tenant, holder, standing) };
    // A holder that is held already needs no second order.
    if (!asking && asked.act === 'hold' && held) return { view: viewOf(tenant, holder, standing) };
    await assertMay();
    const isHold = asked.act === 'hold';
    const given = asking
      ? {
          act: asked.act,
          reference,
          held: isHold,
          ...(isHold && { heldUnder: reference, items: await itemsOf() }),
          askedBy: asking.by,
          askedByPerson: asking.person,
          confirms: standing.newest?.record.id ?? '',
        }
      : {
          act: 'asked',
          asks: asked.act,
          reference,
          held,
          ...(heldUnder !== undefined && { heldUnder }),
          ...(held && { items }),
          lapsesAt: new Date(deps.lapsesAt(clock())).toISOString(),
        };
    const concluded = await putFirst(actor, tenant, holder, given, next);
    return { view: viewOf(tenant, holder, standingOf(concluded)), ...(asking && { given: concluded }) };
  };

  /** Any operator takes back what was asked for. Fault: `nothing-awaited`. */
  const withdraw = async (actor: Principal, tenant: string, holder: string): Promise<OrderView> => {
    const { standing, next } = await readToAct(tenant, holder);
    const { asking, held, heldUnder, items, newest } = standing;
    if (asking === undefined)
      throw new Fault('nothing-awaited', 'No order about this holder awaits its confirmation.');
    const details = {
      act: 'withdrawn',
      held,
      ...(heldUnder !== undefined && { heldUnder }),
      ...(held && { items }),
      withdraws: newest?.record.id ?? '',
    };
    return viewOf(tenant, holder, standingOf(await putFirst(actor, tenant, holder, details, next)));
  };

  /** Says that an erasure is complete. */
  const erased = async (tenant: string, holder: string): Promise<void> => {
    const { standing, next } = await read(tenant, holder);
    if (standing.act !== 'erasure') return;
    const confirms = standing.newest?.record.id ?? '';
    await put(
      { id: 'service' },
      tenant,
      holder,
      {
        act: 'erased',
        held: standing.held,
        confirms,
        copiesUntil: new Date(deps.copiesEnd(clock())).toISOString(),
      },
      next,
    );
  };

  /** Every holder of the tenant about whom an order was ever asked for; of all tenants where none is named. */
  const everyone = async function* (tenant?: string): AsyncGenerator<HolderOf> {
    const prefix = `outcomes/personal-data.${tenant === undefined ? '' : `${tenant}.`}`;
    let before = '';
    for await (const key of everyObject(deps.objects, prefix)) {
      const [, name = ''] = key.split('/');
      if (name === before) continue;
      before = name;
      const [, of = '', holder = ''] = name.split('.');
      yield { tenant: of, holder };
    }
  };

  return {
    order,
    withdraw,
    erased,
    everyone,
    standing: async (tenant: string, holder: string) => (await read(tenant, holder)).standing,
    /** The order to erase that is not complete, if there is one. */
    erasure: async (tenant: string, holder: string): Promise<Concluded | undefined> => {
      const { act, newest } = (await readToAct(tenant, holder)).standing;
      return act === 'erasure' ? newest : undefined;
    },
    view: async (tenant: string, holder: string) =>
      viewOf(tenant, holder, (await read(tenant, holder)).standing),
  };
};

export type Orders = ReturnType<typeof openOrders>;

const assertFits = (act: OrderAct, held: boolean, holder: string): void => {
  if (act === 'release' && !held)
    throw new Fault('wrong-state', 'No legal hold keeps the data of this holder.', { holder });
  if (act === 'erasure' && held)
    throw new Fault(
      'legal-hold',
      'A legal hold keeps the data of this holder; it has to be released first.',
      {
        holder,
      },
    );
};
