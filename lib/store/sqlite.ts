import { closeSync } from 'node:fs';
import { backup, type DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import type { Item, Key, Page, Query, Table, Value, Write } from './contract.ts';
import { pageOf, queryScope, writeCursor } from './cursor.ts';
import { GroupCommit } from './group-commit.ts';
import { type CheckedWrite, checkKey, checkQuery, checkWrites, conditionFailed } from './limits.ts';
import { ReadRows } from './read-rows.ts';
import { openSqliteFile, resultCode, SQLITE_IOERR, synced, unavailable } from './sqlite-file.ts';
import { statements } from './sqlite-statements.ts';
import { storedValue } from './stored-value.ts';

/**
 * A Table in one SQLite file (sqlite-file.ts), for one process.
 *
 * Group commit (group-commit.ts): writes share transactions. SQLite itself syncs no commit (`synchronous=NORMAL`: it
 * syncs only what checkpoints depend on). This file syncs the WAL after each commit, off this thread, and acknowledges
 * a write only then. A read returns no row earlier either: it waits for the sync if a commit has just written to its
 * partition.
 */
export const openSqliteTable = async (file: string): Promise<SqliteTable> => {
  const { db, wal } = await openSqliteFile(file);
  return new SqliteTable(db, wal);
};

/** Rows that are read with one call, which takes half the time of a call for each. A value may be large. */
const ROWS_AT_ONCE = 64;
/** A page stops after this many characters of values, as DynamoDB's do after 1 MB. */
const PAGE_CHARS = 1024 * 1024;
const PURGE_ROWS = 1000;
/** Pages that are copied at once: 2 MiB, for which an answer waits. */
const COPIED_PAGES = 512;

/** An upper bound above all keys: SQLite orders every TEXT before every BLOB. */
const ABOVE_ALL_KEYS = new Uint8Array();

export class SqliteTable implements Table {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #rows = new ReadRows();
  readonly #wal: number;
  readonly #commits: GroupCommit;
  /** Partitions of the commit that is being synced, and the sync. */
  readonly #unsynced = new Set<string>();
  #syncing: Promise<Error | undefined> | undefined;
  /** Set when the file may no longer hold what was committed. */
  #broken: unknown;

  /** Use `openSqliteTable`. */
  constructor(db: DatabaseSync, wal: number) {
    this.#db = db;
    this.#sql = statements(db);
    this.#wal = wal;
    this.#commits = new GroupCommit({
      commit: (batch) => this.#commit(batch),
      sync: () => this.#sync(),
    });
  }

  async get<V extends Value = Value>(key: Key): Promise<Item<V> | undefined> {
    const item = this.#find<V>(key);
    if (this.#unsynced.has(key.pk)) await this.#synced();
    return item;
  }

  #find<V extends Value>(key: Key): Item<V> | undefined {
    const known = this.#rows.find(key);
    if (known !== undefined) {
      this.#usable();
      return known as Item<V>;
    }
    const { pk, sk } = checkKey(key);
    this.#usable();
    const row = this.#read(() => this.#sql.get.get(pk, sk));
    if (row === undefined) return undefined;
    const item = itemOf<V>(pk, sk, row.version, row.value);
    this.#rows.keep(item, String(row.value).length);
    return item;
  }

  async query<V extends Value = Value>(query: Query): Promise<Page<V>> {
    checkQuery(query);
    this.#usable();
    const page = pageOf(query);
    if (page === undefined) return { items: [] };
    const { pk, descending = false } = query;
    const { range, after } = page;
    // The least string above `after` is `after` followed by NUL. In descending order `after` is the exclusive upper
    // bound.
    const from = after !== undefined && !descending ? `${after}\0` : range.from;
    const to = (after !== undefined && descending ? after : range.to) ?? ABOVE_ALL_KEYS;
    const found = this.#select<V>(query, from, to);
    if (this.#unsynced.has(pk)) await this.#synced();
    return found;
  }

  /** One row more than requested shows whether there is a further page. */
  #select<V extends Value>(query: Query, from: string, to: string | Uint8Array): Page<V> {
    const { pk, limit, descending = false } = query;
    const statement = descending ? this.#sql.down : this.#sql.up;
    const items: Item<V>[] = [];
    let [least, above] = [from, to];
    let chars = 0;
    for (;;) {
      const wanted = Math.min(limit + 1 - items.length, ROWS_AT_ONCE);
      const rows = this.#read(() => statement.all(pk, least, above, wanted)) as unknown as readonly Row[];
      for (const [sk, version, value] of rows) {
        const last = items.at(-1);
        if (last !== undefined && (items.length === limit || chars >= PAGE_CHARS)) {
          return { items, cursor: writeCursor(queryScope(query), last.sk) };
        }
        chars += String(value).length;
        items.push(itemOf<V>(pk, sk, version, value));
      }
      const last = items.at(-1);
      if (rows.length < wanted || last === undefined) return { items };
      if (descending) above = last.sk;
      else least = `${last.sk}\0`;
    }
  }

  async write(writes: readonly Write[]): Promise<void> {
    const checked = checkWrites(writes);
    this.#usable();
    await this.#commits.add(checked);
  }

  beforeCommit(ask: () => void): void {
    this.#commits.before(ask);
  }

  /** Deletes rows whose `expires` has passed at `now` (Unix seconds), a thousand at a time; resolves with their number. */
  async purgeExpired(now: number): Promise<number> {
    for (let total = 0; ; await nextTurn()) {
      this.#usable();
      try {
        const deleted = Number(this.#sql.purge.run(now, PURGE_ROWS).changes);
        this.#rows.clear();
        total += deleted;
        if (deleted < PURGE_ROWS) return total;
      } catch (cause) {
        throw this.#failed(cause);
      }
    }
  }

  /**
   * Copies the table into a new file while reads and writes go on. The copy is the table at the end of the copying.
   * `nearEnd` is called once before that, with at most a hundredth of the pages left. Fault: `store-unavailable`.
   */
  async copyTo(path: string, nearEnd: () => void = () => {}): Promise<void> {
    this.#usable();
    let isNear = false;
    try {
      // Nothing is in the copy that is not in the file.
      await this.#commits.settled();
      await backup(this.#db, path, {
        rate: COPIED_PAGES,
        progress: ({ totalPages, remainingPages }) => {
          if (isNear || remainingPages > Math.max(totalPages / 100, COPIED_PAGES)) return;
          isNear = true;
          nearEnd();
        },
      });
    } catch (cause) {
      throw unavailable(cause);
    }
    if (!isNear) nearEnd();
  }

  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    await this.#commits.settled();
    if (!this.#db.isOpen) return;
    closeSync(this.#wal);
    this.#db.close();
  }

  #commit(batch: readonly (readonly CheckedWrite[])[]): readonly (Fault | undefined)[] {
    try {
      this.#usable();
      const faults = this.#inOneGo(batch) ?? this.#oneByOne(batch);
      this.#sql.commit.run();
      for (const [i, writes] of batch.entries()) {
        if (faults[i] === undefined) for (const { key } of writes) this.#unsynced.add(key.pk);
      }
      return faults;
    } catch (cause) {
      const fault = this.#failed(cause);
      return batch.map(() => fault);
    }
  }

  /**
   * A batch in a transaction without savepoints: while one is open, SQLite copies each page before it changes it, which takes
   * longer than the writes themselves. Undefined where a write failed after a part of its rows; then nothing of the batch
   * is applied.
   */
  #inOneGo(batch: readonly (readonly CheckedWrite[])[]): readonly (Fault | undefined)[] | undefined {
    const faults: (Fault | undefined)[] = [];
    this.#sql.begin.run();
    for (const writes of batch) {
      const failed = this.#firstFailed(writes);
      if (failed > 0) {
        this.#sql.rollback.run();
        return undefined;
      }
      faults.push(faultOf(writes, failed));
    }
    return faults;
  }

  /** Each write behind a savepoint of its own, to which it is rolled back where one of its rows fails. */
  #oneByOne(batch: readonly (readonly CheckedWrite[])[]): readonly (Fault | undefined)[] {
    this.#sql.begin.run();
    return batch.map((writes) => {
      this.#sql.savepoint.run();
      const failed = this.#firstFailed(writes);
      if (failed >= 0) this.#sql.undo.run();
      this.#sql.release.run();
      return faultOf(writes, failed);
    });
  }

  async #sync(): Promise<Fault | undefined> {
    this.#syncing = synced(this.#wal);
    const lost = await this.#syncing;
    this.#unsynced.clear();
    if (lost === undefined) return undefined;
    // After a failed sync the kernel may drop the pages and report success next time. The file is trusted again only
    // after it was opened anew.
    this.#broken = lost;
    return unavailable(lost);
  }

  async #synced(): Promise<void> {
    const lost = await this.#syncing;
    if (lost) throw unavailable(lost);
  }

  /** Applies the rows up to the first whose condition fails, and gives its index; -1 where all are applied. */
  #firstFailed(writes: readonly CheckedWrite[]): number {
    return writes.findIndex((write) => !this.#holdsAndApplied(write));
  }

  /** Conditions are part of the statements. */
  #holdsAndApplied({ kind, key, expected, json, expires: until }: CheckedWrite): boolean {
    const { pk, sk } = key;
    const expires = until ?? null;
    // The row is dropped before anybody can learn of the change. If the change is undone, the row is read again and no
    // harm is done. A row that is absent was never read.
    if (expected !== 0) this.#rows.drop(key);
    if (kind === 'check') return (this.#sql.version.get(pk, sk)?.version ?? 0) === expected;
    if (kind === 'delete') return this.#sql.delete.run(pk, sk, expected).changes === 1;
    if (expected === 0) return this.#sql.insert.run(pk, sk, json, expires).changes === 1;
    return this.#sql.update.run(json, expires, pk, sk, expected).changes === 1;
  }

  #failed(cause: unknown): Fault {
    // An I/O error breaks the file, like a failed sync. A full disk is only rolled back, since it may have room later.
    if (resultCode(cause) === SQLITE_IOERR) this.#broken = cause;
    try {
      if (this.#db.isOpen && this.#db.isTransaction) this.#sql.rollback.run();
    } catch (rollback) {
      this.#broken = rollback;
    }
    return unavailable(cause);
  }

  #usable(): void {
    if (this.#broken !== undefined) throw unavailable(this.#broken);
    if (!this.#db.isOpen) throw new Fault('store-unavailable', 'The table is closed.');
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

const faultOf = (writes: readonly CheckedWrite[], failed: number): Fault | undefined => {
  const write = writes[failed];
  return write && conditionFailed(failed, write.key);
};

/** The columns of a page's rows, in their order. */
type Row = readonly [sk: unknown, version: unknown, value: unknown];

const itemOf = <V extends Value>(pk: string, sk: unknown, version: unknown, value: unknown): Item<V> => ({
  pk,
  sk: String(sk),
  version: Number(version),
  value: storedValue(value) as V,
});
