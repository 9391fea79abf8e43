import { closeSync, fdatasync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault, phrase } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import { makeFolder, syncFolder } from './folder.ts';

/**
 * 64 MiB. A checkpoint holds the event loop while it copies every page that changed, once, and syncs the file. The longer the log,
 * the more changes of a page share one copy; a start after a crash reads at most this much.
 */
const WAL_PAGES = 16_000;

export interface SqliteFile {
  readonly db: DatabaseSync;
  /** The descriptor of its write-ahead log. */
  readonly wal: number;
}

/**
 * Opens the file of a table, or makes it.
 *
 * Lock: the file is opened in exclusive locking mode, so the operating system's own lock on it lasts exactly as long as
 * the process; `kill -9` leaves no stale lock. (In that mode SQLite also keeps the WAL index in memory, which makes
 * reads about 1.5 times as fast.) POSIX drops such a lock when the process closes any other descriptor of the file, so
 * all code in this process must open the file through this function.
 *
 * Faults: `store-locked`, `store-unavailable`; `configuration-invalid` where the file is no table of Akashi;
 * `format-unsupported` where another version wrote it.
 */
export const openSqliteFile = async (file: string): Promise<SqliteFile> => {
  const path = resolve(file);
  await makeFolder(dirname(path));
  let db: DatabaseSync | undefined;
  let wal: number | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    // macOS needs F_FULLFSYNC for a sync to reach the disk, and fdatasync() of Node uses it; others ignore it.
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    db.exec(
      `PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA trusted_schema = OFF`,
    );
    prepareSchema(db, path);
    // The WAL exists from the first transaction on, and is the same file until the database is closed. SQLite locks
    // another file, so closing this descriptor drops no lock.
    wal = openSync(`${path}-wal`, 'r+');
    // A killed process may have left commits that it did not sync. Reads see them from now on, so they are synced
    // first.
    const lost = await synced(wal);
    if (lost) throw lost;
    await syncFolder(dirname(path));
    return { db, wal };
  } catch (cause) {
    if (wal !== undefined) closeSync(wal);
    db?.close();
    throw openingFault(cause);
  }
};

/** "Akas" in ASCII: distinguishes our file from other SQLite files. */
const APPLICATION_ID = 0x416b6173;

const prepareSchema = (db: DatabaseSync, path: string): void => {
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
      PRAGMA user_version = ${FORMAT}`);
  } else if (pragma('application_id') !== APPLICATION_ID) {
    throw new Fault(
      'configuration-invalid',
      phrase`${path} is no table of Akashi; choose another DATA_DIR.`,
      {
        path,
      },
    );
  } else {
    assertFormat(phrase`The table ${path}`, pragma('user_version'));
  }
  db.exec('COMMIT');
};

/** Undefined when the file's content has reached the disk; otherwise the error that prevented it. */
export const synced = (descriptor: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    fdatasync(descriptor, (error) => resolve(error ?? undefined));
  });

const SQLITE_BUSY = 5;
export const SQLITE_IOERR = 10;

/** The primary result code. The higher bytes of `errcode` give details. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

export const unavailable = (cause: unknown): Fault =>
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
