import { Fault, wentThrough } from '../fault.ts';
import type { Concluded } from '../ledger/ledger.ts';
import { everyItem } from '../store/store.ts';
import { tryEach } from '../try-each.ts';
import type { DataKeyId, ItemName } from './contract.ts';
import type { Ending, EndingDeps } from './ending.ts';
import { KEPT_OPEN_MS, openIn } from './key-ring.ts';
import { actsOnKey, endOfMonth, ofTenant, parseKeyId } from './months.ts';
import type { HolderOf, Orders } from './orders.ts';
import { asSealed, DIGITS, monthPk } from './rows.ts';
import type { Staging } from './staging.ts';

/** Other processes may put items under a key that was closed for so long. */
const SETTLED_MS = 5 * KEPT_OPEN_MS;

export interface ErasingDeps extends EndingDeps {
  readonly ending: Pick<Ending, 'destroy'>;
  readonly orders: Orders;
  readonly itemsOf: ItemsOf;
  readonly staging: Pick<Staging, 'names'>;
  /** Whether acts allow it: the certificate of the item does not count any more. */
  readonly mayErase: (name: ItemName) => Promise<boolean>;
}

/** The items of a holder in that tenant; of requests that were submitted by then, where a time is given (ms since the epoch). */
export type ItemsOf = (tenant: string, holder: string, until?: number) => AsyncIterable<ItemName>;

/*
 * One person's data are erased before their month ends. Their rows go at once. Their keys are the keys of everybody else's data
 * of those months too: they are closed for new items, what remains is put under the next generation, and then the keys are
 * destroyed, and the erasure is complete. From then on older copies of the table can be read with older copies of the keys only,
 * and these end by themselves.
 */
