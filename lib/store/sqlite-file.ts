import { closeSync, fdatasync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import { makeFolder, syncFolder } from './folder.ts';

export interface SqliteFile {
  readonly db: DatabaseSync;
  /** The descriptor of its write-ahead log. */
  readonly wal: number;
}

/**
 * Opens the file of a table, or makes it.
 *
 * Lock: the file is opened in exclusive locking mode, so the operating system's own lock on it lasts as long as
 * the process and no longer; `kill -9` leaves nothing stale. (With that mode SQLite also keeps the WAL index in
 * memory, which makes reads about 1.5 times as fast.) POSIX drops such a lock when the process closes any other
 * descriptor of the file: nothing in this process may open the file except through here.
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
    db.exec('PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000; PRAGMA trusted_schema = OFF');
    prepareSchema(db, path);
    // There from the first transaction on, and the same file until the database is closed. SQLite locks another one,
    // so that closing this descriptor drops no lock.
    wal = openSync(`${path}-wal`, 'r+');
    // What a killed process committed and did not sync is read from now on.
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

/** "Akas" in ASCII: tells our file from any other SQLite file. */
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
    throw new Fault('configuration-invalid', `${path} is no table of Akashi; choose another DATA_DIR.`, {
      path,
    });
  } else {
    assertFormat(`The table ${path}`, pragma('user_version'));
  }
  db.exec('COMMIT');
};

/** What kept the file's content from reaching the disk, if anything did. */
export const synced = (descriptor: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    fdatasync(descriptor, (error) => resolve(error ?? undefined));
  });

const SQLITE_BUSY = 5;
export const SQLITE_IOERR = 10;

/** The primary result code; the bytes above it say more. */
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
