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
