import { hash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupAsked, makeBackup } from '../../../functions/local/backup/backup.ts';
import { openGate } from '../../../functions/local/backup/gate.ts';
import { restoreBackup } from '../../../functions/local/backup/restore.ts';
import { filesBelow } from '../../../functions/local/backup/tree-copy.ts';
import { openDataKeyFiles } from '../../../lib/keys/data-key-files.ts';
import { openFileBucket } from '../../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../../lib/store/sqlite.ts';
import { openTableObjects } from '../../../lib/store/table-objects.ts';
import { DAY, type Ground, openGround, openHouse } from '../../authority/house.ts';
import { openTestKeys } from '../../scrypt-once.ts';
import { type Service, temporaryFolder } from '../../service.ts';
import { issueTo } from '../../status/office.ts';

/** Services on data folders, with backups of them. Their signing keys are in memory, beside an empty sealed key store. */

export interface Running {
  readonly house: Service;
  readonly data: string;
  /** `report` is called before each step. */
  backup(
    name: string,
    options?: Pick<BackupAsked, 'dataKeys'>,
    report?: (step: string) => void,
  ): ReturnType<typeof makeBackup>;
  stop(): Promise<void>;
}

/** A place for data folders and backups, each under its name. */
export interface Place {
  /** Keys and clock, which outlive every folder. */
  readonly ground: Ground;
  at(name: string): string;
  /** A service on the data folder of that name. */
  start(name: string, on?: Ground): Promise<Running>;
  restore(
    backup: string,
    data: string,
    given?: { readonly checkpoint?: Uint8Array; readonly dataKeys?: string },
  ): ReturnType<typeof restoreBackup>;
  checkpointOf(data: string): Promise<Buffer>;
  /** The digest of every file below, but for what SQLite keeps beside a table. */
  contentOf(name: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export const openPlace = async (): Promise<Place> => {
  const folder = temporaryFolder();
  const ground = await openGround();
  const at = (name: string): string => join(folder.path, name);

  return {
    ground,
    at,
    start: async (name, on = ground) => {
      const data = at(name);
      await mkdir(data, { recursive: true });
      await writeFile(join(data, 'trust-domain.json'), '{}');
      const table = await openSqliteTable(join(data, 'table.sqlite'));
      const personal = await openSqliteTable(join(data, 'personal.sqlite'));
      const proofs = await openSqliteTable(join(data, 'proofs.sqlite'));
      const dataKeys = await openDataKeyFiles({
        folder: join(data, 'data-keys'),
        sealedBy: await openTestKeys(join(data, 'keys')),
        random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      });
      const gate = openGate(await openFileBucket(join(data, 'objects')), openTableObjects(proofs));
      const { bucket, objects } = gate;
      const house = await openHouse({ ...on, table, personal, dataKeys, bucket, objects });
      const clock = () => on.time.now;
      const copiesEnd = (made: number) => made + 30 * DAY;
      const source = { dataDir: data, table, personal, proofs, gate, copiesEnd, clock };
      return {
        house,
        data,
        backup: (to, options, report = () => {}) =>
          makeBackup(source, { folder: at(to), ...options }, report),
        stop: async () => {
          for (const file of [table, personal, proofs]) await file.close();
        },
      };
    },
    restore: (backup, data, given) =>
      restoreBackup(
        { from: at(backup), dataDir: at(data), ...given, clock: () => ground.time.now },
        () => {},
      ),
    checkpointOf: (data) => readFile(join(at(data), 'objects/log/checkpoint')),
    contentOf: async (name) => {
      const found: Record<string, string> = {};
      for await (const path of filesBelow(at(name))) {
        if (!/-(wal|shm)$/.test(path)) found[path] = hash('sha256', await readFile(join(at(name), path)));
      }
      return found;
    },
    close: async () => {
      await ground.close();
      folder.remove();
    },
  };
};

let orders = 0;
export const issue = async ({ house }: Running) =>
  (await issueTo(house, 'organisation-client', `order-${orders++}`)).ref;
