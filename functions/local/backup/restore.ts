import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../../lib/fault.ts';
import type { Clock } from '../../../lib/ports.ts';
import { syncFolder } from '../../../lib/store/store.ts';
import { assertFits, CHECKPOINT_FILE, openSeen, publishedIn, type Seen } from './checkpoints.ts';
import { readDataKeyCopy } from './data-key-copy.ts';
import { countDataKeys, fittingIn, type PutBack, putBackDataKeys } from './data-key-restore.ts';
import { damaged, digestFile, hasLog, type Manifest, readManifest } from './manifest.ts';
import {
  DOOR_FOLDER,
  KEYS_FOLDER,
  OBJECTS_FOLDER,
  PERSONAL_FILE,
  PROOFS_FILE,
  TABLE_FILE,
  TRUST_DOMAIN_FILE,
} from './names.ts';
import { whileStopped } from './stopped-service.ts';
import { addObjects, otherDeployment, treeOf } from './table-file.ts';
import { copyForOwner, syncFile } from './tree-copy.ts';

export { restoreDataKeys } from './data-key-restore.ts';

export interface Restored extends Partial<PutBack> {
  /** RFC 3339: when the backup was made. */
  readonly made: string;
  /** Leaves that the restored table has given, and leaves of the newest checkpoint. */
  readonly leaves: number;
  readonly newest: number;
  /** Where the table that was there before is kept. */
  readonly former?: string;
  /** Data keys of the folder afterwards. Without them the personal data of the backup cannot be read. */
  readonly dataKeys: number;
}

/**
 * Restores a backup into the data folder of a service that is stopped. It adds objects and keys that are missing and never
 * replaces or removes one. The table and the personal data alone are replaced, and the former ones are kept beside them.
 * Everything is checked before anything is changed. The table comes last, so a restore that is interrupted is done again; until
 * then the service does not start.
 *
 * A folder without a checkpoint cannot tell how far the log has come. So it takes `checkpoint`, the newest one that an auditor
 * or a witness has: where it is larger than the backup's, the service starts as one whose table is behind its log.
 *
 * Faults: `backup-damaged`, `format-unsupported`; `backup-refused` where the backup or the copy of the data keys is another
 * deployment's, that copy has ended, another restore runs, or the checkpoint is missing or does not fit; `store-locked` where the
 * service runs.
 */
export const restoreBackup = async (
  {
    from,
    dataDir,
    checkpoint,
    dataKeys,
    clock,
  }: {
    readonly from: string;
    readonly dataDir: string;
    /** The bytes of a signed note. */
    readonly checkpoint?: Uint8Array | undefined;
    /** The path of a copy of the data keys. */
    readonly dataKeys?: string | undefined;
    readonly clock: Clock;
  },
  report: (step: string) => void,
): Promise<Restored> =>
  whileStopped(dataDir, async (begin) => {
    report('checking the backup');
    const manifest = await readManifest(from);
    const newest = await check({ from, dataDir, manifest, checkpoint });
    const fitting =
      dataKeys === undefined
        ? undefined
        : await fittingIn(await readDataKeyCopy(dataKeys, clock()), dataDir, from);
    begin();
    report('keys and objects');
    await addFiles({ from, dataDir, manifest }, newest);
    const putBack = fitting && (await putBackDataKeys(fitting, dataDir));
    report('tables');
    const now = clock();
    await replaceTable(from, dataDir, PERSONAL_FILE, now);
    const former = await replaceTable(from, dataDir, TABLE_FILE, now);
    const { made, leaves } = manifest.head;
    return {
      made,
      leaves,
      newest: newest?.size ?? 0,
      ...(former !== undefined && { former }),
      dataKeys: await countDataKeys(dataDir),
      ...putBack,
    };
  });

interface Checked {
  readonly from: string;
  readonly dataDir: string;
  readonly manifest: Manifest;
}

