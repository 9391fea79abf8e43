import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Fault } from '../../../lib/fault.ts';

/** Table files that no service has open. SQLite's lock on a file ends with the process that holds it. */

export interface TreeOfTable {
  readonly vkey: string;
  readonly size: number;
}

/** The row of the log's tree in a copied table; undefined before the first leaf. The file is read and nothing beside it is made. */
export const treeOf = (file: string): TreeOfTable | undefined => {
  const db = new DatabaseSync(immutable(file), { readOnly: true });
  try {
    const row = db.prepare("SELECT value FROM item WHERE pk = 'log' AND sk = 'tree'").get();
    return row && (JSON.parse(String(row.value)) as TreeOfTable);
  } finally {
    db.close();
  }
};

const immutable = (file: string): URL => {
  const url = pathToFileURL(file);
  url.search = 'immutable=1';
  return url;
};

/** Keeps every other process from opening the file until `free`. Undefined where another one has it open. */
export const holdFile = (file: string): { readonly db: DatabaseSync; free(): void } | undefined => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    return { db, free: () => db.close() };
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
};

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === SQLITE_BUSY;

/**
 * Adds the objects that only the copy has. No object of the file is changed. `isApplied` false: compares only. Fault:
 * `backup-refused` where both have an object of one name with other bytes.
 */
export const addObjects = (file: string, copy: string, isApplied: boolean): void => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.prepare('ATTACH ? AS copy').run(immutable(copy).href);
    const other = db
      .prepare(
        'SELECT sk FROM item JOIN copy.item AS other USING (pk, sk) WHERE item.value <> other.value LIMIT 1',
      )
      .get();
    if (other !== undefined) throw otherDeployment(String(other.sk));
    if (isApplied) db.exec('INSERT INTO item SELECT * FROM copy.item WHERE true ON CONFLICT DO NOTHING');
  } finally {
    db.close();
  }
};

/** Those of the named objects that are in the file, by their names. `isCopy`: nothing is made beside it. */
export const objectsIn = (
  file: string,
  names: readonly string[],
  { isCopy }: { readonly isCopy: boolean },
): ReadonlyMap<string, Uint8Array> => {
  const db = new DatabaseSync(isCopy ? immutable(file) : file, { readOnly: isCopy, timeout: 0 });
  try {
    const get = db.prepare("SELECT value FROM item WHERE pk = 'objects' AND sk = ?");
    const found = new Map<string, Uint8Array>();
    for (const name of names) {
      const row = get.get(name);
      if (row) found.set(name, Buffer.from(String(JSON.parse(String(row.value)).body), 'base64'));
    }
    return found;
  } finally {
    db.close();
  }
};

export const otherDeployment = (object: string): Fault =>
  new Fault(
    'backup-refused',
    'The backup is not one of this data folder: both have an object of one name with other bytes. Nothing was restored; restore into an empty folder.',
    { object },
  );
