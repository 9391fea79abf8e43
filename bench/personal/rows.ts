import { DatabaseSync } from 'node:sqlite';
import { holderListPk, issuedToListPk, officeListPk } from '../../lib/authority/certificate-listings.ts';
import { byListingPk, holderListingPk, listingPk } from '../../lib/registration/rows.ts';
import type { Key, Value, Write } from '../../lib/store/store.ts';
import { OFFICE, TENANT } from './templates.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export const chanceFrom = (seed: number): (() => number) => {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * A file of a table, for rows that nobody else writes meanwhile. A file that was filled in part is worth nothing, so its journal is in
 * memory.
 */
export const openRows = (path: string, cacheMiB: number) => {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
    PRAGMA cache_size = -${cacheMiB * 1024}; BEGIN`);
  const statement = db.prepare('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)');
  const put = ({ pk, sk }: Key, value: Value): void => {
    statement.run(pk, sk, JSON.stringify(value));
  };
  return {
    put,
    write: (writes: readonly Write[]): void => {
      for (const write of writes) if ('put' in write) put(write.put, write.value);
    },
    close: (): void => {
      db.exec('COMMIT');
      db.close();
    },
  };
};

/** Whether a list or an act of this benchmark reads the row. Nothing here reads the lists of operators, or used keys. */
export const isRead = (write: Write): boolean =>
  'put' in write &&
  [
    'request/',
    listingPk({ office: OFFICE }),
    // The end of a month looks for open requests there.
    `${listingPk({ tenant: TENANT })}/state/`,
    byListingPk(''),
    holderListingPk('', TENANT),
    officeListPk(OFFICE),
    holderListPk('', TENANT),
    issuedToListPk(''),
  ].some((beginning) => write.put.pk.startsWith(beginning));
