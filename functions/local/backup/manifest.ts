import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault, phrase } from '../../../lib/fault.ts';
import { assertFormat, FORMAT } from '../../../lib/format.ts';
import { digestedLines, readDigestedLines } from './digested-lines.ts';
import { OBJECTS_FOLDER } from './names.ts';

/**
 * What a backup holds: a line of JSON for the backup, a line for each file, and the SHA-256 of all lines before it. The last
 * line is written when everything else is durable, so a backup without it was interrupted.
 */
export const MANIFEST = 'backup.ndjson';

const Head = z.strictObject({
  format: z.number(),
  /** RFC 3339. */
  made: z.string(),
  /** Leaves of the log that the table has given. */
  leaves: z.int(),
});
const File = z.strictObject({
  path: z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._\-/]{1,1024}$/),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type BackupHead = z.output<typeof Head>;
export type BackedUp = z.output<typeof File>;

export interface Manifest {
  readonly head: BackupHead;
  readonly files: readonly BackedUp[];
}

/** Whether the log had begun: its checkpoints and tiles are objects. */
export const hasLog = (files: readonly BackedUp[]): boolean =>
  files.some(({ path }) => path.startsWith(`${OBJECTS_FOLDER}/log/`));

/** SHA-256 (hex) and size of a file. */
export const digestFile = async (path: string): Promise<Pick<BackedUp, 'bytes' | 'sha256'>> => {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex') };
};

/** Writes the manifest, durably. */
export const writeManifest = async (folder: string, { head, files }: Manifest): Promise<void> => {
  const handle = await open(join(folder, MANIFEST), 'wx', 0o600);
  try {
    await handle.writeFile(digestedLines([head, ...files]));
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const damaged = (what: string, cause?: unknown): Fault =>
  new Fault(
    'backup-damaged',
    phrase`The backup is damaged at ${what}; nothing was restored. Take another backup.`,
    { file: what },
    { cause },
  );

/**
 * Reads the manifest and compares every file with it. Faults: `backup-damaged`, also for a folder that is no backup;
 * `format-unsupported` where another version made it.
 */
export const readManifest = async (folder: string): Promise<Manifest> => {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (cause) {
    throw damaged(MANIFEST, cause);
  }
  const manifest = parse(text);
  assertFormat(phrase`The backup`, manifest.head.format);
  for (const { path, bytes, sha256 } of manifest.files) {
    const found = await digestFile(join(folder, path)).catch((cause: unknown) => {
      throw damaged(path, cause);
    });
    if (found.bytes !== bytes || found.sha256 !== sha256) throw damaged(path);
  }
  return manifest;
};

const parse = (text: string): Manifest => {
  try {
    const [head, ...files] = readDigestedLines(text) ?? [];
    return { head: Head.parse(head), files: files.map((file) => File.parse(file)) };
  } catch (cause) {
    throw damaged(MANIFEST, cause);
  }
};

export const headOf = (made: number, leaves: number): BackupHead => ({
  format: FORMAT,
  made: new Date(made).toISOString(),
  leaves,
});
