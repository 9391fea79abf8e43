import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, phrase } from '../../../lib/fault.ts';
import { dataKeyOfFile, fileOfDataKey } from '../../../lib/keys/keys.ts';
import type { Clock } from '../../../lib/ports.ts';
import { syncFolder } from '../../../lib/store/store.ts';
import { type DataKeyCopy, keyStoreOf, readDataKeyCopy } from './data-key-copy.ts';
import { assertNotRestoring } from './interrupted.ts';
import { DATA_KEYS_FOLDER, PROOFS_FILE, TABLE_FILE } from './names.ts';
import { serviceRuns } from './stopped-service.ts';
import { holdFile, objectsIn } from './table-file.ts';

/** Keys of a copy, when what can be put back is put back. */
export interface PutBack {
  /** Keys that the folder lacked. */
  readonly added: number;
  /** Keys that stay destroyed: an act has destroyed them since the copy was made. */
  readonly destroyed: number;
}

/** The keys of a copy that a data folder lacks, or has destroyed. */
export interface Fitting extends Pick<PutBack, 'destroyed'> {
  readonly missing: DataKeyCopy['keys'];
}

/**
 * Compares the copy with the data folder and with the backup that is restored into it. Fault: `backup-refused` where the copy is
 * of another key store, or a key is there with other bytes.
 */
export const fittingIn = async (copy: DataKeyCopy, dataDir: string, from?: string): Promise<Fitting> => {
  const folders = from === undefined ? [dataDir] : [dataDir, from];
  for (const folder of folders) {
    const store = await keyStoreOf(folder).catch(ifAbsent);
    if (store === undefined || store === copy.keyStore) continue;
    throw new Fault(
      'backup-refused',
      phrase`The copy of the data keys is not one of the key store in ${folder}, and would not open there. Nothing was restored.`,
      { path: folder },
    );
  }
  const destroyed = await destroyedAmong(copy, folders);
  const missing: DataKeyCopy['keys'][number][] = [];
  for (const key of copy.keys) {
    if (destroyed.has(key.id)) continue;
    const path = pathOf(dataDir, key.id);
    const there = await readFile(path, 'utf8').catch(ifAbsent);
    if (there === undefined) missing.push(key);
    else if (there !== key.file) throw otherKey(key.id, path);
  }
  return { missing, destroyed: destroyed.size };
};

const otherKey = (id: string, path: string): Fault =>
  new Fault(
    'backup-refused',
    phrase`The data key ${id} is there with other bytes than in the copy: it was damaged, or made anew. Move ${path} away and restore again; what was put under a key that was made anew cannot be read without it. Nothing was restored.`,
    { id, path },
  );

/**
 * The keys that an act has destroyed. The acts on a key are the objects `outcomes/data-key.{id}/{number}` with the record of the
 * act (lib/personal). An act that cannot be read keeps the key from being put back, too. The service verifies the signatures when
 * it opens the key.
 */
const destroyedAmong = async (
  { keys }: DataKeyCopy,
  folders: readonly string[],
): Promise<ReadonlySet<string>> => {
  const acts = keys.flatMap(({ id }) => [1, 2].map((n) => [`outcomes/data-key.${id}/${n}`, id] as const));
  const destroyed = new Set<string>();
  for (const [index, folder] of folders.entries()) {
    const file = join(folder, PROOFS_FILE);
    if (!(await exists(file))) continue;
    const found = objectsIn(
      file,
      acts.map(([name]) => name),
      { isCopy: index > 0 },
    );
    for (const [name, id] of acts) {
      const body = found.get(name);
      if (body !== undefined && actIn(body) !== 'closed') destroyed.add(id);
    }
  }
  return destroyed;
};

const actIn = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')).details.act;
  } catch {
    return undefined;
  }
};

/** Puts the missing keys into the folder, each whole and durable. */
export const putBackDataKeys = async ({ missing, destroyed }: Fitting, dataDir: string): Promise<PutBack> => {
  const folder = join(dataDir, DATA_KEYS_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await syncFolder(dataDir);
  for (const { id, file } of missing) {
    // The store of the keys removes such a file where a crash left it.
    const incoming = `${pathOf(dataDir, id)}.${randomUUID()}.tmp`;
    const handle = await open(incoming, 'wx', 0o600);
    try {
      await handle.writeFile(file);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incoming, pathOf(dataDir, id));
  }
  await syncFolder(folder);
  return { added: missing.length, destroyed };
};

/**
 * Puts the data keys of a copy back into the data folder of a service that is stopped, which has everything else. Faults:
 * `backup-damaged`, `format-unsupported`; `backup-refused` as above, where the copy has ended, and where the folder has no data
 * of a service; `store-locked` where the service runs.
 */
export const restoreDataKeys = async ({
  dataKeys,
  dataDir,
  clock,
}: {
  /** The path of the copy. */
  readonly dataKeys: string;
  readonly dataDir: string;
  readonly clock: Clock;
}): Promise<PutBack & { readonly dataKeys: number }> => {
  await assertNotRestoring(dataDir);
  const table = join(dataDir, TABLE_FILE);
  if (!(await exists(table))) {
    throw new Fault(
      'backup-refused',
      phrase`There are no data of a service in ${dataDir}; name the backup as well.`,
      { path: dataDir },
    );
  }
  const held = holdFile(table);
  if (held === undefined) throw serviceRuns(dataDir);
  try {
    const fitting = await fittingIn(await readDataKeyCopy(dataKeys, clock()), dataDir);
    const putBack = await putBackDataKeys(fitting, dataDir);
    return { ...putBack, dataKeys: await countDataKeys(dataDir) };
  } finally {
    held.free();
  }
};

export const countDataKeys = async (dataDir: string): Promise<number> => {
  const names = (await readdir(join(dataDir, DATA_KEYS_FOLDER)).catch(ifAbsent)) ?? [];
  return names.filter((name) => dataKeyOfFile(name) !== undefined).length;
};

const pathOf = (dataDir: string, id: string): string => join(dataDir, DATA_KEYS_FOLDER, fileOfDataKey(id));

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const ifAbsent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
};
