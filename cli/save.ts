import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { phrase } from '../lib/fault.ts';
import { usage } from './failure.ts';

export interface Saved {
  readonly file: string;
  readonly bytes: number;
  /** Hex. The service's record of the answer has the same one. */
  readonly sha256: string;
}

/** Writes an answer to the file that was opened for it. When this resolves, the whole file has its final name. */
export type Take = (answer: Readable) => Promise<Saved>;

/**
 * Opens a file, and then calls `ask`, which asks the service for the content. The file comes first, because the service
 * records each hand-over, and a disclosure ends with it: nothing is asked for that cannot be kept. The file grows under
 * a temporary name, and gets its final name when it is whole. An older file of that name stays until then. A file that
 * does not become whole is removed. Failure: `usage` if the file cannot be written.
 */
export const saving = async <T>(file: string, ask: (take: Take) => Promise<T>): Promise<T> => {
  await assertReplaceable(file);
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  const handle = await open(part, 'wx', 0o600).catch(notWritten(file));
  try {
    return await ask((answer) => write(handle, part, file, answer));
  } finally {
    await handle.close().catch(() => {});
    // A whole file has its final name by now.
    await rm(part, { force: true });
  }
};

/** If the name is taken, it must be by a file that the user may write to. */
const assertReplaceable = async (file: string): Promise<void> => {
  const there = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    return notWritten(file)(error);
  });
  if (!there) return;
  if (!there.isFile()) {
    throw usage(phrase`${file} is there already and is no file that could be replaced.`, ADVICE);
  }
  await access(file, constants.W_OK).catch(notWritten(file));
};

const write = async (handle: FileHandle, part: string, file: string, answer: Readable): Promise<Saved> => {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    digest.update(chunk);
    bytes += chunk.length;
    await handle.appendFile(chunk).catch(notWritten(file));
  }
  // The content is on the disk before the file gets its name: a file of that name is whole, even after a power failure.
  await handle.sync().catch(notWritten(file));
  await handle.close().catch(notWritten(file));
  await rename(part, file).catch(notWritten(file));
  return { file, bytes, sha256: digest.digest('hex') };
};

const ADVICE = phrase`Name a file in a folder that is there, with room in it, and that you may write to.`;

const notWritten =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw usage(phrase`The file ${file} cannot be written (${error.code ?? error.message}).`, ADVICE);
  };
