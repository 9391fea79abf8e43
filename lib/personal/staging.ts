import { Fault, wentThrough } from '../fault.ts';
import { everyItem, type Item, type Value } from '../store/store.ts';
import type { DataKeyId, ItemName, PersonalData, Terms } from './contract.ts';
import type { ItemsDeps } from './deps.ts';
import type { Items } from './items.ts';
import { asSealed, DIGITS, stagedItemKey, stagedPk } from './rows.ts';
import type { SealedRow } from './sealing.ts';

/*
 * A submission waits for one commit, that of the main table. The sealed item lies there until it is in its own table with the rows
 * that find it, which is a moment later.
 */

export interface Staging extends Pick<PersonalData, 'stage' | 'recover'> {
  staged(name: ItemName): Promise<Item<SealedRow> | undefined>;
  settle(name: ItemName): Promise<void>;
  /** The names of staged items; where a key is named, of those under it. */
  names(key?: DataKeyId): AsyncIterable<ItemName>;
}

/** `items` is a function, because the items know this one as well. */
export const openStaging = (
  { table, background }: Pick<ItemsDeps, 'table' | 'background'>,
  items: () => Pick<Items, 'seal' | 'adopt'>,
): Staging => {
  const staged: Staging['staged'] = async (name) => {
    const item = await table.get(stagedItemKey(name));
    const value = asSealed(item?.value);
    return item && value && { ...item, value };
  };

  /** Puts the item first: a crash between the two leaves both, and the next run finds the item there. */
  const move = async (
    name: ItemName,
    { version, value }: Item<SealedRow>,
    sealed?: { readonly value: Value; readonly terms: Terms },
  ): Promise<void> => {
    await items().adopt(name, value, sealed);
    await wentThrough(table.write([{ delete: stagedItemKey(name), if: { version } }]));
  };

  const settle: Staging['settle'] = async (name) => {
    const found = await staged(name);
    if (found) await move(name, found);
  };

  const names = async function* (key?: DataKeyId): AsyncGenerator<ItemName> {
    for (const digit of DIGITS) {
      for await (const { sk, value } of everyItem(table, { pk: stagedPk(digit) }))
        if (key === undefined || asSealed(value)?.key === key) yield sk;
    }
  };

  return {
    staged,
    settle,
    names,

    stage: async (name, value, terms) => {
      const row = await items().seal(name, value, terms);
      const put = stagedItemKey(name);
      return {
        writes: [{ put, value: row, if: 'absent' }],
        settle: async () => {
          // The item is durable already. Where this fails, it stays staged for whoever comes next.
          const moving = () =>
            move(name, { ...put, version: 1, value: row }, { value, terms }).catch(ignored);
          if (background === undefined) return moving();
          background(moving);
        },
      };
    },

    recover: async () => {
      let moved = 0;
      let failure: unknown;
      for await (const name of names()) {
        try {
          await settle(name);
          moved++;
        } catch (error) {
          // The others have their turn. What cannot be read stays staged until its key is back.
          if (!Fault.is(error)) throw error;
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure;
      return moved;
    },
  };
};

const ignored = (error: unknown): void => {
  if (!Fault.is(error)) throw error;
};
