import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * A version as this table writes it. Somebody else may have given a row another one: a number that JavaScript cannot hold,
 * zero, or text. All of these are read as the greatest one, and the next put begins with 1 again. So no such row can keep
 * its partition from being read, and a row can always be put or deleted.
 */
const VERSION =
  "iif(typeof(version) = 'integer' AND version BETWEEN 1 AND 9007199254740990, version, 9007199254740991)";

/** All statements on the rows of a table. */
export const statements = (db: DatabaseSync) => {
  // A row without a sort key has no address, so nothing could be done about it.
  const range = `SELECT sk, ${VERSION} AS version, value FROM item WHERE pk = ? AND sk >= ? AND sk < ? AND sk <> '' ORDER BY sk`;
  return {
    get: db.prepare(`SELECT ${VERSION} AS version, value FROM item WHERE pk = ? AND sk = ?`),
    up: asArrays(db.prepare(`${range} LIMIT ?`)),
    down: asArrays(db.prepare(`${range} DESC LIMIT ?`)),
    version: db.prepare(`SELECT ${VERSION} AS version FROM item WHERE pk = ? AND sk = ?`),
    insert: db.prepare(
      'INSERT INTO item (pk, sk, version, value, expires) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING',
    ),
    update: db.prepare(
      `UPDATE item SET version = ${VERSION} % 9007199254740991 + 1, value = ?, expires = ? WHERE pk = ? AND sk = ? AND ${VERSION} = ?`,
    ),
    delete: db.prepare(`DELETE FROM item WHERE pk = ? AND sk = ? AND ${VERSION} = ?`),
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

/** A row as an object of names takes a quarter more time. */
const asArrays = (statement: StatementSync): StatementSync => {
  statement.setReturnArrays(true);
  return statement;
};
