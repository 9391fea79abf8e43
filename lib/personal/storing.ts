import { wentThrough } from '../fault.ts';
import type { Item, Key, Table, Write } from '../store/store.ts';
import type { ItemName } from './contract.ts';
import { asSealed, type ItemRow, itemKey, listsOf } from './rows.ts';
import type { SealedRow } from './sealing.ts';

/** Stores an item together with the rows that list it. */
export const openStoring = (personal: Pick<Table, 'get' | 'write'>) => {
  const get = (name: ItemName) => personal.get<ItemRow>(itemKey(name));

  /** False where a condition failed. A write whose answer is lost has gone through where `isThere` says so. */
  const stored = async (writes: readonly Write[], isThere: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await wentThrough(personal.write(writes));
    } catch (error) {
      if (await isThere().catch(() => false)) return true;
      throw error;
    }
  };

  /** True where the rows are stored; false where another change of the item was first. */
  const store = async (
    name: ItemName,
    before: Item<ItemRow> | undefined,
    row: SealedRow,
  ): Promise<boolean> => {
    const item: Write = {
      put: itemKey(name),
      value: row,
      if: before ? { version: before.version } : 'absent',
    };
    const wanted = listsOf(name, row);
    const had = before ? listsOf(name, before.value) : [];
    const isIn = (lists: readonly Key[], one: Key) =>
      lists.some(({ pk, sk }) => pk === one.pk && sk === one.sk);
    const value = { item: name };
    const added = wanted.filter((key) => !isIn(had, key));
    const dropped = had.filter((key) => !isIn(wanted, key));
    const asKnown: readonly Write[] = [
      item,
      ...added.map((put): Write => ({ put, value, if: 'absent' })),
      ...dropped.map((key): Write => ({ delete: key, if: { version: 1 } })),
    ];
    // Nonces are of chance: a row that has this one is the row of this write.
    const isOurs = async (): Promise<boolean> => asSealed((await get(name))?.value)?.nonce === row.nonce;
    if (await stored(asKnown, isOurs)) return true;
    // The item is another one now; or somebody has put or deleted a row that lists it, and they are made as they should be.
    const now = await get(name);
    if (now?.version !== before?.version) return false;
    const there = async (keys: readonly Key[]) =>
      Promise.all(keys.map(async (key) => ({ key, found: await personal.get(key) })));
    const [lacking, over] = await Promise.all([there(added), there(dropped)]);
    return stored(
      [
        item,
        ...lacking.flatMap(({ key, found }): readonly Write[] =>
          found ? [] : [{ put: key, value, if: 'absent' }],
        ),
        ...over.flatMap(({ key, found }): readonly Write[] =>
          found ? [{ delete: key, if: { version: found.version } }] : [],
        ),
      ],
      isOurs,
    );
  };

  return { get, stored, store };
};
