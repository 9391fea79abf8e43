import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, phrase } from '../../../lib/fault.ts';
import type { Clock } from '../../../lib/ports.ts';
import type { SqliteTable } from '../../../lib/store/sqlite.ts';
import { syncFolder } from '../../../lib/store/store.ts';
import type { Gate } from './gate.ts';
import { type BackedUp, type BackupHead, digestFile, hasLog, headOf, writeManifest } from './manifest.ts';
import {
  DOOR_FOLDER,
  KEYS_FOLDER,
  OBJECTS_FOLDER,
  PROOFS_FILE,
  TABLE_FILE,
  TRUST_DOMAIN_FILE,
} from './names.ts';
import { treeOf } from './table-file.ts';
import { copyForOwner, openTreeCopy, syncFile } from './tree-copy.ts';

/** What the running service copies, and what it holds back meanwhile. */
export interface BackupSource {
  readonly dataDir: string;
  readonly table: Pick<SqliteTable, 'copyTo'>;
  readonly proofs: Pick<SqliteTable, 'copyTo'>;
  readonly gate: Pick<Gate, 'close'>;
  readonly clock: Clock;
}

export interface BackupMade extends BackupHead {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies the service's data into a new folder while it runs. The order makes the copy one that a crash could have left:
 *
 *   1. Objects, as they are now. Most of them never change.
 *   2. The table. Near its end the gate closes: from then on no object is put.
 *   3. The objects of acts, and the objects that have changed since step 1. So every object is there that a row rests on; an
 *      object whose rows came too late is followed up at the next start, as after a crash. Nothing was published since the
 *      table was copied, so the table is not behind its log.
 *   4. The gate opens. Sealed keys, the TLS door's, the trust domain, and the manifest, without which the folder is no backup.
 *
 * Faults: `backup-refused` where the folder holds anything; `store-unavailable`; the system's errors of the disk. A backup
 * that fails removes what it wrote.
 */
export const makeBackup = async (
  { dataDir, table, proofs, gate, clock }: BackupSource,
  to: string,
  report: (step: string) => void,
): Promise<BackupMade> => {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) {
    throw new Fault('backup-refused', phrase`${to} is not empty; name a folder that is new.`, { path: to });
  }
  const made = clock();
  const objects = openTreeCopy(join(dataDir, OBJECTS_FOLDER), to, OBJECTS_FOLDER);
  const others = [KEYS_FOLDER, DOOR_FOLDER].map((name) => openTreeCopy(join(dataDir, name), to, name));
  let closed: ReturnType<Gate['close']> | undefined;
  try {
    report('objects');
    await objects.update();
    report('table');
    await table.copyTo(join(to, TABLE_FILE), () => {
      closed = gate.close();
    });
    report('objects of acts');
    await closed?.settled;
    await proofs.copyTo(join(to, PROOFS_FILE));
    await objects.update();
    closed?.open();
    report('keys');
    for (const other of others) await other.update();
    await copyForOwner(join(dataDir, TRUST_DOMAIN_FILE), join(to, TRUST_DOMAIN_FILE));
    const files: BackedUp[] = [];
    for (const copied of [objects, ...others]) files.push(...(await copied.files()));
    for (const path of [TABLE_FILE, PROOFS_FILE, TRUST_DOMAIN_FILE]) {
      await syncFile(join(to, path));
      files.push({ path, ...(await digestFile(join(to, path))) });
    }
    await syncFolder(to);
    const tree = treeOf(join(to, TABLE_FILE));
    if (tree === undefined && hasLog(files)) {
      throw new Fault(
        'backup-refused',
        "The table has no row of the log's tree now, so this would be no whole backup; try again shortly.",
      );
    }
    const head = headOf(made, tree?.size ?? 0);
    await writeManifest(to, { head, files });
    await syncFolder(to);
    return { ...head, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    for (const name of await readdir(to)) await rm(join(to, name), { recursive: true, force: true });
    throw error;
  } finally {
    closed?.open();
  }
};
