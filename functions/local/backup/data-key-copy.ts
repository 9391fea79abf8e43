import { open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Fault, phrase } from '../../../lib/fault.ts';
import { assertFormat, FORMAT } from '../../../lib/format.ts';
import { dataKeyOfFile, fileOfDataKey } from '../../../lib/keys/keys.ts';
import { syncFolder } from '../../../lib/store/store.ts';
import { digestedLines, readDigestedLines } from './digested-lines.ts';
import { DATA_KEYS_FOLDER, KEY_STORE_FILE, KEYS_FOLDER } from './names.ts';

/**
 * A copy of the data keys: one file, apart from the backups, which ends after a stated time. A line of JSON for the copy, a line
 * for each key, and the SHA-256 of all lines before it. The keys are sealed as they lie in the data folder. With the parameters of
 * the key store, which are in it, the file opens under the passphrase alone. Nothing seals its end: somebody who has the
 * passphrase and kept the file can open it later, so the operator deletes it in time.
 */
const Head = z.strictObject({
  format: z.number(),
  /** RFC 3339. */
  made: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  /** The text of the key store's file. */
  keyStore: z.string(),
});
const Key = z.strictObject({
  id: z.string().refine((id) => dataKeyOfFile(fileOfDataKey(id)) !== undefined),
  /** The text of the key's file. */
  file: z.string(),
});

export interface DataKeyCopy {
  readonly endsAt: string;
  readonly keyStore: string;
  readonly keys: readonly z.output<typeof Key>[];
}

export const keyStoreOf = (folder: string): Promise<string> =>
  readFile(join(folder, KEYS_FOLDER, KEY_STORE_FILE), 'utf8');

/**
 * Copies the keys of a running service into a new file, durably and for this user only; where it fails, no file stays. Resolves
 * with their number. Faults: `backup-refused` where the file is there; the system's errors of the disk.
 */
export const copyDataKeys = async (
  dataDir: string,
  to: string,
  { made, endsAt }: { readonly made: string; readonly endsAt: string },
): Promise<number> => {
  const folder = join(dataDir, DATA_KEYS_FOLDER);
  const keys: z.output<typeof Key>[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const id = dataKeyOfFile(name);
    const file = id === undefined ? undefined : await readFile(join(folder, name), 'utf8').catch(ifAbsent);
    // A key that was destroyed since the folder was read is not copied.
    if (id !== undefined && file !== undefined) keys.push({ id, file });
  }
  const head = { format: FORMAT, made, endsAt, keyStore: await keyStoreOf(dataDir) };
  const handle = await open(to, 'wx', 0o600).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(to) : error;
  });
  try {
    await handle.writeFile(digestedLines([head, ...keys]));
    await handle.sync();
    await syncFolder(dirname(to));
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return keys.length;
};

export const isThere = (path: string): Fault =>
  new Fault('backup-refused', phrase`${path} is there already; name a file that is new.`, { path });

const ifAbsent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
};

/** Faults: `backup-damaged`, `format-unsupported`; `backup-refused` where the copy has ended. */
export const readDataKeyCopy = async (path: string, now: number): Promise<DataKeyCopy> => {
  const { head, keys } = await readFile(path, 'utf8')
    .then(parse)
    .catch((cause: unknown) => {
      throw new Fault(
        'backup-damaged',
        phrase`The copy of the data keys is damaged: ${path}. Nothing was restored. Take another copy.`,
        { file: path },
        { cause },
      );
    });
  assertFormat(phrase`The copy of the data keys`, head.format);
  if (now < Date.parse(head.endsAt)) return { ...head, keys };
  throw new Fault(
    'backup-refused',
    phrase`The copy of the data keys ended at ${head.endsAt}: nothing is read by it any more. Delete ${path}; nothing was restored.`,
    { file: path, endsAt: head.endsAt },
  );
};

const parse = (text: string) => {
  const [head, ...keys] = readDigestedLines(text) ?? [];
  return { head: Head.parse(head), keys: keys.map((key) => Key.parse(key)) };
};
