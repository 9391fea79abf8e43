import { wentThrough } from '../fault.ts';
import { everyItem } from '../store/store.ts';
import type { DataKeyId, ItemName } from './contract.ts';
import type { Ending, EndingDeps } from './ending.ts';
import { KEPT_OPEN_MS } from './key-ring.ts';
import { actsOnKey, parseKeyId } from './months.ts';
import type { Orders } from './orders.ts';
import { DIGITS, monthPk } from './rows.ts';
import { asSealed } from './sealing.ts';

/** Other processes may put items under a key that was closed for so long. */
const SETTLED_MS = 5 * KEPT_OPEN_MS;

export interface ErasingDeps extends EndingDeps {
  readonly ending: Pick<Ending, 'destroy'>;
  readonly orders: Orders;
  /** The items of a holder in that tenant. */
  readonly itemsOf: (tenant: string, holder: string) => AsyncIterable<ItemName>;
}

/*
 * One person's data are erased before their month ends. Their rows go at once. Their key is the key of everybody else's data of
 * that month too: it is closed for new items, what remains is put under the next generation, and then the key is destroyed. From
 * then on older copies of the table can be read with older copies of the key only, and these end by themselves.
 */
export const openErasing = (deps: ErasingDeps) => {
  const { personal, recorder, table, dataKeys, ring, items, orders, clock, log } = deps;

  const close = async (id: DataKeyId, because: string): Promise<void> => {
    const { tenant = '', ...of } = parseKeyId(id) ?? {};
    const { writes } = await recorder.conclude(
      {
        kind: 'data-key',
        actor: 'service',
        ...(tenant.startsWith('_') ? {} : { tenant }),
        details: { act: 'closed', key: id, ...('month' in of && { month: of.month }), because },
      },
      { act: actsOnKey(id), number: 1 },
    );
    if (writes.length > 0) await wentThrough(table.write(writes));
    ring.forget(id);
  };

  /** Again, it goes on where it stopped. */
  const erase = async (tenant: string, holder: string, record: string): Promise<void> => {
    const names: ItemName[] = [];
    for await (const name of deps.itemsOf(tenant, holder)) names.push(name);
    const keys = new Set<DataKeyId>();
    for (const name of names) {
      const { row } = await items.inspect(name);
      const key = row && asSealed(row.value)?.key;
      if (key !== undefined) keys.add(key);
    }
    // The keys first: what is erased is not put under them again, and a crash after this erases more, not less.
    for (const key of keys) await close(key, record);
    for (const name of names) {
      while (!(await items.remove(name, record)));
    }
    await orders.erased(tenant, holder, record);
  };

  /** Takes up erasures that a crash interrupted. */
  const eraseOrdered = async (): Promise<readonly string[]> => {
    const done: string[] = [];
    for await (const { tenant, holder } of orders.everyone()) {
      const { act, newest } = await orders.standing(tenant, holder);
      if (act !== 'erasure' || newest === undefined) continue;
      await erase(tenant, holder, newest.record.id);
      done.push('an ordered erasure');
    }
    return done;
  };

  /** Puts what remains under a closed key under the next generation, and destroys the key when nothing is left. */
  const renewClosed = async (): Promise<readonly string[]> => {
    const destroyed: string[] = [];
    const ids: DataKeyId[] = [];
    for await (const id of dataKeys.list()) ids.push(id);
    for (const id of ids) {
      const of = parseKeyId(id);
      if (of === undefined || !('month' in of)) continue;
      const closed = await recorder.conclusion({ act: actsOnKey(id), number: 1 });
      if (closed === undefined || (await ring.isDestroyed(id))) continue;
      const left = await moveOn(of.tenant, of.month, id);
      if (left > 0 || clock() < Date.parse(closed.record.time) + SETTLED_MS) continue;
      await deps.ending.destroy({ id: 'service' }, id);
      destroyed.push(`a closed key of ${of.month}`);
    }
    return destroyed;
  };

  /** Resolves with how many items could not be moved now. What nobody can read is not waited for. */
  const moveOn = async (tenant: string, month: string, id: DataKeyId): Promise<number> => {
    let left = 0;
    for (const digit of DIGITS) {
      for await (const { sk: name } of everyItem(personal, { pk: monthPk(tenant, month, digit) })) {
        const { row, opened } = await items.inspect(name);
        if (row === undefined || asSealed(row.value)?.key !== id) continue;
        if (opened === undefined) log('error', 'Personal data cannot be read and are lost', { item: name });
        else if (!(await items.move(name, opened))) left++;
      }
    }
    return left;
  };

  return { erase, eraseOrdered, renewClosed };
};
