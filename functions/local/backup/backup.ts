import { access, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Fault, phrase } from '../../../lib/fault.ts';
import type { Clock } from '../../../lib/ports.ts';
import type { SqliteTable } from '../../../lib/store/sqlite.ts';
import { syncFolder } from '../../../lib/store/store.ts';
import { copyDataKeys, isThere } from './data-key-copy.ts';
import type { Gate } from './gate.ts';
import { type BackedUp, type BackupHead, digestFile, hasLog, headOf, writeManifest } from './manifest.ts';
import {
  DOOR_FOLDER,
  KEYS_FOLDER,
  OBJECTS_FOLDER,
  PERSONAL_FILE,
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
  readonly personal: Pick<SqliteTable, 'copyTo'>;
  readonly proofs: Pick<SqliteTable, 'copyTo'>;
  readonly gate: Pick<Gate, 'close'>;
  /** When a copy of the data keys ends that is made at this time; milliseconds since the epoch. */
  readonly copiesEnd: (made: number) => number;
  readonly clock: Clock;
}

/** Absolute paths. */
export interface BackupAsked {
  /** A new folder. */
  readonly folder: string;
  /** A new file outside of it, for the copy of the data keys. */
  readonly dataKeys?: string | undefined;
}

export interface BackupMade extends BackupHead {
  readonly files: number;
  readonly bytes: number;
  /** Absent where no copy of the data keys was asked for. */
  readonly dataKeys?: { readonly keys: number; readonly endsAt: string };
}

/**
 * Copies the service's data into a new folder while it runs. The order makes the copy one that a crash could have left:
 *
 *   1. Objects, as they are now. Most of them never change.
 *   2. The table. Near its end the gate closes: from then on no object is put.
 *   3. The objects of acts, and the objects that have changed since step 1. So every object is there that a row rests on; an
 *      object whose rows came too late is followed up at the next start, as after a crash. Nothing was published since the
 *      table was copied, so the table is not behind its log.
 *   4. Personal data. An item is staged with the rows that refer to it, or put before them, so every item is there that a row of
 *      step 2 names. No
 *      item is missing by an act that step 3 lacks, because the gate is still closed.
 *   5. The gate opens. Sealed keys, the TLS door's, the trust domain; the data keys, into their own file; and the manifest,
 *      without which the folder is no backup.
 *
 * Faults: `backup-refused` where the folder holds anything, or the file of the data keys is there, inside it or inside the data folder;
 * `store-unavailable`; the system's errors of the disk. A backup that fails removes what it wrote.
 */
export const makeBackup = async (
  source: BackupSource,
  { folder: to, dataKeys }: BackupAsked,
  report: (step: string) => void,
): Promise<BackupMade> => {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) {
    throw new Fault('backup-refused', phrase`${to} is not empty; name a folder that is new.`, { path: to });
  }
  if (dataKeys !== undefined) await assertApart(dataKeys, to, source.dataDir);
  const made = source.clock();
  let copy: BackupMade['dataKeys'];
  try {
    const files = await copyAll(source, to, report);
    const tree = treeOf(join(to, TABLE_FILE));
    if (tree === undefined && hasLog(files)) {
      throw new Fault(
        'backup-refused',
        "The table has no row of the log's tree now, so this would be no whole backup; try again shortly.",
      );
    }
    const head = headOf(made, tree?.size ?? 0);
    if (dataKeys !== undefined) {
      report('data keys');
      const endsAt = new Date(source.copiesEnd(made)).toISOString();
      const keys = await copyDataKeys(source.dataDir, dataKeys, { made: head.made, endsAt });
      copy = { keys, endsAt };
    }
    await writeManifest(to, { head, files });
    await syncFolder(to);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { ...head, files: files.length, bytes, ...(copy && { dataKeys: copy }) };
  } catch (error) {
    for (const name of await readdir(to)) await rm(join(to, name), { recursive: true, force: true });
    if (copy !== undefined && dataKeys !== undefined) await rm(dataKeys, { force: true });
    throw error;
  }
};

/** Fault: `backup-refused`. */
const assertApart = async (file: string, ...folders: readonly string[]): Promise<void> => {
  // By where links lead: the file is not there yet, and its folder is.
  const place = await realpath(dirname(file));
  for (const folder of folders) {
    if (`${place}${sep}`.startsWith(`${await realpath(folder)}${sep}`)) {
      throw new Fault(
        'backup-refused',
        phrase`The copy of the data keys must lie neither in the backup nor in the data folder: ${file}. Name a file that is kept elsewhere.`,
        { path: file },
      );
    }
  }
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) throw isThere(file);
};

/** Copies everything but the data keys, durably. Resolves with the files. */
const copyAll = async (
  { dataDir, table, personal, proofs, gate }: BackupSource,
  to: string,
  report: (step: string) => void,
): Promise<readonly BackedUp[]> => {
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
    report('personal data');
    await personal.copyTo(join(to, PERSONAL_FILE));
  } finally {
    closed?.open();
  }
  report('keys');
  for (const other of others) await other.update();
  await copyForOwner(join(dataDir, TRUST_DOMAIN_FILE), join(to, TRUST_DOMAIN_FILE));
  const files: BackedUp[] = [];
  for (const copied of [objects, ...others]) files.push(...(await copied.files()));
  for (const path of [TABLE_FILE, PERSONAL_FILE, PROOFS_FILE, TRUST_DOMAIN_FILE]) {
    await syncFile(join(to, path));
    files.push({ path, ...(await digestFile(join(to, path))) });
  }
  await syncFolder(to);
  return files;
};
