import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openBackground } from '../../functions/local/background.ts';
import { random } from '../../functions/random.ts';
import { type Core, compose, type Ports } from '../../lib/app.ts';
import { openDataKeyFiles } from '../../lib/keys/data-key-files.ts';
import type { KeyStore } from '../../lib/keys/keys.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import type { DataKeys } from '../../lib/personal/personal.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { readTrustDomain, type TrustDomain } from '../../lib/trust-domain/trust-domain.ts';

/** The store for the benchmark: the demonstration's CAs, and any number of certificates of one of them. */

export const CA = 'organisation-1';
const DEMONSTRATION = join(import.meta.dirname, '../../domains/demonstration.json');

export interface Opened {
  readonly core: Core;
  /** `core` is composed of these. A benchmark puts something else in one place. */
  readonly ports: Ports;
  readonly trustDomain: TrustDomain;
  readonly table: Table;
  readonly personal: Table;
  readonly dataKeys: DataKeys;
  readonly bucket: Bucket;
  readonly keys: KeyStore;
  close(): Promise<void>;
}

export const openStore = async (folder: string, url = 'http://localhost:8080'): Promise<Opened> => {
  const text = readFileSync(DEMONSTRATION, 'utf8');
  const trustDomain = readTrustDomain(text);
  const table = await openSqliteTable(join(folder, 'table.sqlite'));
  const keys = await openSealedKeys({ folder: join(folder, 'keys'), passphrase: 'benchmark', random });
  const dataKeys = await openDataKeyFiles({ folder: join(folder, 'data-keys'), sealedBy: keys, random });
  const personal = await openSqliteTable(join(folder, 'personal.sqlite'));
  const proofs = await openSqliteTable(join(folder, 'proofs.sqlite'));
  const bucket = await openFileBucket(join(folder, 'objects'));
  const background = openBackground();
  const ports: Ports = {
    trustDomain,
    trustDomainText: text,
    publicUrls: [url],
    table,
    personal,
    dataKeys,
    bucket,
    objects: openTableObjects(proofs),
    keys,
    actKeys: keys,
    responderKeys: keys,
    clock: () => Date.now(),
    random,
    log: () => {},
    // As the one process does.
    background: background.later,
  };
  const core = compose(ports);
  await core.authority.holdCeremony(() => {});
  return {
    core,
    ports,
    trustDomain,
    table,
    personal,
    dataKeys,
    bucket,
    keys,
    close: async () => {
      await background.settled();
      await Promise.all([table, personal, proofs].map((file) => file.close()));
    },
  };
};

/** The serial number of the n-th certificate, in the form that the service gives. */
export const serialOf = (n: number): string => `01${hash('sha256', `certificate ${n}`).slice(0, 32)}`;

/** One in a hundred is revoked. */
const isRevoked = (n: number): boolean => n % 100 === 99;

const ROWS_IN_ONE_TRANSACTION = 100_000;

/** Fills the store up to `count` certificates, with rows as the register writes them. Resolves with the seconds taken. */
export const fill = async (folder: string, count: number): Promise<number> => {
  const began = performance.now();
  const file = join(folder, 'table.sqlite');
  if (!existsSync(file)) await (await openStore(folder)).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  db.exec('CREATE TABLE IF NOT EXISTS bench_register (certificates INTEGER NOT NULL)');
  const from = Number(db.prepare('SELECT max(certificates) AS n FROM bench_register').get()?.n ?? 0);
  const put = db.prepare('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)');
  const notAfter = Math.floor(Date.now() / 1000) + 365 * 86_400;
  for (let n = from; n < count; ) {
    db.exec('BEGIN');
    for (const end = Math.min(count, n + ROWS_IN_ONE_TRANSACTION); n < end; n++) {
      const row = isRevoked(n)
        ? {
            state: 'revoked',
            request: `r-${n}`,
            notAfter,
            revocationTime: notAfter - 366 * 86_400,
            reason: 'superseded',
          }
        : { state: 'good', request: `r-${n}`, notAfter };
      const serial = serialOf(n);
      put.run(`status/${CA}/${serial.slice(-1)}`, serial, JSON.stringify(row));
    }
    db.prepare('INSERT INTO bench_register VALUES (?)').run(n);
    db.exec('COMMIT');
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return (performance.now() - began) / 1000;
};
