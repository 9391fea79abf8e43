import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { pageOf, queryScope, writeCursor } from './cursor.ts';
import { makeFolder } from './folder.ts';
import { type CheckedWrite, checkKey, checkQuery, checkWrites, conditionFailed } from './limits.ts';
import type { Item, Key, Page, Query, Table, Value, Write } from './store.ts';

/**
 * A Table in one SQLite file, for one process.
 *
 * Lock: the file is opened in exclusive locking mode, so the operating system's own lock on it lasts as long as
 * the process and no longer; `kill -9` leaves nothing stale. (With that mode SQLite also keeps the WAL index in
 * memory, which makes reads about 1.5 times as fast.) POSIX drops such a lock when the process closes any other
 * descriptor of the file: nothing in this process may open the file except through here.
 *
 * Group commit: writes that are asked for in one turn of the event loop, and in the turns right after it while each
 * brings more, share one transaction and so one fsync.
 * They are judged one after another in the order of the calls, and each caller learns its own outcome.
 */
export const openSqliteTable = async (file: string): Promise<SqliteTable> => {
  const path = resolve(file);
  await makeFolder(dirname(path));
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    // FULL syncs the WAL at each commit. macOS needs F_FULLFSYNC for that to reach the disk; others ignore it.
    db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    db.exec('PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000; PRAGMA trusted_schema = OFF');
    prepareSchema(db);
    return new SqliteTable(db);
  } catch (cause) {
    db?.close();
    throw openingFault(cause);
  }
};

/** "Akas" in ASCII: tells our file from any other SQLite file. */
const APPLICATION_ID = 0x416b6173;
const SCHEMA_VERSION = 1;

const prepareSchema = (db: DatabaseSync): void => {
  db.exec('BEGIN IMMEDIATE');
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name];
  const empty = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0;
  if (empty) {
    // TEXT under the default BINARY collation compares UTF-8 bytes (memcmp), which is the order of the contract.
    db.exec(`
      CREATE TABLE item (
        pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, expires INTEGER,
        UNIQUE (pk, sk)
      );
      CREATE INDEX item_expires ON item (expires) WHERE expires IS NOT NULL;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${SCHEMA_VERSION}`);
  } else if (pragma('application_id') !== APPLICATION_ID || pragma('user_version') !== SCHEMA_VERSION) {
    throw new Fault(
      'configuration-invalid',
      'The table file was not written by this version of the service.',
    );
  }
  db.exec('COMMIT');
};

/** A page stops after this many characters of values, as DynamoDB's do after 1 MB. */
const PAGE_CHARS = 1024 * 1024;
/** Writes that are worth an fsync at once, and how long the first of fewer waits for others at most. */
const LARGE_BATCH = 256;
const LONGEST_WAIT_MS = 2;
/** Rows in one transaction, so that one commit does not hold the event loop for long. */
const BATCH_ROWS = 4096;
const PURGE_ROWS = 1000;

/** SQLite orders every TEXT before every BLOB: an upper bound that no key reaches. */
const ABOVE_ALL_KEYS = new Uint8Array();

interface Waiting {
  readonly writes: readonly CheckedWrite[];
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

export class SqliteTable implements Table {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #rows = new ReadRows();
  #queue: Waiting[] = [];
  /** Set when the file can no longer be trusted to hold what a commit says. */
  #broken: unknown;