export const openErasing = (deps: ErasingDeps) => {
  const { personal, recorder, table, dataKeys, ring, items, orders, clock, log } = deps;

  const close = async (id: DataKeyId, because: string): Promise<void> => {
    const { tenant = '', ...of } = parseKeyId(id) ?? {};
    const { writes } = await recorder.conclude(
      {
        kind: 'data-key',
        actor: 'service',
        ...ofTenant(tenant),
        details: { act: 'closed', key: id, ...('month' in of && { month: of.month }), because },
      },
      { act: actsOnKey(id), number: 1 },
    );
    if (writes.length > 0) await wentThrough(table.write(writes));
    ring.forget(id);
  };

  /**
   * Again, it goes on where it stopped. What the holder submitted after the order stays. The keys are closed first: what is erased
   * is not put under them again.
   */
  const erase = async (tenant: string, holder: string, { record }: Concluded): Promise<void> => {
    const closed = new Set<DataKeyId>();
    for await (const name of deps.itemsOf(tenant, holder, Date.parse(record.time))) {
      for (let isErased = false; !isErased; ) {
        const { row, opened } = await items.inspect(name);
        // Rows named the item; what is sealed, and the acts, say whether the order is about it.
        const { holder: sealedAs = holder } = opened?.inner ?? {};
        if (sealedAs !== holder || !(await deps.mayErase(name))) {
          log('error', 'An erasure leaves data that rows name as the holder’s and that are not', {
            item: name,
          });
          break;
        }
        const { key, former = [] } = (row && asSealed(row.value)) ?? {};
        for (const id of key === undefined ? [] : [key, ...former]) {
          // A row may name keys that never were.
          const isNew = !closed.has(id) && (await openIn(dataKeys, id)) !== 'missing';
          if (isNew) await close(id, record.id);
          closed.add(id);
        }
        isErased = await items.remove(name, { erased: record.id });
      }
    }
  };

  /** Takes up erasures that are not complete: a crash may have come in between. Resolves with whose they are. */
  const eraseOrdered = async (onFailure: (error: unknown) => void): Promise<readonly HolderOf[]> => {
    const erased: HolderOf[] = [];
    const ordered: (HolderOf & { readonly order: Concluded })[] = [];
    for await (const one of orders.everyone()) {
      const order = await orders.erasure(one.tenant, one.holder);
      if (order === undefined) continue;
      ordered.push({ ...one, order });
    }
    // One that fails does not keep the others.
    await tryEach(
      ordered,
      async ({ order, ...one }) => {
        await erase(one.tenant, one.holder, order);
        erased.push(one);
      },
      (_, error) =>
        log('error', 'An ordered erasure could not be carried out; it is tried again', {
          error: Fault.is(error) ? error.code : 'internal',
        }),
    ).catch(onFailure);
    return erased;
  };

  /** The keys of months that are closed and not destroyed by an act, and when they were closed. */
  const closedKeys = async function* () {
    const ids: DataKeyId[] = [];
    for await (const id of dataKeys.list()) ids.push(id);
    for (const id of ids) {
      const of = parseKeyId(id);
      if (of === undefined || !('month' in of)) continue;
      const closed = await recorder.conclusion({ act: actsOnKey(id), number: 1 });
      if (closed === undefined) continue;
      const isDestroyed = await ring.isDestroyed(id);
      yield { id, ...of, isDestroyed, closedAt: Date.parse(closed.record.time) };
    }
  };

  /** Puts what remains under a closed key under the next generation, and destroys the key when nothing is left. */
  const renewClosed = async (): Promise<readonly string[]> => {
    const destroyed: string[] = [];
    for await (const { id, tenant, month, isDestroyed, closedAt } of closedKeys()) {
      // A month that is over ends with all that is left in it: nothing is put under a later one.
      if (clock() >= endOfMonth(month)) continue;
      if (!isDestroyed) {
        // Before the look at the items: others may have put some under the key until then.
        const isSettled = clock() >= closedAt + SETTLED_MS;
        const left = await moveOn(tenant, month, id);
        if (left > 0 || !isSettled) continue;
      }
      // A copy of the keys may have brought a destroyed one back.
      const { isOurs } = await deps.ending.destroy({ id: 'service' }, id);
      if (isOurs) destroyed.push(`a closed key of ${month}`);
    }
    return destroyed;
  };

  /** Says of erasures that this run took up that they are complete: the tenant has no closed key any more. */
  const completeErasures = async (erased: readonly HolderOf[]): Promise<readonly string[]> => {
    if (erased.length === 0) return [];
    const waiting = new Set<string>();
    for await (const { tenant, isDestroyed } of closedKeys()) if (!isDestroyed) waiting.add(tenant);
    const complete = erased.filter(({ tenant }) => !waiting.has(tenant));
    for (const { tenant, holder } of complete) await orders.erased(tenant, holder);
    return complete.map(() => 'an ordered erasure');
  };

  /** The names of items that may be under a key: staged ones, and those that the month lists. */
  const namesUnder = async function* (
    tenant: string,
    month: string,
    id: DataKeyId,
  ): AsyncGenerator<ItemName> {
    yield* deps.staging.names(id);
    for (const digit of DIGITS)
      for await (const { sk } of everyItem(personal, { pk: monthPk(tenant, month, digit) })) yield sk;
  };

  /** Resolves with how many items could not be moved now. What nobody can read is not waited for. */
  const moveOn = async (tenant: string, month: string, id: DataKeyId): Promise<number> => {
    let left = 0;
    for await (const name of namesUnder(tenant, month, id)) {
      const found = await inspected(name);
      if (found === undefined || asSealed(found.row?.value)?.key !== id) continue;
      if (found.opened === undefined)
        log('error', 'Personal data cannot be read and are lost', { item: name });
      else if (!(await items.move(name, found.opened))) left++;
    }
    return left;
  };

  /** A staged item is settled first, which says where it is damaged. */
  const inspected = async (name: ItemName) => {
    try {
      return await items.inspect(name);
    } catch (error) {
      if (!Fault.is(error, 'personal-data-damaged')) throw error;
      log('error', 'Personal data cannot be read and are lost', { item: name });
      return undefined;
    }
  };

  return { erase, eraseOrdered, renewClosed, completeErasures };
};
