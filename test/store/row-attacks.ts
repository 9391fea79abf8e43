import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table, Value } from '../../lib/store/store.ts';

/** What somebody can do who writes to the table and holds neither a key nor the bucket. */

export const deleteRow = async (table: Table, key: Key): Promise<void> => {
  const row = await table.get(key);
  if (row) await table.write([{ delete: key, if: { version: row.version } }]);
};

export const putRow = async (table: Table, key: Key, value: Value): Promise<void> => {
  const row = await table.get(key);
  await table.write([{ put: key, value, if: row ? { version: row.version } : 'absent' }]);
};

/** A table that can be set back. `mark` gives a function that puts every row back that was written since through this table. */
export const rollbackTable = (table: Table): Table & { mark(): () => Promise<void> } => {
  let before: Map<string, { readonly key: Key; readonly item: Item | undefined }> | undefined;
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: async (writes) => {
      for (const write of before ? writes : []) {
        const { pk, sk } = 'put' in write ? write.put : 'delete' in write ? write.delete : write.check;
        const name = JSON.stringify([pk, sk]);
        if (!before?.has(name)) before?.set(name, { key: { pk, sk }, item: await table.get({ pk, sk }) });
      }
      return table.write(writes);
    },
    close: () => table.close(),
    mark: () => {
      const noted: NonNullable<typeof before> = new Map();
      before = noted;
      return async () => {
        before = undefined;
        for (const { key, item } of noted.values()) {
          if (item) await putRow(table, key, item.value);
          else await deleteRow(table, key);
        }
      };
    },
  };
};

/** Rows by name, as they were at one moment. */
export type Snapshot = ReadonlyMap<string, Value>;

/** A table that knows which rows were written through it, of those that `isNoted` names. */
export interface NotingTable extends Table {
  snapshot(): Promise<Snapshot>;
  /** Brings every noted row to what it was then. Rows that were not there are deleted; an empty snapshot deletes all. */
  putBack(snapshot: Snapshot): Promise<void>;
}

export const notingTable = (table: Table, isNoted: (pk: string) => boolean): NotingTable => {
  const noted = new Map<string, Key>();
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: (writes) => {
      for (const write of writes) {
        const key = 'put' in write ? write.put : 'delete' in write ? write.delete : write.check;
        if (isNoted(key.pk)) noted.set(JSON.stringify([key.pk, key.sk]), { pk: key.pk, sk: key.sk });
      }
      return table.write(writes);
    },
    close: () => table.close(),
    snapshot: async () => {
      const found = new Map<string, Value>();
      for (const [name, key] of noted) {
        const item = await table.get(key);
        if (item) found.set(name, item.value);
      }
      return found;
    },
    putBack: async (snapshot) => {
      for (const [name, key] of noted) {
        const value = snapshot.get(name);
        const now = (await table.get(key))?.value;
        if (isDeepStrictEqual(now, value)) continue;
        if (value === undefined) await deleteRow(table, key);
        else await putRow(table, key, value);
      }
    },
  };
};