  /** Use `openSqliteTable`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = statements(db);
  }

  async get<V extends Value = Value>(key: Key): Promise<Item<V> | undefined> {
    const known = this.#rows.find(key);
    if (known !== undefined) {
      this.#usable();
      return known as Item<V>;
    }
    const { pk, sk } = checkKey(key);
    this.#usable();
    const row = this.#read(() => this.#sql.get.get(pk, sk));
    if (row === undefined) return undefined;
    const item = itemOf<V>(pk, { ...row, sk });
    this.#rows.keep(item, String(row.value).length);
    return item;
  }

  async query<V extends Value = Value>(query: Query): Promise<Page<V>> {
    checkQuery(query);
    this.#usable();
    const page = pageOf(query);
    if (page === undefined) return { items: [] };
    const { pk, limit, descending = false } = query;
    const { range, after } = page;
    // The least string above `after` is `after` with NUL behind it; going down, `after` is the exclusive bound.
    const from = after !== undefined && !descending ? `${after}\0` : range.from;
    const to = (after !== undefined && descending ? after : range.to) ?? ABOVE_ALL_KEYS;
    const items: Item<V>[] = [];
    return this.#read(() => {
      let chars = 0;
      // One row more than asked for tells whether there is a further page.
      for (const row of (descending ? this.#sql.down : this.#sql.up).iterate(pk, from, to, limit + 1)) {
        const last = items.at(-1);
        if (last !== undefined && (items.length === limit || chars >= PAGE_CHARS)) {
          return { items, cursor: writeCursor(queryScope(query), last.sk) };
        }
        chars += String(row.value).length;
        items.push(itemOf<V>(pk, row));
      }
      return { items };
    });
  }

  async write(writes: readonly Write[]): Promise<void> {
    const checked = checkWrites(writes);
    this.#usable();
    await new Promise<void>((resolve, reject) => {
      this.#queue.push({ writes: checked, resolve, reject });
      // After the poll phase: everything that this turn's sockets and timers ask for joins the same commit.
      if (this.#queue.length === 1) setImmediate(() => this.#flushWhenQuiet(1, performance.now()));
    });
  }

  /** Waits for a turn that brings nothing, while turns go on bringing writes: an fsync costs more than many turns. */
  #flushWhenQuiet(queued: number, since: number): void {
    const { length } = this.#queue;
    if (length > queued && length < LARGE_BATCH && performance.now() - since < LONGEST_WAIT_MS)
      setImmediate(() => this.#flushWhenQuiet(length, since));
    else this.#flush();
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

  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    while (this.#queue.length > 0) this.#flush();
    this.#db.close();
  }

  #flush(): void {
    let rows = 0;
    const end = this.#queue.findIndex(({ writes }) => {
      rows += writes.length;
      return rows > BATCH_ROWS;
    });
    const batch = this.#queue.splice(0, end === -1 ? this.#queue.length : end);
    if (this.#queue.length > 0) setImmediate(() => this.#flush());
    if (batch.length === 0) return;
    const faults = this.#commit(batch);
    for (const [i, { resolve, reject }] of batch.entries()) {
      const fault = faults[i];
      if (fault === undefined) resolve();
      else reject(fault);
    }
  }

  #commit(batch: readonly Waiting[]): readonly (Fault | undefined)[] {
    try {
      this.#usable();
      this.#sql.begin.run();
      const faults = batch.map(({ writes }) => this.#apply(writes));
      this.#sql.commit.run();
      return faults;
    } catch (cause) {
      const fault = this.#failed(cause);
      return batch.map(() => fault);
    }
  }

  /** Conditions are part of the statements; a write of several rows is undone to its savepoint when one fails. */
  #apply(writes: readonly CheckedWrite[]): Fault | undefined {
    const several = writes.length > 1;
    if (several) this.#sql.savepoint.run();
    for (const [index, write] of writes.entries()) {
      if (this.#holdsAndApplied(write)) continue;
      if (several) {
        this.#sql.undo.run();
        this.#sql.release.run();
      }
      return conditionFailed(index, write.key);
    }
    if (several) this.#sql.release.run();
    return undefined;
  }

  #holdsAndApplied({ kind, key, expected, json, expires: until }: CheckedWrite): boolean {
    const { pk, sk } = key;
    const expires = until ?? null;
    // Before the change can be acknowledged to anybody; if it is undone, the row is read again and no harm is done.
    this.#rows.drop(key);
    if (kind === 'check') return (this.#sql.version.get(pk, sk)?.version ?? 0) === expected;
    if (kind === 'delete') return this.#sql.delete.run(pk, sk, expected).changes === 1;
    if (expected === 0) return this.#sql.insert.run(pk, sk, json, expires).changes === 1;
    return this.#sql.update.run(json, expires, pk, sk, expected).changes === 1;
  }