/** Resolves with the newest checkpoint of the log; undefined where nothing was ever published. */
const check = async ({
  from,
  dataDir,
  manifest,
  checkpoint,
}: Checked & { readonly checkpoint?: Uint8Array | undefined }): Promise<Seen | undefined> => {
  for (const path of [TABLE_FILE, PERSONAL_FILE, PROOFS_FILE, TRUST_DOMAIN_FILE]) {
    if (!manifest.files.some((file) => file.path === path)) throw damaged(path);
  }
  for (const { path, sha256 } of manifest.files) {
    if (!path.startsWith(`${OBJECTS_FOLDER}/`) || path === CHECKPOINT_FILE) continue;
    const there = await digestFile(join(dataDir, path)).catch(absent);
    if (there !== undefined && there.sha256 !== sha256) throw otherDeployment(path);
  }
  if (await exists(join(dataDir, PROOFS_FILE))) {
    addObjects(join(dataDir, PROOFS_FILE), join(from, PROOFS_FILE), false);
  }
  const tree = treeOf(join(from, TABLE_FILE));
  if (tree === undefined) {
    // The log had not begun, or somebody has taken its row out of the table.
    const isBegun = hasLog(manifest.files);
    if (!isBegun && checkpoint === undefined && !(await exists(join(dataDir, CHECKPOINT_FILE))))
      return undefined;
    throw new Fault(
      'backup-refused',
      "The backup has files of a log, and its table has no row of the log's tree: it is not whole. Take another backup.",
    );
  }
  const [ours, theirs] = [await publishedIn(dataDir, tree.vkey), await publishedIn(from, tree.vkey)];
  if (ours === undefined && checkpoint === undefined) {
    throw new Fault(
      'backup-refused',
      'The data folder has no checkpoint of the log. Give --checkpoint with the newest one that an auditor or a witness has, so that nothing is forgotten unnoticed.',
    );
  }
  const given = checkpoint && openSeen(checkpoint, tree.vkey);
  const seen = [ours, theirs, given].filter((one) => one !== undefined).toSorted((a, b) => a.size - b.size);
  // The largest tree whose files are here.
  const [files, folder] = (ours?.size ?? -1) >= (theirs?.size ?? -1) ? [ours, dataDir] : [theirs, from];
  for (const one of seen) if (files && one.size <= files.size) await assertFits(one, files, folder);
  return seen.at(-1);
};

const addFiles = async ({ from, dataDir, manifest }: Checked, newest: Seen | undefined): Promise<void> => {
  const [proofs, checkpoint] = [join(dataDir, PROOFS_FILE), join(dataDir, CHECKPOINT_FILE)];
  for (const { path } of manifest.files) {
    const isAdded = [OBJECTS_FOLDER, KEYS_FOLDER, DOOR_FOLDER].some((folder) =>
      path.startsWith(`${folder}/`),
    );
    if (isAdded && path !== CHECKPOINT_FILE) await add(join(from, path), join(dataDir, path));
  }
  await add(join(from, TRUST_DOMAIN_FILE), join(dataDir, TRUST_DOMAIN_FILE));
  if (await exists(proofs)) addObjects(proofs, join(from, PROOFS_FILE), true);
  else await add(join(from, PROOFS_FILE), proofs);
  // Last: a folder without a checkpoint is one whose restore was interrupted.
  if (newest === undefined || (await exists(checkpoint))) return;
  await mkdir(dirname(checkpoint), { recursive: true, mode: 0o700 });
  await writeFile(checkpoint, newest.note, { mode: 0o600 });
  await syncFile(checkpoint);
  await syncFolder(dirname(checkpoint));
};

/** Copies the file where there is none, whole and durable. */
const add = async (source: string, target: string): Promise<void> => {
  if (await exists(target)) return;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const incoming = `${target}.restoring.tmp`;
  await copyForOwner(source, incoming);
  await rename(incoming, target);
  await syncFolder(dirname(target));
};

/** Resolves with where the former table is; undefined where there was none. */
const replaceTable = async (
  from: string,
  dataDir: string,
  name: string,
  now: number,
): Promise<string | undefined> => {
  const table = join(dataDir, name);
  const incoming = `${table}.restoring.tmp`;
  await copyForOwner(join(from, name), incoming);
  const former = `${table}.before-${new Date(now).toISOString().replaceAll(':', '')}`;
  const hadTable = await exists(table);
  if (hadTable) {
    for (const end of ['', '-wal', '-shm']) {
      if (await exists(`${table}${end}`)) await rename(`${table}${end}`, `${former}${end}`);
    }
  }
  await rename(incoming, table);
  await syncFolder(dataDir);
  return hadTable ? former : undefined;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const absent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};
