import type { Ports } from '../../lib/app.ts';
import { stagedPk } from '../../lib/personal/rows.ts';
import type { Key, Table, Write } from '../../lib/store/store.ts';

/* The service with a part of the personal data taken away. Only the benchmark has it. */

const isStaged = ({ pk }: Key): boolean => pk.startsWith(stagedPk(''));
const keyOf = (write: Write): Key =>
  'put' in write ? write.put : 'delete' in write ? write.delete : write.check;

/** The table without what is staged. */
const withoutStaged = (table: Table): Table => ({
  get: async (key) => (isStaged(key) ? undefined : table.get(key)),
  query: (query) => table.query(query),
  write: (writes) => table.write(writes.filter((write) => !isStaged(keyOf(write)))),
  beforeCommit: (ask) => table.beforeCommit?.(ask),
  close: () => table.close(),
});

/** Lists and searches are as they are, and no item is found. */
export const withoutItems = (ports: Ports): Ports => ({
  ...ports,
  table: withoutStaged(ports.table),
  personal: {
    get: async () => undefined,
    query: (query) => ports.personal.query(query),
    write: (writes) => ports.personal.write(writes),
    close: () => ports.personal.close(),
  },
});

/** Items are sealed, and nothing of them is written, neither with the request nor afterwards. */
export const withoutStorage = (ports: Ports): Ports => ({
  ...withoutItems(ports),
  background: () => {},
});