  #failed(cause: unknown): Fault {
    // After a failed fsync the kernel may drop the pages and report success next time: trust the file only
    // after reopening it. A full disk, by contrast, is rolled back and may pass.
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

/** Characters of values that are kept at most. */
const ROW_CHARS = 8 * 1024 * 1024;
/** What stands around each value. */
const CHARS_AROUND = 200;

/**
 * Rows as they were read last. The lock makes this process the only one that writes, and every write of it passes by
 * here before it is committed, so what is found here is what the file holds. Nobody changes a value that was read.
 */
class ReadRows {
  readonly #kept = new Map<string, { readonly item: Item; readonly chars: number }>();
  #chars = 0;

  /** With the length of pk before it no two keys are one text. */
  static #text({ pk, sk }: Key): string {
    return `${pk.length}:${pk}${sk}`;
  }

  find(key: Key): Item | undefined {
    return this.#kept.get(ReadRows.#text(key))?.item;
  }

  keep(item: Item, valueChars: number): void {
    const chars = valueChars + CHARS_AROUND;
    Object.freeze(item.value);
    this.#kept.set(ReadRows.#text(item), { item, chars });
    this.#chars += chars;
    for (const [oldest, old] of this.#kept) {
      if (this.#chars <= ROW_CHARS) return;
      this.#forget(oldest, old.chars);
    }
  }

  drop(key: Key): void {
    const text = ReadRows.#text(key);
    const known = this.#kept.get(text);
    if (known) this.#forget(text, known.chars);
  }

  clear(): void {
    this.#kept.clear();
    this.#chars = 0;
  }

  #forget(text: string, chars: number): void {
    this.#kept.delete(text);
    this.#chars -= chars;
  }
}

const statements = (db: DatabaseSync) => {
  const range = 'SELECT sk, version, value FROM item WHERE pk = ? AND sk >= ? AND sk < ? ORDER BY sk';
  return {
    get: db.prepare('SELECT version, value FROM item WHERE pk = ? AND sk = ?'),
    up: db.prepare(`${range} LIMIT ?`),
    down: db.prepare(`${range} DESC LIMIT ?`),
    version: db.prepare('SELECT version FROM item WHERE pk = ? AND sk = ?'),
    insert: db.prepare(
      'INSERT INTO item (pk, sk, version, value, expires) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING',
    ),
    update: db.prepare(
      'UPDATE item SET version = version + 1, value = ?, expires = ? WHERE pk = ? AND sk = ? AND version = ?',
    ),
    delete: db.prepare('DELETE FROM item WHERE pk = ? AND sk = ? AND version = ?'),
    purge: db.prepare(
      'DELETE FROM item WHERE rowid IN (SELECT rowid FROM item WHERE expires < ? ORDER BY expires LIMIT ?)',
    ),
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    savepoint: db.prepare('SAVEPOINT one_write'),
    undo: db.prepare('ROLLBACK TO one_write'),
    release: db.prepare('RELEASE one_write'),
  } satisfies Record<string, StatementSync>;
};

const itemOf = <V extends Value>(pk: string, row: Readonly<Record<string, unknown>>): Item<V> => ({
  pk,
  sk: String(row.sk),
  version: Number(row.version),
  value: JSON.parse(String(row.value)) as V,
});

const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;

/** The primary result code; the bytes above it say more. */
const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

const unavailable = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    'The table file cannot be read or written; look at the disk.',
    {},
    { cause },
  );

const openingFault = (cause: unknown): Fault => {
  if (Fault.is(cause)) return cause;
  if (resultCode(cause) !== SQLITE_BUSY) return unavailable(cause);
  return new Fault(
    'store-locked',
    'Another process has this data folder open; stop it first, or choose another folder.',
    {},
    { cause },
  );
};
