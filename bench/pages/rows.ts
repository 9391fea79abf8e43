import { DatabaseSync } from 'node:sqlite';
import type { Key, Value, Write } from '../../lib/store/store.ts';

/**
 * A file of a table, for rows that nobody else writes meanwhile. A file that was filled in part is worth nothing, so its journal is in
 * memory; one transaction has to remember few pages there.
 */
export const openRows = (path: string, cacheMiB: number) => {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
    PRAGMA cache_size = -${cacheMiB * 1024}; BEGIN`);
  const statement = db.prepare('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)');
  const putText = ({ pk, sk }: Key, json: string): void => {
    statement.run(pk, sk, json);
  };
  return {
    putText,
    put: (key: Key, value: Value): void => putText(key, JSON.stringify(value)),
    /** The puts that are wanted. */
    write: (writes: readonly Write[], isWanted: (key: Key) => boolean = () => true): void => {
      for (const write of writes)
        if ('put' in write && isWanted(write.put)) putText(write.put, JSON.stringify(write.value));
    },
    close: (): void => {
      db.exec('COMMIT');
      db.close();
    },
  };
};

export type Rows = ReturnType<typeof openRows>;
